"""Ink: shapes drawn into a layer of one pen, and the layer laid on the sheet in the pen's colour."""

from __future__ import annotations

import cv2
import numpy as np

from camrec.training.rendering.shapes import FAR, Shape
from camrec.training.rendering.strokes import HEIGHT, curve, drawn
from camrec.training.rendering.styles import Pen
from camrec.training.rendering.textures import grain_crop

INK_ALPHA = 96  # opacity (of 255) from which a pixel counts as ink of its owner


def placing(
    shape: Shape, height: float, stretch: float, lean: float, foot: float
) -> np.ndarray:
    """From field to sheet pixels, its column still open: (2, 3) float64."""
    scale = height / (shape.bottom - shape.top)
    return np.array(
        [
            [scale * stretch, -scale * lean, 0.0],
            [0.0, scale, foot - scale * shape.bottom],
        ]
    )


def scribble(rng: np.random.Generator, pen: float) -> Shape:
    """A tangle of one stroke, or a number scratched out."""
    count, width = int(rng.integers(4, 14)), rng.uniform(3, 16)
    points = np.stack([rng.uniform(0, width, count), rng.uniform(0, HEIGHT, count)], 1)
    if rng.random() < 0.6:  # to and fro, from left to right
        points[:, 0] = np.sort(points[:, 0])
        points[:, 1] = np.where(np.arange(count) % 2, 0.8, 0.2) * HEIGHT
        points[:, 1] += rng.normal(0, 0.8, count)
    return drawn([curve(points.astype(np.float32))], pen)


def frame_paths(
    rng: np.random.Generator, outlines: list[np.ndarray], height: float
) -> list[np.ndarray]:
    """Lines of a frame around characters: a box, a cell for each, a ring, or a line below.

    Parameters
    ----------
    rng : numpy.random.Generator
    outlines : list of numpy.ndarray
        (K, 2) points around each character, from left to right, px.
    height : float
        Of a digit, px.

    Returns
    -------
    list of numpy.ndarray
        (M, 2) points of each line, px.
    """
    points = np.concatenate(outlines)
    margin = rng.uniform(0.15, 0.4) * height
    low, high = points.min(0) - margin, points.max(0) + margin
    kind = rng.choice(("box", "cells", "ring", "under"))
    if kind == "ring":
        turns = np.linspace(0, 2 * np.pi * rng.uniform(0.95, 1.1), 10)[:, None]
        arms = np.hstack([np.cos(turns), np.sin(turns)]) * (high - low) * 0.6
        arms += rng.normal(0, 0.02 * height, arms.shape)
        return [curve(((low + high) / 2 + arms).astype(np.float32), 12)]
    if kind == "under":
        foot = high[1] - margin / 2
        return [_unsteady(rng, [(low[0], foot), (high[0], foot)], height)]
    box = [low, (high[0], low[1]), high, (low[0], high[1]), low]
    paths = [_unsteady(rng, box, height)]
    for before, after in zip(outlines, outlines[1:] if kind == "cells" else []):
        x = (before[:, 0].max() + after[:, 0].min()) / 2
        paths.append(_unsteady(rng, [(x, low[1]), (x, high[1])], height))
    return paths


def _unsteady(
    rng: np.random.Generator, points: list[tuple[float, float]], height: float
) -> np.ndarray:
    """Points that wander by a fiftieth of the height of a digit: (M, 2) float64."""
    return np.array(points) + rng.normal(0, 0.02 * height, (len(points), 2))


def stroke(
    layer: np.ndarray,
    owner: np.ndarray,
    shape: Shape,
    matrix: np.ndarray,
    outline: np.ndarray,
    who: int,
) -> None:
    """Draw a shape into a layer of ink (255 is full) and enter its owner."""
    low = np.maximum(np.floor(outline.min(0)).astype(int) - 3, 0)
    high = np.minimum(np.ceil(outline.max(0)).astype(int) + 4, layer.shape[::-1])
    if (high <= low).any():
        return
    local = matrix.copy()
    local[:, 2] -= low
    field = cv2.warpAffine(shape.field, local, tuple(int(n) for n in high - low), borderValue=FAR)  # fmt: skip
    scale = np.sqrt(abs(np.linalg.det(matrix[:, :2])))  # picture pixels per field pixel
    alpha = np.clip(127.5 - field * (255 / 1.2 * scale), 0, 255).astype(np.uint8)
    place = slice(low[1], high[1]), slice(low[0], high[0])
    np.maximum(layer[place], alpha, out=layer[place])
    owner[place][alpha > INK_ALPHA] = who


def inked(
    rng: np.random.Generator,
    image: np.ndarray,
    layer: np.ndarray,
    pen: Pen,
    contrast: float,
) -> np.ndarray:
    """The image after a layer of ink in a colour of the pen."""
    low, high = np.array(pen.colours).T / 255
    shade = np.clip(rng.uniform() + rng.normal(0, pen.variety, 3), 0, 1)
    colour = low + (high - low) * shade
    levels = np.arange(256, dtype=np.float32)
    density = rng.uniform(*pen.opacity) * contrast
    thin = np.clip(1 - pen.roughness * np.maximum(levels - 128, 0) / 96, 0, 1)
    table = np.round(255 * density * thin).astype(np.uint8)
    grain = grain_crop(rng, pen.grain or "fine", layer.shape)
    alpha = cv2.multiply(layer, cv2.LUT(grain, table), scale=1 / 255)
    share = levels[:, None] / 255
    through = 1 - share * (1.0 if pen.covers else 1 - colour)
    covered = cv2.merge([alpha] * 3)
    image = cv2.multiply(image, _lookup(covered, through), scale=1 / 255)
    return cv2.add(image, _lookup(covered, share * colour)) if pen.covers else image


def _lookup(image: np.ndarray, table: np.ndarray) -> np.ndarray:
    """An image (H, W, 3) through a table (256, 3) of shares in [0, 1]."""
    rows = np.broadcast_to(table, (256, 3))[:, None, :]
    return cv2.LUT(image, np.round(255 * rows).astype(np.uint8))
