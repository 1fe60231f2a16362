"""Components -> pieces: ink that is never split further, and what it looks like."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from camrec.reading.components import SMALLEST, Components
from camrec.reading.cuts import cut

WIDE = 0.8  # width over height from which a component may be two digits
LONG = 12  # width over height from which it is a line and none


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """Where the pieces of one chain lie.

    Parameters
    ----------
    numbers : numpy.ndarray
        (h, w) int: at each pixel of piece p stands ``p + base``, elsewhere what belongs to no piece of the chain.
    base : int
    left, top : int
        Of the sheet in the picture.
    """

    numbers: np.ndarray
    base: int
    left: int = 0
    top: int = 0

    def mask(self, first: int, last: int, edges: list[int]) -> np.ndarray:
        """Ink of the pieces from `first` up to `last` between left, top, right and bottom: (h, w) uint8, 255 is pen."""
        left, top, right, bottom = edges
        rows = slice(top - self.top, bottom - self.top)
        view = self.numbers[rows, left - self.left : right - self.left]
        return cv2.inRange(view, first + self.base, last - 1 + self.base)


@dataclass(frozen=True, slots=True, eq=False)
class Pieces:
    """Pieces as tables, a row each: chain by chain, each chain from left to right.

    Parameters
    ----------
    components : Components
        What they are pieces of, chain by chain too.
    component : numpy.ndarray
        (N,) int: row of its component. The rows of one component stand together.
    chain : numpy.ndarray
        (N,) int: index of its chain.
    edges : numpy.ndarray
        (N, 4) int: left, top, right and bottom; the last two are outside.
    areas : numpy.ndarray
        (N,) int, pixels of ink.
    parts : dict of int to numpy.ndarray
        For each component that was cut, in its box: which of its pieces each pixel is of, from 0; 0 on paper too.
    """

    components: Components
    component: np.ndarray
    chain: np.ndarray
    edges: np.ndarray
    areas: np.ndarray
    parts: dict[int, np.ndarray]

    def __len__(self) -> int:
        return len(self.component)

    @property
    def starts(self) -> np.ndarray:
        """First piece of each chain."""
        return np.flatnonzero(np.diff(self.chain, prepend=-1))

    @property
    def around(self) -> np.ndarray:
        """(chains, 4) int: edges of each chain, as those of a piece."""
        starts = self.starts
        return np.hstack(
            [
                np.minimum.reduceat(self.edges[:, :2], starts),
                np.maximum.reduceat(self.edges[:, 2:], starts),
            ]
        )

    def sheets(self) -> Iterator[Sheet]:
        """One for each chain, in order."""
        if not len(self):
            return
        starts = self.starts.tolist()
        stops = [*starts[1:], len(self)]
        numbers = self._numbers()
        labels, names = self.components.labels, self.components.names
        for start, stop, edges in zip(starts, stops, self.around.tolist()):
            if stop - start == 1:
                # Most chains are one component alone: its label does.
                yield Sheet(labels, int(names[self.component[start]]) - start)
            else:
                yield self._sheet(numbers, start, stop, edges)

    def _numbers(self) -> np.ndarray:
        """What stands on a sheet for each label: one more than the first piece of its component, 0 for those left out.

        Labels too large for the table are left out too: taking them clipped finds the 0 at its end.
        """
        names = self.components.names
        numbers = np.zeros(names.max() + 2, np.int32)
        numbers[names] = 1 + np.flatnonzero(np.diff(self.component, prepend=-1))
        return numbers

    def _sheet(
        self, numbers: np.ndarray, start: int, stop: int, edges: list[int]
    ) -> Sheet:
        left, top, right, bottom = edges
        view = self.components.labels[top:bottom, left:right]
        drawn = numbers.take(view, mode="clip")
        for k in range(self.component[start], self.component[stop - 1] + 1):
            if k in self.parts:
                x, y, width, height = self.components.boxes[k].tolist()
                rows = slice(y - top, y - top + height)
                drawn[rows, x - left : x - left + width] += self.parts[k]
        return Sheet(drawn, 1, left, top)


def find_pieces(components: Components, chain: np.ndarray) -> Pieces:
    """Cut components that may be several digits.

    Parameters
    ----------
    components : Components
        Chain by chain, each from left to right.
    chain : numpy.ndarray
        (N,) int: index of the chain of each.

    Returns
    -------
    Pieces
    """
    _, _, width, height = components.boxes.T
    wide = (height >= SMALLEST) & (WIDE * height < width) & (width < LONG * height)
    cut_up = _cut(components, np.flatnonzero(wide).tolist())
    counts = np.ones(len(components), np.intp)
    for k, own in cut_up.items():
        counts[k] = len(own.areas)
    component = np.repeat(np.arange(len(components)), counts)
    edges, areas = _edges(components.boxes)[component], components.areas[component]
    starts = np.cumsum(counts) - counts
    for k, own in cut_up.items():
        rows = slice(starts[k], starts[k] + counts[k])
        edges[rows], areas[rows] = own.edges, own.areas
    parts = {k: own.parts for k, own in cut_up.items()}
    return Pieces(components, component, chain[component], edges, areas, parts)


def _edges(boxes: np.ndarray) -> np.ndarray:
    """(N, 4) left, top, right and bottom of boxes given by x, y, width and height."""
    return np.hstack([boxes[:, :2], boxes[:, :2] + boxes[:, 2:]])


@dataclass(frozen=True, slots=True, eq=False)
class _CutUp:
    """One component's pieces, left to right; fields as in :class:`Pieces`."""

    edges: list[list[int]]
    areas: list[int]
    parts: np.ndarray


def _cut(components: Components, wide: list[int]) -> dict[int, _CutUp]:
    """Those of the components `wide` that fall into several pieces."""
    masks = [components.mask(k) for k in wide]
    return {
        k: _cut_up(mask, parts, *components.boxes[k, :2].tolist())
        for k, mask, parts in zip(wide, masks, cut(masks))
        if parts[-1, -1] > 0
    }


def _cut_up(mask: np.ndarray, parts: np.ndarray, x: int, y: int) -> _CutUp:
    """Pieces of a component whose box begins at (x, y)."""
    inked = cv2.bitwise_and(parts + np.uint8(1), mask)  # 0 is paper
    edges: list[list[int]] = []
    areas: list[int] = []
    numbers = np.zeros(256, np.uint8)
    for part in range(1, int(parts[-1, -1]) + 2):
        one = cv2.inRange(inked, part, part)
        left, top, width, height = cv2.boundingRect(one)
        if width:  # between two seams may be paper alone
            numbers[part] = len(areas)
            edges.append([x + left, y + top, x + left + width, y + top + height])
            areas.append(cv2.countNonZero(one))
    return _CutUp(edges, areas, cv2.LUT(inked, numbers))
