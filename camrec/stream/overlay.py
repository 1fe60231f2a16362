"""A scene drawn over its picture: boxes, digits, confidences and numbers.

Everything is drawn light on dark, or with a dark rim, so that it can be read on paper and on a blackboard alike, and
sized by the picture, so that it can be read at 320 and at 4000 pixels. Labels look for a place off the ink.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np

from camrec.elements import Box, Digit, Number, Scene

Colour = tuple[int, int, int]  # BGR

# Okabe and Ito's palette: told apart by colour-blind eyes too.
SURE: Colour = (115, 158, 0)
LIKELY: Colour = (0, 159, 230)
DOUBTFUL: Colour = (0, 94, 213)
NUMBER: Colour = (233, 180, 86)
PLATE: Colour = (32, 32, 32)
TEXT: Colour = (255, 255, 255)

SURE_FROM, LIKELY_FROM = (
    0.9,
    0.7,
)  # confidences from which the first two colours are used

_FONT = cv2.FONT_HERSHEY_SIMPLEX
_REFERENCE_SIDE = 1280  # px; the longest side at which a unit is one pixel
_GRID = 4  # px a cell of the map of taken places: exact enough for labels, 16 times less to look at


def draw(scene: Scene) -> np.ndarray:
    """The picture of a scene with everything that was read drawn over it.

    Parameters
    ----------
    scene : Scene

    Returns
    -------
    numpy.ndarray
        (H, W, 3) uint8 BGR; a copy, the size of the frame.
    """
    sheet = _Sheet(scene.frame.image.copy())
    groups = [number for number in scene.numbers if len(number.digits) > 1]
    _draw_lines_around(sheet, scene, groups)
    # Numbers choose the places of their labels first: they are what one looks for.
    for number in groups:
        _label_number(sheet, number)
    grouped = {id(digit) for number in groups for digit in number.digits}
    for digit in scene.digits:
        _label_digit(sheet, digit, alone=id(digit) not in grouped)
    return sheet.image


def draw_lines(image: np.ndarray, lines: Iterable[str]) -> np.ndarray:
    """Lines of text on plates in the upper left corner, drawn into `image`, which is returned."""
    sheet = _Sheet(image)
    height = max(8, round(14 * sheet.unit))
    y = round(8 * sheet.unit)
    for line in lines:
        plate = _plate(line, height, height // 3)
        sheet.label(plate, round(8 * sheet.unit), y, TEXT)
        y += plate.height
    return image


def colour_of(confidence: float) -> Colour:
    """The colour that stands for a confidence in [0, 1]."""
    if confidence >= SURE_FROM:
        return SURE
    return LIKELY if confidence >= LIKELY_FROM else DOUBTFUL


def _draw_lines_around(sheet: _Sheet, scene: Scene, groups: list[Number]) -> None:
    for digit in scene.digits:
        sheet.outline(_frame_of(sheet, digit), colour_of(digit.confidence))
    sheet.take(digit.box for digit in scene.digits)
    for number in groups:
        box = _frame_of(sheet, number)
        sheet.bar(box.x, box.right, box.y, NUMBER)


def _label_number(sheet: _Sheet, number: Number) -> None:
    height = sheet.text_height(max(d.box.height for d in number.digits), share=0.36)
    plate = _plate(number.label, height)
    x, y, _ = sheet.place(plate, _above_first(_frame_of(sheet, number), plate))
    sheet.label(plate, x, y, NUMBER)


def _label_digit(sheet: _Sheet, digit: Digit, alone: bool) -> None:
    height = sheet.text_height(digit.box.height, share=0.3 if alone else 0.2)
    percent = min(99, int(100 * digit.confidence))  # nothing read is certain
    text = f"{digit.text}  {percent}%" if alone else f"{percent}"
    plate = _plate(text, height)
    x, y, covered = sheet.place(plate, _below_first(_frame_of(sheet, digit), plate))
    # In a crowd the colour of the box has to do; the digit itself stands in its number.
    if alone or not covered:
        sheet.label(plate, x, y, colour_of(digit.confidence))


def _frame_of(sheet: _Sheet, item: Digit | Number) -> Box:
    """Where the line around a digit, or over a number, runs: clear of the ink."""
    margin = 1 if isinstance(item, Digit) else 3
    return item.box.expand(round(margin * sheet.unit))


@dataclass(frozen=True, slots=True)
class _Plate:
    """A text and the size, in pixels, of the plate it is written on."""

    text: str
    scale: float
    width: int
    height: int
    margin: int
    baseline: int


@lru_cache(maxsize=4096)
def _plate(text: str, height: int, below: int = 0) -> _Plate:
    """The plate for `text` with figures `height` pixels tall, and room below them for letters that reach down."""
    scale = height / cv2.getTextSize("0", _FONT, 1.0, 1)[0][1]
    (width, _), _ = cv2.getTextSize(text, _FONT, scale, 1)
    margin = max(2, height // 5)
    return _Plate(
        text=text,
        scale=scale,
        width=width + 2 * margin,
        height=height + 2 * margin + below,
        margin=margin,
        baseline=height + margin,
    )


def _below_first(box: Box, plate: _Plate) -> list[tuple[int, int]]:
    middle = box.x + (box.width - plate.width) // 2
    return [
        (middle, box.bottom),
        (middle, box.y - plate.height),
        (box.right, box.bottom - plate.height),
        (box.x - plate.width, box.bottom - plate.height),
    ]


def _above_first(box: Box, plate: _Plate) -> list[tuple[int, int]]:
    return [
        (box.x, box.y - plate.height),
        (box.x, box.bottom),
        (box.right, box.y),
        (box.x - plate.width, box.y),
    ]


class _Sheet:
    """A picture being drawn on, with a map of the places that are taken."""

    def __init__(self, image: np.ndarray) -> None:
        self.image = image
        self.height, self.width = image.shape[:2]
        self.unit = max(self.width, self.height) / _REFERENCE_SIDE
        self.line = max(1, round(1.5 * self.unit))
        self._taken = np.zeros(
            (self.height // _GRID + 1, self.width // _GRID + 1), bool
        )

    def text_height(self, digit_height: int, share: float) -> int:
        """Height of figures for a label: a share of the digit's, but always readable and never huge."""
        low, high = 9 * self.unit, 26 * self.unit
        return max(8, round(min(max(share * digit_height, low), high)))

    def take(self, boxes: Iterable[Box]) -> None:
        """Mark places that labels should keep off."""
        for box in boxes:
            self._cells(box)[...] = True

    def place(
        self, plate: _Plate, corners: list[tuple[int, int]]
    ) -> tuple[int, int, int]:
        """The first of `corners` (x, y) where the plate covers nothing, else where it covers least; how much."""
        spots: list[tuple[int, int, int, int]] = []
        for corner in corners:
            x, y = self._inside(plate, *corner)
            covered = self._covered(Box(x, y, plate.width, plate.height))
            if covered == 0:
                return x, y, 0
            spots.append((covered, len(spots), x, y))
        covered, _, x, y = min(spots)
        return x, y, covered

    def label(self, plate: _Plate, x: int, y: int, colour: Colour) -> None:
        """Draw a plate with its text and a bar of `colour`; its place is taken from now on."""
        box = Box(x, y, plate.width, plate.height)
        self.take([box])
        corner = (box.right - 1, box.bottom - 1)
        cv2.rectangle(self.image, (x, y), corner, PLATE, cv2.FILLED)
        cv2.line(self.image, (x, y), (x, corner[1]), colour, self.line)
        origin = (x + plate.margin, y + plate.baseline)
        cv2.putText(
            self.image, plate.text, origin, _FONT, plate.scale, TEXT, 1, cv2.LINE_AA
        )

    def outline(self, box: Box, colour: Colour) -> None:
        """Draw the rim of a box: a line of `colour` inside a dark one."""
        ends = (box.x, box.y), (box.right - 1, box.bottom - 1)
        cv2.rectangle(self.image, *ends, PLATE, self.line + 2)
        cv2.rectangle(self.image, *ends, colour, self.line)

    def bar(self, left: int, right: int, y: int, colour: Colour) -> None:
        """Draw a level line with a dark rim."""
        cv2.line(self.image, (left, y), (right, y), PLATE, self.line + 2)
        cv2.line(self.image, (left, y), (right, y), colour, self.line)

    def _covered(self, box: Box) -> int:
        # Cells that lie wholly inside: neighbours that only touch do not count.
        top, left = -(-box.y // _GRID), -(-box.x // _GRID)
        inner = self._taken[top : box.bottom // _GRID, left : box.right // _GRID]
        return int(np.count_nonzero(inner))

    def _inside(self, plate: _Plate, x: int, y: int) -> tuple[int, int]:
        x = max(0, min(x, self.width - plate.width))
        return x, max(0, min(y, self.height - plate.height))

    def _cells(self, box: Box) -> np.ndarray:
        top, left = max(0, box.y) // _GRID, max(0, box.x) // _GRID
        bottom, right = -(-box.bottom // _GRID), -(-box.right // _GRID)
        return self._taken[top:bottom, left:right]
