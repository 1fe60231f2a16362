"""Cloth, grain, woven paper: how far what is written on stands off from itself."""

from __future__ import annotations

import cv2
import numpy as np

BLOCKS = 32  # along the longer side; of nine neighbours one is free of strokes but where a brush has filled the picture
SAMPLES = 10  # rows and columns of a block that are looked at, about
QUARTILE = 0.75  # ink that covers less than the rest of a block does not change it; paper lies below zero half of the time


def texture(contrast: np.ndarray) -> np.ndarray:
    """Upper quartile of the contrast of bare paper.

    Strokes stand off from their paper many times as far as it stands off from itself, cloth does not. Differences of
    neighbours, as :func:`~camrec.reading.ink.noise` takes them, do not see what is coarser than a pixel.

    Parameters
    ----------
    contrast : numpy.ndarray
        (H, W) uint8, as of :class:`~camrec.reading.ink.Ink`.

    Returns
    -------
    numpy.ndarray
        (h, w) float32, contrast levels; a value for each block, that of the calmest around: two fifths of the standard
        deviation of Gaussian texture.
    """
    every = max(1, round(max(contrast.shape) / (BLOCKS * SAMPLES)))
    some = contrast[::every, ::every]
    size = max(1, round(max(some.shape) / BLOCKS))
    height, width = (min(size, side) for side in some.shape)
    down, across = some.shape[0] // height, some.shape[1] // width
    # What is left over at the far sides is less than a block.
    some = some[: down * height, : across * width]
    blocks = some.reshape(down, height, across, width).swapaxes(1, 2).reshape(down, across, -1)  # fmt: skip
    rank = int(QUARTILE * blocks.shape[2])
    upper = np.partition(blocks, rank, axis=2)[:, :, rank]
    calm = cv2.erode(upper, np.ones((3, 3), np.uint8)).astype(np.float32)
    return cv2.blur(calm, (3, 3))
