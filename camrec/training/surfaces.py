"""What is written on: papers, boards, screens, and the tables they lie on."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np

GRAIN_SIDE = 1536  # px; larger pictures repeat the grain


@dataclass(frozen=True, slots=True, eq=False)
class Surface:
    """A sheet or board before anything is written on it.

    Parameters
    ----------
    image : numpy.ndarray
        (H, W, 3) uint8, BGR, as under even white light.
    printed : numpy.ndarray
        (H, W) uint8, 255 where lines are printed on it.
    dark : bool
        Written on with something lighter than itself.
    """

    image: np.ndarray
    printed: np.ndarray
    dark: bool


PAPERS = ("white", "cream", "ruled", "grid", "kraft", "blotchy", "security", "grey")
BOARDS = ("whiteboard", "blackboard", "screen")
TABLES = ("wood", "dark wood", "cloth", "desk", "stone")


def draw_surface(rng: np.random.Generator, name: str, size: tuple[int, int]) -> Surface:
    """A sheet of paper or a board.

    Parameters
    ----------
    rng : numpy.random.Generator
    name : str
        One of `PAPERS` or `BOARDS`.
    size : tuple of int
        Height and width, pixels.
    """
    image = plain(rng, _shade(rng, name), size)
    printed = np.zeros(size, np.uint8)
    if name in ("ruled", "grid"):
        image = _printed_lines(rng, name, image, printed)
    elif name == "kraft":
        image = grained(rng, image, "fibre", rng.uniform(0.25, 0.5))
    elif name == "blotchy":
        image = _blotched(rng, image)
    elif name == "security":
        image = _guilloche(rng, image)
    elif name == "blackboard":
        image = _wiped(rng, image, rng.uniform(6, 26))
    elif name == "whiteboard":
        image = _wiped(rng, image, -rng.uniform(1, 8))
    if name != "screen":
        image = grained(rng, image, "fine", rng.uniform(0.02, 0.12))
    return Surface(image, printed, name in ("blackboard", "screen"))


def draw_table(
    rng: np.random.Generator, name: str, size: tuple[int, int]
) -> np.ndarray:
    """The table a sheet lies on, one of `TABLES`: (H, W, 3) uint8."""
    image = plain(rng, _shade(rng, name), size)
    if "wood" in name:
        image = grained(rng, image, "streak", rng.uniform(0.4, 1.0))
    elif name == "cloth":
        image = grained(rng, image, "weave", rng.uniform(0.2, 0.6))
    elif name == "stone":
        image = _blotched(rng, image)
    return grained(rng, image, "fine", rng.uniform(0.05, 0.2))


# Grey level of the surface, then its tint as gains of blue, green and red.
_SHADES = {
    "white": (215, 250, (1.0, 1.0, 1.0), 0.02),
    "grey": (140, 210, (1.0, 1.0, 1.0), 0.03),
    "cream": (205, 245, (0.82, 0.95, 1.0), 0.04),
    "ruled": (215, 250, (0.97, 1.0, 1.0), 0.03),
    "grid": (215, 250, (0.98, 1.0, 1.0), 0.03),
    "kraft": (140, 190, (0.58, 0.8, 1.0), 0.04),
    "blotchy": (170, 240, (0.93, 0.98, 1.0), 0.05),
    "security": (190, 240, (0.98, 1.0, 0.97), 0.05),
    "whiteboard": (215, 248, (1.0, 0.99, 0.97), 0.02),
    "blackboard": (28, 75, (0.85, 1.0, 0.8), 0.12),
    "screen": (0, 24, (1.0, 1.0, 1.0), 0.05),
    "wood": (110, 180, (0.5, 0.75, 1.0), 0.06),
    "dark wood": (30, 75, (0.6, 0.75, 1.0), 0.06),
    "cloth": (30, 190, (1.0, 1.0, 1.0), 0.25),
    "desk": (20, 200, (1.0, 1.0, 1.0), 0.08),
    "stone": (60, 190, (1.0, 1.0, 1.0), 0.05),
}


def _shade(rng: np.random.Generator, name: str) -> np.ndarray:
    """A colour of the named surface: (3,) float, BGR."""
    low, high, tint, spread = _SHADES[name]
    gains = np.array(tint) * rng.normal(1, spread, 3).clip(0.5, 1.3)
    return np.clip(rng.uniform(low, high) * gains / gains.max(), 0, 255)


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


def plain(
    rng: np.random.Generator, colour: np.ndarray, size: tuple[int, int]
) -> np.ndarray:
    """An even area with the faintest clouds, as no sheet is quite flat: (H, W, 3) uint8."""
    uneven = clouds(rng.normal(0, 1.2, (5, 8)), size)
    planes = [np.clip(uneven + np.float32(level), 0, 255) for level in colour]
    return cv2.merge([plane.astype(np.uint8) for plane in planes])


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
    """A random place of a grain: (H, W) uint8 about 128."""
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
    """Texture drawn once a process: (GRAIN_SIDE, GRAIN_SIDE) uint8, mean 128, deviation 32; "sensor" has 3 channels.

    Parameters
    ----------
    kind : str
        "fine" (paper, pencil), "coarse" (chalk), "fibre" (kraft), "streak" (wood, wiped boards), "weave" (cloth),
        "sensor" (what a camera adds).
    """
    rng = np.random.default_rng(1)  # the tile is part of the program, not of the scene
    if kind == "sensor":
        return _sensor_noise(rng)
    noise = rng.normal(0, 1, (GRAIN_SIDE, GRAIN_SIDE)).astype(np.float32)
    if kind == "fine":
        noise = cv2.GaussianBlur(noise, (0, 0), 0.7)
    elif kind == "coarse":
        noise = cv2.GaussianBlur(noise, (0, 0), 1.3)
    elif kind == "fibre":
        noise = _fibres(rng, noise)
    elif kind == "streak":
        noise = _streaks(rng, noise)
    elif kind == "weave":
        noise = cv2.blur(noise, (9, 1)) + cv2.blur(noise[::-1], (1, 9))
    noise = (noise - noise.mean()) / noise.std()
    return np.clip(128 + 32 * noise, 0, 255).astype(np.uint8)


def _sensor_noise(rng: np.random.Generator) -> np.ndarray:
    """Noise in light and, coarser, in colour, as cameras leave it: (GRAIN_SIDE, GRAIN_SIDE, 3) uint8."""
    size = (GRAIN_SIDE, GRAIN_SIDE)
    light = cv2.GaussianBlur(rng.normal(0, 50, (*size, 1)).astype(np.float32), (0, 0), 0.6)  # fmt: skip
    coarse = rng.normal(0, 18, (GRAIN_SIDE // 3, GRAIN_SIDE // 3, 3)).astype(np.float32)
    colour = cv2.resize(coarse, size, interpolation=cv2.INTER_LINEAR)
    return np.clip(128 + light[..., None] + colour, 0, 255).astype(np.uint8)


def _fibres(rng: np.random.Generator, noise: np.ndarray) -> np.ndarray:
    """Short pale and dark hairs in all directions over cloudy noise."""
    clouds = cv2.GaussianBlur(noise, (0, 0), 2.0) * 3
    hairs = np.zeros(noise.shape, np.float32)
    ends = rng.uniform(0, GRAIN_SIDE, (6000, 2))
    turns = rng.normal(0, 9, (6000, 2))
    for start, end, light in zip(ends, ends + turns, rng.normal(0, 1, 6000)):
        points = np.round(16 * np.stack([start, end])).astype(int)
        cv2.line(hairs, tuple(points[0]), tuple(points[1]), float(light), 1, cv2.LINE_AA, 4)  # fmt: skip
    return clouds + 1.5 * hairs


def _streaks(rng: np.random.Generator, noise: np.ndarray) -> np.ndarray:
    """Long lines along x that sway a little, as the rings of a sawn board."""
    fine = cv2.blur(noise, (181, 1)) * 9
    rings = cv2.blur(cv2.GaussianBlur(noise, (0, 0), 3.0), (301, 1)) * 60
    sway = clouds(rng.normal(0, 14, (4, 6)), noise.shape)
    y, x = np.indices(noise.shape, dtype=np.float32)
    return cv2.remap(fine + rings, x, y + sway, cv2.INTER_LINEAR, None, cv2.BORDER_WRAP)


def _printed_lines(
    rng: np.random.Generator, name: str, image: np.ndarray, printed: np.ndarray
) -> np.ndarray:
    """The image with printed rules or squares, whose place is entered in `printed`."""
    height, width = printed.shape
    step = rng.uniform(0.03, 0.11) * max(height, 300)
    thick = 1 if rng.random() < 0.7 else 2
    for y in np.arange(rng.uniform(0, step), height, step):
        cv2.line(printed, (0, int(y)), (width, int(y)), 255, thick)
    if name == "grid":
        for x in np.arange(rng.uniform(0, step), width, step):
            cv2.line(printed, (int(x), 0), (int(x), height), 255, thick)
    tint = _LINE_TINTS[rng.integers(len(_LINE_TINTS))]
    image = tinted(image, printed, tint, rng.uniform(0.15, 0.7))
    if name == "ruled" and rng.random() < 0.4:
        margin = np.zeros_like(printed)
        x = int(width * rng.uniform(0.06, 0.2))
        cv2.line(margin, (x, 0), (x, height), 255, thick)
        image = tinted(image, margin, (0.45, 0.4, 0.95), 0.7)
        np.maximum(printed, margin, out=printed)
    return image


# What printed lines let through of blue, green and red.
_LINE_TINTS = ((0.95, 0.75, 0.55), (0.75, 0.75, 0.75), (0.8, 0.9, 0.65), (0.65, 0.65, 0.95), (0.4, 0.4, 0.4))  # fmt: skip


def tinted(
    image: np.ndarray,
    mask: np.ndarray,
    tint: tuple[float, float, float],
    strength: float,
) -> np.ndarray:
    """The image seen through a tint where `mask` (H, W) uint8 is set."""
    levels = np.arange(256, dtype=np.float32)[:, None] / 255 * strength
    through = 255 * (1 - levels * (1 - np.float32(tint)))
    table = through.round().astype(np.uint8)[:, None, :]
    return cv2.multiply(image, cv2.LUT(cv2.merge([mask] * 3), table), scale=1 / 255)


def _blotched(rng: np.random.Generator, image: np.ndarray) -> np.ndarray:
    """The image with smudges and stains of several sizes."""
    height, width = image.shape[:2]
    stains = np.zeros((height // 4 + 1, width // 4 + 1), np.float32)
    for cells in (4, 9, 24):
        layer = clouds(rng.normal(0, 1, (cells, 2 * cells)), stains.shape, 2)
        stains += np.maximum(layer - rng.uniform(0.2, 0.9), 0) * rng.uniform(0.4, 1)
    mask = np.clip(stains * 90, 0, 255).astype(np.uint8)
    tint = tuple(rng.uniform(0.5, 0.9) * rng.normal(1, 0.06, 3).clip(0.8, 1.1))
    mask = cv2.resize(mask, (width, height), interpolation=cv2.INTER_LINEAR)
    return tinted(image, mask, tint, rng.uniform(0.3, 0.8))  # type: ignore[arg-type]


def _guilloche(rng: np.random.Generator, image: np.ndarray) -> np.ndarray:
    """The image under families of fine wavy lines, as cheques and tickets have them."""
    height, width = image.shape[:2]
    lines = np.zeros((height, width), np.uint8)
    for _ in range(rng.integers(1, 4)):
        phase = clouds(rng.normal(0, rng.uniform(0, 0.8), (4, 7)), (height, width))
        turn, step = rng.uniform(-np.pi, np.pi), rng.uniform(3.5, 12)
        phase += np.arange(width, dtype=np.float32) * np.float32(np.cos(turn) / step)
        phase += np.arange(height, dtype=np.float32)[:, None] * np.float32(np.sin(turn) / step)  # fmt: skip
        wave = (phase * 256).astype(np.int32).astype(np.uint8)
        np.maximum(lines, cv2.LUT(wave, _WAVE), out=lines)
    tint = tuple(rng.uniform(0.45, 0.9, 3))
    return tinted(image, lines, tint, rng.uniform(0.2, 0.75))  # type: ignore[arg-type]


# One period of a printed wave: a line a third of it wide, with soft edges.
_WAVE = np.clip(
    255 * (1.5 * np.cos(np.linspace(-np.pi, np.pi, 256)) - 0.4), 0, 255
).astype(np.uint8)


def _wiped(rng: np.random.Generator, image: np.ndarray, strength: float) -> np.ndarray:
    """A board with the traces of the cloth that wiped it, lighter (positive) or darker."""
    height, width = image.shape[:2]
    swipe = grain_crop(rng, "streak", (height // 2 + 1, width // 2 + 1))
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), rng.uniform(-40, 40), 2.4)
    swipe = cv2.warpAffine(swipe, turn, (width, height), borderMode=cv2.BORDER_REFLECT)
    where = clouds(rng.uniform(0, 1, (4, 6)), (height, width))
    traces = np.clip(swipe * where * (abs(strength) / 128), 0, 255).astype(np.uint8)
    traces = cv2.merge([traces] * 3)
    return cv2.add(image, traces) if strength > 0 else cv2.subtract(image, traces)
