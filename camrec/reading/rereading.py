"""Lines in doubt are read a second time: as a whole, by the line reader.

Where crops found a number that is not clean, both witnesses spell it together. Where they found digits scattered among
other ink, as in a word, the line reader has to see each of them too; unless it spells nothing but digits without doubt, as
where most of them are linked. Where crops found none at all, it is asked about a few lines, and believed on the same terms.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from camrec.reading import ctc
from camrec.reading.contest import (
    Case,
    Contest,
    First,
    Verdict,
    decide,
)
from camrec.reading.grouping import Line, find_lines, level
from camrec.reading.lines import LineReader
from camrec.reading.regions import Candidates
from camrec.reading.strips import OTHER, Strip, frame_ink

# From both of these on nothing on a line is in doubt:
CLEAN = 0.97  # probability of every digit
COVERED = 0.92  # share of the line's ink under its digits
# From this probability on that so many digits stand on a line, and nothing else, crops need not see them; two are often
# spelled by leaves or a face:
PLAIN = ((3, 0.6), (2, 0.9))
UNREAD = 4  # lines on which crops see no digit that are asked about, the largest of a picture: a bound on what texture costs
# Of all lines:
ROWS = 2.2  # median heights of what stands on a line that the line itself is tall, at the most
MOST_PIECES = 120  # of a line; texture has more
PAPER = 0.125  # of a line's height, above and below: five in a hundred more amounts on cheques are read whole so
THING = 0.5  # of its height, from which a body on it is no point
OTHER_PRICE = 2.0  # nats; the line reader learned from more letters than stand beside numbers in life

_Placed = tuple[Line, list[int]]  # a line, and its places in `First.chosen`


@dataclass(frozen=True, slots=True, eq=False)
class Second:
    """The reading once lines in doubt were read again.

    Parameters
    ----------
    verdicts : list of Verdict
        On every place.
    contests : list of Contest
        One for each line that was in doubt, or was believed though crops see no digit on it.
    """

    verdicts: list[Verdict]
    contests: list[Contest]


def as_read(first: First) -> Second:
    """The verdicts of the crops alone."""
    return Second(first.verdicts(list(range(len(first.chosen)))), [])


def reread(first: First, reader: LineReader) -> Second:
    """Verdicts on every place, those of doubtful lines given anew.

    Parameters
    ----------
    first : First
    reader : LineReader
        Is asked once, about all lines in doubt and some without a digit together.
    """
    doubtful, unread, verdicts = _parted(first)
    asked = doubtful + unread
    sheets = [line.ink(first.candidates.items) for line, _ in asked]
    strips = [strip_of(line, sheet) for sheet, (line, _) in zip(sheets, asked)]
    others = [first.digits_at(first.found(places)) for _, places in asked]  # fmt: skip
    columns = [fair(log_p) for log_p in reader.log_probabilities(strips, others)]
    cases = []
    for k, (line, places) in enumerate(asked):
        spelled = ctc.n_best(columns[k])
        plain = _is_plain(spelled)
        if k < len(doubtful) or plain:
            cases.append(Case(first, line, places, sheets[k], strips[k], columns[k], spelled, plain=plain))  # fmt: skip
        else:
            verdicts += first.verdicts(places)
    contests = decide(cases)
    verdicts += [verdict for contest in contests for verdict in contest.verdicts]
    return Second(verdicts, contests)


def _parted(
    first: First,
) -> tuple[list[_Placed], list[_Placed], list[Verdict]]:
    """Lines in doubt, the largest of those without a digit, and the verdicts on all others."""
    at: dict[int, list[int]] = {}
    for place, row in enumerate(first.chosen):
        at.setdefault(first.candidates.items[row].chain, []).append(place)
    doubtful: list[_Placed] = []
    unread: list[_Placed] = []
    clear: list[_Placed] = []
    for line in find_lines(first.candidates):
        places = [place for chain in line.chains for place in at.get(chain, [])]
        if not _has_the_shape(line, places, first):
            clear.append((line, places))
        elif not first.found(places):
            asked = clear if _has_things(line, first.candidates) else unread
            asked.append((line, places))
        elif _in_doubt(line, places, first):
            doubtful.append((line, places))
        else:
            clear.append((line, places))
    unread.sort(key=lambda placed: -placed[0].box.area)
    clear += unread[UNREAD:]
    verdicts = [v for _, places in clear for v in first.verdicts(places)]  # fmt: skip
    return doubtful, unread[:UNREAD], verdicts


def _is_plain(spelled: list[ctc.Spelling]) -> bool:
    """Whether a line surely holds digits and nothing else, whichever they are; strokes side by side, as in texture, spell a row of 1."""
    numbers = [s for s in spelled if OTHER not in s.labels and set(s.labels) != {1}]
    return any(
        sum(math.exp(s.log_p) for s in numbers if len(s.labels) >= least) > p
        for least, p in PLAIN
    )


def strip_of(line: Line, sheet: np.ndarray) -> Strip:
    """A line's ink as the line reader takes it.

    It is brought level, with paper above and below, as strings that were learned from have it beside their tallest digit.

    Parameters
    ----------
    line : Line
    sheet : numpy.ndarray
        (h, w) uint8, its ink; 255 is pen.

    Returns
    -------
    Strip
        Its columns are those of `sheet`.
    """
    more = round(PAPER * len(sheet))
    ink = cv2.copyMakeBorder(level(sheet, line.slope), more, more, 0, 0, cv2.BORDER_CONSTANT)  # fmt: skip
    return frame_ink(ink)


def _has_the_shape(line: Line, places: list[int], first: First) -> bool:
    """Whether it is one line of more than one shape, and no texture."""
    count = sum(len(first.candidates.weights[chain]) for chain in line.chains)
    return 1 < count <= MOST_PIECES and _level(line, places, first)


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


def _level(line: Line, places: list[int], first: First) -> bool:
    """Whether it is one line: where rows of writing touch, or a frame, chains reach over both, and columns tell nothing."""
    tall = [first.region_at(place).box.height for place in places]
    return bool(tall) and line.box.height <= ROWS * _usual(tall)


def _usual(heights: list[int]) -> float:
    """Median height, each counted as often as its square: crumbs of a pattern are many, and say little."""
    ordered = np.sort(heights)
    upto = np.cumsum(np.square(ordered))
    return float(ordered[np.searchsorted(upto, upto[-1] / 2)])


def fair(log_p: np.ndarray) -> np.ndarray:
    """The line reader's columns with its leaning towards other ink taken back.

    Parameters
    ----------
    log_p : numpy.ndarray
        (columns, classes), left as they are.

    Returns
    -------
    numpy.ndarray
        Of the same shape; the probabilities of each column sum to 1.
    """
    log_p = log_p.copy()
    log_p[:, OTHER] -= OTHER_PRICE
    return log_p - np.logaddexp.reduce(log_p, axis=1, keepdims=True)
