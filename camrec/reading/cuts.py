"""Where a component too wide for one digit may be cut: cheapest seams through its ink."""

from __future__ import annotations

import cv2
import numpy as np

SEAM_HEIGHT = 32  # rows; a seam needs to find its way between strokes, not to be exact
SEAM_GAP = 2  # columns that keep neighbours on the canvas apart
SIDEWAYS = 0.15  # cost of a step aside, in rows of ink: keeps seams upright where nothing pulls them
DEAREST = (
    13.0  # rows of ink; a seam through more follows a stroke instead of crossing it
)
APART = (
    6  # columns between seams; a 1 with some paper is about this wide at SEAM_HEIGHT
)
WALL = 1e6


def cut(masks: list[np.ndarray]) -> list[np.ndarray]:
    """Cut each component at its seams.

    All components lie side by side on one canvas, so that one dynamic programme serves them all.

    Parameters
    ----------
    masks : list of numpy.ndarray
        (h, w) uint8 each, 255 is pen.

    Returns
    -------
    list of numpy.ndarray
        (h, w) uint8 each: 0 for the part left of the first seam, 1 for the next, and so on; paper too is labelled.
    """
    if not masks:
        return []
    small = [_to_seam_height(mask) for mask in masks]
    starts = np.cumsum([SEAM_GAP] + [s.shape[1] + SEAM_GAP for s in small])[:-1]
    canvas = np.full(
        (SEAM_HEIGHT, starts[-1] + small[-1].shape[1] + SEAM_GAP), WALL, np.float32
    )
    for start, piece in zip(starts, small):
        canvas[:, start : start + piece.shape[1]] = piece.astype(np.float32) / 255
    cost, steps = _seams(canvas)
    parts = []
    for start, piece, mask in zip(starts, small, masks):
        ends = _minima(cost[start : start + piece.shape[1]])
        columns = _trace(steps, ends + start) - start
        parts.append(_label(columns, piece.shape[1], mask.shape))
    return parts


def _to_seam_height(mask: np.ndarray) -> np.ndarray:
    width = max(2, round(mask.shape[1] * SEAM_HEIGHT / mask.shape[0]))
    return cv2.resize(mask, (width, SEAM_HEIGHT), interpolation=cv2.INTER_AREA)


def _seams(cost: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Cost (W,) of the cheapest seam that ends in each column, and the step -1, 0, 1 it came by at each row."""
    total = cost[0].copy()
    steps = np.zeros(cost.shape, np.int8)
    for row in range(1, len(cost)):
        left = np.concatenate(([WALL], total[:-1])) + SIDEWAYS
        right = np.concatenate((total[1:], [WALL])) + SIDEWAYS
        best = np.minimum(np.minimum(left, right), total)
        steps[row] = np.where(total <= best, 0, np.where(left <= right, -1, 1))
        total = best + cost[row]
    return total, steps


def _minima(cost: np.ndarray) -> np.ndarray:
    """Columns of seams worth trying: cheap, at least APART from each other and from both ends, left to right."""
    taken: list[int] = []
    for column in np.argsort(cost, kind="stable"):
        if cost[column] > DEAREST:
            break
        inside = APART <= column < len(cost) - APART
        if inside and all(abs(column - other) >= APART for other in taken):
            taken.append(int(column))
    return np.array(sorted(taken), np.intp)


def _trace(steps: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """Column of each seam at each row: (rows, seams)."""
    columns = np.empty((len(steps), len(ends)), np.intp)
    columns[-1] = ends
    for row in range(len(steps) - 1, 0, -1):
        columns[row - 1] = columns[row] + steps[row, columns[row]]
    return columns


def _label(columns: np.ndarray, width: int, shape: tuple[int, int]) -> np.ndarray:
    rows = np.arange(shape[0]) * len(columns) // shape[0]
    edges = (columns[rows] + 0.5) * shape[1] / width
    across = np.arange(shape[1]) + 0.5
    return (across[None, :, None] > edges[:, None, :]).sum(axis=2).astype(np.uint8)
