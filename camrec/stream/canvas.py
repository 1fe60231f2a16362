"""How a picture lies in a window: as large as it fits, never out of shape, above a bar for words."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np

from camrec.elements import Box, Digit, Frame, Number, Scene
from camrec.stream.plates import SMALLEST

AROUND = 16  # grey level where the picture leaves room
_LARGEST_FIGURE = 20  # px; words beside the picture need not grow with a large screen


@dataclass(frozen=True, slots=True)
class Layout:
    """Where things are on a canvas.

    Parameters
    ----------
    width, height : int
        Of the canvas, pixels.
    bar : int
        Height of the bar below the picture, pixels.
    figure : int
        Height of a figure in words on the canvas, pixels.
    area : Box
        Of the picture on the canvas.
    scale : float
        Pixels of the canvas to a pixel of the picture.
    mirrored : bool
        Left and right are exchanged.
    """

    width: int
    height: int
    bar: int
    figure: int
    area: Box
    scale: float
    mirrored: bool = False

    def box(self, box: Box) -> Box:
        """Where a box of the picture lies in the picture as it is shown."""
        x, right = round(box.x * self.scale), round(box.right * self.scale)
        y, bottom = round(box.y * self.scale), round(box.bottom * self.scale)
        if self.mirrored:
            x, right = self.area.width - right, self.area.width - x
        return Box(x, y, max(1, right - x), max(1, bottom - y))

    def blank(self) -> np.ndarray:
        """A canvas with nothing on it: (H, W, 3) uint8 BGR."""
        return np.full((self.height, self.width, 3), AROUND, np.uint8)

    def part(self, canvas: np.ndarray) -> np.ndarray:
        """The part of a canvas that holds the picture; what is drawn there is drawn on the canvas."""
        area = self.area
        return canvas[area.y : area.bottom, area.x : area.right]


def lay_out(
    canvas: tuple[int, int], picture: tuple[int, int], *, mirrored: bool = False
) -> Layout:
    """Find the largest place for a picture; sizes are (width, height) in pixels."""
    width, height = (max(1, side) for side in canvas)
    figure = figure_for(width)
    bar = bar_for(figure) if height > 4 * figure else 0
    room = max(1, height - bar)
    scale = min(width / picture[0], room / picture[1])
    wide = max(1, min(width, round(picture[0] * scale)))
    high = max(1, min(room, round(picture[1] * scale)))
    area = Box((width - wide) // 2, (room - high) // 2, wide, high)
    return Layout(width, height, bar, figure, area, scale, mirrored)


def canvas_for(
    picture: tuple[int, int], least: int, most: tuple[int, int]
) -> tuple[int, int]:
    """Size (width, height) of a canvas that shows a picture as it is: not smaller than `least` px wide, nor larger than `most`."""
    scale = max(1.0, least / picture[0])
    scale = min(scale, most[0] / picture[0], most[1] / picture[1])
    width, height = (max(1, round(side * scale)) for side in picture)
    return width, height + bar_for(figure_for(width))


def figure_for(width: int) -> int:
    """Height of figures that can be read on a canvas so wide, pixels."""
    return min(_LARGEST_FIGURE, max(SMALLEST, width // 64))


def bar_for(figure: int) -> int:
    """Height of a bar for one line of words, pixels."""
    return 2 * figure + 4


def shown(scene: Scene, layout: Layout) -> Scene:
    """A scene at the size, and the way round, in which its picture is shown.

    Parameters
    ----------
    scene : Scene
    layout : Layout

    Returns
    -------
    Scene
        ``digits`` and ``tracks`` keep their order.
    """
    digits = {id(digit): replace(digit, box=layout.box(digit.box)) for digit in scene.digits}  # fmt: skip
    return Scene(
        replace(scene.frame, image=_resized(scene.frame, layout)),
        tuple(digits.values()),
        tuple(_moved(number, digits, layout) for number in scene.numbers),
        tuple(replace(t, digit=digits[id(t.digit)]) for t in scene.tracks),
    )


def _moved(number: Number, digits: dict[int, Digit], layout: Layout) -> Number:
    members = tuple(digits[id(digit)] for digit in number.digits)
    return replace(number, box=layout.box(number.box), digits=members)


def _resized(frame: Frame, layout: Layout) -> np.ndarray:
    image, size = frame.image, (layout.area.width, layout.area.height)
    if size != (frame.width, frame.height):
        # Halving and more leaves pixels out, and thin strokes with them; INTER_AREA looks at all of them.
        how = cv2.INTER_AREA if layout.scale < 0.7 else cv2.INTER_LINEAR
        image = cv2.resize(image, size, interpolation=how)
    return cv2.flip(image, 1) if layout.mirrored else image
