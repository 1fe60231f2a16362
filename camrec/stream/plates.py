"""Words on dark plates over a picture, and a map of the places that are taken.

A plate is dark and its words are light, and every line has a dark rim: legible on paper and on a blackboard alike.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np

from camrec.elements import Box

Colour = tuple[int, int, int]  # BGR

PLATE: Colour = (32, 32, 32)
TEXT: Colour = (255, 255, 255)

FONT = cv2.FONT_HERSHEY_SIMPLEX
SMALLEST = 8  # px of a figure; smaller ones are a blur
_REFERENCE_SIDE = 1280  # px; the longest side at which a unit is one pixel
_GRID = 4  # px a cell of the map of taken places: exact enough for labels, 16 times less to look at
_DASH = 5  # lines' widths, and as much between two of them

Spots = Callable[[Box, "Plate"], list[tuple[int, int]]]
"""Upper left corners (x, y) for a plate beside a box, the best one first."""


@dataclass(frozen=True, slots=True)
class Plate:
    """A text and the size, in pixels, of the plate it is written on."""

    text: str
    scale: float
    thick: int
    width: int
    height: int
    margin: int
    baseline: int

    def at(self, x: int, y: int) -> Box:
        """Where it lies with its upper left corner at (x, y)."""
        return Box(x, y, self.width, self.height)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a plate may lie, and how much it covers there, in cells of the map of taken places."""

    plate: Plate
    x: int
    y: int
    covered: int

    @property
    def free(self) -> bool:
        """Nothing is covered."""
        return self.covered == 0


