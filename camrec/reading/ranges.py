"""Pairs of things that lie close on one axis, found without looking at every pair."""

from __future__ import annotations

import numpy as np


def members(starts: np.ndarray, stops: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Every range with every number inside it.

    Parameters
    ----------
    starts, stops : numpy.ndarray
        (N,) int; ``stops[k]`` is not part of range k. A range may be empty.

    Returns
    -------
    owners, numbers : numpy.ndarray
        (M,) int: ``numbers[i]`` lies in range ``owners[i]``.

    Examples
    --------
    >>> members(np.array([4, 0]), np.array([6, 1]))
    (array([0, 0, 1]), array([4, 5, 0]))
    """
    counts = np.maximum(stops - starts, 0)
    owners = np.repeat(np.arange(len(counts)), counts)
    skipped = np.cumsum(counts) - counts  # in the output, before each range
    return owners, np.arange(len(owners)) + (starts - skipped)[owners]


def meeting(starts: np.ndarray, ends: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Pairs of intervals that share a point; each pair once.

    Parameters
    ----------
    starts, ends : numpy.ndarray
        (N,) of one kind of number; both ends belong to an interval.

    Returns
    -------
    a, b : numpy.ndarray
        (M,) int, indices of the intervals, ``a < b``.
    """
    order = np.argsort(starts, kind="stable")
    stops = np.searchsorted(starts[order], ends[order], side="right")
    first, second = members(np.arange(1, len(order) + 1), stops)
    a, b = order[first], order[second]
    return np.minimum(a, b), np.maximum(a, b)
