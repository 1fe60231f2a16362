"""What ink has been through before it is read: a tilted or bent sheet, a worn pen, blur, noise and a threshold."""

from __future__ import annotations

import cv2
import numpy as np

INKED = 128  # grey level above which a pixel is ink; a fine pen may leave none
KNOT = 24  # px from one random displacement to the next, where ink is bent


def roughened(rng: np.random.Generator, canvas: np.ndarray) -> np.ndarray:
    """What camera, paper and threshold make of clean ink.

    Parameters
    ----------
    rng : numpy.random.Generator
    canvas : numpy.ndarray
        (h, w) uint8, 255 is pen; a full digit is some 35 px tall.

    Returns
    -------
    numpy.ndarray
        Of the same shape; what is above :data:`INKED` is seen.
    """
    if rng.random() < 0.2:
        rise = np.array([[1, 0, 0], [rng.normal(0, 0.03), 1, 0]], np.float32)
        canvas = cv2.warpAffine(canvas, rise, canvas.shape[::-1])
    if rng.random() < 0.4:
        canvas = _bent(rng, canvas)
    if rng.random() < 0.25:
        canvas = cv2.dilate(canvas, np.ones((2, 2), np.uint8))
    if rng.random() < 0.15:
        canvas = _worn(rng, canvas)
    if rng.random() < 0.3 or canvas.max() <= INKED:
        return canvas
    soft = cv2.GaussianBlur(canvas.astype(np.float32), (0, 0), rng.uniform(0.5, 2.0))
    # A blur takes much from a thin pen; the search for ink goes by the strongest contrast nearby.
    soft = soft * (255 / max(60.0, float(np.percentile(soft[canvas > INKED], 80))))
    size = max(1, canvas.shape[1] // 2), canvas.shape[0] // 2
    noise = rng.normal(0, 1, size[::-1]).astype(np.float32)
    soft += cv2.resize(noise, canvas.shape[::-1]) * rng.choice([5, 20, 45])
    if rng.random() < 0.7:
        return np.where(soft > rng.uniform(60, 150), np.uint8(255), np.uint8(0))
    return soft.clip(0, 255).astype(np.uint8)


def _worn(rng: np.random.Generator, canvas: np.ndarray) -> np.ndarray:
    """What chalk or a dry pen leaves of strokes: none of the hollows of a rough ground."""
    grain, hollow = rng.uniform(2, 6), rng.uniform(0.05, 0.3)
    size = max(1, round(canvas.shape[1] / grain)), round(canvas.shape[0] / grain)
    coarse = rng.normal(0, 1, size[::-1]).astype(np.float32)
    ground = cv2.resize(coarse, canvas.shape[::-1], interpolation=cv2.INTER_CUBIC)
    return np.where(ground < np.quantile(ground, 1 - hollow), canvas, np.uint8(0))


def _bent(rng: np.random.Generator, canvas: np.ndarray) -> np.ndarray:
    """Every shape a little bent: displacements drawn at knots, smooth between them (Simard et al., 2003)."""
    height, width = canvas.shape
    knots = height // KNOT + 2, width // KNOT + 2
    reach = rng.uniform(0.5, 2.0)
    moved = [
        cv2.resize(
            rng.normal(0, reach, knots).astype(np.float32),
            (width, height),
            interpolation=cv2.INTER_CUBIC,
        )
        for _ in range(2)
    ]
    across = moved[0] + np.arange(width, dtype=np.float32)
    down = moved[1] + np.arange(height, dtype=np.float32)[:, None]
    return cv2.remap(canvas, across, down, cv2.INTER_LINEAR)
