"""What has not moved is not read again: a camera on a stand, a screen, a document camera show the same picture for minutes."""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

import cv2
import numpy as np

from camrec.elements import Frame, Scene

CELL = 8  # px; over so many each way the noise of a sensor averages out, and a thin stroke still shows
STEP = 6  # grey levels between the means of a cell, in any colour: above what the noise of a webcam indoors (sigma 5) does
AGAIN_S = 0.5  # the longest that a reading serves: chance must not freeze a misreading, nor light creep away unnoticed


class Reads(Protocol):
    """What is needed of a :class:`~camrec.reading.reader.Reader`."""

    def read(self, image: Frame, /) -> Scene:
        """Read one frame."""


class UnmovedReader:
    """Reads frames, but not those that show what the last one that was read showed: they get its digits.

    Tracks go on as if each frame had been read. Where anything in the picture moves, all of it is read: ink, polarity and
    lines are judged by their surroundings, and a part read alone could be read otherwise.

    Parameters
    ----------
    reader : Reads
    """

    def __init__(self, reader: Reads) -> None:
        self._reader = reader
        self._scene: Scene | None = None
        self._cells = np.zeros((0, 0, 3), np.uint8)

    def read(self, image: Frame, /) -> Scene:
        """What is in a frame."""
        cells = cells_of(image.image)
        if self._scene is not None and self._serves(self._scene, image, cells):
            return replace(self._scene, frame=image)
        self._scene, self._cells = self._reader.read(image), cells
        return self._scene

    def _serves(self, scene: Scene, frame: Frame, cells: np.ndarray) -> bool:
        age = frame.time - scene.frame.time
        same_source = scene.frame.source == frame.source
        return same_source and 0 <= age < AGAIN_S and is_unmoved(self._cells, cells)


def cells_of(image: np.ndarray) -> np.ndarray:
    """Means of a picture over cells: (H, W, 3) uint8 -> about (H / CELL, W / CELL, 3) uint8."""
    height, width = image.shape[:2]
    size = max(1, width // CELL), max(1, height // CELL)
    return cv2.resize(image, size, interpolation=cv2.INTER_AREA)


def is_unmoved(before: np.ndarray, now: np.ndarray) -> bool:
    """Whether two pictures, as cells, show the same but for noise."""
    return before.shape == now.shape and int(cv2.absdiff(before, now).max()) < STEP
