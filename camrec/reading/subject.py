"""Pictures of a few broad strokes: a digit cut out, a fat marker close up, what a brush paints on a screen."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

CLEAR = 0.75  # share of the variance that two levels explain (Otsu, 1979)
BORDER = 0.9  # share of the border that is paper
MOST = 0.4  # share of the picture that is pen
# Of the longer side, half of a stroke's width; those of a page are finer, its shadows broader.
BROAD = 0.027, 0.125
SPREAD = 0.15  # of the longer side, over which the light of the paper is averaged
LEAST = 24  # grey levels between pen and paper


@dataclass(frozen=True, slots=True, eq=False)
class Subject:
    """What a picture of a few broad strokes shows.

    Parameters
    ----------
    paper : numpy.ndarray
        (h, w) uint8, grey level of the bare surface, under the pen too.
    light : bool
        Whether the pen is lighter than it.
    """

    paper: np.ndarray
    light: bool


def find_subject(small: np.ndarray) -> Subject | None:
    """Pen and paper of a picture of a few broad strokes, on whose border is little but paper; None for any other picture.

    Elsewhere paper is what is wider than a stroke, and so a stroke that is as wide as paper is lost. Here two levels of
    grey tell them apart, and paper is what is on the border.

    Parameters
    ----------
    small : numpy.ndarray
        (h, w) uint8 grey.

    Returns
    -------
    Subject or None
    """
    _, above = cv2.threshold(small, 0, 1, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    edge = np.concatenate([above[0], above[-1], above[:, 0], above[:, -1]])
    light = bool(edge.mean() < 0.5)
    pen = above if light else 1 - above
    if (edge == light).mean() > 1 - BORDER:
        return None
    if not _is_clear(small, pen) or not _is_broad(pen):
        return None
    return Subject(_paper(small, pen), light)


def _is_broad(pen: np.ndarray) -> bool:
    """Whether the pen is as broad as one is that writes a few large digits at the most."""
    if cv2.mean(pen)[0] > MOST:
        return False
    # Across a stroke the mean distance to its edge is half of the largest.
    depth = cv2.mean(cv2.distanceTransform(pen, cv2.DIST_L2, 3), pen)[0]
    thin, thick = BROAD
    return bool(thin < 2 * depth / max(pen.shape) < thick)


def _is_clear(small: np.ndarray, pen: np.ndarray) -> bool:
    """Whether two levels are nearly all there is."""
    share = cv2.mean(pen)[0]
    apart = cv2.mean(small, pen)[0] - cv2.mean(small, 1 - pen)[0]
    between = share * (1 - share) * apart**2
    deviation = float(cv2.meanStdDev(small)[1][0, 0])
    return abs(apart) > LEAST and between > CLEAR * deviation**2


def _paper(small: np.ndarray, pen: np.ndarray) -> np.ndarray:
    """The surface, under the pen as around it."""
    bare = 1 - cv2.dilate(pen, np.ones((3, 3), np.uint8)).astype(np.float32)
    sigma = SPREAD * max(small.shape)
    light = cv2.GaussianBlur(small * bare, (0, 0), sigma)
    weight = cv2.GaussianBlur(bare, (0, 0), sigma)
    return np.round(light / np.maximum(weight, 1e-6)).astype(np.uint8)