@lru_cache(
    maxsize=512
)  # a frame needs a few hundred at most; counters make new ones without end
def plate_of(text: str, height: int, below: int = 0) -> Plate:
    """The plate for `text` with figures `height` pixels tall, and room below them for letters that reach down."""
    scale = height / cv2.getTextSize("0", FONT, 1.0, 1)[0][1]
    # OpenCV 4 draws lines of this width; the typeface of OpenCV 5 is bold from 2 on.
    thick = max(1, round(height / 9))
    (width, _), _ = cv2.getTextSize(text, FONT, scale, thick)
    margin = max(2, height // 5)
    return Plate(
        text=text,
        scale=scale,
        thick=thick,
        width=width + 2 * margin,
        height=height + 2 * margin + below,
        margin=margin,
        baseline=height + margin,
    )


def write(image: np.ndarray, plate: Plate, x: int, y: int, colour: Colour) -> None:
    """Write the words of a plate, without the plate."""
    origin = (x + plate.margin, y + plate.baseline)
    cv2.putText(
        image, plate.text, origin, FONT, plate.scale, colour, plate.thick, cv2.LINE_AA
    )


class Sheet:
    """A picture being drawn on, with a map of the places that are taken.

    Parameters
    ----------
    image : numpy.ndarray
        (H, W, 3) uint8 BGR; it is drawn into.
    """

    def __init__(self, image: np.ndarray) -> None:
        self.image = image
        self.height, self.width = image.shape[:2]
        self.unit: float = max(self.width, self.height) / _REFERENCE_SIDE
        self.line = max(1, round(1.75 * self.unit))
        self._taken = np.zeros(
            (self.height // _GRID + 1, self.width // _GRID + 1), bool
        )

    def text_height(self, height: int, share: float) -> int:
        """Height of figures for a label: a share of what it names, but always readable and never huge."""
        low, high = 9 * self.unit, 26 * self.unit
        return max(SMALLEST, round(min(max(share * height, low), high)))

    def take(self, boxes: Iterable[Box]) -> None:
        """Mark places that labels should keep off."""
        for box in boxes:
            self._cells(box)[...] = True

    def place(
        self, plates: Sequence[Plate], box: Box, spots: Spots, named: Sequence[Box]
    ) -> Place | None:
        """Find a place beside `box` for its plate.

        Parameters
        ----------
        plates : sequence of Plate
            The same words in several sizes, the best one first. A smaller one is better than a worse spot.
        box : Box
        spots : callable
        named : sequence of Box
            The ink that the plate names; it is never covered.

        Returns
        -------
        Place or None
            The first that covers nothing, or the one that covers least; None where every spot lies over the ink it names.
        """
        least: Place | None = None
        for corners in zip(*(spots(box, plate) for plate in plates)):
            for plate, corner in zip(plates, corners):
                x, y = self._inside(plate, *corner)
                area = plate.at(x, y)
                if any(area.intersect(ink).area for ink in named):
                    continue
                place = Place(plate, x, y, self._covered(area))
                if place.free:
                    return place
                if least is None or place.covered < least.covered:
                    least = place
        return least

    def quietest(self, plate: Plate, box: Box) -> tuple[int, int]:
        """The corner (x, y) of `box` where the picture is most even, for ink that leaves no room around it."""
        left, top = max(0, box.x), max(0, box.y)
        right, bottom = box.right - plate.width, box.bottom - plate.height
        corners = [(left, top), (right, top), (left, bottom), (right, bottom)]
        return min((self._inside(plate, *c) for c in corners), key=lambda c: self._unrest(plate.at(*c)))  # fmt: skip

    def label(self, plate: Plate, x: int, y: int, colour: Colour) -> None:
        """Draw a plate with its text and a bar of `colour`; its place is taken from now on."""
        box = plate.at(x, y)
        self.take([box])
        corner = (box.right - 1, box.bottom - 1)
        cv2.rectangle(self.image, (x, y), corner, PLATE, cv2.FILLED)
        cv2.line(self.image, (x, y), (x, corner[1]), colour, self.line)
        write(self.image, plate, x, y, TEXT)

    def outline(self, box: Box, colour: Colour, *, dashed: bool = False) -> None:
        """Draw the rim of a box: a line of `colour`, or dashes, inside a dark one."""
        ends = (box.x, box.y), (box.right - 1, box.bottom - 1)
        cv2.rectangle(self.image, *ends, PLATE, self.line + 2)
        if dashed:
            self._dashes(box, colour)
        else:
            cv2.rectangle(self.image, *ends, colour, self.line)

    def bar(self, left: int, right: int, y: int, colour: Colour) -> None:
        """Draw a level line with a dark rim."""
        cv2.line(self.image, (left, y), (right, y), PLATE, self.line + 2)
        cv2.line(self.image, (left, y), (right, y), colour, self.line)

    def _dashes(self, box: Box, colour: Colour) -> None:
        step = _DASH * self.line
        right, bottom = box.right - 1, box.bottom - 1
        for x in range(box.x, right + 1, 2 * step):
            end = min(x + step, right)
            for y in (box.y, bottom):
                cv2.line(self.image, (x, y), (end, y), colour, self.line)
        for y in range(box.y, bottom + 1, 2 * step):
            end = min(y + step, bottom)
            for x in (box.x, right):
                cv2.line(self.image, (x, y), (x, end), colour, self.line)

    def _covered(self, box: Box) -> int:
        # Cells that lie wholly inside: neighbours that only touch do not count.
        top, left = -(-box.y // _GRID), -(-box.x // _GRID)
        inner = self._taken[top : box.bottom // _GRID, left : box.right // _GRID]
        return int(np.count_nonzero(inner))

    def _unrest(self, box: Box) -> float:
        return float(self.image[box.y : box.bottom, box.x : box.right].std())

    def _inside(self, plate: Plate, x: int, y: int) -> tuple[int, int]:
        x = max(0, min(x, self.width - plate.width))
        return x, max(0, min(y, self.height - plate.height))

    def _cells(self, box: Box) -> np.ndarray:
        top, left = max(0, box.y) // _GRID, max(0, box.x) // _GRID
        bottom, right = -(-box.bottom // _GRID), -(-box.right // _GRID)
        return self._taken[top:bottom, left:right]
