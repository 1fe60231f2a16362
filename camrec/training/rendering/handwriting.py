"""Who writes: banks of handwritten digits, and the hands that take from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from camrec.errors import DataError
from camrec.training.rendering.shapes import INK_LEVEL, SIDE, half_width

LOOPS = (
    1,
    0,
    0,
    0,
    0,
    0,
    1,
    0,
    2,
    1,
)  # what a digit encloses, if its loops did not run full


@dataclass(frozen=True, slots=True, eq=False)
class Hand:
    """How one person writes: kept through a number, often through a page.

    Parameters
    ----------
    source : int
        Which of the bank's sources the digits come from.
    slant : float
        Shear, columns to the right per row up.
    stretch : float
        Factor on the width of every digit.
    pen : float
        Width of the stroke over the height of a digit.
    """

    source: int
    slant: float
    stretch: float
    pen: float


class DigitBank:
    """Rasters of handwritten digits, from one or several sources.

    Parameters
    ----------
    images : numpy.ndarray
        (N, 28, 28) uint8, 255 is pen.
    labels : numpy.ndarray
        (N,) integers 0-9.
    share : float
        How often a hand is taken from this source, against the other sources of a joined bank.

    Raises
    ------
    DataError
        If shapes do not fit or a digit is missing.
    """

    def __init__(
        self, images: np.ndarray, labels: np.ndarray, share: float = 1.0
    ) -> None:
        self._sources = [_Source(images, labels)]
        self._shares = [float(share)]

    @classmethod
    def join(cls, banks: Sequence[DigitBank]) -> DigitBank:
        """One bank that draws each hand from one of `banks`, by their shares."""
        joined = cls.__new__(cls)
        joined._sources = [source for bank in banks for source in bank._sources]
        joined._shares = [share for bank in banks for share in bank._shares]
        return joined

    def __len__(self) -> int:
        return sum(len(source.images) for source in self._sources)

    def pick_source(self, rng: np.random.Generator) -> int:
        """A source, by the shares."""
        shares = np.asarray(self._shares)
        return int(rng.choice(len(shares), p=shares / shares.sum()))

    def pick(
        self, rng: np.random.Generator, text: str, hand: Hand
    ) -> list[tuple[np.ndarray, float]]:
        """Rasters for the digits of `text`, as like in style as the source has them.

        Returns
        -------
        list of (raster, slant)
            (28, 28) uint8, and how much further it leans than its digit usually does.
        """
        source = self._sources[hand.source]
        rows = [source.like(rng, int(char), hand) for char in text]
        return [(source.images[row], float(source.slants[row])) for row in rows]


class _Source:
    """Digits of one origin, with the slant of each."""

    def __init__(self, images: np.ndarray, labels: np.ndarray) -> None:
        if images.ndim != 3 or images.shape[1:] != (SIDE, SIDE):
            raise DataError(
                f"A digit bank needs images of shape (N, 28, 28), not {images.shape}."
            )
        self.images = np.ascontiguousarray(images, dtype=np.uint8)
        self.rows = [np.flatnonzero(np.asarray(labels) == digit) for digit in range(10)]
        missing = [str(digit) for digit in range(10) if not len(self.rows[digit])]
        if missing:
            raise DataError(
                f"The digit bank has no image of {', '.join(missing)}; it needs all ten digits."
            )
        self.slants = _slants(self.images)
        self.widths = _widths(self.images)
        self.loops = _loops(self.images)
        for (
            rows
        ) in self.rows:  # a 7 leans by its shape: only what exceeds that is the hand's
            self.slants[rows] -= np.median(self.slants[rows])

    def like(self, rng: np.random.Generator, digit: int, hand: Hand) -> int:
        """A row of `digit`, of a few drawn at random the one that is most like the hand."""
        tries = rng.choice(self.rows[digit], 6)
        lean = np.abs(self.slants[tries] - hand.slant)
        weight = np.abs(self.widths[tries] - hand.pen)
        # A broad pen closes small loops: drawn thinner, such a 6 would be a mere stroke.
        lost = (self.loops[tries] < LOOPS[digit]) & (
            0.8 * self.widths[tries] > hand.pen
        )
        return int(tries[np.argmin(lean + 4 * weight + lost)])


def _slants(images: np.ndarray) -> np.ndarray:
    """Shear of each raster from its second moments, columns to the right per row up; (N,) float32."""
    axis = np.arange(SIDE, dtype=np.float32)
    slants = np.empty(len(images), np.float32)
    for start in range(0, len(images), 4096):  # bounds the memory of the float copies
        ink = images[start : start + 4096].astype(np.float32)
        mass = np.maximum(ink.sum((1, 2)), 1.0)
        x = (ink.sum(1) @ axis) / mass
        y = (ink.sum(2) @ axis) / mass
        xy = np.einsum("nyx,y,x->n", ink, axis, axis, optimize=True) / mass - x * y
        yy = (ink.sum(2) @ axis**2) / mass - y * y
        slants[start : start + 4096] = -xy / np.maximum(yy, 1.0)
    return np.clip(slants, -1.0, 1.0)


def _widths(images: np.ndarray) -> np.ndarray:
    """Mean width of the strokes of each raster over the height of a digit; (N,) float32."""
    widths = np.empty(len(images), np.float32)
    for start in range(0, len(images), 1024):
        some = images[start : start + 1024]
        mask = (some > INK_LEVEL).astype(np.uint8).reshape(-1, SIDE)
        inside = cv2.distanceTransform(mask, cv2.DIST_L2, 3).reshape(len(some), -1)
        widths[start : start + 1024] = 2 * half_width(inside) / 20
    return widths


def _loops(images: np.ndarray) -> np.ndarray:
    """How many enclosed patches of paper each raster has; (N,) integers."""
    loops = np.zeros(len(images), int)
    for start in range(0, len(images), 1024):
        some = images[start : start + 1024]
        paper = (some <= 0.55 * some.max((1, 2), keepdims=True)).astype(np.uint8)
        paper[:, :, 0] = 1  # one background from the first raster to the last
        tower = paper.reshape(-1, SIDE)
        _, _, stats, centres = cv2.connectedComponentsWithStats(tower, connectivity=4)
        inner = centres[2:][
            stats[2:, cv2.CC_STAT_AREA] > 1
        ]  # 0 is ink, 1 the background
        loops[start : start + 1024] += np.bincount((inner[:, 1] // SIDE).astype(int), minlength=len(some))  # fmt: skip
    return loops


def stretched(
    images: np.ndarray, labels: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Digits that were stretched to a square (as semeion's), given back a digit's proportions.

    Parameters
    ----------
    images : numpy.ndarray
        (N, S, S) uint8, any square size, 255 is pen.
    labels : numpy.ndarray
        (N,) integers 0-9; a 1 becomes slimmer than the others.

    Returns
    -------
    numpy.ndarray
        (N, 28, 28) uint8, 20 px high, centred.
    """
    out = np.zeros((len(images), SIDE, SIDE), np.uint8)
    for image, label, tile in zip(images, labels, out):
        aspect = rng.uniform(0.15, 0.5) if label == 1 else rng.uniform(0.5, 0.95)
        width = max(3, round(20 * aspect))
        x = (SIDE - width) // 2
        tile[4:24, x : x + width] = cv2.resize(
            image, (width, 20), interpolation=cv2.INTER_AREA
        )
    return out
