"""Light sheets on a darker ground: a page on a desk, a note held up to the camera, a label."""

from __future__ import annotations

import cv2
import numpy as np

LOWEST = 14  # px where the longer side is 320; no digit would be legible on a lower one
LIGHTER = 0.3  # share of its own light that the ground lacks
# Share of the smallest rectangle around it, turned as it is, that a sheet fills:
STRAIGHT = 0.7  # a shadow or the picture's edge may take a corner
SMALL = 60  # px where the longer side is 320: a fat digit of that height, light on dark, may be full,
SHARP = 0.88  # but round
BRIGHTEST = 1.2  # times its mean: the light on it differs a little, what is far lighter is a stroke on a board
BARE = 0.7  # share that is as light as paper, before strokes on it are filled in; chalk has dark between its strokes


def sheets(small: np.ndarray, filled: np.ndarray) -> np.ndarray:
    """Light sheets and how light they are.

    Parameters
    ----------
    small : numpy.ndarray
        (h, w) uint8 grey, at most 320 px long.
    filled : numpy.ndarray
        (h, w) uint8, `small` with dark strokes filled in.

    Returns
    -------
    numpy.ndarray
        (h, w) uint8, the grey level of the paper from edge to edge of each sheet, 0 elsewhere.
    """
    found = np.zeros_like(small)
    level, light = cv2.threshold(filled, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    ground = cv2.bitwise_not(light)
    darkest = (1 - LIGHTER) * cv2.mean(filled, light)[0]
    if not ground.any() or cv2.mean(filled, ground)[0] > darkest:
        return found
    bare = (small > level).astype(np.uint8)
    outlines, _ = cv2.findContours(light, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    for outline in filter(_is_straight, outlines):
        x, y, width, height = cv2.boundingRect(outline)
        window = slice(y, y + height), slice(x, x + width)
        own = np.zeros((height, width), np.uint8)
        cv2.drawContours(own, [outline - (x, y)], -1, 255, cv2.FILLED)
        if cv2.mean(bare[window], own)[0] >= BARE:
            most = BRIGHTEST * cv2.mean(filled[window], own)[0]
            paper = np.minimum(filled[window], np.uint8(min(255, most)))
            cv2.copyTo(paper, own, found[window])
    return found


def _is_straight(outline: np.ndarray) -> bool:
    """Whether it is much of a rectangle, and high enough to be written on."""
    sides = cv2.minAreaRect(outline)[1]
    low, area = min(sides), sides[0] * sides[1]
    share = STRAIGHT if low > SMALL else SHARP
    return low >= LOWEST and cv2.contourArea(outline) >= share * area
