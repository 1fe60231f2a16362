"""Ways through the pieces of a line: what its crops spell, likeliest first."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from camrec.reading.spelling import TINY, Pieces, Reading, left_out

LIKELY = 3  # digits that one crop may be
FAR = 12.0  # nats from the likeliest reading by crops to the last that is looked at
STEPS = 20_000  # of the search for them


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
