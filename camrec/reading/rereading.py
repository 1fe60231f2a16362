"""Lines in doubt are read a second time: as a whole, by the line reader.

Where crops found a number that is not clean, both witnesses spell it together. Where they found digits scattered among
other ink, as in a word, the line reader has to see each of them too.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from camrec.elements import Box
from camrec.reading.grouping import Line, find_lines
from camrec.reading.lines import STEP, LineReader
from camrec.reading.regions import Candidates
from camrec.reading.spelling import Pieces, Reading, readings
from camrec.reading.strips import MARGIN, OTHER, Strip, frame_ink

# From both of these on nothing on a line is in doubt:
CLEAN = 0.97  # probability of every digit
COVERED = 0.85  # share of the line's width under its digits
NUMBER = 0.3  # share of a line's width under digits from which it is a number, though not a clean one
SEEN = 0.3  # probability that the line reader has to give to a digit among other ink
ROWS = 2.2  # median heights of what stands on a line that the line itself is tall, at the most
MOST_PIECES = 120  # of a line; texture has more
A_DIGIT = 2.0  # nats for each digit of a reading where a whole line is under digits: the line reader leaves out more than it makes up
OTHER_PRICE = 2.0  # nats; the line reader learned from more letters than stand beside numbers in life
DOUBT = 1.5  # temperature of what both say together: they look at the same ink
SURE = 0.9995  # no digit is surer: some labels of any set are wrong


@dataclass(frozen=True, slots=True, eq=False)
class Verdict:
    """What a place holds.

    Parameters
    ----------
    box : Box
        At the scale of work.
    scores : numpy.ndarray
        (classes,) probabilities.
    ink : numpy.ndarray
        (h, w) uint8, what was judged.
    row : int or None
        Of the candidate that was judged; None where no candidate shows it alone.
    """

    box: Box
    scores: np.ndarray
    ink: np.ndarray
    row: int | None


@dataclass(frozen=True, slots=True, eq=False)
class First:
    """The reading by crops.

    Parameters
    ----------
    chosen : list of int
        Rows of the candidates that the chains' best paths took, and of pieces they left out.
    judged : numpy.ndarray
        (chosen, classes) probabilities in company.
    scores : numpy.ndarray
        (candidates, classes) probabilities of every candidate alone.
    digits : list of int
        Columns of the digit classes, in the order 0 to 9.
    least : float
        Probability from which a digit is reported.
    """

    chosen: list[int]
    judged: np.ndarray
    scores: np.ndarray
    digits: list[int]
    least: float


@dataclass(frozen=True, slots=True, eq=False)
class Second:
    """The reading once lines in doubt were read again.

    Parameters
    ----------
    verdicts : list of Verdict
        On every place.
    contests : list of Contest
        One for each line that was in doubt.
    """

    verdicts: list[Verdict]
    contests: list[Contest]


def as_read(candidates: Candidates, first: First) -> Second:
    """The verdicts of the crops alone."""
    places = list(range(len(first.chosen)))
    return Second(_as_they_are(candidates, places, first), [])


def reread(candidates: Candidates, first: First, reader: LineReader) -> Second:
    """Verdicts on every place, those of doubtful lines given anew.

    Parameters
    ----------
    candidates : Candidates
    first : First
    reader : LineReader
        Is asked once, about all lines in doubt together.
    """
    at: dict[int, list[int]] = {}
    for place, row in enumerate(first.chosen):
        at.setdefault(candidates.items[row].chain, []).append(place)
    doubtful, verdicts = [], []
    for line in find_lines(candidates):
        places = [place for chain in line.chains for place in at.get(chain, [])]
        if _in_doubt(candidates, line, places, first):
            doubtful.append((line, places))
        else:
            verdicts += _as_they_are(candidates, places, first)
    sheets = [line.ink(candidates.items) for line, _ in doubtful]
    strips = [frame_ink(sheet) for sheet in sheets]
    columns = reader.log_probabilities(strips)
    contests = []
    for (line, places), sheet, strip, log_p in zip(doubtful, sheets, strips, columns):
        contest = Contest(candidates, first, line, places, sheet, strip, fair(log_p))
        contests.append(contest)
        verdicts += contest.verdicts
    return Second(verdicts, contests)


def _as_they_are(
    candidates: Candidates, places: list[int], first: First
) -> list[Verdict]:
    rows = [first.chosen[place] for place in places]
    regions = [candidates.items[row].region for row in rows]
    return [
        Verdict(region.box, first.judged[place], region.ink, row)
        for region, place, row in zip(regions, places, rows)
    ]


def _covered(
    candidates: Candidates, line: Line, places: list[int], first: First
) -> float:
    """Share of the line's ink, as wide as it is, that lies under digits."""
    wide = {chain: 0 for chain in line.chains}
    for row in line.members:
        item = candidates.items[row]
        wide[item.chain] = max(wide[item.chain], item.region.box.width)
    under = sum(candidates.items[first.chosen[place]].region.box.width for place in places)  # fmt: skip
    return under / max(1, sum(wide.values()))


