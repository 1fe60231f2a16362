"""Connectionist temporal classification: what a line network's columns spell (Graves et al., 2006).

The last class of each column is the blank, which parts equal neighbours.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

BEAM = 8  # prefixes kept; the truth is among the first ten readings of a strip far more often than it is the first
FAINT = -7.0  # log p of classes that are not followed; a beam would drop them anyway
SILENT = -5e-4  # log p of a blank above which a column says nothing else, as most do
NEVER = -1e9  # log p of what cannot be; finite, so that differences stay numbers


@dataclass(frozen=True, slots=True)
class Spelling:
    """One way to read a strip.

    Parameters
    ----------
    labels : tuple of int
    log_p : float
        Logarithm of its probability, summed over all alignments that the beam kept.
    """

    labels: tuple[int, ...]
    log_p: float


def n_best(log_p: np.ndarray, width: int = BEAM) -> list[Spelling]:
    """The likeliest spellings, by prefix beam search (Hannun et al., "First-pass large vocabulary...", 2014).

    Parameters
    ----------
    log_p : numpy.ndarray
        (columns, classes) logarithms of probabilities; the last class is the blank.
    width : int
        Spellings kept.

    Returns
    -------
    list of Spelling
        Likeliest first.
    """
    blank = log_p.shape[1] - 1
    beam: dict[tuple[int, ...], tuple[float, float]] = {(): (0.0, NEVER)}
    # Plain lists: single entries are read three times as fast as an array's.
    for column in log_p.tolist():
        quiet = column[blank]
        if quiet > SILENT:
            beam = {prefix: (_sum(*ends) + quiet, NEVER) for prefix, ends in beam.items()}  # fmt: skip
            continue
        strong = [label for label in range(blank) if column[label] > FAINT]
        after: dict[tuple[int, ...], list[float]] = {}
        for prefix, (gap, run) in beam.items():
            either = _sum(gap, run)
            _add(after, prefix, either + quiet, NEVER)
            if prefix:
                _add(after, prefix, NEVER, run + column[prefix[-1]])
            for label in strong:
                before = gap if prefix and prefix[-1] == label else either
                _add(after, (*prefix, label), NEVER, before + column[label])
        kept = sorted(after.items(), key=lambda item: -_sum(*item[1]))[:width]
        beam = {prefix: (gap, run) for prefix, (gap, run) in kept}
    found = [Spelling(prefix, _sum(gap, run)) for prefix, (gap, run) in beam.items()]
    # Equal neighbours that no blank ever parted are no spelling.
    return [spelling for spelling in found if spelling.log_p > NEVER / 2]


def _add(after: dict[tuple[int, ...], list[float]], prefix: tuple[int, ...], gap: float, run: float) -> None:  # fmt: skip
    """Put probability on a prefix: `gap` of alignments that end in a blank, `run` of those that end in its last label."""
    entry = after.setdefault(prefix, [NEVER, NEVER])
    entry[0], entry[1] = _sum(entry[0], gap), _sum(entry[1], run)


def _sum(a: float, b: float) -> float:
    """Logarithm of the sum of two probabilities."""
    high, low = (a, b) if a > b else (b, a)
    return high if low < high - 30 else high + math.log1p(math.exp(low - high))


def log_probability(log_p: np.ndarray, labels: tuple[int, ...]) -> float:
    """Logarithm of the probability of `labels`, summed over all alignments (the forward algorithm).

    Parameters
    ----------
    log_p : numpy.ndarray
        (columns, classes), at least one column, as for :func:`n_best`.
    labels : tuple of int

    Returns
    -------
    float
        Below ``NEVER / 2`` where the columns are too few.
    """
    padded = _with_blanks(labels, log_p.shape[1] - 1)
    may_skip = _skips(padded)
    forward = np.full(len(padded), NEVER)
    forward[:2] = log_p[0, padded[:2]]
    for column in log_p[1:]:
        one, two = np.full_like(forward, NEVER), np.full_like(forward, NEVER)
        one[1:], two[2:] = forward[:-1], np.where(may_skip[2:], forward[:-2], NEVER)
        forward = np.logaddexp(np.logaddexp(forward, one), two) + column[padded]
    return float(np.logaddexp.reduce(forward[-2:]))


def peaks(log_p: np.ndarray, spellings: Sequence[tuple[int, ...]]) -> list[list[int]]:
    """The column where each label stands, on the likeliest alignment of each spelling.

    Parameters
    ----------
    log_p : numpy.ndarray
        (columns, classes), as for :func:`n_best`.
    spellings : sequence of tuple of int
        All are aligned side by side, in one pass over the columns.

    Returns
    -------
    list of list of int
        For each spelling a column for each of its labels.
    """
    blank = log_p.shape[1] - 1
    longest = 2 * max(map(len, spellings), default=0) + 1
    padded = np.full((len(spellings), longest), blank)
    for row, labels in zip(padded, spellings):
        row[1 : 2 * len(labels) : 2] = labels
    states = _alignments(log_p, padded, np.array([2 * len(s) for s in spellings]))
    said = np.take_along_axis(log_p, np.take_along_axis(padded.T, states, 0), 1)
    return [
        [
            _peak(said[:, k], states[:, k] == 2 * place + 1)
            for place in range(len(labels))
        ]
        for k, labels in enumerate(spellings)
    ]


def _peak(said: np.ndarray, here: np.ndarray) -> int:
    """Of the columns `here` the one that says its label loudest; 0 where there is none."""
    return int(np.where(here, said, 2 * NEVER).argmax()) if here.any() else 0


def _alignments(log_p: np.ndarray, padded: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """State of each column on the likeliest path through each row of `padded`: (columns, rows). The Viterbi algorithm."""
    rows = np.arange(len(padded))
    past_blank = np.zeros(padded.shape, bool)
    past_blank[:, 3::2] = padded[:, 3::2] != padded[:, 1:-2:2]
    best = np.full(padded.shape, NEVER)
    best[:, :2] = log_p[0, padded[:, :2]]
    steps = np.zeros((len(log_p), *padded.shape), np.int8)
    ways = np.full((3, *padded.shape), NEVER)
    for k in range(1, len(log_p)):
        ways[0], ways[1, :, 1:] = best, best[:, :-1]
        ways[2, :, 2:] = np.where(past_blank[:, 2:], best[:, :-2], NEVER)
        steps[k] = ways.argmax(axis=0)
        best = ways.max(axis=0) + log_p[k, padded]
    before = np.maximum(ends - 1, 0)
    state = np.where(best[rows, before] > best[rows, ends], before, ends)
    states = np.zeros((len(log_p), len(padded)), int)
    for k in range(len(log_p) - 1, -1, -1):
        states[k] = state
        state = state - steps[k, rows, state]
    return states


def _with_blanks(labels: tuple[int, ...], blank: int) -> np.ndarray:
    """(2 * labels + 1,) the labels with a blank before, between and after them."""
    padded = np.full(2 * len(labels) + 1, blank)
    padded[1::2] = labels
    return padded


def _skips(padded: np.ndarray) -> np.ndarray:
    """Which states may be reached past the blank before them: labels that differ from the one before."""
    may = np.zeros(len(padded), bool)
    may[3::2] = padded[3::2] != padded[1:-2:2]
    return may
