"""Connectionist temporal classification: what a line network's columns spell (Graves et al., 2006).

The last class of each column is the blank, which parts equal neighbours.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np

BEAM = 8  # prefixes kept; the truth is among the first ten readings of a strip far more often than it is the first
FAINT = 1e-3  # probability of classes that are not followed; a beam drops them anyway
SILENT = 0.9995  # probability of a blank in columns that say nothing else, as most do
LARGEST = 2**19  # entries of a table in which strips are aligned: 4 MB
NEVER = -1e9  # log p of what cannot be; finite, so that differences stay numbers

Labels = tuple[int, ...]
# The columns of a strip and what they may spell; the second also says where each column begins.
_Spelled = tuple[np.ndarray, Sequence[Labels]]
_Merged = tuple[np.ndarray, np.ndarray, list[Labels]]


@dataclass(frozen=True, slots=True)
class Spelling:
    """One way to read a strip.

    Parameters
    ----------
    labels : tuple of int
    log_p : float
        Logarithm of its probability, summed over all alignments that the beam kept.
    """

    labels: Labels
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
    beam: dict[Labels, tuple[float, float]] = {(): (1.0, 0.0)}
    scale = 0.0
    # Plain lists: single entries are read three times as fast as an array's.
    for column in np.exp(log_p).tolist():
        quiet = column[blank]
        if quiet > SILENT:
            beam = {prefix: ((gap + run) * quiet, 0.0) for prefix, (gap, run) in beam.items()}  # fmt: skip
            continue
        strong = [(label, p) for label, p in enumerate(column[:blank]) if p > FAINT]
        gaps: dict[Labels, float] = {}
        runs: dict[Labels, float] = {}
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


def _ending(end: tuple[float, float, Labels]) -> float:
    """Key by which the likeliest prefix is first."""
    return -(end[0] + end[1])


def best_path(log_p: np.ndarray) -> Labels:
    """What the likeliest class of each column spells: the first guess at what is likeliest, and done at once.

    Parameters
    ----------
    log_p : numpy.ndarray
        (columns, classes), as for :func:`n_best`; probabilities do as well.
    """
    blank = log_p.shape[1] - 1
    firsts = [label for label, _ in groupby(log_p.argmax(axis=1).tolist())]
    return tuple(label for label in firsts if label != blank)


def log_probability(log_p: np.ndarray, labels: Labels) -> float:
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


def peaks(log_p: np.ndarray, spellings: Sequence[Labels]) -> list[list[int]]:
    """The column where each label stands, on the likeliest alignment of each spelling.

    Parameters
    ----------
    log_p : numpy.ndarray
        (columns, classes), as for :func:`n_best`.
    spellings : sequence of tuple of int

    Returns
    -------
    list of list of int
        For each spelling a column for each of its labels.
    """
    return peaks_of_all([(log_p, spellings)])[0]


def peaks_of_all(strips: Sequence[_Spelled]) -> list[list[list[int]]]:
    """:func:`peaks` of many strips, each with its spellings; strips are aligned side by side, which takes less than one by one."""
    merged = [(*_merged(log_p), list(spellings)) for log_p, spellings in strips]
    return [peaks for some in _batches(merged) for peaks in _peaks(some)]


def _batches(strips: Iterable[_Merged]) -> Iterator[list[_Merged]]:
    """The strips in order, as many at once as make a table of :data:`LARGEST`; texture has many, and long ones."""
    batch: list[_Merged] = []
    for strip in strips:
        if batch and math.prod(_shape([*batch, strip])) > LARGEST:
            yield batch
            batch = []
        batch.append(strip)
    if batch:
        yield batch


def _shape(strips: list[_Merged]) -> tuple[int, int, int]:
    """Columns, spellings and states of the table in which strips are aligned side by side."""
    spelled = [labels for _, _, spellings in strips for labels in spellings]
    longest = max(map(len, spelled), default=0)
    return max(len(log_p) for log_p, _, _ in strips), len(spelled), 2 * longest + 1


def _peaks(strips: list[_Merged]) -> list[list[list[int]]]:
    """The columns of the labels of every spelling of some strips, in one pass over the columns of the longest."""
    columns, rows, states = _shape(strips)
    spelled = [labels for _, _, spellings in strips for labels in spellings]
    padded = np.full((rows, states), strips[0][0].shape[1] - 1)
    for row, labels in zip(padded, spelled):
        row[1 : 2 * len(labels) : 2] = labels
    # Shorter strips begin with columns that are surely blank, where an alignment stays before its first label.
    said = np.full((columns, rows, states), NEVER)
    said[:, :, 0] = 0
    starts = np.cumsum([0, *(len(spellings) for _, _, spellings in strips)]).tolist()
    for (log_p, _, _), start, stop in zip(strips, starts, starts[1:]):
        said[columns - len(log_p) :, start:stop] = log_p[:, padded[start:stop]]
    path = _alignments(said, padded, np.array([2 * len(s) for s in spelled], int))
    loud = np.take_along_axis(said, path[..., None], 2)[..., 0].T.tolist()
    heard = [_loudest(p, q, len(s)) for p, q, s in zip(path.T.tolist(), loud, spelled)]  # fmt: skip
    found = []
    for (log_p, begins, _), start, stop in zip(strips, starts, starts[1:]):
        at = [*[0] * (columns - len(log_p)), *begins.tolist()]
        found.append([[at[k] for k in own] for own in heard[start:stop]])
    return found


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


def _alignments(said: np.ndarray, padded: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """State of each column on the likeliest path through each row of `padded`: (columns, rows). The Viterbi algorithm.

    `said` is what each column says of each state: (columns, rows, states) logarithms.
    """
    rows = np.arange(len(padded))
    past_blank = np.zeros(padded.shape, bool)
    past_blank[:, 3::2] = padded[:, 3::2] != padded[:, 1:-2:2]
    best = np.full(padded.shape, NEVER)
    best[:, :2] = said[0, :, :2]
    steps = np.zeros(said.shape, np.int8)
    ways = np.full((3, *padded.shape), NEVER)
    for k in range(1, len(said)):
        ways[0], ways[1, :, 1:] = best, best[:, :-1]
        ways[2, :, 2:] = np.where(past_blank[:, 2:], best[:, :-2], NEVER)
        steps[k] = ways.argmax(axis=0)
        best = ways.max(axis=0) + said[k]
    before = np.maximum(ends - 1, 0)
    state = np.where(best[rows, before] > best[rows, ends], before, ends)
    states = np.zeros((len(said), len(padded)), int)
    for k in range(len(said) - 1, -1, -1):
        states[k] = state
        state = state - steps[k, rows, state]
    return states


def _with_blanks(labels: Labels, blank: int) -> np.ndarray:
    """(2 * labels + 1,) the labels with a blank before, between and after them."""
    padded = np.full(2 * len(labels) + 1, blank)
    padded[1::2] = labels
    return padded


def _skips(padded: np.ndarray) -> np.ndarray:
    """Which states may be reached past the blank before them: labels that differ from the one before."""
    may = np.zeros(len(padded), bool)
    may[3::2] = padded[3::2] != padded[1:-2:2]
    return may