def _in_doubt(
    candidates: Candidates, line: Line, places: list[int], first: First
) -> bool:
    """Whether a line with digits has more than one shape to it, and not all of them are clean digits."""
    count = sum(len(candidates.weights[chain]) for chain in line.chains)
    if not 1 < count <= MOST_PIECES or not _level(candidates, line, places, first):
        return False
    sure = first.judged[np.ix_(places, first.digits)].max(axis=1)
    found = sure >= first.least
    if not found.any():
        return False
    cut = any(candidates.items[first.chosen[place]].cuts for place in places)
    read = [place for place, digit in zip(places, found) if digit]
    return (
        cut
        or bool((sure[found] < CLEAN).any())
        or _covered(candidates, line, read, first) < COVERED
    )


def _level(candidates: Candidates, line: Line, places: list[int], first: First) -> bool:
    """Whether it is one line: where rows of writing touch, chains reach over both, and columns tell nothing."""
    tall = [candidates.items[first.chosen[place]].region.box.height for place in places]
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


def pieces_on(line: Line, candidates: Candidates, scores: np.ndarray) -> Pieces:
    """The pieces of a line's chains in one row.

    Parameters
    ----------
    line : Line
    candidates : Candidates
    scores : numpy.ndarray
        (candidates, digits) probabilities of every candidate of the picture.

    Returns
    -------
    Pieces
        Its rows are the members of the line.
    """
    start, runs = {}, []
    count = 0
    for chain in line.chains:
        start[chain] = count
        count += len(candidates.weights[chain])
    for k, row in enumerate(line.members):
        item = candidates.items[row]
        at = start[item.chain]
        runs.append((item.first + at, item.last + at, k))
    return Pieces(count, tuple(runs), scores[list(line.members)])


