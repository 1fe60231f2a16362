"""What one line holds, by both witnesses together: the crops of its pieces, and the line reader."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np

from camrec.elements import Box, Region
from camrec.reading import ctc
from camrec.reading.grouping import Line
from camrec.reading.lines import STEP
from camrec.reading.regions import Candidates
from camrec.reading.spelling import Pieces, Reading, readings, worth_a_look
from camrec.reading.strips import MARGIN, Strip

NUMBER = 0.25  # share of a line's ink under digits from which it is a number, though not a clean one
SEEN = 0.3  # probability that the line reader has to give to a digit among other ink
A_DIGIT = 1.0  # nats for each digit of a reading where a whole line is under digits: the line reader leaves out more than it makes up
ODDS = 1.5  # power of the odds of a digit in these surroundings, likewise; where most are digits they say nothing of how many stand here
ACROSS = 1.5  # heights of the line that a digit which no crop shows is wide at the most
DOUBT = 1.5  # temperature of what both say together: they look at the same ink
TINY = 1e-6
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
    line : Line or None
        That was spelled, this digit with its neighbours; None where it was judged alone.
    """

    box: Box
    scores: np.ndarray
    ink: np.ndarray
    row: int | None
    line: Line | None = None


@dataclass(frozen=True, eq=False)
class First:
    """The reading by crops.

    Parameters
    ----------
    candidates : Candidates
    chosen : list of int
        Rows of the candidates that the chains' best paths took, and of pieces they left out.
    judged : numpy.ndarray
        (chosen, classes) probabilities in company.
    odds : numpy.ndarray
        (chosen,) what stands around says of each; see :func:`~camrec.reading.company.surroundings`.
    scores : numpy.ndarray
        (candidates, classes) probabilities of every candidate alone.
    digits : list of int
        Columns of the digit classes, in the order 0 to 9.
    least : float
        Probability from which a digit is reported.
    """

    candidates: Candidates
    chosen: list[int]
    judged: np.ndarray
    odds: np.ndarray
    scores: np.ndarray
    digits: list[int]
    least: float

    @cached_property
    def _likeliest(self) -> np.ndarray:
        return np.asarray(self.judged[:, self.digits].max(axis=1))

    def sure(self, places: list[int]) -> np.ndarray:
        """(places,) probabilities of the likeliest digit at places, indices of `chosen`."""
        return self._likeliest[places]

    def digit_at(self, place: int) -> int:
        """The likeliest digit at a place."""
        return int(self.judged[place, self.digits].argmax())

    def digits_at(self, places: list[int]) -> ctc.Labels:
        """The likeliest digits at places, in their order."""
        return tuple(self.digit_at(place) for place in places)

    def surrounded(self, places: list[int]) -> float:
        """What stands around says of places: the mean of their log odds; 0 where there are none."""
        return float(self.odds[places].mean()) if places else 0.0

    def region_at(self, place: int) -> Region:
        """What was chosen for a place."""
        return self.candidates.items[self.chosen[place]].region

    def found(self, places: list[int]) -> list[int]:
        """Those of the places where the crops found a digit, left to right."""
        found = [place for place, p in zip(places, self.sure(places)) if p >= self.least]  # fmt: skip
        return sorted(found, key=lambda place: self.region_at(place).box.x)

    def verdicts(self, places: list[int]) -> list[Verdict]:
        """The crops' own verdicts on places."""
        regions = [self.region_at(place) for place in places]
        return [
            Verdict(region.box, self.judged[place], region.ink, self.chosen[place])
            for place, region in zip(places, regions)
        ]

    def covered(self, line: Line, places: list[int]) -> float:
        """Share of the columns under a line's ink that lie under the digits found at places."""
        inked, digits = np.zeros((2, line.box.width), bool)
        for row in line.members:
            _mark(inked, self.candidates.items[row].region.box, line.box)
        for place in places:
            _mark(digits, self.region_at(place).box, line.box)
        return float(digits.sum() / max(1, inked.sum()))


def _mark(columns: np.ndarray, box: Box, line: Box) -> None:
    columns[box.x - line.x : box.right - line.x] = True


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


@dataclass(frozen=True, eq=False)
class Case:
    """A line in doubt, and what is said of it.

    Parameters
    ----------
    first : First
    line : Line
    places : list of int
        Of the line, by their index in `first.chosen`.
    sheet : numpy.ndarray
        (h, w) uint8, the line's ink at the scale of work.
    strip : Strip
    log_p : numpy.ndarray
        (columns, classes) logarithms of what the line reader said.
    spellings : list of Spelling
        Of `log_p`, likeliest first.
    more : tuple of tuple of int
        Digits to be judged too, whatever the line reader would have proposed.
    plain : bool
        The line reader surely sees digits, with at most a sign behind them, and is believed though crops see few or none.
    """

    first: First
    line: Line
    places: list[int]
    sheet: np.ndarray
    strip: Strip
    log_p: np.ndarray
    spellings: list[ctc.Spelling]
    more: tuple[ctc.Labels, ...] = ()
    plain: bool = False

    @cached_property
    def read(self) -> list[int]:
        """Places where the crops found digits, left to right."""
        return self.first.found(self.places)

    def proposed(self) -> list[ctc.Spelling]:
        """What the line may spell by either witness."""
        own = self.first.digits_at(self.read)
        return worth_a_look(self.log_p, self.spellings, (own, *self.more))


