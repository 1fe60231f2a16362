"""A line of ink -> a strip of fixed height, as the line reader takes it. One function for training and life."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

VERSION = 1  # raise it with every change that alters a pixel: model cards name the version they were trained for
TALL = 32  # px, height of every strip
INNER = 28  # px of them that the line's ink fills
MARGIN = 4  # px of paper left and right
OTHER = 10  # the label of what is tall as a digit and none; below it the digits


@dataclass(frozen=True, slots=True, eq=False)
class Strip:
    """Ink at the height of the line reader.

    Parameters
    ----------
    ink : numpy.ndarray
        (:data:`TALL`, W) uint8, 255 is pen.
    scale : float
        Pixels of the strip to a pixel across the ink it was made of.
    """

    ink: np.ndarray
    scale: float

    def column(self, at: float) -> float:
        """Column of the ink it was made of, for a column of the strip."""
        return (at - MARGIN) / self.scale


def frame_ink(ink: np.ndarray) -> Strip:
    """Bring a line's ink to the height of a strip.

    Parameters
    ----------
    ink : numpy.ndarray
        (h, w) uint8, 255 is pen; its height is that of the line.

    Returns
    -------
    Strip
    """
    height, width = ink.shape
    scale = INNER / height
    wide = max(1, round(width * scale))
    small = cv2.resize(
        ink,
        (wide, INNER),
        interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR,
    )
    out = np.zeros((TALL, wide + 2 * MARGIN), np.uint8)
    top = (TALL - INNER) // 2
    out[top : top + INNER, MARGIN : MARGIN + wide] = small
    return Strip(out, wide / width)
