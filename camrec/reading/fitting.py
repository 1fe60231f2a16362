"""Numbers that do not fit a pattern: the likeliest other reading of the same ink that fits.

Three sources propose: every crop as another digit, other ways through the chains, and what the line reader spells. All are
judged alike, by the logarithm of what the witnesses think of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import islice

import numpy as np

from camrec.elements import Box, Digit, Number
from camrec.reading import ctc
from camrec.reading.classifier import NONE
from camrec.reading.contest import SURE, Case, First, Verdict, decide, pieces_on
from camrec.reading.grouping import ALIKE, OVERLAP, RISE, Line
from camrec.reading.lines import LineReader
from camrec.reading.normalise import normalise
from camrec.reading.pattern import Pattern
from camrec.reading.places import Places
from camrec.reading.rereading import fair, strip_of
from camrec.reading.spelling import Reading
from camrec.reading.strips import OTHER
from camrec.reading.ways import likeliest

HOPELESS = 0.1  # probability below which a reading that fits is not taken
MOST = 400  # readings by crops that are looked at
BEAM = 32  # spellings of the line reader that are looked at
OFFERED = 8  # of each source that fit, judged by both witnesses
JOIN_GAP = 1.2  # of the taller height: numbers further apart are two, whatever the pattern says
JOINED = 0.5  # what numbers lose that only the pattern joins: as likely they are two


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """What is known of the ink that numbers were read from.

    Parameters
    ----------
    first : First
        The reading by crops.
    classes : tuple of str
    lines : LineReader or None
        The second witness, where there is one.
    keep_crops : bool
        Each digit also holds what was judged, as the network sees it.
    """

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
    places = Places(evidence.first.candidates, numbers)
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
    places: Places,
    pattern: Pattern,
    evidence: Evidence,
) -> list[Number]:
    """Each of a group by a reading that fits, or all as one number, whichever is likelier."""
    members = [numbers[k] for k in group]
    lines = [places.line([k]) for k in group]
    if all(_settled(number, line, evidence) for number, line in zip(members, lines)):
        return members
    whole_line = places.line(group)  # before any of its ink is taken
    alone = []
    for k, number in zip(group, members):
        line = places.line([k])  # the same ink is in one number alone
        alone.append(_forced(number, line, pattern, evidence))
        if line is not None and alone[-1] is not number:
            places.take(line)
    if len(group) == 1:
        return alone
    whole = replace(_joined(members), fits=False)
    together = _forced(whole, whole_line, pattern, evidence)
    share = JOINED ** (len(group) - 1)
    best = max((number.confidence for number in alone if number.fits), default=0.0)
    if not together.fits or together.confidence * share < max(best, HOPELESS):
        return alone
    if whole_line is not None:
        places.take(whole_line)
    return [replace(together, confidence=together.confidence * share)]


def _settled(number: Number, line: Line | None, evidence: Evidence) -> bool:
    """Whether no other reading can be likely: all digits are sure, and each is the one piece of ink that it can be."""
    if line is None:
        return True
    weights = evidence.first.candidates.weights
    pieces = sum(len(weights[chain]) for chain in line.chains)
    return pieces == len(number.digits) and number.confidence > 1 - HOPELESS


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
    marked = tuple(
        number if pattern.fits(number.text) else replace(number, fits=False)
        for number in numbers
    )
    out: list[Number] = []
    for group in _groups(marked):
        members = [marked[k] for k in group]
        whole = _joined(members)
        # Only all that stand side by side: a part of a row of many is none of its numbers.
        together = pattern.fits(whole.text) and whole.confidence >= HOPELESS
        out += [whole] if len(group) > 1 and together else members
    return tuple(out)


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


def _forced(
    number: Number, line: Line | None, pattern: Pattern, evidence: Evidence
) -> Number:
    """The number by its likeliest reading that fits; as it was where there is none, or no likely one."""
    if line is None:
        return number
    first = evidence.first
    pieces = pieces_on(line, first.candidates, first.scores[:, first.digits])
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
    sheet = line.ink(evidence.first.candidates.items)
    strip = strip_of(line, sheet)
    log_p = fair(reader.log_probabilities([strip])[0])
    spellings = ctc.n_best(log_p, BEAM)
    spelled = [
        tuple(label for label in spelling.labels if label < OTHER)
        for spelling in spellings
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
    case = Case(evidence.first, line, [], sheet, strip, log_p, spellings[: ctc.BEAM], more)  # fmt: skip
    (contest,) = decide([case])
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
        region = evidence.first.candidates.items[member].region
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