def decide(cases: list[Case]) -> list[Contest]:
    """A contest for each case."""
    proposed = [case.proposed() for case in cases]
    labels = [[spelling.labels for spelling in some] for some in proposed]
    peaks = ctc.peaks_of_all([(case.log_p, some) for case, some in zip(cases, labels)])
    return [Contest(*each) for each in zip(cases, proposed, peaks)]


class Contest:
    """One doubtful line before both witnesses.

    Parameters
    ----------
    case : Case
    proposed : list of Spelling
        What the line may spell.
    peaks : list of list of int
        The columns of their labels.

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
        self, case: Case, proposed: list[ctc.Spelling], peaks: list[list[int]]
    ) -> None:
        self._items = case.first.candidates.items
        self._first, self.line = case.first, case.line
        self._sheet, self.strip, self.log_p = case.sheet, case.strip, case.log_p
        self.read = case.read
        pieces = pieces_on(self.line, case.first.candidates, case.first.scores[:, case.first.digits])  # fmt: skip
        boxes = [self._items[row].region.box for row in self.line.members]
        spans = self._columns(np.array([(box.x, box.right) for box in boxes]))
        share = case.first.covered(self.line, self.read)
        a_digit = _a_digit(case, share)
        self.readings = readings(pieces, spans, proposed, peaks, a_digit)
        log = np.array([reading.log_p for reading in self.readings]) / DOUBT
        self.weights = np.exp(log - np.logaddexp.reduce(log))
        self.scattered = share < NUMBER and not case.plain
        self.verdicts = (
            self._seen_by_both() if self.scattered else self.spelled(self.readings[0])
        )

    def spelled(self, reading: Reading) -> list[Verdict]:
        """What stands on the line by this reading; each digit is as likely as all readings make it."""
        bounds = self._bounds(reading.columns)
        return [
            self._verdict(reading, k, bounds[k]) for k in range(len(reading.digits))
        ]

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
            box = self._first.region_at(place).box
            low, high = self._columns(np.array([box.x, box.right])).tolist()
            if self._shares(low - 1, high + 1)[self._first.digit_at(place)] > SEEN:
                kept.append(place)
        return self._first.verdicts(kept)

    def _columns(self, xs: np.ndarray) -> np.ndarray:
        """Columns of the scores at pixels of the picture."""
        return ((xs - self.line.box.x) * self.strip.scale + MARGIN) / STEP

    def _bounds(self, columns: tuple[int, ...]) -> list[tuple[int, int]]:
        """Pixels of the sheet that are each digit's, up to halfway to its neighbours; peaks may lie on the paper left and right of it."""
        tall, wide = self._sheet.shape
        at = [self.strip.column(STEP * column + 1) for column in columns]
        between = [(a + b) / 2 for a, b in pairwise(at)]
        sides = zip(at, [0.0, *between], [*between, float(wide)])
        reach = ACROSS / 2 * tall
        bounds = [(max(left, x - reach), min(right, x + reach)) for x, left, right in sides]  # fmt: skip
        return [(_within(left, wide - 1), _within(right, wide)) for left, right in bounds]  # fmt: skip

    def _verdict(self, reading: Reading, k: int, bounds: tuple[int, int]) -> Verdict:
        digit, column, row = reading.digits[k], reading.columns[k], reading.rows[k]
        shares = np.minimum(self._shares(column - 3, column + 3), SURE)
        scores = self._scores(digit, shares)
        if row is None:
            return self._between(bounds, scores)
        member = self.line.members[row]
        region = self._items[member].region
        return Verdict(region.box, scores, region.ink, member, self.line)

    def _scores(self, digit: int, shares: np.ndarray) -> np.ndarray:
        """Probabilities of all classes at a place where `digit` was chosen, from the shares of the digits."""
        p = shares[digit]
        # A neighbour may stand as near: the others are never likelier, and together no more than the rest.
        shares = np.minimum(shares, 0.99 * p)
        shares[digit] = 0
        shares *= min(1, (1 - p) / max(TINY, shares.sum()))
        shares[digit] = p
        scores = np.zeros(self._first.scores.shape[1], np.float32)
        scores[self._first.digits] = shares
        none = np.delete(np.arange(len(scores)), self._first.digits)
        scores[none] = (1 - scores.sum()) / max(1, len(none))
        return scores

    def _between(self, bounds: tuple[int, int], scores: np.ndarray) -> Verdict:
        """A digit that no candidate shows alone: the ink between its neighbours."""
        left, right = bounds[0], max(bounds[0] + 1, bounds[1])
        ys, xs = np.nonzero(self._sheet[:, left:right])
        if not len(xs):
            ys, xs = np.array([0, len(self._sheet) - 1]), np.array([0, right - left - 1])  # fmt: skip
        x, y = int(xs.min()) + left, int(ys.min())
        box = Box(x, y, int(np.ptp(xs)) + 1, int(np.ptp(ys)) + 1)
        ink = self._sheet[box.y : box.bottom, box.x : box.right]
        place = box.shift(self.line.box.x, self.line.box.y)
        return Verdict(place, scores, ink, None, self.line)


def _a_digit(case: Case, share: float) -> float:
    """Nats that every digit of a reading earns it, where crops found digits on so much of the line."""
    if case.plain:
        return A_DIGIT
    surrounded = case.first.surrounded(case.places)
    return A_DIGIT * min(1.0, share) + ODDS * min(0.0, surrounded)


def _within(x: float, last: int) -> int:
    return min(max(0, round(x)), last)
