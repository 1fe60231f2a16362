"""Numbers that do not fit a pattern: the likeliest other reading of the same ink that fits.

Three sources propose: every crop as another digit, other ways through the chains, and what the line reader spells. All are
judged alike, by the logarithm of what the witnesses think of them.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

import numpy as np

from camrec.elements import Box, Digit, Number
from camrec.reading import ctc
from camrec.reading.classifier import NONE
from camrec.reading.grouping import ALIKE, OVERLAP, RISE, Line
from camrec.reading.lines import LineReader
from camrec.reading.normalise import normalise
from camrec.reading.pattern import Pattern
from camrec.reading.regions import Candidates
from camrec.reading.rereading import (
    MOST_PIECES,
    SURE,
    Contest,
    First,
    Verdict,
    fair,
    pieces_on,
)
from camrec.reading.spelling import TINY, Pieces, Reading, left_out
from camrec.reading.strips import OTHER, frame_ink

HOPELESS = 0.1  # probability below which a reading that fits is not taken
LIKELY = 3  # digits that one crop may be
FAR = 12.0  # nats from the likeliest reading by crops to the last that is looked at
MOST = 400  # readings by crops that are looked at
STEPS = 20_000  # of the search for them
BEAM = 32  # spellings of the line reader that are looked at
OFFERED = 8  # of each source that fit, judged by both witnesses
REACH = 1.0  # heights around its digits where ink that was left out may still belong to a number
WITHIN = 0.6  # share of a digit's box that lies in the box of its chain
JOIN_GAP = 1.6  # of the taller height: numbers further apart are two, whatever the pattern says
JOINED = 0.5  # what numbers lose that only the pattern joins: as likely they are two


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """What is known of the ink that numbers were read from.

    Parameters
    ----------
    candidates : Candidates
    first : First
        The reading by crops.
    classes : tuple of str
    lines : LineReader or None
        The second witness, where there is one.
    keep_crops : bool
        Each digit also holds what was judged, as the network sees it.
    """

    candidates: Candidates
    first: First
    classes: tuple[str, ...]
    lines: LineReader | None = None
    keep_crops: bool = False

    def text(self, digits: tuple[int, ...]) -> str:
        """What digits, by their places among the digit classes, spell."""
        return "".join(self.classes[self.first.digits[digit]] for digit in digits)

    def fits(self, pattern: Pattern) -> Callable[[tuple[int, ...]], bool]:
        """Whether digits spell what fits."""
        return lambda digits: bool(digits) and pattern.fits(self.text(digits))


def fit(
    numbers: tuple[Number, ...], pattern: Pattern, evidence: Evidence
) -> tuple[Number, ...]:
    """Make numbers fit where their ink allows it.

    Parameters
    ----------
    numbers : tuple of Number
        In reading order, boxes at the scale of work.
    pattern : Pattern
    evidence : Evidence

    Returns
    -------
    tuple of Number
        What fits comes back as it is. What does not is joined with its neighbours, or read otherwise; the confidence of
        such a number is its probability among all readings, those that do not fit too. What is left says that it does
        not fit.
    """
    if all(pattern.fits(number.text) for number in numbers):
        return numbers
    numbers = join(numbers, pattern)
    places = _Places(evidence.candidates, numbers)
    out: list[Number] = []
    for group in _groups(numbers):
        if numbers[group[0]].fits:
            out.append(numbers[group[0]])
        else:
            out += _refit(numbers, group, places, pattern, evidence)
    return tuple(out)


def _groups(numbers: tuple[Number, ...]) -> list[list[int]]:
    """Neighbours that do not fit are one group; every other number is one by itself."""
    groups: list[list[int]] = []
    for k, number in enumerate(numbers):
        before = numbers[k - 1] if k else number
        if k and not before.fits and not number.fits and _beside(before.box, number.box):  # fmt: skip
            groups[-1].append(k)
        else:
            groups.append([k])
    return groups


def _refit(
    numbers: tuple[Number, ...],
    group: list[int],
    places: _Places,
    pattern: Pattern,
    evidence: Evidence,
) -> list[Number]:
    """Each of a group by a reading that fits, or all as one number, whichever is likelier."""
    alone = [_forced(numbers[k], places.line([k]), pattern, evidence) for k in group]
    if len(group) == 1:
        return alone
    whole = replace(_joined([numbers[k] for k in group]), fits=False)
    together = _forced(whole, places.line(group), pattern, evidence)
    share = JOINED ** (len(group) - 1)
    best = max((number.confidence for number in alone if number.fits), default=0.0)
    if not together.fits or together.confidence * share < max(best, HOPELESS):
        return alone
    return [replace(together, confidence=together.confidence * share)]


def join(numbers: tuple[Number, ...], pattern: Pattern) -> tuple[Number, ...]:
    """Join neighbours that fit only together, as 12 867 where five digits are wanted, and flag what still does not fit.

    Parameters
    ----------
    numbers : tuple of Number
        In reading order.
    pattern : Pattern

    Returns
    -------
    tuple of Number
    """
    out: list[Number] = []
    left = list(numbers)
    while left:
        count = _fitting(left, pattern)
        out.append(_joined(left[:count]) if count else replace(left[0], fits=False))
        del left[: count or 1]
    return tuple(out)


def _fitting(numbers: list[Number], pattern: Pattern) -> int:
    """How many of the first fit together; 0 where none do."""
    text = ""
    for count, number in enumerate(numbers, 1):
        alone = pattern.fits(number.text)
        if count > 1 and (alone or not _beside(numbers[count - 2].box, number.box)):
            return 0
        text += number.text
        if pattern.fits(text):
            return count
    return 0


def _beside(left: Box, right: Box) -> bool:
    tall, low = max(left.height, right.height), min(left.height, right.height)
    rise = abs(left.centre[1] - right.centre[1])
    gap = right.x - left.right
    return (
        low >= ALIKE * tall
        and rise <= RISE * tall
        and -OVERLAP * tall <= gap <= JOIN_GAP * tall
    )


def _joined(numbers: list[Number]) -> Number:
    confidence = JOINED ** (len(numbers) - 1)
    for number in numbers:
        confidence *= number.confidence
    digits = tuple(digit for number in numbers for digit in number.digits)
    text = "".join(number.text for number in numbers)
    box = Box.around([number.box for number in numbers])
    return Number(text, confidence, box, digits)


def likeliest(pieces: Pieces) -> Iterator[Reading]:
    """Readings of a line by its crops alone, likeliest first, each digits once.

    A* over the pieces from left to right; the best way on from each piece is known beforehand, so that no step is in vain.

    Parameters
    ----------
    pieces : Pieces

    Yields
    ------
    Reading
        `columns` is empty: crops know of none.
    """
    ways = _ways(pieces)
    best = _best_on(ways)
    paths: list[tuple[float, int, tuple[int, ...], tuple[int, ...]]] = [(-best[0], 0, (), ())]  # fmt: skip
    known = set()
    for _ in range(STEPS):
        if not paths:
            return
        cost, at, digits, rows = heapq.heappop(paths)
        if (at, digits) in known:
            continue
        known.add((at, digits))
        if at == pieces.count:
            yield Reading(digits, -cost, rows, ())
            continue
        for way in ways[at]:
            after = cost - (way.log_p + best[way.last] - best[at])
            if after <= FAR - best[0]:
                more = (digits, rows) if way.row is None else ((*digits, way.digit), (*rows, way.row))  # fmt: skip
                heapq.heappush(paths, (after, way.last, *more))


@dataclass(frozen=True, slots=True)
class _Way:
    """On from a piece: a run of pieces is a digit, or the piece is none."""

    last: int
    log_p: float
    digit: int = 0
    row: int | None = None


def _ways(pieces: Pieces) -> list[list[_Way]]:
    log = np.log(np.maximum(TINY, pieces.scores))
    likely = np.argsort(-log, axis=1)[:, :LIKELY].tolist()
    ways = [[_Way(k + 1, float(p))] for k, p in enumerate(left_out(pieces))]
    for first, last, row in pieces.runs:
        ways[first] += [_Way(last, float(log[row, d]), d, row) for d in likely[row]]
    return ways


def _best_on(ways: list[list[_Way]]) -> list[float]:
    """Logarithm of the best way from each piece to the end."""
    best = [0.0] * (len(ways) + 1)
    for k in range(len(ways) - 1, -1, -1):
        best[k] = max(way.log_p + best[way.last] for way in ways[k])
    return best


class _Places:
    """Which chains each number stands on."""

    def __init__(self, candidates: Candidates, numbers: Sequence[Number]) -> None:
        self._members: dict[int, list[int]] = {}
        for row, item in enumerate(candidates.items):
            self._members.setdefault(item.chain, []).append(row)
        self._box = {
            chain: Box.around([candidates.items[row].region.box for row in rows])
            for chain, rows in self._members.items()
        }
        self._weights = candidates.weights
        self._numbers = numbers
        self._own = [self._chains_of(number) for number in numbers]
        self._taken = {chain for chains in self._own for chain in chains}

    def line(self, group: list[int]) -> Line | None:
        """The ink of numbers, and what was left out beside it; None where it is another's too, or too much."""
        own = {chain for k in group for chain in self._own[k]}
        others = [chains for j, chains in enumerate(self._own) if j not in group]
        if not own or any(own & chains for chains in others):
            return None
        digits = [digit.box for k in group for digit in self._numbers[k].digits]
        free = self._box.keys() - self._taken
        near = {chain for chain in free if any(_follows(self._box[chain], box) for box in digits)}  # fmt: skip
        chains = sorted(own | near, key=lambda chain: self._box[chain].centre[0])
        if sum(len(self._weights[chain]) for chain in chains) > MOST_PIECES:
            return None
        rows = tuple(row for chain in chains for row in self._members[chain])
        box = Box.around([self._box[chain] for chain in chains])
        return Line(tuple(chains), rows, box)

    def _chains_of(self, number: Number) -> set[int]:
        return {
            chain
            for chain, box in self._box.items()
            if box.intersect(number.box).area
            and any(_within(digit.box, box) for digit in number.digits)
        }


