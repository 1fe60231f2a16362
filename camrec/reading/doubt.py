"""Which lines are read a second time: those in doubt, and some that crops tell nothing of."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from camrec.reading.contest import First
from camrec.reading.grouping import Line, find_lines
from camrec.reading.regions import Candidates

# From both of these on nothing on a line is in doubt:
CLEAN = 0.97  # probability of every digit
COVERED = 0.92  # share of the line's ink under its digits
UNREAD = 4  # lines that are asked about though crops see no digit, the largest of a picture: a bound on what texture costs
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
    if not _has_shapes(line, first.candidates):
        return parted.clear
    level = _level(line, places, first)
    if level and first.found(places):
        return parted.doubtful if _in_doubt(line, places, first) else parted.clear
    if _has_things(line, first.candidates):
        return parted.clear
    if level:
        return parted.unread
    return parted.uneven if _level(line, places, first, UNEVEN) else parted.clear


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
    if not _level(line, read, first):
        return bool(np.median(sure) < CLEAN)
    return (
        any(first.candidates.items[first.chosen[place]].cuts for place in places)
        or bool((sure < CLEAN).any())
        or first.covered(line, read) < COVERED
    )


def _level(line: Line, places: list[int], first: First, rows: float = ROWS) -> bool:
    """Whether it is one line: where rows of writing touch, or a frame, chains reach over both, and columns tell nothing."""
    tall = [first.region_at(place).box.height for place in places]
    return bool(tall) and line.box.height <= rows * _usual(tall)


def _usual(heights: list[int]) -> float:
    """Median height, each counted as often as its square: crumbs of a pattern are many, and say little."""
    ordered = np.sort(heights)
    upto = np.cumsum(np.square(ordered))
    return float(ordered[np.searchsorted(upto, upto[-1] / 2)])
