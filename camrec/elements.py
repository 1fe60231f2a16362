"""The words that all parts of camrec speak: small frozen snapshots, fields read by name.

Coordinates are whole pixels of the full picture, x to the right, y down. Times are in seconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # `camrec --help` reads this module and must not pay for numpy
    import numpy as np


@dataclass(frozen=True, slots=True)
class Box:
    """An upright rectangle; its right and bottom edges are excluded.

    Parameters
    ----------
    x, y : int
        Left and top edge, pixels.
    width, height : int
        Extent, pixels.
    """

    x: int
    y: int
    width: int
    height: int

    @property
    def right(self) -> int:
        """First column to the right of the box."""
        return self.x + self.width

    @property
    def bottom(self) -> int:
        """First row below the box."""
        return self.y + self.height

    @property
    def area(self) -> int:
        """Number of pixels inside; 0 for an empty box."""
        return max(0, self.width) * max(0, self.height)

    @property
    def centre(self) -> tuple[float, float]:
        """Centre (x, y), pixels."""
        return self.x + self.width / 2, self.y + self.height / 2

    def intersect(self, other: Box) -> Box:
        """The common part of two boxes; width or height 0 where they do not meet."""
        x, y = max(self.x, other.x), max(self.y, other.y)
        right, bottom = min(self.right, other.right), min(self.bottom, other.bottom)
        return Box(x, y, max(0, right - x), max(0, bottom - y))

    def union(self, other: Box) -> Box:
        """The smallest box around both."""
        x, y = min(self.x, other.x), min(self.y, other.y)
        return Box(
            x,
            y,
            max(self.right, other.right) - x,
            max(self.bottom, other.bottom) - y,
        )

    def iou(self, other: Box) -> float:
        """Intersection over union, in [0, 1]."""
        common = self.intersect(other).area
        return common / max(1, self.area + other.area - common)

    def expand(self, margin: int) -> Box:
        """The box grown by `margin` pixels on every side."""
        return Box(
            self.x - margin,
            self.y - margin,
            self.width + 2 * margin,
            self.height + 2 * margin,
        )

    def clip(self, width: int, height: int) -> Box:
        """The part of the box inside a picture of `width` x `height` pixels."""
        return self.intersect(Box(0, 0, width, height))

    def shift(self, dx: int, dy: int) -> Box:
        """The box moved by (dx, dy) pixels."""
        return Box(self.x + dx, self.y + dy, self.width, self.height)

    def as_list(self) -> list[int]:
        """``[x, y, width, height]``, as records write it."""
        return [self.x, self.y, self.width, self.height]

    @classmethod
    def around(cls, boxes: list[Box]) -> Box:
        """The smallest box around all of `boxes` (at least one)."""
        whole = boxes[0]
        for box in boxes[1:]:
            whole = whole.union(box)
        return whole


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One picture of a source.

    Parameters
    ----------
    image : numpy.ndarray
        (H, W, 3) uint8, BGR.
    index : int
        0-based position in the source.
    time : float
        Seconds since the source began; 0 for stills.
    source : str
        Name of the file, camera or address the picture came from.
    """

    image: np.ndarray
    index: int = 0
    time: float = 0.0
    source: str = ""

    @property
    def width(self) -> int:
        """Columns, pixels."""
        return int(self.image.shape[1])

    @property
    def height(self) -> int:
        """Rows, pixels."""
        return int(self.image.shape[0])


@dataclass(frozen=True, slots=True, eq=False)
class Region:
    """A piece of ink that may be a digit.

    Parameters
    ----------
    box : Box
        Where it is in the picture the ink was found in.
    ink : numpy.ndarray
        (h, w) uint8, 255 is pen, 0 is paper, soft edges between; the size of `box`.
    """

    box: Box
    ink: np.ndarray


@dataclass(frozen=True, slots=True, eq=False)
class Digit:
    """One digit that was read, or one letter where the model reads letters.

    Parameters
    ----------
    text : str
        The class name: "0" to "9"; of letters "a" to "z", which stand for both cases.
    confidence : float
        Calibrated probability of `text`, in [0, 1].
    box : Box
        Around its ink, pixels of the full picture.
    scores : numpy.ndarray
        (classes,) float32 probabilities in the order of the model card's classes.
    crop : numpy.ndarray or None
        (28, 28) float32 in [0, 1], 1 is pen: what the network saw. Kept only by a reader that was asked to.
    """

    text: str
    confidence: float
    box: Box
    scores: np.ndarray
    crop: np.ndarray | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Number:
    """Digits that stand together, in reading order; letters make a word.

    Parameters
    ----------
    text : str
        Its digits or letters and nothing else.
    confidence : float
        Probability that all of them are right, in [0, 1].
    box : Box
        Around all its digits.
    digits : tuple of Digit
        In reading order.
    fits : bool
        False where it is not what the user asked for, as a pattern or a count of digits, and is told of all the same.
    """

    text: str
    confidence: float
    box: Box
    digits: tuple[Digit, ...]
    fits: bool = True

    @property
    def label(self) -> str:
        """Its text for people; a question mark where it does not fit."""
        return self.text if self.fits else f"{self.text}?"


@dataclass(frozen=True, slots=True, eq=False)
class Track:
    """A snapshot of one digit followed through time.

    Parameters
    ----------
    id : int
        Unique within one tracker.
    digit : Digit
        As it is shown now.
    since, seen : float
        When it appeared and when it was last seen, seconds.
    """

    id: int
    digit: Digit
    since: float
    seen: float


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """All that is known about one frame: what every sink receives.

    Parameters
    ----------
    frame : Frame
    digits : tuple of Digit
        In reading order.
    numbers : tuple of Number
        In reading order; every digit stands in exactly one.
    tracks : tuple of Track
        Empty where there is no time. ``track.digit`` is one of `digits`.
    marks : tuple of Box
        Points, commas and dashes that hold numbers together.
    witness : bool
        False where nothing was read, and what was read before is shown where it has gone: no more evidence of anything.
    """

    frame: Frame
    digits: tuple[Digit, ...] = ()
    numbers: tuple[Number, ...] = ()
    tracks: tuple[Track, ...] = ()
    marks: tuple[Box, ...] = ()
    witness: bool = True
