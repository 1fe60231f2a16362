"""One digit looked at closely: what the network saw, and what it may be."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from camrec.elements import Box, Digit
from camrec.reading.classifier import NONE
from camrec.stream.canvas import Layout
from camrec.stream.hud import FAINT
from camrec.stream.overlay import NUMBER, percent
from camrec.stream.plates import PLATE, TEXT, Sheet, plate_of, write

TOP = 3  # classes told
SIDE = 28  # px of what the network sees
_SHARE = 0.3  # of the picture's height that the crop takes


def draw_closeup(
    picture: np.ndarray, layout: Layout, digit: Digit, classes: Sequence[str]
) -> None:
    """Draw a panel for a digit into a picture, in the corner farthest from it, and mark its box.

    Parameters
    ----------
    picture : numpy.ndarray
        (H, W, 3) uint8 BGR.
    layout : Layout
        Of the canvas that `picture` is a part of; for the size of words.
    digit : Digit
        Its box in pixels of `picture`. Where it has no crop, the likeliest classes stand alone.
    classes : sequence of str
        Names in the order of its scores.
    """
    _mark(picture, digit.box)
    crop = _enlarged(digit.crop, picture.shape[0])
    panel = _panel(crop, digit, classes, round(1.2 * layout.figure))
    high, wide = (min(a, b) for a, b in zip(panel.shape, picture.shape[:2]))
    x, y = _away_from(digit.box, wide, high, picture)
    picture[y : y + high, x : x + wide] = panel[:high, :wide]


def _mark(picture: np.ndarray, box: Box) -> None:
    sheet = Sheet(picture)
    sheet.outline(box.expand(2 * sheet.line + 1), TEXT)


def _enlarged(crop: np.ndarray | None, height: int) -> np.ndarray | None:
    """A crop as dark pen on white paper; each of its pixels is a square."""
    if crop is None:
        return None
    times = max(2, round(_SHARE * height / SIDE))
    grey = np.round(255 - 255 * crop).astype(np.uint8)
    large = np.repeat(np.repeat(grey, times, axis=0), times, axis=1)
    return cv2.cvtColor(large, cv2.COLOR_GRAY2BGR)


def _panel(
    crop: np.ndarray | None, digit: Digit, classes: Sequence[str], figure: int
) -> np.ndarray:
    margin = figure // 2
    tall = 0 if crop is None else crop.shape[0]
    scores = _scores(digit, classes, figure, max(2 * figure, tall // TOP))
    side = tall + margin if tall else 0
    high = max(side, scores.shape[0] + margin) + margin
    panel = np.full((high, side + scores.shape[1] + 2 * margin, 3), PLATE, np.uint8)
    if crop is not None:
        panel[margin:side, margin:side] = crop
    left = side + margin
    panel[margin : margin + scores.shape[0], left : left + scores.shape[1]] = scores
    return panel


def _scores(digit: Digit, classes: Sequence[str], figure: int, row: int) -> np.ndarray:
    """The likeliest classes with their probabilities, and bars as long as these; `row` px a line."""
    best = np.argsort(-digit.scores, kind="stable")[:TOP]
    names = [plate_of("none" if classes[k] == NONE else classes[k], figure) for k in best]  # fmt: skip
    shares = [plate_of(f"{percent(digit.scores[k])}%", figure) for k in best]
    left, right = (max(plate.width for plate in column) for column in (names, shares))
    across, left = 6 * figure, left + figure // 2
    image = np.full((TOP * row, left + across + right, 3), PLATE, np.uint8)
    for line, (k, name, share) in enumerate(zip(best, names, shares)):
        y = line * row + (row - name.height) // 2
        write(image, name, 0, y, TEXT)
        write(image, share, left + across, y, TEXT)
        _bar(image, Box(left, y, across, name.height), float(digit.scores[k]))
    return image


def _bar(image: np.ndarray, box: Box, share: float) -> None:
    part = image[box.y : box.bottom, box.x : box.right]
    part[box.height // 2] = FAINT
    third = box.height // 3
    part[third : box.height - third, : round(share * box.width)] = NUMBER


def _away_from(
    box: Box, width: int, height: int, picture: np.ndarray
) -> tuple[int, int]:
    """Upper left corner (x, y) for a panel in the corner of the picture farthest from a box."""
    high, wide = picture.shape[:2]
    x, y = box.centre
    return (0 if x > wide / 2 else wide - width), (0 if y > high / 2 else high - height)
