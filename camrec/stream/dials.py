"""What a user may turn while a source is being read."""

from __future__ import annotations

import math
from dataclasses import replace

from camrec.elements import Frame, Scene
from camrec.reading.reader import Reader
from camrec.stream.tracker import Tracker

STEP = 0.05  # of the threshold, by one press of a key
HIGHEST = 0.95  # that keys reach; above it nearly all is lost


class Dials:
    """Turns a reader, and the tracker that shows what it reads; what is turned acts from the next frame that is read on, a second later at the most.

    Parameters
    ----------
    reader : Reader
    tracker : Tracker or None
        None where it shows whatever the reader reports.
    """

    def __init__(self, reader: Reader, tracker: Tracker | None) -> None:
        self._reader = reader
        self._tracker = tracker

    @property
    def classes(self) -> tuple[str, ...]:
        """Names of the classes in the order of every digit's scores."""
        return self._reader.classes

    @property
    def min_confidence(self) -> float:
        """Digits less sure are not reported."""
        return self._reader.settings.min_confidence

    @min_confidence.setter
    def min_confidence(self, value: float) -> None:
        self._reader.settings = replace(self._reader.settings, min_confidence=value)
        if self._tracker is not None:
            self._tracker.min_confidence = value

    def keep_crops(self) -> None:
        """Have each digit hold what the network saw from now on."""
        self._reader.keep_crops = True

    def read(self, frame: Frame) -> Scene:
        """Read a frame that stands still once more."""
        return self._reader.read(frame)


def higher(threshold: float) -> float:
    """The next step above a threshold."""
    return max(threshold, min(HIGHEST, round(STEP * math.floor(threshold / STEP + 1.01), 2)))  # fmt: skip


def lower(threshold: float) -> float:
    """The next step below a threshold."""
    return max(0.0, round(STEP * math.ceil(threshold / STEP - 1.01), 2))
