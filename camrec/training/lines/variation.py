"""Other hands from the same strips, anew each time a strip is seen."""

from __future__ import annotations

import cv2
import numpy as np

from camrec.reading.strips import MARGIN, TALL

VARIED = 0.8  # share of strips that another hand shows
STRETCH = 0.1  # along the line, standard deviation of the logarithm
SLANT = 0.1  # standard deviation; px aside for one px up
BENT = 0.5  # px, standard deviation of displacements at the knots; smooth between them (Simard et al., 2003)
KNOT = 10  # px from one knot to the next along the line
KNOTS_UP = 4  # across it
PEN = 0.3  # share of varied strips with a wider or narrower pen

_MIDDLE = (TALL - 1) / 2
_UP = _MIDDLE - np.arange(TALL, dtype=np.float32)[:, None]
_PEN = np.ones((2, 2), np.uint8)


def stretches(rng: np.random.Generator, count: int) -> np.ndarray:
    """How much longer each of `count` strips is to be: (count,) float64, 1 for those that stay as they are."""
    drawn = np.exp(rng.normal(0, STRETCH, count))
    return np.where(rng.random(count) < VARIED, drawn, 1.0)


def stretched(at: np.ndarray, stretch: np.ndarray | float) -> np.ndarray:
    """Where columns `at` of a strip lie once all between its margins is stretched; px."""
    return MARGIN + (at - MARGIN) * stretch


def vary(rng: np.random.Generator, ink: np.ndarray, stretch: float) -> np.ndarray:
    """A strip by another hand: as long as `stretch` makes it, slanted, bent, and now and then with another pen.

    Parameters
    ----------
    rng : numpy.random.Generator
    ink : numpy.ndarray
        (:data:`~camrec.reading.strips.TALL`, W) uint8, 255 is pen.
    stretch : float
        Of :func:`stretches`; 1 leaves all as it is.

    Returns
    -------
    numpy.ndarray
        The same, as wide as :func:`stretched` says of its last column.
    """
    if stretch == 1:
        return ink
    width = round(float(stretched(np.array(ink.shape[1] - MARGIN), stretch))) + MARGIN
    along = MARGIN + (np.arange(width, dtype=np.float32) - MARGIN) / np.float32(stretch)
    across, down = along + _bent(rng, width), _MIDDLE - _UP + _bent(rng, width)
    across -= np.float32(rng.normal(0, SLANT)) * _UP
    return _penned(rng, cv2.remap(ink, across, down, cv2.INTER_LINEAR))


def _bent(rng: np.random.Generator, width: int) -> np.ndarray:
    """Displacements of all pixels, drawn at knots: (:data:`~camrec.reading.strips.TALL`, width) float32, px."""
    knots = rng.normal(0, BENT, (KNOTS_UP, width // KNOT + 2)).astype(np.float32)
    return cv2.resize(knots, (width, TALL), interpolation=cv2.INTER_CUBIC)


def _penned(rng: np.random.Generator, ink: np.ndarray) -> np.ndarray:
    kind, strength = rng.random(), rng.random()
    if kind < PEN / 2:
        return cv2.addWeighted(cv2.dilate(ink, _PEN), strength, ink, 1 - strength, 0)
    if kind < PEN:
        return cv2.addWeighted(cv2.erode(ink, _PEN), strength, ink, 1 - strength, 0)
    return ink
