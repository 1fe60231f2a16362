"""Two witnesses of one line of writing: crops of its pieces, and the line reader's columns. What do they spell together?"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from camrec.reading import ctc
from camrec.reading.strips import OTHER

MISSING = -6.0  # log p of a digit for which the pieces offer no crop at all
CROPS_SAY = 0.4  # weight of the crops' log p against the line reader's; both look at the same ink
HOPELESS = 12.0  # nats under the line reader's first choice, from which crops could not save a reading
BESIDE = 1.0  # columns that a digit's peak may lie beside its crop
TINY = 1e-6  # least probability of anything


@dataclass(frozen=True, slots=True, eq=False)
class Pieces:
    """The pieces of a line from left to right, and every run of them that may be one digit.

    Parameters
    ----------
    count : int
        Pieces.
    runs : tuple of (first, last, row)
        Range of pieces, `last` excluded, and the row of `scores` that says what it is.
    scores : numpy.ndarray
        (rows, 10) probabilities of the digits.
    """

    count: int
    runs: tuple[tuple[int, int, int], ...]
    scores: np.ndarray


@dataclass(frozen=True, slots=True)
class Reading:
    """What a line holds.

    Parameters
    ----------
    digits : tuple of int
        Left to right; what is none is left out.
    log_p : float
        Logarithm of what both witnesses think of it; readings of one line compare.
    rows : tuple of int or None
        For each digit the row of `scores` it was read from; None where no run of pieces fits.
    columns : tuple of int
        For each digit the column of the strip where it stands.
    """

    digits: tuple[int, ...]
    log_p: float
    rows: tuple[int | None, ...]
    columns: tuple[int, ...]


def worth_a_look(
    log_p: np.ndarray, spelled: list[ctc.Spelling], more: Sequence[ctc.Labels] = ()
) -> list[ctc.Spelling]:
    """Spellings of a strip that crops may still decide for.

    Parameters
    ----------
    log_p : numpy.ndarray
        (columns, classes), of the line reader.
    spelled : list of Spelling
        Of `log_p`: see :func:`~camrec.reading.ctc.n_best`.
    more : sequence of tuple of int
        Digits to be judged too, whatever the line reader would have proposed.
    """
    known = {s.labels for s in spelled}
    asked = [ctc.Spelling(m, ctc.log_probability(log_p, m)) for m in more if m not in known]  # fmt: skip
    every = spelled + asked
    likeliest = max(spelling.log_p for spelling in every)
    return [s for s in every if s.log_p > likeliest - HOPELESS]


def readings(
    pieces: Pieces,
    spans: np.ndarray,
    spelled: list[ctc.Spelling],
    peaks: list[list[int]],
    a_digit: float = 0.0,
) -> list[Reading]:
    """What the line may hold, likeliest first.

    Parameters
    ----------
    pieces : Pieces
    spans : numpy.ndarray
        (rows, 2) columns of the strip where the ink of each run begins and ends; a digit is only read from one where the
        line reader sees it.
    spelled : list of Spelling
        Of the strip.
    peaks : list of list of int
        The columns of their labels; see :func:`~camrec.reading.ctc.peaks`.
    a_digit : float
        Nats that every digit of a reading earns it.
    """
    found: dict[ctc.Labels, Reading] = {}
    costs = _Costs.of(pieces, spans)
    for spelling, at in zip(spelled, peaks, strict=True):
        digits = tuple(label for label in spelling.labels if label < OTHER)
        if digits in found:
            continue
        columns = tuple(c for c, label in zip(at, spelling.labels) if label < OTHER)
        total, rows = _fit(costs, digits, columns)
        log = spelling.log_p + CROPS_SAY * total + a_digit * len(digits)
        found[digits] = Reading(digits, log, rows, columns)
    return sorted(found.values(), key=lambda reading: -reading.log_p)


@dataclass(frozen=True, slots=True)
class _Costs:
    """What all readings of one line have in common, as plain lists: they are read one entry at a time.

    Parameters
    ----------
    ending : list of list of (int, int)
        For each piece, and one past the last, the runs that end before it: where they begin, and their rows.
    log : list of list of float
        For each row the log p of the ten digits.
    skipped : list of float
        Log p that each piece is no digit.
    spans : list of [float, float]
        For each row the columns between which its digit may be seen.
    """

    ending: list[list[tuple[int, int]]]
    log: list[list[float]]
    skipped: list[float]
    spans: list[list[float]]

    @classmethod
    def of(cls, pieces: Pieces, spans: np.ndarray) -> _Costs:
        ending: list[list[tuple[int, int]]] = [[] for _ in range(pieces.count + 1)]
        for first, last, row in pieces.runs:
            ending[last].append((first, row))
        log = np.log(np.maximum(TINY, pieces.scores))
        reach = spans.reshape(-1, 2) + (-BESIDE, BESIDE)
        return cls(ending, log.tolist(), left_out(pieces).tolist(), reach.tolist())


def _fit(
    costs: _Costs, digits: tuple[int, ...], columns: tuple[int, ...]
) -> tuple[float, tuple[int | None, ...]]:
    """The best way to lay `digits`, seen at `columns`, over the pieces: its log p, and the row of each digit's run."""
    value, step = _laid(costs, digits, columns)
    return value[-1][-1], _rows(step, len(digits))


# The pieces and digits that lay behind before, and the row that was taken; none led to the start.
_Step = tuple[int, int, int | None] | None


def _laid(
    costs: _Costs, digits: tuple[int, ...], columns: tuple[int, ...]
) -> tuple[list[list[float]], list[list[_Step]]]:
    """Log p of the best way to have so many pieces and digits behind, (pieces + 1, digits + 1), and the last step of that way."""
    wide = len(digits) + 1
    value: list[list[float]] = []
    step: list[list[_Step]] = []
    for last, runs in enumerate(costs.ending):
        if last:
            cost = costs.skipped[last - 1]
            here = [worth + cost for worth in value[-1]]
            steps: list[_Step] = [(last - 1, k, None) for k in range(wide)]
        else:
            here = [0.0] + [ctc.NEVER] * len(digits)
            steps = [None] * wide
        for first, row in runs:
            before, log = value[first], costs.log[row]
            low, high = costs.spans[row]
            # Digits stand in order of their columns.
            for k in range(bisect_left(columns, low), bisect_right(columns, high)):
                worth = before[k] + log[digits[k]]
                if worth > here[k + 1]:
                    here[k + 1] = worth
                    steps[k + 1] = first, k, row
        for k in range(len(digits)):
            if here[k] + MISSING > here[k + 1]:
                here[k + 1] = here[k] + MISSING
                steps[k + 1] = last, k, None
        value.append(here)
        step.append(steps)
    return value, step


def _rows(step: list[list[_Step]], digits: int) -> tuple[int | None, ...]:
    """The row of each digit on the best way over all pieces, walked from its end."""
    rows: list[int | None] = [None] * digits
    left, last = digits, step[-1][-1]
    while last is not None:
        before, k, taken = last
        if k < left:
            rows[k] = taken
        left, last = k, step[before][k]
    return tuple(rows)


def left_out(pieces: Pieces) -> np.ndarray:
    """(pieces,) log p that each is no digit: that the best run with it, which is lost with it, was none."""
    hopes = np.zeros(pieces.count)
    best = pieces.scores.max(axis=1) if len(pieces.scores) else np.zeros(0)
    for first, last, row in pieces.runs:
        hopes[first:last] = np.maximum(hopes[first:last], best[row])
    return np.log(np.maximum(TINY, 1 - hopes))
