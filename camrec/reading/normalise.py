"""Region -> 28x28, as MNIST was made. One function for training, evaluation and life."""

from __future__ import annotations

import cv2
import numpy as np

VERSION = 1  # raise it with every change that alters a pixel: model cards name the version they were trained for
SIDE = 28
BOX = 20  # MNIST fits digits in 20x20 before centring (LeCun, Cortes, Burges)

_PLACES = np.arange(SIDE, dtype=np.float32)


def normalise(ink: np.ndarray) -> np.ndarray:
    """Bring one piece of ink to the form of MNIST.

    Cut to the ink, scaled to fit 20x20 with its aspect kept and its edges smooth, then placed so that its centre of
    mass lies at the centre of 28x28.

    Parameters
    ----------
    ink : numpy.ndarray
        (h, w) uint8, any size; 255 is pen, 0 is paper.

    Returns
    -------
    numpy.ndarray
        (28, 28) float32 in [0, 1]; 1 is pen. All 0 where there is no ink.
    """
    out = np.zeros((SIDE, SIDE), np.float32)
    x, y, width, height = cv2.boundingRect(ink)
    if not width:
        return out
    small = _fit(ink[y : y + height, x : x + width].astype(np.float32))
    small = np.maximum(small * (1 / small.max()), 0)  # a cubic may swing below paper
    # cv2.moments would take a picture two pixels wide for a list of points.
    left, top = _offset(small.sum(axis=0)), _offset(small.sum(axis=1))
    out[top : top + small.shape[0], left : left + small.shape[1]] = small
    return out


def normalise_all(inks: list[np.ndarray]) -> np.ndarray:
    """:func:`normalise` for a batch: (N, 28, 28, 1) float32."""
    out = np.zeros((len(inks), SIDE, SIDE, 1), np.float32)
    for k, ink in enumerate(inks):
        out[k, :, :, 0] = normalise(ink)
    return out


def _fit(ink: np.ndarray) -> np.ndarray:
    height, width = ink.shape
    scale = BOX / max(height, width)
    if scale == 1:
        return ink
    size = max(1, round(width * scale)), max(1, round(height * scale))
    # Area averaging is the anti-aliasing of a reduction; an enlargement needs a smooth interpolation.
    return cv2.resize(
        ink, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    )


def _offset(profile: np.ndarray) -> int:
    """First row or column that brings the centre of mass to the centre of the square, kept inside it."""
    # MNIST's centres of mass lie at 14.0 +- 0.5, counting pixel centres from 0 (measured on all 60,000).
    mass = float(profile @ _PLACES[: len(profile)]) / float(profile.sum())
    return min(max(round(SIDE / 2 - mass), 0), SIDE - len(profile))
