"""Candidates and their scores -> digits: the best way through each chain, then one digit a place."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import cv2
import numpy as np

from camrec.elements import Box, Digit
from camrec.reading.bodies import silenced
from camrec.reading.classifier import named_classes
from camrec.reading.company import in_company, in_surroundings, surroundings
from camrec.reading.contest import First, Verdict
from camrec.reading.grouping import Line
from camrec.reading.lines import LineReader
from camrec.reading.normalise import normalise
from camrec.reading.regions import Candidate, Candidates
from camrec.reading.rereading import Second, as_read, reread

INSIDE = 0.6  # share of a digit's box inside a surer digit's box from which it is part of that one
LETTER_CUT = 0.2  # what a cut side costs where letters are read, in logarithms: half an n is an i, half a digit mostly nothing
STANDS = 0.65  # share of its chain's ink that a digit has to be where it is the only one and was cut out of the rest
LIKELY = 0.5  # probability from which a place counts as a digit, where more is asked for in the end
TINY = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class Resolved:
    """What was chosen, and what was thought of on the way.

    Parameters
    ----------
    digits : list of Digit
        Boxes at the scale of work.
    spelled : list of list of int
        Indices of `digits` that stand side by side on a line that was spelled, left to right.
    judged : list of Digit
        One for each verdict, however unsure; `digits` are among them.
    strokes : list of Digit
        Those sure ones that were left out as strokes of a word.
    first : First
        The reading by crops.
    second : Second
        The verdicts, once lines in doubt were read again.
    """

    digits: list[Digit]
    spelled: list[list[int]]
    judged: list[Digit]
    strokes: list[Digit]
    first: First
    second: Second


def resolve(
    candidates: Candidates,
    scores: np.ndarray,
    classes: tuple[str, ...],
    min_confidence: float,
    *,
    lines: LineReader | None = None,
    keep_crops: bool = False,
) -> Resolved:
    """Choose among hypotheses that exclude each other.

    Parameters
    ----------
    candidates : Candidates
    scores : numpy.ndarray
        (N, classes) probabilities, a row a candidate.
    classes : tuple of str
    min_confidence : float
        Digits less sure are left out.
    lines : LineReader, optional
        Reads doubtful lines a second time; it knows digits only.
    keep_crops : bool
        Each digit also holds what was judged, as the network sees it.

    Returns
    -------
    Resolved
    """
    # What is read again does not depend on how sure the user wants to be, or a digit might be lost by asking for it.
    first = first_reading(candidates, scores, classes, min(min_confidence, LIKELY))
    second = reread(first, lines) if lines else as_read(first)
    judged = [_digit(v, first.digits, classes, keep_crops) for v in second.verdicts]
    sure = [k for k, digit in enumerate(judged) if digit.confidence >= min_confidence]
    on = [verdict.line for verdict in second.verdicts]
    kept = _apart(judged, on, sure)
    strokes = set() if _has_letters(classes, first.digits) else _strokes(candidates, second.verdicts, kept)  # fmt: skip
    kept = [k for k in kept if k not in strokes]
    return Resolved(
        [judged[k] for k in kept],
        _side_by_side(on, kept),
        judged,
        [judged[k] for k in sorted(strokes)],
        first,
        second,
    )


def first_reading(
    candidates: Candidates,
    scores: np.ndarray,
    classes: tuple[str, ...],
    least: float,
) -> First:
    """The reading by crops alone; parameters as for :func:`resolve`."""
    digits = named_classes(classes)
    scores = silenced(candidates, scores, classes)
    # A piece that stood no chance alone may be a digit in the company of digits.
    chosen = [k for rows in best_paths(candidates, scores, classes) for k in rows]
    boxes = [candidates.items[k].region.box for k in chosen]
    judged = in_company(boxes, scores[chosen], digits)
    odds = surroundings(boxes, judged, digits)
    judged = in_surroundings(judged, digits, odds)
    return First(candidates, chosen, judged, odds, scores, digits, least)


def share_read(
    candidates: Candidates, scores: np.ndarray, classes: tuple[str, ...]
) -> float:
    """Share of all ink that crops alone take for digits; parameters as for :func:`resolve`."""
    first = first_reading(candidates, scores, classes, LIKELY)
    every = list(range(len(first.chosen)))
    areas = [cv2.countNonZero(first.region_at(place).ink) for place in every]
    read = first.found(every)
    return sum(areas[place] for place in read) / max(1, sum(areas))


def best_paths(
    candidates: Candidates, scores: np.ndarray, classes: tuple[str, ...]
) -> tuple[list[int], list[int]]:
    """Rows of the candidates on the best path through each chain, and those of single pieces off it."""
    digits = named_classes(classes)
    sure = scores[:, digits].max(axis=1)
    letters = _has_letters(classes, digits)
    price = np.array([LETTER_CUT * letters * item.cuts for item in candidates.items])
    chains: list[list[int]] = [[] for _ in candidates.weights]
    for k, item in enumerate(candidates.items):
        chains[item.chain].append(k)
    chosen: list[int] = []
    left: list[int] = []
    for weights, members in zip(candidates.weights, chains, strict=True):
        path = _path(candidates.items, members, sure, weights, price)
        chosen += path
        left += _left_out(candidates.items, members, path)
    return chosen, left


def _has_letters(classes: tuple[str, ...], named: list[int]) -> bool:
    return any(classes[k].isalpha() for k in named)


def _digit(
    verdict: Verdict, digits: list[int], classes: tuple[str, ...], keep_crop: bool
) -> Digit:
    scores = verdict.scores
    best = max(digits, key=lambda k: scores[k])
    crop = normalise(verdict.ink) if keep_crop else None
    return Digit(classes[best], float(scores[best]), verdict.box, scores, crop)


def _path(
    items: tuple[Candidate, ...],
    members: list[int],
    sure: np.ndarray,
    weights: np.ndarray,
    price: np.ndarray,
) -> list[int]:
    """Hypotheses that explain the chain's ink best, left to right.

    Each earns the logarithm of its probability times its share of the ink, less its price. A piece left out costs what is lost with
    it: the probability that the best hypothesis with it was wrong. Charging it P(not a digit) instead would throw away
    clean zeros, whose halves are perfect non-digits.
    """
    if len(weights) == 1:
        return members
    hopes = np.zeros(len(weights))
    for k in members:
        span = slice(items[k].first, items[k].last)
        hopes[span] = np.maximum(hopes[span], sure[k])
    skip = weights * np.log(np.maximum(TINY, 1 - hopes))
    upto = np.concatenate([[0], np.cumsum(weights)])
    value = [0.0]
    step: list[int | None] = [None]
    ending: list[list[int]] = [[] for _ in range(len(weights) + 1)]
    for k in members:
        ending[items[k].last].append(k)
    for last in range(1, len(weights) + 1):
        best, by = value[-1] + skip[last - 1], None
        for k in ending[last]:
            first = items[k].first
            share = upto[last] - upto[first]
            worth = value[first] + share * np.log(max(TINY, sure[k])) - price[k]
            if worth > best:
                best, by = worth, k
        value.append(best)
        step.append(by)
    return _walk_back(items, step)


def _left_out(
    items: tuple[Candidate, ...], members: list[int], path: list[int]
) -> list[int]:
    """Single pieces that no chosen hypothesis covers: they are no digits, and their neighbours should know."""
    covered = {piece for k in path for piece in range(items[k].first, items[k].last)}
    return [
        k
        for k in members
        if items[k].last - items[k].first == 1 and items[k].first not in covered
    ]


def _walk_back(items: tuple[Candidate, ...], step: list[int | None]) -> list[int]:
    chosen, last = [], len(step) - 1
    while last > 0:
        k = step[last]
        if k is None:
            last -= 1
        else:
            chosen.append(k)
            last = items[k].first
    return chosen[::-1]


def _apart(digits: list[Digit], lines: list[Line | None], sure: list[int]) -> list[int]:  # fmt: skip
    """Leave out digits that lie inside a surer one: the hole of a 0, the loop of a 9.

    Those of one line that was spelled stay: they are known to be several, and the boxes of slanted digits overlap.
    """
    order = sorted(
        sure, key=lambda k: -digits[k].confidence * digits[k].box.area ** 0.5
    )
    within = _shares([digits[k].box for k in order]) > INSIDE
    kept: list[int] = []  # places in `order`
    for at, k in enumerate(order):
        others = [j for j in kept if lines[k] is None or lines[order[j]] is not lines[k]]  # fmt: skip
        if not within[at, others].any():
            kept.append(at)
    return [order[at] for at in kept]


def _strokes(
    candidates: Candidates, verdicts: list[Verdict], kept: list[int]
) -> set[int]:
    """Digits among `kept` that are strokes of a word: alone among other ink, of which they were cut."""
    shown = {k: candidates.items[row] for k in kept if (row := verdicts[k].row) is not None}  # fmt: skip
    chains = Counter(item.chain for item in shown.values())
    lines = Counter(verdicts[k].line for k in kept)
    lines[None] = 1  # each was judged for itself

    def is_stroke(k: int, item: Candidate) -> bool:
        alone = chains[item.chain] == 1 and lines[verdicts[k].line] == 1
        share = candidates.weights[item.chain][item.first : item.last].sum()
        return item.cuts > 0 and alone and bool(share < STANDS)

    return {k for k, item in shown.items() if is_stroke(k, item)}


def _side_by_side(lines: list[Line | None], kept: list[int]) -> list[list[int]]:
    """Verdicts come line by line, spelled ones from left to right: those in a row that were kept, by their places in `kept`."""
    rows: list[list[int]] = []
    place = {k: at for at, k in enumerate(kept)}
    for k, line in enumerate(lines):
        if line is None or k not in place:
            continue
        if k and lines[k - 1] is line and k - 1 in place:
            rows[-1].append(place[k])
        else:
            rows.append([place[k]])
    return rows


def _shares(boxes: list[Box]) -> np.ndarray:
    """(N, N) share of the box of each row that lies in the box of each column."""
    x, y, w, h = np.array([box.as_list() for box in boxes], float).reshape(-1, 4).T
    right, bottom = x + w, y + h
    across = np.minimum(right[:, None], right) - np.maximum(x[:, None], x)
    down = np.minimum(bottom[:, None], bottom) - np.maximum(y[:, None], y)
    shares: np.ndarray = np.maximum(across, 0) * np.maximum(down, 0) / (w * h)[:, None]
    return shares
