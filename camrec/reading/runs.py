"""Pieces -> runs: neighbouring pieces that may be one digit together, all of them at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from camrec.reading.chains import MOST_PARTS
from camrec.reading.components import SMALLEST
from camrec.reading.pieces import Pieces

LONGEST = 4  # pieces of one digit, where they are not components whole: cuts fall about a quarter of the height apart
WIDEST_WHOLE = 1.6  # width over height of one component; a 0 may lie on its side


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

    A run that grew out of a flatter one counts only where it is components whole: the foot of a 2 and the rest of it are
    its ink, a stroke that links two digits and half of the next one are nobody's.

    Parameters
    ----------
    pieces : Pieces
    hangs : numpy.ndarray
        (N, MOST_PARTS) bool, as :class:`~camrec.reading.chains.Chains` has it.
    widest : float
        Width over height of several pieces, at the most; of those of one component it is :data:`WIDEST_WHOLE`.

    Returns
    -------
    Runs
        By their first piece, then by their last.
    """
    first = np.arange(len(pieces))
    begins = np.diff(pieces.component, prepend=-1) > 0
    ends = np.append(begins[1:], True)
    longest = np.where(begins, np.maximum(LONGEST, _pieces_of_parts(pieces)), LONGEST)
    # What is too flat for a digit still grows, up to what the whole chain is high enough for.
    _, top, _, bottom = pieces.around.T
    most = (max(widest, WIDEST_WHOLE) * (bottom - top))[pieces.chain]
    flat = np.zeros(len(pieces), bool)
    runs = Runs(first, first + 1, pieces.edges)
    found = [runs.take(_digit_sized(runs))]
    for length in range(2, longest.max(initial=1) + 1):
        runs = _longer(runs.take(longest[runs.first] >= length), pieces, hangs)
        runs = runs.take(runs.width <= most[runs.first])
        if not len(runs.first):
            break
        narrow = runs.width <= widest * runs.height
        flat[runs.first[~narrow]] = True
        # Components may be one digit whole, however often they were cut.
        whole = begins[runs.first] & ends[runs.last - 1]
        part = ~flat[runs.first] & (length <= LONGEST)
        one = whole & (pieces.component[runs.first] == pieces.component[runs.last - 1])
        one &= runs.width <= WIDEST_WHOLE * runs.height
        found.append(runs.take(_digit_sized(runs) & (narrow & (part | whole) | one)))
    return _in_order(found)


def _pieces_of_parts(pieces: Pieces) -> np.ndarray:
    """(N,) for each piece those of its component and of the others that may be parts of one digit with it."""
    counts = np.bincount(pieces.component)
    padded = np.append(counts, np.zeros(MOST_PARTS - 1, counts.dtype))
    together = np.lib.stride_tricks.sliding_window_view(padded, MOST_PARTS).sum(axis=1)
    most: np.ndarray = together[pieces.component]
    return most


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
