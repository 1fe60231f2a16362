"""Components that may share a digit: neighbours, and the chains they form."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from camrec.reading.components import SMALLEST, STACK_GAP
from camrec.reading.ranges import meeting

MOST_PARTS = 3  # components that one digit has fallen into, at the most; textures have endless ones
WIDEST = 1.4  # width over height of one digit; a 2 with a long foot reaches it
SIDE_GAP = 0.12  # of the height: the two walls of a broken 0, the arms of a 4, corner to corner the halves of a slanted 1


@dataclass(frozen=True, slots=True, eq=False)
class Chains:
    """Components grouped by what may share a digit.

    Parameters
    ----------
    order : numpy.ndarray
        (N,) int: the components chain by chain, each chain from left to right. Rows below are in this order.
    chain : numpy.ndarray
        (N,) int: index of the chain of each component, 0, 0, 1, 2, 2 ...
    hangs : numpy.ndarray
        (N, MOST_PARTS) bool: whether component k is a neighbour of one of the d before it, in row k and column d.
        Column 0 is True: a component hangs together with itself.
    """

    order: np.ndarray
    chain: np.ndarray
    hangs: np.ndarray


def find_chains(boxes: np.ndarray) -> Chains:
    """Group components that may share a digit.

    Parameters
    ----------
    boxes : numpy.ndarray
        (N, 4) int: x, y, width, height.

    Returns
    -------
    Chains
        The one that begins furthest to the left first.
    """
    rank = np.argsort(boxes[:, 0] + boxes[:, 2] / 2, kind="stable")
    a, b = _neighbours(boxes[rank])
    group = _groups(len(boxes), a, b)
    order = np.argsort(group, kind="stable")
    chain = np.unique(group[order], return_inverse=True)[1].ravel()
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    return Chains(rank[order], chain, _hangs(len(boxes), place[a], place[b]))


def _hangs(count: int, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    hangs = np.zeros((count, MOST_PARTS), bool)
    close = b - a < MOST_PARTS
    hangs[b[close], (b - a)[close]] = True
    np.logical_or.accumulate(hangs, axis=1, out=hangs)
    hangs[:, 0] = True
    return hangs


def _groups(count: int, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """(count,) int: the least index of all that hang together with each, by the pairs `a`, `b`."""
    group = np.arange(count)
    while True:
        low = np.minimum(group[a], group[b])
        lower = group.copy()
        np.minimum.at(lower, a, low)
        np.minimum.at(lower, b, low)
        lower = lower[lower]  # twice as far with every turn
        if np.array_equal(lower, group):
            return group
        group = lower


def _neighbours(boxes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Pairs a < b of components that are close enough to be parts of one digit."""
    x, y, w, h = boxes.T.astype(np.float32)
    a, b = _meeting(x, y, w, h)
    gap_x = np.maximum(x[a], x[b]) - np.minimum(x[a] + w[a], x[b] + w[b])
    gap_y = np.maximum(y[a], y[b]) - np.minimum(y[a] + h[a], y[b] + h[b])
    tall, low = np.maximum(h[a], h[b]), np.minimum(h[a], h[b])
    together = np.maximum(x[a] + w[a], x[b] + w[b]) - np.minimum(x[a], x[b])
    beside = (gap_x <= SIDE_GAP * tall) & (-gap_y >= 0.3 * low)
    stacked = (-gap_x >= 0.4 * np.minimum(w[a], w[b])) & (gap_y <= STACK_GAP * tall)
    cornered = (gap_x <= SIDE_GAP * tall) & (gap_y <= SIDE_GAP * tall)
    large = np.maximum(w, h)
    alike = (
        np.minimum(large[a], large[b]) >= 0.15 * tall
    )  # smaller ink next to a digit is a dot or dirt
    near = (
        (beside | (stacked | cornered) & (low >= 0.08 * tall))
        & alike
        & (together <= 2 * WIDEST * tall)
        & (tall >= SMALLEST)
    )
    return a[near], b[near]


def _meeting(
    x: np.ndarray, y: np.ndarray, w: np.ndarray, h: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Indices a < b of boxes that meet when grown by the widest gap: a cheap sieve for the few that matter."""
    grow = STACK_GAP * h
    a, b = meeting(x - grow, x + w + grow)
    top, bottom = y - grow, y + h + grow
    meet = (top[a] <= bottom[b]) & (top[b] <= bottom[a])
    return a[meet], b[meet]
