"""What a hand puts on paper: digits of a bank, as distance fields that any pen can follow at any size.

A 28x28 raster holds the path of a pen but neither its width nor its edge. So each raster becomes a *field*: the
distance of every point to the pen's edge, negative inside. A field is smooth, so it can be enlarged twentyfold,
sheared, and drawn with a thinner or thicker pen, and the edge stays crisp.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np

from camrec.errors import DataError
from camrec.training.textures import clouds

SIDE = 28  # rasters of a bank are 28x28, as MNIST has them
ZOOM = 3  # field pixels per raster pixel; 2 leaves corners in large digits, 4 costs twice as much
UNIT = 20 * ZOOM  # height of a full digit in field pixels: MNIST fits digits in 20x20
FAR = 99.0  # distance given to everything outside a field
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
BATCH = 64  # rasters treated as one tall image; OpenCV remaps 32767 rows at most
SPECK = 6 * ZOOM * ZOOM  # field pixels; smaller pieces are dust, not strokes
FAINT_LEVEL = 80  # below it are specks of the scanner
INK_LEVEL = 96  # grey level from which a raster pixel counts as ink


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """Something written, ready to be drawn.

    Parameters
    ----------
    field : numpy.ndarray
        (h, w) float32, distance to the pen's edge in field pixels; negative where there is ink.
    hull : numpy.ndarray
        (K, 2) float32, corners of the convex hull of its ink, field pixels (x, y).
    top, bottom : float
        Rows of the writing line that a digit fills: its top and its foot. Letters may reach beyond.
    """

    field: np.ndarray
    hull: np.ndarray
    top: float
    bottom: float


def hull_of(field: np.ndarray) -> np.ndarray:
    """Corners of the convex hull of the ink of a field: (K, 2) float32; K is 0 where there is none."""
    points = cv2.findNonZero((field < 0).astype(np.uint8))
    if points is None:
        return np.zeros((0, 2), np.float32)
    return cv2.convexHull(points.reshape(-1, 2)).reshape(-1, 2).astype(np.float32)


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
    wobble : float
        Unsteadiness, field pixels.
    pen : float
        Width of the stroke over the height of a digit.
    """

    source: int
    slant: float
    stretch: float
    wobble: float
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
        widths[start : start + 1024] = 2 * _half_width(inside) / 20
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


def _half_width(inside: np.ndarray) -> np.ndarray:
    """Half width of strokes from the distances to paper, a row (N, pixels) for each digit: (N,) float32.

    Across a strip of w pixels the distances are 1, 2, .. 2, 1: their mean is (w + 2) / 4.
    """
    return 2 * inside.sum(1) / np.maximum((inside > 0).sum(1), 1) - 1


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


def digit_shapes(
    rng: np.random.Generator,
    images: np.ndarray,
    pens: np.ndarray,
    wobble: float = 0.0,
) -> list[Shape]:
    """Shapes of many digits at once, drawn with pens of given widths.

    Parameters
    ----------
    rng : numpy.random.Generator
        Draws the wobble.
    images : numpy.ndarray
        (N, 28, 28) uint8, 255 is pen.
    pens : numpy.ndarray
        (N,) stroke widths over the digit's height.
    wobble : float
        How far points wander, field pixels.
    """
    shapes = []
    for start in range(0, len(images), BATCH):
        some = slice(start, start + BATCH)
        fields = _fields(rng, images[some], pens[some], wobble)
        shapes += [_fitted(field) for field in fields]
    return shapes


def _fields(
    rng: np.random.Generator, images: np.ndarray, pens: np.ndarray, wobble: float
) -> np.ndarray:
    """Distance to the edge of a pen of the given width: (N, 84, 84) float32."""
    tiles = (len(images), SIDE * ZOOM, SIDE * ZOOM)
    mask = _shaken(rng, _enlarged(images), wobble)
    edge, natural = _edge_field(mask, len(images))
    tall = (
        mask.reshape(tiles).any(2).sum(1)
    )  # field pixels; squat digits are enlarged to the line's height
    radius = np.maximum(0.4, pens * tall / 2).astype(np.float32)
    # A pen much thinner than the raster's own would break an eroded stroke: follow the middle of the stroke then.
    even = np.clip((natural - radius) / (0.5 * natural), 0, 1)[:, None, None]
    field = edge.reshape(tiles) + natural[:, None, None]
    thinner = np.flatnonzero(even > 0)
    if len(thinner):
        some = mask.reshape(tiles)[thinner].reshape(-1, tiles[2])
        path = path_field(thin(some)).reshape(-1, *tiles[1:])
        field[thinner] += even[thinner] * (path - field[thinner])
    return field - radius[:, None, None]