class Contest:
    """One doubtful line before both witnesses.

    Attributes
    ----------
    line : Line
    strip : Strip
        Its ink, as the line reader saw it.
    log_p : numpy.ndarray
        (columns, classes) logarithms of what the line reader said.
    read : list of int
        Places where the crops found digits, left to right.
    readings : list of Reading
        What both spell together, likeliest first.
    weights : numpy.ndarray
        (readings,) their probabilities.
    scattered : bool
        Whether the digits stand among other ink, and the line reader was only asked whether it sees them.
    verdicts : list of Verdict
        What stands on the line.
    """

    def __init__(
        self,
        candidates: Candidates,
        first: First,
        line: Line,
        places: list[int],
        sheet: np.ndarray,
        strip: Strip,
        log_p: np.ndarray,
        more: tuple[tuple[int, ...], ...] = (),
    ) -> None:
        self._items = candidates.items
        self._candidates, self._first, self.line = candidates, first, line
        self._sheet, self.strip, self.log_p = sheet, strip, log_p
        sure = first.judged[np.ix_(places, first.digits)].max(axis=1)
        read = [place for place, p in zip(places, sure) if p >= first.least]
        self.read = sorted(read, key=lambda k: self._items[first.chosen[k]].region.box.x)  # fmt: skip
        own = tuple(self._digit_at(place) for place in self.read)
        pieces = pieces_on(line, candidates, first.scores[:, first.digits])
        covered = _covered(candidates, line, self.read, first)
        self.readings = readings(
            pieces, log_p, (own, *more), A_DIGIT * min(1.0, covered)
        )
        log = np.array([reading.log_p for reading in self.readings]) / DOUBT
        self.weights = np.exp(log - np.logaddexp.reduce(log))
        self.scattered = covered < NUMBER
        self.verdicts = (
            self._seen_by_both() if self.scattered else self.spelled(self.readings[0])
        )

    def spelled(self, reading: Reading) -> list[Verdict]:
        """What stands on the line by this reading; each digit is as likely as all readings make it."""
        bounds = self._bounds(reading.columns)
        return [
            self._verdict(reading, k, bounds[k : k + 2])
            for k in range(len(reading.digits))
        ]

    def _digit_at(self, place: int) -> int:
        return int(self._first.judged[place, self._first.digits].argmax())

    def _shares(self, low: float, high: float) -> np.ndarray:
        """Probability of each digit, over all readings, to stand between two columns of the scores: (10,)."""
        shares = np.zeros(len(self._first.digits))
        for weight, reading in zip(self.weights.tolist(), self.readings):
            places = zip(reading.digits, reading.columns)
            told = {digit for digit, column in places if low <= column <= high}
            shares[list(told)] += weight
        return shares

    def _seen_by_both(self) -> list[Verdict]:
        kept = []
        for place in self.read:
            box = self._items[self._first.chosen[place]].region.box
            low, high = (self._column(x) for x in (box.x, box.right))
            if self._shares(low - 1, high + 1)[self._digit_at(place)] > SEEN:
                kept.append(place)
        return _as_they_are(self._candidates, kept, self._first)

    def _column(self, x: float) -> float:
        """Column of the scores at a pixel of the picture."""
        return ((x - self.line.box.x) * self.strip.scale + MARGIN) / STEP

    def _bounds(self, columns: tuple[int, ...]) -> list[int]:
        """Pixels of the sheet between neighbouring digits; peaks may lie on the paper left and right of it."""
        wide = self._sheet.shape[1]
        at = [self.strip.column(STEP * column + 1) for column in columns]
        between = [round((a + b) / 2) for a, b in pairwise(at)]
        return [0, *(min(max(0, x), wide - 1) for x in between), wide]

    def _verdict(self, reading: Reading, k: int, bounds: list[int]) -> Verdict:
        digit, column, row = reading.digits[k], reading.columns[k], reading.rows[k]
        shares = np.minimum(self._shares(column - 3, column + 3), SURE)
        scores = self._scores(digit, shares)
        if row is not None:
            member = self.line.members[row]
            region = self._items[member].region
            return Verdict(region.box, scores, region.ink, member)
        return self._between(bounds, scores)

    def _scores(self, digit: int, shares: np.ndarray) -> np.ndarray:
        """Probabilities of all classes at a place where `digit` was chosen, from the shares of the digits."""
        rest, others = 1 - shares[digit], np.delete(shares, digit).sum()
        # A neighbour may stand as near; together they leave no more than the rest.
        shares = shares * (min(1, rest / others) if others else 1)
        shares[digit] = 1 - rest
        scores = np.zeros(self._first.scores.shape[1], np.float32)
        scores[self._first.digits] = shares
        none = np.delete(np.arange(len(scores)), self._first.digits)
        scores[none] = (1 - scores.sum()) / max(1, len(none))
        return scores

    def _between(self, bounds: list[int], scores: np.ndarray) -> Verdict:
        """A digit that no candidate shows alone: the ink between its neighbours."""
        left, right = bounds[0], max(bounds[0] + 1, bounds[1])
        ys, xs = np.nonzero(self._sheet[:, left:right])
        if not len(xs):
            ys, xs = np.array([0, len(self._sheet) - 1]), np.array([0, right - left - 1])  # fmt: skip
        x, y = int(xs.min()) + left, int(ys.min())
        box = Box(x, y, int(np.ptp(xs)) + 1, int(np.ptp(ys)) + 1)
        ink = self._sheet[box.y : box.bottom, box.x : box.right]
        return Verdict(box.shift(self.line.box.x, self.line.box.y), scores, ink, None)
