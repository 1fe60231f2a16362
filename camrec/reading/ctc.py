"""Connectionist temporal classification: what a line network's columns spell (Graves et al., 2006).

The last class of each column is the blank, which parts equal neighbours.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

BEAM = 8  # prefixes kept; the truth is among the first ten readings of a strip far more often than it is the first
FAINT = 1e-3  # probability of classes that are not followed; a beam would drop them anyway
SILENT = 0.9995  # probability of a blank above which a column says nothing else, as most do
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
    # Of each prefix the probability of alignments that end in a blank, and of those that end in its last label; all are
    # divided by e to the power of `scale`, or a long strip would leave nothing of them.
    beam: dict[tuple[int, ...], tuple[float, float]] = {(): (1.0, 0.0)}
    scale = 0.0
    # Plain lists: single entries are read three times as fast as an array's.
    for column in np.exp(log_p).tolist():
        quiet = column[blank]
        if quiet > SILENT:
            beam = {prefix: ((gap + run) * quiet, 0.0) for prefix, (gap, run) in beam.items()}  # fmt: skip
            continue
        strong = [(label, p) for label, p in enumerate(column[:blank]) if p > FAINT]
        gaps: dict[tuple[int, ...], float] = {}
        runs: dict[tuple[int, ...], float] = {}
        for prefix, (gap, run) in beam.items():
            gaps[prefix] = (gap + run) * quiet
            last = prefix[-1] if prefix else blank
            runs[prefix] = runs.get(prefix, 0.0) + run * column[last]
            for label, p in strong:
                longer = (*prefix, label)
                before = gap if label == last else gap + run
                runs[longer] = runs.get(longer, 0.0) + before * p
        ends = [(gaps.get(prefix, 0.0), run, prefix) for prefix, run in runs.items()]
        ends.sort(key=_ending)
        most = ends[0][0] + ends[0][1]
        beam = {prefix: (gap / most, run / most) for gap, run, prefix in ends[:width]}
        scale += math.log(most)
    found = [(prefix, gap + run) for prefix, (gap, run) in beam.items()]
    # Equal neighbours that no blank ever parted are no spelling.
    return [Spelling(prefix, math.log(p) + scale) for prefix, p in found if p]


def _ending(end: tuple[float, float, tuple[int, ...]]) -> float:
    """Key by which the likeliest prefix is first."""
    return -(end[0] + end[1])


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
    silent = log_p[:, -1] > math.log(SILENT)
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
