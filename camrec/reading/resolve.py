"""Candidates and their scores -> digits: the best way through each chain, then one digit a place."""

from __future__ import annotations

import numpy as np

from camrec.elements import Box, Digit
from camrec.reading.classifier import NONE
from camrec.reading.regions import Candidate, Candidates

INSIDE = 0.6  # share of a digit's box inside a surer digit's box from which it is part of that one
TINY = 1e-6
PRIOR = 0.2  # share of digits among candidates in life, where training showed it about even numbers
COMPANY = 12.0  # what neighbours may move the log odds by, if all are surely digits or surely none: half of it
REACH = 2.0  # heights over which a neighbour's say falls to 1/e
BESIDE = 0.6  # heights up or down that are still the same line
ALIKE = 0.5  # lower over taller: dots and frames have no say


def resolve(
    candidates: Candidates,
    scores: np.ndarray,
    classes: tuple[str, ...],
    min_confidence: float,
) -> list[Digit]:
    """Choose among hypotheses that exclude each other.

    Parameters
    ----------
    candidates : Candidates
    scores : numpy.ndarray
        (N, classes) probabilities, a row a candidate.
    classes : tuple of str
    min_confidence : float
        Digits less sure are left out.

    Returns
    -------
    list of Digit
        Boxes at the scale of work.
    """
    order = [k for k, name in enumerate(classes) if name != NONE]
    best = scores[:, order].argmax(axis=1) if len(scores) else np.zeros(0, int)
    sure = scores[:, order].max(axis=1) if len(scores) else np.zeros(0)
    chains: list[list[int]] = [[] for _ in candidates.weights]
    for k, item in enumerate(candidates.items):
        chains[item.chain].append(k)
    chosen: list[int] = []
    left: list[int] = []
    for weights, members in zip(candidates.weights, chains):
        path = _path(candidates.items, members, sure, weights)
        chosen += path
        left += _left_out(candidates.items, members, path)
    boxes = [candidates.items[k].region.box for k in chosen + left]
    confidence = in_company(boxes, sure[chosen + left])
    digits = [
        Digit(classes[order[best[k]]], float(p), box, scores[k])
        for k, box, p in zip(chosen, boxes, confidence)
        if p >= min_confidence
    ]
    return _apart(digits)


def in_company(boxes: list[Box], sure: np.ndarray) -> np.ndarray:
    """Probabilities of digits in view of what stands beside them.

    A shaky 7 among digits is a digit; a clean O among letters is none. The logarithm of the odds moves by COMPANY times
    the mean excess of its neighbours' probability over one half, where a lone shape counts one undecided neighbour.

    Parameters
    ----------
    boxes : list of Box
        Of everything that was chosen, digits or not.
    sure : numpy.ndarray
        (N,) probability that it is a digit, judged alone.

    Returns
    -------
    numpy.ndarray
        (N,) probabilities.
    """
    if not boxes:
        return sure
    x, y, w, h = np.array([box.as_list() for box in boxes], np.float32).reshape(-1, 4).T
    tall = np.maximum(h[:, None], h)
    across = np.abs((x + w / 2)[:, None] - (x + w / 2)) / tall
    down = np.abs((y + h / 2)[:, None] - (y + h / 2)) / tall
    weight = (
        np.exp(-across / REACH)
        * (down < BESIDE)
        * (np.minimum(h[:, None], h) > ALIKE * tall)
    )
    np.fill_diagonal(weight, 0)
    excess = (weight @ (sure - 0.5)) / (1 + weight.sum(axis=1))
    odds = np.log(np.maximum(TINY, sure) / np.maximum(TINY, 1 - sure))
    odds += COMPANY * excess + np.log(PRIOR / (1 - PRIOR))
    return 1 / (1 + np.exp(-odds))


def _path(
    items: tuple[Candidate, ...],
    members: list[int],
    sure: np.ndarray,
    weights: np.ndarray,
) -> list[int]:
    """Hypotheses that explain the chain's ink best, left to right.

    Each earns the logarithm of its probability times its share of the ink. A piece left out costs what is lost with
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
            worth = value[first] + (upto[last] - upto[first]) * np.log(
                max(TINY, sure[k])
            )
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


def _apart(digits: list[Digit]) -> list[Digit]:
    """Leave out digits that lie inside a surer one: the hole of a 0, the loop of a 9."""
    kept: list[Digit] = []
    for digit in sorted(digits, key=lambda d: -d.confidence * d.box.area**0.5):
        if all(
            digit.box.intersect(other.box).area <= INSIDE * digit.box.area
            for other in kept
        ):
            kept.append(digit)
    return kept
