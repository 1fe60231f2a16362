"""Crops as fine pens would have left them: MNIST's strokes are never thinner than a fifteenth of a digit, many hands' are."""

from __future__ import annotations

import numpy as np

from camrec.reading.normalise import normalise_all
from camrec.training.rendering.shapes import ZOOM, digit_shapes

# Stroke over the height of a digit: from half a millimetre on digits three centimetres high, to where MNIST begins.
WIDTHS = (0.015, 0.07)
INKED = 0.25  # grey level from which a pixel is ink, not noise
NEAR = 3 * ZOOM  # field pixels a stroke's ink may lie from the fine one's edge
WHOLE = 0.95  # of the ink; strokes too faint to be followed all along leave more of it alone


def in_fine_pens(rng: np.random.Generator, crops: np.ndarray) -> np.ndarray:
    """The same writing, each piece with a fine pen of its own.

    Parameters
    ----------
    rng : numpy.random.Generator
        Chooses the pens.
    crops : numpy.ndarray
        (N, 28, 28) float32 in [0, 1], normalised; 1 is pen.

    Returns
    -------
    numpy.ndarray
        (N, 28, 28) float32 in [0, 1], normalised. What no fine pen can follow stays as it was: blots, and strokes that
        fade away.
    """
    pens = rng.uniform(*WIDTHS, len(crops))
    shapes = digit_shapes(rng, (crops * 255).astype(np.uint8), pens)
    # A pixel through whose middle the edge runs is half ink.
    inks = [(255 * np.clip(0.5 - s.field, 0, 1)).astype(np.uint8) for s in shapes]
    fine = normalise_all(inks)[..., 0]
    for shape, crop, thin in zip(shapes, crops, fine, strict=True):
        near = shape.field[ZOOM // 2 :: ZOOM, ZOOM // 2 :: ZOOM] < NEAR
        inked = crop > INKED
        if np.count_nonzero(near & inked) < WHOLE * np.count_nonzero(inked):
            thin[:] = crop
    return fine
