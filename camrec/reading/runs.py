"""Pieces -> runs: neighbouring pieces that may be one digit together, all of them at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from camrec.reading.chains import MOST_PARTS
from camrec.reading.components import SMALLEST
from camrec.reading.pieces import Pieces

LONGEST = (
    5  # pieces in one digit, at the most: cuts fall about a quarter of the height apart
)


@dataclass(frozen=True, slots=True, eq=False)
class Runs:
    """Neighbouring pieces as tables, a row each.

    Parameters
    ----------
    first, last : numpy.ndarray
        (N,) int: range among all pieces, `last` excluded.
    edges : numpy.ndarray
        (N, 4) int: left, top, right and bottom; the last two are outside.
    """

    first: np.ndarray
    last: np.ndarray
    edges: np.ndarray

    @property
    def width(self) -> np.ndarray:
        """(N,) pixels."""
        wide: np.ndarray = self.edges[:, 2] - self.edges[:, 0]
        return wide

    @property
    def height(self) -> np.ndarray:
        """(N,) pixels."""
        tall: np.ndarray = self.edges[:, 3] - self.edges[:, 1]
        return tall

    def take(self, chosen: np.ndarray) -> Runs:
        """These rows, in this order, or those where `chosen` is True."""
        return Runs(self.first[chosen], self.last[chosen], self.edges[chosen])


def find_runs(pieces: Pieces, hangs: np.ndarray, widest: float) -> Runs:
    """Every run of pieces that hang together and whose box may hold one digit.

    Parameters
    ----------
    pieces : Pieces
    hangs : numpy.ndarray
        (N, MOST_PARTS) bool, as :class:`~camrec.reading.chains.Chains` has it.
    widest : float
        Width over height of several pieces, at the most.

    Returns
    -------
    Runs
        By their first piece, then by their last.
    """
    counts = np.bincount(pieces.component)[pieces.component]
    # A component may be one digit whole, however often it was cut.
    longest = np.maximum(LONGEST, counts)
    first = np.arange(len(pieces))
    runs = Runs(first, first + 1, pieces.edges)
    found = [runs.take(_digit_sized(runs))]
    for length in range(2, longest.max(initial=1) + 1):
        runs = _longer(runs.take(longest[runs.first] >= length), pieces, hangs)
        runs = runs.take(runs.width <= widest * runs.height)
        if not len(runs.first):
            break
        allowed = (length <= LONGEST) | (counts[runs.first] == length)
        found.append(runs.take(_digit_sized(runs) & allowed))
    return _in_order(found)


def _digit_sized(runs: Runs) -> np.ndarray:
    return (runs.height >= SMALLEST) & (runs.width <= 2 * runs.height)


def _longer(runs: Runs, pieces: Pieces, hangs: np.ndarray) -> Runs:
    """With one piece more, those that then still hang together."""
    runs = runs.take(runs.last < len(pieces))
    own, new = pieces.component[runs.first], pieces.component[runs.last]
    # Nothing hangs together with another chain.
    parts = np.minimum(new - own, MOST_PARTS - 1)
    joined = runs.take((new - own < MOST_PARTS) & hangs[new, parts])
    more = pieces.edges[joined.last]
    edges = np.hstack(
        [
            np.minimum(joined.edges[:, :2], more[:, :2]),
            np.maximum(joined.edges[:, 2:], more[:, 2:]),
        ]
    )
    return Runs(joined.first, joined.last + 1, edges)


def _in_order(found: list[Runs]) -> Runs:
    every = Runs(
        np.concatenate([runs.first for runs in found]),
        np.concatenate([runs.last for runs in found]),
        np.concatenate([runs.edges for runs in found]),
    )
    return every.take(np.lexsort((every.last, every.first)))