def _within(digit: Box, chain: Box) -> bool:
    shared = digit.intersect(chain).area
    return shared >= WITHIN * digit.area and digit.height >= ALIKE * chain.height


def _follows(box: Box, digit: Box) -> bool:
    """Whether a shape that was not taken for a digit may be one beside this digit."""
    tall, low = max(box.height, digit.height), min(box.height, digit.height)
    gap = max(box.x - digit.right, digit.x - box.right)
    rise = abs(box.centre[1] - digit.centre[1])
    return low >= ALIKE * tall and rise <= RISE * tall and gap <= REACH * tall


def _forced(
    number: Number, line: Line | None, pattern: Pattern, evidence: Evidence
) -> Number:
    """The number by its likeliest reading that fits; as it was where there is none, or no likely one."""
    if line is None:
        return number
    first = evidence.first
    pieces = pieces_on(line, evidence.candidates, first.scores[:, first.digits])
    by_crops = list(islice(likeliest(pieces), MOST))
    if evidence.lines is None:
        choice = _by_crops(by_crops, line, pattern, evidence)
    else:
        choice = _by_both(by_crops, line, pattern, evidence, evidence.lines)
    if choice is None or choice.p < HOPELESS:
        return number
    return _number(choice, evidence)


@dataclass(frozen=True, slots=True, eq=False)
class _Choice:
    """A reading that fits, its probability, and what stands on each of its places."""

    reading: Reading
    p: float
    verdicts: list[Verdict]


