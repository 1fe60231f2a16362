"""What a hand puts on paper, as distance fields that any pen can follow at any size.

A 28x28 raster holds the path of a pen but neither its width nor its edge. So each raster becomes a *field*: the
distance of every point to the pen's edge, negative inside. A field is smooth, so it can be enlarged twentyfold,
sheared, and drawn with a thinner or thicker pen, and the edge stays crisp.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np

from camrec.training.rendering.textures import clouds

SIDE = 28  # rasters of a bank are 28x28, as MNIST has them
ZOOM = 3  # field pixels per raster pixel; 2 leaves corners in large digits, 4 costs twice as much
UNIT = 20 * ZOOM  # height of a full digit in field pixels: MNIST fits digits in 20x20
FAR = 99.0  # distance given to everything outside a field
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
    distance: np.ndarray = field - radius[:, None, None]
    return distance


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
    kept: np.ndarray = keep[names]
    return kept


def _edge_field(mask: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Distance to the edge of the ink, negative inside; and the half width of each digit's strokes, (N,) float32."""
    outside = cv2.distanceTransform(1 - mask, cv2.DIST_L2, 3)
    inside = cv2.distanceTransform(mask, cv2.DIST_L2, 3)
    edge = cv2.GaussianBlur(outside - inside, (0, 0), 1.0)
    return edge, np.clip(half_width(inside.reshape(count, -1)), 1, 12)


def half_width(inside: np.ndarray) -> np.ndarray:
    """Half width of strokes from the distances to paper, a row (N, pixels) for each digit: (N,) float32.

    Across a strip of w pixels the distances are 1, 2, .. 2, 1: their mean is (w + 2) / 4.
    """
    half: np.ndarray = 2 * inside.sum(1) / np.maximum((inside > 0).sum(1), 1) - 1
    return half


def path_field(path: np.ndarray) -> np.ndarray:
    """Distance to a one pixel wide path (0, 1 uint8), without the steps of its pixels."""
    sigma = 1.2
    smooth = cv2.GaussianBlur(
        cv2.distanceTransform(1 - path, cv2.DIST_L2, 3), (0, 0), sigma
    )
    # A blurred |x| is about sqrt(x^2 + 2 sigma^2 / pi): undo what blurring added at the path itself.
    distance: np.ndarray = np.sqrt(
        np.maximum(smooth * smooth - 2 * sigma * sigma / np.pi, 0.0)
    )
    return distance


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
