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
MOST = 2000  # seams of one picture, the cheapest; what follows compares every piece with every other

_LEFT, _RIGHT = np.int8(-1), np.int8(1)


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
    widths = np.array([s.shape[1] for s in small])
    starts = np.cumsum(widths + SEAM_GAP) - widths
    cost, steps = _seams(_canvas(small))
    ends = _minima(cost, starts, widths)
    columns = _trace(steps, ends)
    seams = np.split(columns, np.searchsorted(ends, starts[1:]), axis=1)
    return [
        _label(own - start, width, mask.shape)
        for own, start, width, mask in zip(seams, starts, widths, masks)
    ]


def _to_seam_height(mask: np.ndarray) -> np.ndarray:
    width = max(2, round(mask.shape[1] * SEAM_HEIGHT / mask.shape[0]))
    return cv2.resize(mask, (width, SEAM_HEIGHT), interpolation=cv2.INTER_AREA)


def _canvas(small: list[np.ndarray]) -> np.ndarray:
    """Cost of each pixel: (SEAM_HEIGHT, W) float32; 0 is paper, 1 is ink, and walls stand between components."""
    wall = np.full((SEAM_HEIGHT, SEAM_GAP), WALL, np.float32)
    parts: list[np.ndarray] = [wall]
    for piece in small:
        parts += [piece.astype(np.float32) / 255, wall]
    return np.hstack(parts)


def _seams(cost: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Cost (W,) of the cheapest seam that ends in each column, and the step -1, 0, 1 it came by at each row."""
    steps = np.zeros(cost.shape, np.int8)
    walled = np.full(cost.shape[1] + 2, WALL)  # a column more on either side
    total = walled[1:-1]
    total[:] = cost[0]
    for row in range(1, len(cost)):
        left, right = walled[:-2] + SIDEWAYS, walled[2:] + SIDEWAYS
        aside = np.minimum(left, right)
        steps[row] = (aside < total) * np.where(left <= right, _LEFT, _RIGHT)
        np.minimum(aside, total, out=total)
        total += cost[row]
    return total, steps


def _minima(cost: np.ndarray, starts: np.ndarray, widths: np.ndarray) -> np.ndarray:
    """Columns of seams worth trying: cheap, at least APART from each other and from their component's ends, in order."""
    inside = np.concatenate(
        [np.arange(a + APART, a + w - APART) for a, w in zip(starts, widths)]
    )
    inside = inside[cost[inside] <= DEAREST]
    free = bytearray(b"\1" * len(cost))
    taken = []
    for column in inside[np.argsort(cost[inside], kind="stable")].tolist():
        if free[column]:
            taken.append(column)
            free[column - APART + 1 : column + APART] = bytes(2 * APART - 1)
            if len(taken) == MOST:
                break
    return np.array(sorted(taken), np.intp)


def _trace(steps: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """Column of each seam at each row: (rows, seams)."""
    columns = np.empty((len(steps), len(ends)), np.intp)
    columns[-1] = ends
    for row in range(len(steps) - 1, 0, -1):
        columns[row - 1] = columns[row] + steps[row, columns[row]]
    return columns


def _label(columns: np.ndarray, width: int, shape: tuple[int, int]) -> np.ndarray:
    """How many seams each pixel of a component of `shape` lies to the right of; they were found at `width`."""
    rows = np.arange(shape[0])
    edges = (columns[rows * len(columns) // shape[0]] + 0.5) * shape[1] / width
    # The first pixel whose middle lies beyond each edge; every seam that begins there counts one from there on.
    beyond = np.floor(edges - 0.5).astype(np.intp) + 1
    stride = shape[1] + 1  # an edge may lie beyond the last pixel
    flat = (beyond + stride * rows[:, None]).ravel()
    begun = np.bincount(flat, minlength=shape[0] * stride).reshape(-1, stride)
    return begun[:, :-1].cumsum(axis=1, dtype=np.uint8)
