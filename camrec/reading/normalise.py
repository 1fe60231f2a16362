"""Region -> 28x28, as MNIST was made. One function for training, evaluation and life."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

VERSION = 1  # raise it with every change that alters a pixel: model cards name the version they were trained for
SIDE = 28
BOX = 20  # MNIST fits digits in 20x20 before centring (LeCun, Cortes, Burges)
BATCH = 128  # crops worked on at once; their 20x20 stay in a processor's cache

TINY = 1e-9  # ink; any crop with ink has 1 at least

_PLACES = np.arange(BOX, dtype=np.float64)


def normalise(ink: np.ndarray) -> np.ndarray:
    """Bring one piece of ink to the form of MNIST.

    Cut to the ink, scaled to fit 20x20 with its aspect kept and its edges smooth, then placed so that its centre of
    mass lies at the centre of 28x28. Where there are many, :func:`normalise_all` takes half the time for each.

    Parameters
    ----------
    ink : numpy.ndarray
        (h, w) uint8, any size; 255 is pen, 0 is paper.

    Returns
    -------
    numpy.ndarray
        (28, 28) float32 in [0, 1]; 1 is pen. All 0 where there is no ink.
    """
    return normalise_all([ink]).reshape(SIDE, SIDE).copy()


def normalise_all(inks: Sequence[np.ndarray]) -> np.ndarray:
    """:func:`normalise` for a batch: (N, 28, 28, 1) float32."""
    out = np.zeros((len(inks), SIDE, SIDE, 1), np.float32)
    for start in range(0, len(inks), BATCH):
        _fill(out[start : start + BATCH, :, :, 0], inks[start : start + BATCH])
    return out


def _fill(out: np.ndarray, inks: Sequence[np.ndarray]) -> None:
    """Write the crops of `inks` into `out`, (n, 28, 28) of zeros."""
    fitted = np.zeros((len(inks), BOX, BOX), np.float32)
    sizes = [_fit(ink, space) for ink, space in zip(inks, fitted)]
    peaks = fitted.max(axis=(1, 2), keepdims=True)
    peaks[peaks == 0] = 1  # no ink
    fitted *= 1 / peaks
    np.maximum(fitted, 0, out=fitted)  # a cubic may swing below paper
    heights, widths = np.array(sizes).T
    tops, lefts = _offsets(fitted, 2, heights), _offsets(fitted, 1, widths)
    places = zip(out, fitted, sizes, tops.tolist(), lefts.tolist())
    for crop, small, (height, width), top, left in places:
        crop[top : top + height, left : left + width] = small[:height, :width]


def _fit(ink: np.ndarray, space: np.ndarray) -> tuple[int, int]:
    """Scale what is drawn into the top left of `space`, (20, 20) float32; returns its height and width there."""
    x, y, width, height = cv2.boundingRect(ink)
    if not width:
        return 0, 0
    drawn = ink[y : y + height, x : x + width].astype(np.float32)
    scale = BOX / max(height, width)
    if scale == 1:
        space[:height, :width] = drawn
        return height, width
    tall, wide = max(1, round(height * scale)), max(1, round(width * scale))
    # Area averaging is the anti-aliasing of a reduction; an enlargement needs a smooth interpolation.
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    cv2.resize(drawn, (wide, tall), space[:tall, :wide], interpolation=way)
    return tall, wide


def _offsets(fitted: np.ndarray, across: int, lengths: np.ndarray) -> np.ndarray:
    """(n,) first row or column that brings each centre of mass to the centre of the square, kept inside it.

    `across` is the axis to sum over.
    """
    # In double precision, or rounding of sums would say which way a shape halfway between two places goes. cv2.moments
    # would take a picture two pixels wide for a list of points.
    profiles = fitted.sum(axis=across, dtype=np.float64)
    masses = profiles @ _PLACES / np.maximum(profiles.sum(axis=1), TINY)
    # MNIST's centres of mass lie at 14.0 +- 0.5, counting pixel centres from 0 (measured on all 60,000).
    first: np.ndarray = np.rint(SIDE / 2 - masses).astype(np.intp)
    return first.clip(0, SIDE - lengths)
