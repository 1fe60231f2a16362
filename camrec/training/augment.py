"""Other hands from the same crops: slant, stretch, rotation, pen."""

from __future__ import annotations

import cv2
import numpy as np

from camrec.reading.normalise import SIDE, normalise

CANVAS = 40  # px; room for a turned and stretched crop


def vary(rng: np.random.Generator, crop: np.ndarray) -> np.ndarray:
    """One crop as another hand and another pen might have left it, normalised anew.

    Parameters
    ----------
    rng : numpy.random.Generator
    crop : numpy.ndarray
        (28, 28) uint8; 255 is pen.

    Returns
    -------
    numpy.ndarray
        (28, 28) float32 in [0, 1].
    """
    turned = cv2.warpAffine(
        crop, _affine(rng), (CANVAS, CANVAS), flags=cv2.INTER_LINEAR
    )
    return normalise(_pen(rng, turned))


def _affine(rng: np.random.Generator) -> np.ndarray:
    """Slant, rotation and stretch about the crop's centre, into the canvas's."""
    angle, slant = np.radians(rng.normal(0, 6)), rng.normal(0, 0.15)
    stretch = np.exp(rng.normal(0, 0.12))
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    matrix = (
        turn @ np.array([[stretch, slant], [0, 1 / stretch]]) * rng.uniform(1.0, 1.3)
    )
    offset = CANVAS / 2 - matrix @ (SIDE / 2, SIDE / 2) + rng.uniform(-0.5, 0.5, 2)
    return np.column_stack([matrix, offset])


def _pen(rng: np.random.Generator, crop: np.ndarray) -> np.ndarray:
    """A wider, narrower or softer stroke, or the same."""
    kind = rng.random()
    if kind < 0.2:
        wide = cv2.dilate(crop, np.ones((2, 2), np.uint8))
        return cv2.addWeighted(wide, float(rng.uniform(0.3, 1)), crop, 0.5, 0)
    if kind < 0.4:
        thin = cv2.erode(crop, np.ones((2, 2), np.uint8))
        return cv2.addWeighted(thin, 0.8, crop, float(rng.uniform(0.15, 0.5)), 0)
    if kind < 0.55:
        return cv2.GaussianBlur(crop, (0, 0), float(rng.uniform(0.4, 0.9)))
    return crop
