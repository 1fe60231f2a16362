"""What makes pictures of characters worse: noise, blur, occlusion and so on, in three strengths each.

The kinds follow MNIST-C (Mu and Gilmer, "MNIST-C: a robustness benchmark for computer vision", 2019), which corrupts
the 28x28 that a network sees. Here it is the picture before reading has found anything in it: one character in dark
pen on a sheet of light paper, at the size that digits have on a page.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

SIDE = 104  # px; of a sheet with one character; whole blocks of JPEG
HEIGHT = 40  # px; the longer side of the character, as on a page at the scale of work
PAPER, PEN = 225, 45  # grey levels
GRAIN = 2.0  # grey levels, standard deviation of a camera's noise in good light
SEED = 1

Change = Callable[[np.random.Generator, np.ndarray, float], np.ndarray]


@dataclass(frozen=True, slots=True)
class Corruption:
    """One way in which a picture gets worse.

    Parameters
    ----------
    change : callable
        (generator, sheet (SIDE, SIDE) uint8 grey, amount) -> sheet.
    amounts : tuple of float
        From slight to severe.
    unit : str
        Of the amounts.
    """

    change: Change
    amounts: tuple[float, float, float]
    unit: str

    def apply(self, sheets: list[np.ndarray], amount: float) -> list[np.ndarray]:
        """Every sheet, worse by `amount`; asked again, the same."""
        rng = np.random.default_rng(SEED)
        return [self.change(rng, sheet, amount) for sheet in sheets]


def drawn(ink: np.ndarray) -> np.ndarray:
    """One character in the middle of a sheet of paper: (SIDE, SIDE) uint8 grey.

    Parameters
    ----------
    ink : numpy.ndarray
        (h, w) uint8, any size; 255 is pen.
    """
    x, y, width, height = cv2.boundingRect(ink)
    pen = np.zeros((SIDE, SIDE), np.float32)
    if width:
        scale = HEIGHT / max(width, height)
        size = max(1, round(width * scale)), max(1, round(height * scale))
        tight = ink[y : y + height, x : x + width]
        left, top = (SIDE - size[0]) // 2, (SIDE - size[1]) // 2
        pen[top : top + size[1], left : left + size[0]] = cv2.resize(
            tight, size, interpolation=cv2.INTER_CUBIC
        )
    return np.round(PAPER - pen * ((PAPER - PEN) / 255)).astype(np.uint8)


def _noise(rng: np.random.Generator, sheet: np.ndarray, sigma: float) -> np.ndarray:
    noisy = sheet + rng.normal(0, sigma, sheet.shape)
    return np.clip(np.round(noisy), 0, 255).astype(np.uint8)


def _blur(rng: np.random.Generator, sheet: np.ndarray, sigma: float) -> np.ndarray:
    return cv2.GaussianBlur(sheet, (0, 0), sigma)


def _occlusion(rng: np.random.Generator, sheet: np.ndarray, side: float) -> np.ndarray:
    """A square of bare paper over some of the character."""
    middle = SIDE / 2 + rng.uniform(-HEIGHT / 2, HEIGHT / 2, 2)
    x, y = np.round(middle - side / 2).astype(int)
    covered = sheet.copy()
    covered[y : y + round(side), x : x + round(side)] = PAPER
    return covered


def _rotation(rng: np.random.Generator, sheet: np.ndarray, angle: float) -> np.ndarray:
    middle = (SIDE / 2, SIDE / 2)
    return _warped(sheet, cv2.getRotationMatrix2D(middle, _either(rng) * angle, 1.0))


def _shear(rng: np.random.Generator, sheet: np.ndarray, slant: float) -> np.ndarray:
    slant *= _either(rng)
    return _warped(sheet, np.array([[1, slant, -slant * SIDE / 2], [0, 1, 0]]))


def _small(rng: np.random.Generator, sheet: np.ndarray, height: float) -> np.ndarray:
    """Seen from far off: fewer pixels for the character, the sheet as large as before."""
    scale = height / HEIGHT
    far = cv2.resize(sheet, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    first = (SIDE - len(far)) // 2
    out = np.full_like(sheet, PAPER)
    out[first : first + len(far), first : first + len(far)] = far
    return out


def _thick(rng: np.random.Generator, sheet: np.ndarray, more: float) -> np.ndarray:
    return cv2.erode(sheet, _disc(more + 1))  # the pen is darker than the paper


def _thin(rng: np.random.Generator, sheet: np.ndarray, less: float) -> np.ndarray:
    return cv2.dilate(sheet, _disc(less + 1))


def _jpeg(rng: np.random.Generator, sheet: np.ndarray, quality: float) -> np.ndarray:
    packed = cv2.imencode(".jpg", sheet, [cv2.IMWRITE_JPEG_QUALITY, round(quality)])[1]
    return np.asarray(cv2.imdecode(packed, cv2.IMREAD_GRAYSCALE))


def _contrast(rng: np.random.Generator, sheet: np.ndarray, share: float) -> np.ndarray:
    """A pen this share as dark against the paper, under the noise of a camera."""
    pale = PAPER - (PAPER - sheet.astype(np.float32)) * share
    return _noise(rng, pale, GRAIN)


def _either(rng: np.random.Generator) -> float:
    return 1.0 if rng.random() < 0.5 else -1.0


def _disc(size: float) -> np.ndarray:
    """A round brush; it widens or narrows strokes by its size less one."""
    return cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (round(size), round(size)))


def _warped(sheet: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    return cv2.warpAffine(
        sheet,
        matrix,
        (SIDE, SIDE),
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=PAPER,
    )


CORRUPTIONS = {
    "noise": Corruption(_noise, (25, 50, 80), "grey levels"),
    "blur": Corruption(_blur, (2, 3.5, 5), "px"),
    "occlusion": Corruption(_occlusion, (8, 12, 18), "px"),
    "rotation": Corruption(_rotation, (15, 25, 40), "degrees"),
    "shear": Corruption(_shear, (0.25, 0.5, 0.75), "px a px"),
    "small": Corruption(_small, (20, 14, 10), "px high"),
    "stroke thick": Corruption(_thick, (3, 6, 9), "px more"),
    "stroke thin": Corruption(_thin, (2, 3, 4), "px less"),
    "JPEG": Corruption(_jpeg, (20, 5, 1), "of 100"),
    "contrast": Corruption(_contrast, (0.2, 0.1, 0.07), "of the pen"),
}
