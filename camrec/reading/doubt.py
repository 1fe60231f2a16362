"""Which lines are read a second time: those in doubt, and some that crops tell nothing of."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from camrec.reading.contest import First
from camrec.reading.grouping import Line, find_lines
from camrec.reading.regions import Candidates

# From both of these on nothing on a line is in doubt:
CLEAN = 0.97  # probability of every digit
COVERED = 0.92  # share of the line's ink under its digits
UNREAD = 4  # lines without a digit, or unlike in height, that are asked about, the largest of each kind: a bound on what texture costs
# Of all lines:
ROWS = 2.2  # median heights of what stands on a line that the line itself is tall, at the most
UNEVEN = 4.0  # the same where crops need not see digits: zeros after a tall first digit are that small
MOST_PIECES = 120  # of a line; texture has more
THING = 0.5  # of its height, from which a body on it is no point

Placed = tuple[Line, list[int]]  # a line, and its places in `First.chosen`


@dataclass(frozen=True, slots=True, eq=False)
class Parted:
    """The lines of a picture, by what has to be asked about them.

    Parameters
    ----------
    doubtful : list of Placed
        With digits, and something in doubt.
    unread : list of Placed
        The largest on which crops see no digit.
    uneven : list of Placed
        The largest whose shapes are too unlike in height for one line of digits alike.
    clear : list of Placed
        All others.
    """

    doubtful: list[Placed]
    unread: list[Placed]
    uneven: list[Placed]
    clear: list[Placed]


def part(first: First) -> Parted:
    """The lines of a picture, each in one of four lists.

    Parameters
    ----------
    first : First
        The reading by crops.
    """
    at: dict[int, list[int]] = {}
    for place, row in enumerate(first.chosen):
        at.setdefault(first.candidates.items[row].chain, []).append(place)
    parted = Parted([], [], [], [])
    for line in find_lines(first.candidates):
        places = [place for chain in line.chains for place in at.get(chain, [])]
        _list_for(line, places, first, parted).append((line, places))
    for some in (parted.unread, parted.uneven):
        some.sort(key=lambda placed: -placed[0].box.area)
        parted.clear.extend(some[UNREAD:])
        del some[UNREAD:]
    return parted


def _list_for(
    line: Line, places: list[int], first: First, parted: Parted
) -> list[Placed]:
    """The list of `parted` that a line belongs to."""
    if not _has_shapes(line, first.candidates):
        return parted.clear
    rows = _rows(line, places, first)
    if rows <= ROWS and first.found(places):
        return parted.doubtful if _in_doubt(line, places, first) else parted.clear
    if _has_things(line, first.candidates):
        return parted.clear
    if rows <= ROWS:
        return parted.unread
    return parted.uneven if rows <= UNEVEN else parted.clear


def _has_shapes(line: Line, candidates: Candidates) -> bool:
    """Whether it is more than one shape, and no texture."""
    count = sum(len(candidates.weights[chain]) for chain in line.chains)
    return 1 < count <= MOST_PIECES


def _has_things(line: Line, candidates: Candidates) -> bool:
    """Whether things stand on a line, such as coins in a row; a point is none."""
    items = [candidates.items[row] for row in line.members]
    return any(item.body and item.region.box.height > THING * line.box.height for item in items)  # fmt: skip


def _in_doubt(line: Line, places: list[int], first: First) -> bool:
    """Whether not all that stands on a line with digits is clean digits."""
    read = first.found(places)
    sure = first.sure(read)
    if _rows(line, read, first) > ROWS:
        return bool(np.median(sure) < CLEAN)
    return (
        any(first.candidates.items[first.chosen[place]].cuts for place in places)
        or bool((sure < CLEAN).any())
        or first.covered(line, read) < COVERED
    )


def _rows(line: Line, places: list[int], first: First) -> float:
    """Usual heights of what stands on a line that it is tall; infinite without any.

    Where rows of writing touch, or a frame, chains reach over both: of such a line columns tell nothing.
    """
    tall = [first.region_at(place).box.height for place in places]
    return line.box.height / _usual(tall) if tall else math.inf


def _usual(heights: list[int]) -> float:
    """Median height, each counted as often as its square: crumbs of a pattern are many, and say little."""
    ordered = np.sort(heights)
    upto = np.cumsum(np.square(ordered))
    return float(ordered[np.searchsorted(upto, upto[-1] / 2)])
