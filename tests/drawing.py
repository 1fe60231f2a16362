"""Pictures whose content is known: plain digits drawn with an even pen."""

from __future__ import annotations

import cv2
import numpy as np

from camrec.elements import Box
from camrec.training.rendering.strokes import DIGITS, HEIGHT, curve, lines_of

PAPER, PEN = 235, 40  # grey levels
WIDTH = 0.1  # of the stroke, in heights of a digit
ADVANCE = 1.05  # from digit to digit, in heights: near enough for one number, too far to touch


def sheet(height: int = 240, width: int = 480, paper: int = PAPER) -> np.ndarray:
    """An empty sheet: (H, W, 3) uint8."""
    return np.full((height, width, 3), paper, np.uint8)


def write(
    image: np.ndarray,
    text: str,
    x: int,
    y: int,
    height: int = 60,
    pen: int = PEN,
    advance: float = ADVANCE,
) -> list[Box]:
    """Write digits with their top left corner at (x, y); returns a box around each one's ink."""
    boxes = []
    for k, char in enumerate(text):
        layer = np.zeros(image.shape[:2], np.uint8)
        scale = height / HEIGHT
        lines = [curve(points) * scale for points in lines_of(DIGITS[int(char)][0])]
        left = min(line[:, 0].min() for line in lines)
        at = np.array([x + k * advance * height - left, y])
        points = [np.round((line + at) * 16).astype(np.int32) for line in lines]
        thick = max(1, round(WIDTH * height))
        cv2.polylines(layer, points, False, 255, thick, cv2.LINE_AA, 4)
        boxes.append(Box(*cv2.boundingRect(layer)))
        ink = (layer / 255.0)[..., None] if image.ndim == 3 else layer / 255.0
        image[:] = np.round(image * (1 - ink) + pen * ink)
    return boxes


def raster(char: str, height: int = 60) -> np.ndarray:
    """One digit's ink cut to its box: (h, w) uint8, 255 is pen."""
    canvas = np.zeros((height + 40, height + 80), np.uint8)
    box = write(canvas, char, 20, 20, height, pen=255)[0]
    return canvas[box.y : box.bottom, box.x : box.right]
