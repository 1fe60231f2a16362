"""Textures: grain of paper, wood and cloth, clouds, tints. Drawn from noise, so no picture has to be shipped."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import ArrayLike

GRAIN_SIDE = 1536  # px; larger pictures repeat the grain


def clouds(coarse: np.ndarray, size: tuple[int, int], shrink: int = 8) -> np.ndarray:
    """A few values spread smoothly over an area.

    Parameters
    ----------
    coarse : numpy.ndarray
        (h, w) or (h, w, C), the values.
    size : tuple of int
        Height and width, pixels.
    shrink : int
        Smooth at this part of the size, then linear: cubic all the way takes ten times as long.

    Returns
    -------
    numpy.ndarray
        (H, W) or (H, W, C) float32.
    """
    small = tuple(max(2, side // shrink) for side in size[::-1])
    smooth = cv2.resize(coarse.astype(np.float32), small, interpolation=cv2.INTER_CUBIC)
    return cv2.resize(smooth, size[::-1])


def tinted(
    image: np.ndarray,
    mask: np.ndarray,
    tint: ArrayLike,
    strength: float,
) -> np.ndarray:
    """The image seen through a tint where `mask` (H, W) uint8 is set."""
    levels = np.arange(256, dtype=np.float32)[:, None] / 255 * strength
    through = 255 * (1 - levels * (1 - np.array(tint, np.float32)))
    table = through.round().astype(np.uint8)[:, None, :]
    return cv2.multiply(image, cv2.LUT(cv2.merge([mask] * 3), table), scale=1 / 255)


def grained(
    rng: np.random.Generator, image: np.ndarray, kind: str, strength: float
) -> np.ndarray:
    """An image with some of a grain of :func:`grain_tile` laid over it."""
    grain = grain_crop(rng, kind, image.shape[:2])
    return cv2.addWeighted(
        image, 1.0, cv2.merge([grain] * 3), strength, -128.0 * strength
    )


def grain_crop(
    rng: np.random.Generator, kind: str, size: tuple[int, int]
) -> np.ndarray:
    """A random place of a grain: (H, W) uint8 about 128; "sensor" has 3 channels."""
    tile = grain_tile(kind)
    beyond = [max(0, side - GRAIN_SIDE) for side in size]
    if any(beyond):
        tile = cv2.copyMakeBorder(tile, 0, beyond[0], 0, beyond[1], cv2.BORDER_WRAP)
    y = int(rng.integers(tile.shape[0] - size[0] + 1))
    x = int(rng.integers(tile.shape[1] - size[1] + 1))
    crop = tile[y : y + size[0], x : x + size[1]]
    return np.ascontiguousarray(crop)


@lru_cache(maxsize=8)
def grain_tile(kind: str) -> np.ndarray:
    """Texture drawn once a process: (GRAIN_SIDE, GRAIN_SIDE) uint8, mean 128, deviation 32.

    Parameters
    ----------
    kind : str
        "fine" (paper, pencil), "coarse" (chalk), "fibre" (kraft), "streak" (wood, wiped boards), "weave" (cloth);
        "sensor" (what a camera adds) has 3 channels.
    """
    rng = np.random.default_rng(1)  # the tile is part of the program, not of the scene
    noise = _GRAINS[kind](rng)
    noise = (noise - noise.mean()) / noise.std()
    tile: np.ndarray = np.clip(128 + 32 * noise, 0, 255)
    return tile.astype(np.uint8)


def _white(rng: np.random.Generator, sigma: float) -> np.ndarray:
    """Noise, blurred."""
    noise = rng.standard_normal((GRAIN_SIDE, GRAIN_SIDE), np.float32)
    return cv2.GaussianBlur(noise, (0, 0), sigma)


def _sensor(rng: np.random.Generator) -> np.ndarray:
    """Noise in light and, coarser, in colour, as cameras leave it."""
    coarse = rng.standard_normal((GRAIN_SIDE // 3, GRAIN_SIDE // 3, 3), np.float32)
    colour = cv2.resize(coarse, (GRAIN_SIDE, GRAIN_SIDE))
    noise: np.ndarray = 2 * _white(rng, 0.6)[..., None] + 0.5 * colour
    return noise


def _fibres(rng: np.random.Generator) -> np.ndarray:
    """Short pale and dark hairs in all directions over cloudy noise."""
    hairs = np.zeros((GRAIN_SIDE, GRAIN_SIDE), np.float32)
    starts = rng.uniform(0, GRAIN_SIDE, (6000, 2))
    ends = starts + rng.normal(0, 9, (6000, 2))
    for start, end, light in zip(starts, ends, rng.normal(0, 1.5, 6000)):
        path = np.round(16 * np.stack([start, end])).astype(np.int32)
        cv2.polylines(hairs, [path], False, float(light), 1, cv2.LINE_AA, 4)
    return 3 * _white(rng, 2.0) + hairs


def _streaks(rng: np.random.Generator) -> np.ndarray:
    """Long lines along x that sway a little, as the rings of a sawn board."""
    fine = cv2.blur(_white(rng, 0.7), (181, 1)) * 9
    rings = cv2.blur(_white(rng, 3.0), (301, 1)) * 60
    sway = clouds(rng.normal(0, 14, (4, 6)), fine.shape)
    y, x = np.indices(fine.shape).astype(np.float32)
    rows = np.asarray(y + sway, np.float32)
    return cv2.remap(
        fine + rings, np.asarray(x), rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP
    )


def _weave(rng: np.random.Generator) -> np.ndarray:
    """Threads across threads."""
    return cv2.blur(_white(rng, 0.5), (9, 1)) + cv2.blur(_white(rng, 0.5), (1, 9))


_GRAINS: dict[str, Callable[[np.random.Generator], np.ndarray]] = {
    "fine": lambda rng: _white(rng, 0.7),
    "coarse": lambda rng: _white(rng, 1.3),
    "sensor": _sensor,
    "fibre": _fibres,
    "streak": _streaks,
    "weave": _weave,
}