def _enlarged(images: np.ndarray) -> np.ndarray:
    """Rasters one below the other, enlarged smoothly: (N * 84, 84) uint8."""
    tower = images.reshape(-1, SIDE)
    size = (SIDE * ZOOM, len(tower) * ZOOM)
    return cv2.GaussianBlur(
        cv2.resize(tower, size, interpolation=cv2.INTER_CUBIC), (0, 0), 0.4 * ZOOM
    )


def _shaken(rng: np.random.Generator, grey: np.ndarray, wobble: float) -> np.ndarray:
    """Ink mask (0, 1) of a tower of rasters after its points wandered by about `wobble` pixels."""
    if wobble > 0:
        height, width = grey.shape
        coarse = rng.normal(0, wobble, (4 * height // width, 4, 2))
        shift = clouds(coarse, (height, width), 4)
        x = shift[..., 0] + np.arange(width, dtype=np.float32)
        y = shift[..., 1] + np.arange(height, dtype=np.float32)[:, None]
        grey = cv2.remap(grey, x, y, cv2.INTER_LINEAR)
    # Ink is what is near the darkest nearby: the small loop of a 6 stays open though its inside is grey.
    near = cv2.dilate(grey, np.ones((4 * ZOOM + 1, 4 * ZOOM + 1), np.uint8))
    level = np.maximum(cv2.convertScaleAbs(near, alpha=0.5), FAINT_LEVEL)
    return _without_specks((grey > level).astype(np.uint8))


def _without_specks(mask: np.ndarray) -> np.ndarray:
    """Ink (0, 1) without pieces too small for a stroke."""
    _, names, stats, _ = cv2.connectedComponentsWithStats(mask)
    keep = (stats[:, cv2.CC_STAT_AREA] >= SPECK).astype(np.uint8)
    keep[0] = 0
    return keep[names]


def _edge_field(mask: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Distance to the edge of the ink, negative inside; and the half width of each digit's strokes, (N,) float32."""
    outside = cv2.distanceTransform(1 - mask, cv2.DIST_L2, 3)
    inside = cv2.distanceTransform(mask, cv2.DIST_L2, 3)
    edge = cv2.GaussianBlur(outside - inside, (0, 0), 1.0)
    return edge, np.clip(_half_width(inside.reshape(count, -1)), 1, 12)


def path_field(path: np.ndarray) -> np.ndarray:
    """Distance to a one pixel wide path (0, 1 uint8), without the steps of its pixels."""
    sigma = 1.2
    smooth = cv2.GaussianBlur(
        cv2.distanceTransform(1 - path, cv2.DIST_L2, 3), (0, 0), sigma
    )
    # A blurred |x| is about sqrt(x^2 + 2 sigma^2 / pi): undo what blurring added at the path itself.
    return np.sqrt(np.maximum(smooth * smooth - 2 * sigma * sigma / np.pi, 0.0))


def _fitted(field: np.ndarray) -> Shape:
    """A digit's shape: its writing line is its own ink."""
    hull = hull_of(field)
    if not len(hull):  # a wobble can push a faint dot out of its raster
        middle = field.shape[0] / 2
        return Shape(field, hull, middle - UNIT / 2, middle + UNIT / 2)
    return Shape(field, hull, float(hull[:, 1].min()), float(hull[:, 1].max()) + 1)


def thin(mask: np.ndarray) -> np.ndarray:
    """The middle line of strokes (Zhang and Suen, 1984).

    Parameters
    ----------
    mask : numpy.ndarray
        (H, W) uint8, 1 is ink.

    Returns
    -------
    numpy.ndarray
        (H, W) uint8, 1 on paths one pixel wide.
    """
    left = -1
    while left != (left := cv2.countNonZero(mask)):
        for keep in _keep_tables():
            code = cv2.filter2D(mask, -1, _RING, borderType=cv2.BORDER_CONSTANT)
            mask = cv2.bitwise_and(mask, cv2.LUT(code, keep))
    return mask


# The eight neighbours, clockwise from the one above, as the bits of one byte.
_RING = np.array([[128, 1, 2], [64, 0, 4], [32, 16, 8]], np.float32)


@lru_cache(maxsize=1)
def _keep_tables() -> tuple[np.ndarray, np.ndarray]:
    """For each ring of neighbours, whether a pixel stays: (256,) uint8 for the two half steps."""
    ring = (np.arange(256)[:, None] >> np.arange(8)) & 1
    count = ring.sum(1)
    steps = ((ring == 0) & (np.roll(ring, -1, 1) == 1)).sum(1)
    north, east, south, west = (ring[:, k] for k in (0, 2, 4, 6))
    edge = (count >= 2) & (count <= 6) & (steps == 1)
    first = edge & (north * east * south == 0) & (east * south * west == 0)
    second = edge & (north * east * west == 0) & (north * south * west == 0)
    return (~first).astype(np.uint8), (~second).astype(np.uint8)