def _by_both(
    by_crops: list[Reading],
    line: Line,
    pattern: Pattern,
    evidence: Evidence,
    reader: LineReader,
) -> _Choice | None:
    """The likeliest that fits, of what the crops and the line reader propose."""
    sheet = line.ink(evidence.candidates.items)
    strip = frame_ink(sheet)
    log_p = fair(reader.log_probabilities([strip])[0])
    spelled = [
        tuple(label for label in spelling.labels if label < OTHER)
        for spelling in ctc.n_best(log_p, BEAM)
    ]
    ways = [reading.digits for reading in by_crops]
    offered = [
        digits
        for source in (ways, spelled)
        for digits in islice(filter(evidence.fits(pattern), source), OFFERED)
    ]
    if not offered:
        return None
    # The crops' own favourites too: what fits has to stand up to them.
    more = (*offered, *ways[:2])
    contest = Contest(evidence.candidates, evidence.first, line, [], sheet, strip, log_p, more)  # fmt: skip
    k = _first(contest.readings, evidence.fits(pattern))
    if k is None:
        return None
    best, p = contest.readings[k], float(contest.weights[k])
    return _Choice(best, p, contest.spelled(best))


def _by_crops(
    readings: list[Reading], line: Line, pattern: Pattern, evidence: Evidence
) -> _Choice | None:
    """The likeliest that fits, of what the crops propose."""
    k = _first(readings, evidence.fits(pattern))
    if k is None:
        return None
    best = readings[k]
    log = np.array([reading.log_p for reading in readings])
    weights = np.exp(log - np.logaddexp.reduce(log)).tolist()
    likely: dict[tuple[int | None, int], float] = {}
    for weight, reading in zip(weights, readings):
        for place in zip(reading.rows, reading.digits):
            likely[place] = likely.get(place, 0.0) + weight
    verdicts = []
    for row, digit in zip(best.rows, best.digits):
        assert row is not None  # crops propose nothing that no crop shows
        member = line.members[row]
        region = evidence.candidates.items[member].region
        scores = np.zeros(len(evidence.classes), np.float32)
        scores[evidence.first.digits[digit]] = likely[row, digit]
        verdicts.append(Verdict(region.box, scores, region.ink, member))
    return _Choice(best, weights[k], verdicts)


def _first(
    readings: list[Reading], fits: Callable[[tuple[int, ...]], bool]
) -> int | None:
    """Index of the likeliest reading that fits."""
    return next((k for k, reading in enumerate(readings) if fits(reading.digits)), None)


def _number(choice: _Choice, evidence: Evidence) -> Number:
    places = zip(choice.reading.digits, choice.verdicts)
    digits = tuple(_digit(label, verdict, evidence) for label, verdict in places)
    text = evidence.text(choice.reading.digits)
    box = Box.around([digit.box for digit in digits])
    return Number(text, min(SURE, choice.p), box, digits)


def _digit(label: int, verdict: Verdict, evidence: Evidence) -> Digit:
    """A digit of a reading that fits: this one or none, for no other would fit."""
    column = evidence.first.digits[label]
    p = min(SURE, float(verdict.scores[column]))
    scores = np.zeros(len(evidence.classes), np.float32)
    scores[column] = p
    if NONE in evidence.classes:
        scores[evidence.classes.index(NONE)] = 1 - p
    crop = normalise(verdict.ink) if evidence.keep_crops else None
    return Digit(evidence.classes[column], p, verdict.box, scores, crop)
