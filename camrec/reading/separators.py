"""Points, commas and dashes between digits: they hold a number together where its gap alone would part it."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from camrec.elements import Box
from camrec.reading.ink import Ink

SMALL = 0.45  # of the digits' height: how tall a separator is at the most,
WIDE = 0.7  # and how wide
LEAST = 0.06  # of the height in either direction; less is dirt
BLACK = 0.7  # of the contrast of the digits beside it that a mark has: a pattern of the paper is paler than pen
BELOW = 0.35  # of the height that a comma reaches under the line
UPPER = 0.35  # of the height from the top, where none has its middle: an apostrophe is no separator


def find_marks(ink: Ink, digits: Sequence[Box], widest: float) -> list[Box]:
    """Lone small marks between digits that stand side by side.

    Parameters
    ----------
    ink : Ink
    digits : sequence of Box
        Pixels of `ink`.
    widest : float
        Gaps that are looked into, over the height of the taller digit.

    Returns
    -------
    list of Box
    """
    ordered = sorted(digits, key=lambda box: box.x)
    marks = []
    for k, left in enumerate(ordered):
        right = _next(left, ordered[k + 1 :], widest)
        mark = _mark(ink, left, right) if right is not None else None
        if mark is not None:
            marks.append(mark)
    return marks


def _next(left: Box, others: Sequence[Box], widest: float) -> Box | None:
    """The first of `others`, which are sorted by their left sides, that stands to the right on the same line."""
    for box in others:
        tall = max(left.height, box.height)
        if box.x > left.right + widest * tall:
            return None
        if box.x >= left.right and abs(box.centre[1] - left.centre[1]) < tall / 2:
            return box
    return None


def _mark(ink: Ink, left: Box, right: Box) -> Box | None:
    """What stands alone between two digits, as black as they are and small enough."""
    tall = max(left.height, right.height)
    top, bottom = min(left.y, right.y), max(left.bottom, right.bottom)
    gap = Box(left.right, top, right.x - left.right, bottom - top + int(BELOW * tall))
    height, width = ink.mask.shape
    gap = gap.intersect(Box(0, 0, width, height))
    if not gap.area or not cv2.countNonZero(_part(ink.mask, gap)):
        return None
    pen = (_blackness(ink, left) + _blackness(ink, right)) / 2
    _, black = cv2.threshold(_part(ink.contrast, gap), BLACK * pen, 255, cv2.THRESH_BINARY)  # fmt: skip
    _, _, stats, _ = cv2.connectedComponentsWithStats(black & _part(ink.mask, gap))
    boxes = [Box(*row[:4]) for row in stats[1:].tolist()]
    inner = [box for box in boxes if box.x > 0 and box.right < gap.width]
    seen = [box for box in inner if max(box.width, box.height) >= LEAST * tall]
    if len(seen) != 1 or not _is_separator(seen[0], tall):
        return None
    return seen[0].shift(gap.x, gap.y)


def _part(table: np.ndarray, box: Box) -> np.ndarray:
    return table[box.y : box.bottom, box.x : box.right]


def _blackness(ink: Ink, box: Box) -> float:
    """Mean contrast of the ink in a box."""
    return cv2.mean(_part(ink.contrast, box), _part(ink.mask, box))[0]


def _is_separator(box: Box, tall: int) -> bool:
    """Whether a lone mark, seen from the top of the digits beside it, is a point, a comma or a dash."""
    small = box.height <= SMALL * tall and box.width <= WIDE * tall
    return small and box.centre[1] > UPPER * tall


def between(marks: Sequence[Box], boxes: np.ndarray) -> np.ndarray:
    """Which digits have a mark between them.

    Parameters
    ----------
    marks : sequence of Box
    boxes : numpy.ndarray
        (N, 4) of digits: x, y, width, height, in the pixels of `marks`.

    Returns
    -------
    numpy.ndarray
        (N, N) bool, left digit by right digit.
    """
    x, y, width, height = boxes.T
    found = np.zeros((len(boxes), len(boxes)), bool)
    for mark in marks:
        across, down = mark.centre
        beside = (y < down) & (down < y + (1 + BELOW) * height)
        found |= np.outer(beside & (x + width <= across), beside & (across <= x))
    return found
