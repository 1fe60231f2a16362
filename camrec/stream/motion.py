"""Has the page only moved since an earlier picture, or is there something new on it? Mathematics without memory.

All of it is done on sketches, pictures so small that two are compared in a thirtieth of the time that reading takes.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

CELL = 8  # px; over so many each way the noise of a sensor averages out, and a thin stroke still shows
STEP = 6  # grey levels between the means of a cell, in any colour: above what the noise of a webcam indoors (sigma 5) does
RIM = 24  # px that may have come into view at a side: no digit that is narrower there is whole
_SIDE = 480  # px, the longest of a sketch
_MOST = 80  # landmarks; more make the motion no surer
_LEAST = 12  # that have to agree on a motion; fewer may do so by chance
_APART = 10  # px of the sketch between two of them
_QUALITY = 0.01  # of the clearest corner's that theirs has to be (Shi and Tomasi)
_WINDOW = (15, 15)  # px of the sketch in which one is sought
_LEVELS = (
    3  # of the pyramid: what moved by half a window at an eighth of the size is found
)
_OFF = 0.7  # px of the sketch by which one may miss the place where the motion puts it
_TRIES = 200  # of RANSAC; with half of the landmarks astray four good ones are met in one of sixteen
_SLACK = 0.25  # of the contrast around a pixel: so much does it change with half a pixel's error of the motion


@dataclass(frozen=True, slots=True, eq=False)
class Sketch:
    """A picture in small.

    Parameters
    ----------
    image : numpy.ndarray
        (h, w, 3) uint8, BGR.
    shrink : int
        Pixels of the picture, each way, in one of the sketch.
    """

    image: np.ndarray
    shrink: int

    @property
    def size(self) -> tuple[int, int]:
        """Width and height, pixels of the sketch."""
        return int(self.image.shape[1]), int(self.image.shape[0])

    @property
    def cell(self) -> int:
        """Side of a cell, pixels of the sketch."""
        return max(1, CELL // self.shrink)

    def grey(self) -> np.ndarray:
        """(h, w) uint8."""
        return cv2.cvtColor(self.image, cv2.COLOR_BGR2GRAY)


def sketch_of(image: np.ndarray) -> Sketch:
    """Shrink a picture, (H, W, 3) uint8 BGR."""
    small, shrink = image, 1
    while max(small.shape[:2]) > _SIDE:
        # By halves, and of whole pairs: OpenCV is three times as fast with them.
        height, width = (max(1, side // 2) for side in small.shape[:2])
        pairs = small[: 2 * height, : 2 * width]
        small = cv2.resize(pairs, (width, height), interpolation=cv2.INTER_AREA)
        shrink *= 2
    return Sketch(small, shrink)


def is_unmoved(before: Sketch, now: Sketch) -> bool:
    """Whether two pictures of one size show the same at the same place, but for noise."""
    difference = cv2.absdiff(_cells(before.image, now), _cells(now.image, now))
    return int(difference.max()) < STEP


def landmarks_of(grey: np.ndarray) -> np.ndarray:
    """Corners of a sketch in grey that can be found again: (N, 1, 2) float32, its pixels."""
    found = cv2.goodFeaturesToTrack(grey, _MOST, _QUALITY, _APART)
    return np.zeros((0, 1, 2), np.float32) if found is None else found


def page_motion(
    before: np.ndarray, landmarks: np.ndarray, now: np.ndarray, guess: np.ndarray
) -> np.ndarray | None:
    """How the page moved, as most landmarks have it.

    Parameters
    ----------
    before, now : numpy.ndarray
        (h, w) uint8, sketches in grey.
    landmarks : numpy.ndarray
        Those of `before`.
    guess : numpy.ndarray
        (3, 3) the motion, roughly.

    Returns
    -------
    numpy.ndarray or None
        (3, 3) float64, from pixels of one sketch to those of the other: what a camera sees of a flat page moves so. None
        where most were lost or do not agree.
    """
    if len(landmarks) < _LEAST:
        return None
    start = cv2.perspectiveTransform(landmarks, guess)
    there, found, _ = cv2.calcOpticalFlowPyrLK(
        before, now, landmarks, start, winSize=_WINDOW, maxLevel=_LEVELS, flags=cv2.OPTFLOW_USE_INITIAL_FLOW
    )  # fmt: skip
    kept = found[:, 0] == 1
    if kept.sum() < _LEAST:
        return None
    motion, agree = cv2.findHomography(landmarks[kept], there[kept], cv2.RANSAC, _OFF, maxIters=_TRIES)  # fmt: skip
    enough = max(_LEAST, len(landmarks) / 2)
    return None if motion is None or agree.sum() < enough else motion


def is_all(before: Sketch, now: Sketch, motion: np.ndarray) -> bool:
    """Whether `motion` of the page is all that happened between two pictures: no ink came, no hand, no other light."""
    rim = _rim(now.size, motion)
    if rim * now.shrink > RIM:
        return False
    moved = cv2.warpPerspective(before.image, motion, now.size, borderMode=cv2.BORDER_REPLICATE)  # fmt: skip
    contrast = cv2.morphologyEx(moved, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
    difference = cv2.absdiff(_cells(moved, now), _cells(now.image, now))
    allowed = cv2.convertScaleAbs(_cells(contrast, now), alpha=_SLACK, beta=STEP)
    edge = int(np.ceil(rim / now.cell))
    inner = cv2.subtract(difference, allowed)[
        edge : -edge or None, edge : -edge or None
    ]
    return not inner.any()


def _rim(size: tuple[int, int], motion: np.ndarray) -> float:
    """How wide a strip has come into view, pixels of the sketch, at the side where it is widest."""
    right, bottom = size
    corners = np.array([(0, 0), (right, 0), (right, bottom), (0, bottom)], np.float64)
    (a, b, c, d) = cv2.perspectiveTransform(corners[:, None], motion)[:, 0]
    gaps = a[0], d[0], a[1], b[1], right - b[0], right - c[0], bottom - c[1], bottom - d[1]  # fmt: skip
    return max(0.0, float(max(gaps)))


def _cells(image: np.ndarray, sketch: Sketch) -> np.ndarray:
    """Means of a picture of the sketch's size over its cells, (h / cell, w / cell, 3) uint8."""
    size = max(1, sketch.size[0] // sketch.cell), max(1, sketch.size[1] // sketch.cell)
    return cv2.resize(image, size, interpolation=cv2.INTER_AREA)
