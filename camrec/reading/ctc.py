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
        # Of alignments that end in a blank, and of those that end in the prefix's last label.
        gaps: dict[tuple[int, ...], float] = {}
        runs: dict[tuple[int, ...], float] = {}
        for prefix, (gap, run) in beam.items():
            either = _sum(gap, run)
            gaps[prefix] = either + quiet
            last = prefix[-1] if prefix else blank
            if prefix:
                _add(runs, prefix, run + column[last])
            for label in strong:
                before = gap if label == last else either
                _add(runs, (*prefix, label), before + column[label])
        ends = [(p, gaps.get(p, NEVER), runs.get(p, NEVER)) for p in gaps | runs]
        ends.sort(key=lambda end: -_sum(end[1], end[2]))
        beam = {prefix: (gap, run) for prefix, gap, run in ends[:width]}
    found = [Spelling(prefix, _sum(gap, run)) for prefix, (gap, run) in beam.items()]
    # Equal neighbours that no blank ever parted are no spelling.
    return [spelling for spelling in found if spelling.log_p > NEVER / 2]


def _add(after: dict[tuple[int, ...], float], prefix: tuple[int, ...], log_p: float) -> None:  # fmt: skip
    """Put more probability on a prefix."""
    known = after.get(prefix)
    after[prefix] = log_p if known is None else _sum(known, log_p)


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
    log_p, _ = _merged(log_p)
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
    log_p, at = _merged(log_p)
    blank = log_p.shape[1] - 1
    longest = 2 * max(map(len, spellings), default=0) + 1
    padded = np.full((len(spellings), longest), blank)
    for row, labels in zip(padded, spellings):
        row[1 : 2 * len(labels) : 2] = labels
    states = _alignments(log_p, padded, np.array([2 * len(s) for s in spellings]))
    said = np.take_along_axis(log_p, np.take_along_axis(padded.T, states, 0), 1)
    columns = at.tolist()
    return [
        [columns[k] for k in _loudest(path, loud, len(labels))]
        for path, loud, labels in zip(states.T.tolist(), said.T.tolist(), spellings)
    ]


def _merged(log_p: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The columns with each stretch of those that say nothing as one, and where each begins."""
    silent = log_p[:, -1] > SILENT
    begins = np.flatnonzero(~(silent & np.append(False, silent[:-1])))
    return np.add.reduceat(log_p, begins, axis=0), begins


def _loudest(path: list[int], loud: list[float], labels: int) -> list[int]:
    """For each label the column of its state that says it loudest; 0 where a path has none."""
    found, best = [0] * labels, [2 * NEVER] * labels
    for column, (state, log_p) in enumerate(zip(path, loud)):
        if state % 2 and log_p > best[state // 2]:
            found[state // 2], best[state // 2] = column, log_p
    return found


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
