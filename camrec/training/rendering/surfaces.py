"""What is written on: papers, boards, screens, and the tables they lie on."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from camrec.training.rendering.textures import clouds, grain_crop, grained, tinted


@dataclass(frozen=True, slots=True, eq=False)
class Surface:
    """A sheet or board before anything is written on it.

    Parameters
    ----------
    image : numpy.ndarray
        (H, W, 3) uint8, BGR, as under even white light.
    printed : numpy.ndarray
        (H, W) uint8, 255 where lines are printed on it.
    """

    image: np.ndarray
    printed: np.ndarray


PAPERS = ("white", "cream", "ruled", "grid", "kraft", "blotchy", "security", "grey")
BOARDS = ("whiteboard", "blackboard", "screen")
TABLES = ("wood", "dark wood", "cloth", "desk", "stone")


def draw_surface(
    rng: np.random.Generator,
    name: str,
    size: tuple[int, int],
    ruling: float = 0.06,
    folds: int = 0,
) -> Surface:
    """A sheet of paper or a board.

    Parameters
    ----------
    rng : numpy.random.Generator
    name : str
        One of `PAPERS` or `BOARDS`.
    size : tuple of int
        Height and width, pixels.
    ruling : float
        Distance of printed lines over the height of the sheet; the first lies so far from the top.
    folds : int
        How often the sheet was folded.
    """
    image = plain(rng, _shade(rng, name), size)
    printed = np.zeros(size, np.uint8)
    if name in ("ruled", "grid"):
        image = _printed_lines(rng, name, image, printed, ruling * size[0])
    elif name == "kraft":
        image = grained(rng, image, "fibre", rng.uniform(0.1, 0.3))
    elif name == "blotchy":
        image = _blotched(rng, image)
    elif name == "security":
        image = _guilloche(rng, image)
    elif name == "blackboard":
        image = _wiped(rng, image, rng.uniform(6, 26))
    elif name == "whiteboard":
        image = _wiped(rng, image, -rng.uniform(1, 8))
    for _ in range(folds):
        image = _folded(rng, image)
    if name != "screen":
        image = grained(rng, image, "fine", rng.uniform(0.02, 0.12))
    return Surface(image, printed)


def draw_table(
    rng: np.random.Generator, name: str, size: tuple[int, int]
) -> np.ndarray:
    """The table a sheet lies on, one of `TABLES`: (H, W, 3) uint8."""
    image = plain(rng, _shade(rng, name), size)
    if "wood" in name:
        image = _boards(rng, image)
    elif name == "cloth":
        image = grained(rng, image, "weave", rng.uniform(0.2, 0.6))
    elif name == "stone":
        image = _blotched(rng, image)
    return grained(rng, image, "fine", rng.uniform(0.05, 0.2))


# Grey level of the surface, then its tint as gains of blue, green and red.
_SHADES = {
    "white": (220, 250, (1.0, 1.0, 1.0), 0.012),
    "grey": (140, 210, (1.0, 1.0, 1.0), 0.03),
    "cream": (215, 248, (0.84, 0.95, 1.0), 0.015),
    "ruled": (215, 250, (0.97, 1.0, 1.0), 0.015),
    "grid": (215, 250, (0.98, 1.0, 1.0), 0.015),
    "kraft": (140, 190, (0.58, 0.8, 1.0), 0.04),
    "blotchy": (170, 240, (0.93, 0.98, 1.0), 0.05),
    "security": (190, 240, (0.98, 1.0, 0.97), 0.05),
    "whiteboard": (215, 248, (1.0, 0.99, 0.97), 0.02),
    "blackboard": (28, 75, (0.85, 1.0, 0.8), 0.12),
    "screen": (0, 24, (1.0, 1.0, 1.0), 0.05),
    "wood": (170, 240, (0.55, 0.78, 1.0), 0.06),
    "dark wood": (60, 130, (0.5, 0.7, 1.0), 0.06),
    "cloth": (30, 190, (1.0, 1.0, 1.0), 0.25),
    "desk": (20, 200, (1.0, 1.0, 1.0), 0.08),
    "stone": (60, 190, (1.0, 1.0, 1.0), 0.05),
}


def _shade(rng: np.random.Generator, name: str) -> np.ndarray:
    """A colour of the named surface: (3,) float, BGR."""
    low, high, tint, spread = _SHADES[name]
    gains = np.array(tint) * rng.normal(1, spread, 3).clip(0.5, 1.3)
    colour: np.ndarray = np.clip(rng.uniform(low, high) * gains / gains.max(), 0, 255)
    return colour


def plain(
    rng: np.random.Generator, colour: np.ndarray, size: tuple[int, int]
) -> np.ndarray:
    """An even area with the faintest clouds, as no sheet is quite flat: (H, W, 3) uint8."""
    uneven = clouds(rng.normal(0, 1.2, (5, 8)), size)
    planes = [np.clip(uneven + np.float32(level), 0, 255) for level in colour]
    return cv2.merge([plane.astype(np.uint8) for plane in planes])


def _printed_lines(
    rng: np.random.Generator,
    name: str,
    image: np.ndarray,
    printed: np.ndarray,
    step: float,
) -> np.ndarray:
    """The image with printed rules or squares, whose place is entered in `printed`."""
    height, width = printed.shape
    thick = 1 if rng.random() < 0.7 else 2
    for y in np.arange(step, height, step):
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


def _blotched(rng: np.random.Generator, image: np.ndarray) -> np.ndarray:
    """The image with smudges and stains of several sizes."""
    height, width = image.shape[:2]
    stains = np.zeros((height // 4 + 1, width // 4 + 1), np.float32)
    for cells in (4, 9, 24):
        layer = clouds(rng.normal(0, 1, (cells, 2 * cells)), stains.shape, 2)
        stains += np.maximum(layer - rng.uniform(0.2, 0.9), 0) * rng.uniform(0.4, 1)
    mask = np.clip(stains * 90, 0, 255).astype(np.uint8)
    tint = rng.uniform(0.5, 0.9) * rng.normal(1, 0.06, 3).clip(0.8, 1.1)
    mask = cv2.resize(mask, (width, height), interpolation=cv2.INTER_LINEAR)
    return tinted(image, mask, tint, rng.uniform(0.3, 0.8))


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
    tint = rng.uniform(0.45, 0.9, 3)
    return tinted(image, lines, tint, rng.uniform(0.2, 0.75))


# One period of a printed wave: a line a third of it wide, with soft edges.
_WAVE = np.clip(
    255 * (1.5 * np.cos(np.linspace(-np.pi, np.pi, 256)) - 0.4), 0, 255
).astype(np.uint8)


def _boards(rng: np.random.Generator, image: np.ndarray) -> np.ndarray:
    """Wood: veins that darken the image, and the joints between boards."""
    height, width = image.shape[:2]
    tint = np.array([0.35, 0.5, 0.65]) + rng.uniform(-0.1, 0.2)
    edges = np.arange(rng.uniform(0, 0.5), 1.0, rng.uniform(0.2, 0.6)) * height
    joints = np.zeros((height, width), np.uint8)
    for top, foot in zip(
        [0, *edges], [*edges, height]
    ):  # every board has its own veins
        rows = slice(int(top), int(foot))
        if foot - top >= 1:
            veins = grain_crop(rng, "streak", (rows.stop - rows.start, width))
            image[rows] = tinted(image[rows], veins, tint, rng.uniform(0.5, 1.2))
        cv2.line(joints, (0, rows.stop), (width, rows.stop), 255, 2)
    soft = cv2.GaussianBlur(joints, (0, 0), 1.2)
    return tinted(image, soft, (0.2, 0.2, 0.2), 0.8)


def _folded(rng: np.random.Generator, image: np.ndarray) -> np.ndarray:
    """The image with the trace of a fold: a thin pale line, one side of it in half shade."""
    height, width = (side // 4 + 1 for side in image.shape[:2])
    turn = rng.normal(0, 0.02) + (np.pi / 2 if rng.random() < 0.5 else 0.0)
    x = np.arange(width, dtype=np.float32) - width * rng.uniform(0.25, 0.75)
    y = np.arange(height, dtype=np.float32)[:, None] - height * rng.uniform(0.25, 0.75)
    away = np.float32(np.cos(turn)) * x + np.float32(np.sin(turn)) * y
    shade = np.where(away > 0, np.exp(-away / (0.15 * height)), 0)
    pale = np.exp(-(away**2))
    size = image.shape[1::-1]
    masks = [
        cv2.resize(np.round(255 * m).astype(np.uint8), size) for m in (shade, pale)
    ]
    image = tinted(image, masks[0], (0.6, 0.6, 0.6), rng.uniform(0.1, 0.4))
    return cv2.addWeighted(
        image, 1.0, cv2.merge([masks[1]] * 3), rng.uniform(0, 0.08), 0
    )


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
