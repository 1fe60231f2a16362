"""A frame is read when it has to be: where the page has only moved, its digits have moved with it.

So it is where a camera is held over a page, and where it stands on a desk and nothing moves at all.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

import numpy as np

from camrec.elements import Box, Frame, Scene
from camrec.stream.carrying import carried
from camrec.stream.motion import (
    Sketch,
    is_all,
    is_unmoved,
    landmarks_of,
    page_motion,
    sketch_of,
)

AGAIN_S = 1.0  # the longest that a reading serves: chance must not freeze a misreading, nor light creep away unnoticed
HURRY_S = 0.08  # the shortest, while things change or are in doubt: a dozen readings a second tell what sixty do
_EARLY_S = 0.002  # a frame that comes so early comes in time: clocks of cameras and files are rounded


class Reads(Protocol):
    """What is needed of a :class:`~camrec.reading.reader.Reader`."""

    def read(self, image: Frame, /) -> Scene:
        """Read one frame."""


class AttentiveReader:
    """Reads frames, but not those on which the page that was read last has only moved: they get its digits, moved along.

    Tracks go on as if each frame had been read. All of a frame is read or nothing: ink, polarity and lines are judged by
    their surroundings, and a part read alone could be read otherwise.

    Parameters
    ----------
    reader : Reads
    again_s : callable
        How soon a picture that shows nothing new is worth reading again, seconds; see
        :meth:`camrec.stream.tracker.Tracker.again_s`.
    """

    def __init__(self, reader: Reads, again_s: Callable[[], float]) -> None:
        self._reader = reader
        self._again_s = again_s
        self._page: _Page | None = None

    def read(self, image: Frame, /) -> Scene:
        """What is in a frame."""
        sketch = sketch_of(image.image)
        scene = self._known(image, sketch)
        if scene is None:
            scene = self._reader.read(image)
            self._page = _Page(scene, sketch)
        return scene

    def _known(self, frame: Frame, sketch: Sketch) -> Scene | None:
        """The scene of a frame that need not be read."""
        page = self._page
        if page is None or not page.is_of(frame):
            return None
        age, again_s = frame.time - page.scene.frame.time + _EARLY_S, self._again_s()
        if not _EARLY_S <= age < min(AGAIN_S, max(HURRY_S, again_s)):
            return None
        scene = page.on(frame, sketch)
        if scene is None or (age >= HURRY_S and not scene.witness):
            return None
        return scene if again_s == math.inf else replace(scene, witness=False)


class _Page:
    """What was read last, and how it has moved since."""

    def __init__(self, scene: Scene, sketch: Sketch) -> None:
        # Of its pixels only the sketch is looked at again; whole pictures of many cameras would fill the memory.
        image = np.broadcast_to(np.uint8(0), scene.frame.image.shape)
        self.scene = replace(scene, frame=replace(scene.frame, image=image))
        self._sketch = sketch
        self._motion = np.eye(3)
        self._grey: np.ndarray | None = None
        self._landmarks = np.zeros((0, 1, 2), np.float32)

    def is_of(self, frame: Frame) -> bool:
        """Whether a frame is of the same source and size."""
        own = self.scene.frame
        return own.source == frame.source and own.image.shape == frame.image.shape

    def on(self, frame: Frame, sketch: Sketch) -> Scene | None:
        """What a frame shows of it, a witness where that is all; None where it is lost."""
        if is_unmoved(self._sketch, sketch):
            return carried(self.scene, frame, lambda box: box)
        motion = self._follow(sketch)
        if motion is None:
            return None
        scale = np.diag([sketch.shrink, sketch.shrink, 1.0])
        full = scale @ motion @ np.linalg.inv(scale)
        scene = carried(self.scene, frame, _along(full))
        return replace(scene, witness=is_all(self._sketch, sketch, motion))

    def _follow(self, sketch: Sketch) -> np.ndarray | None:
        if self._grey is None:
            self._grey = self._sketch.grey()
            self._landmarks = landmarks_of(self._grey)
        motion = page_motion(self._grey, self._landmarks, sketch.grey(), self._motion)
        if motion is not None:
            self._motion = motion
        return motion


def _along(motion: np.ndarray) -> Callable[[Box], Box]:
    """Takes boxes where the page has taken them; in a moment it nears so little that they keep their size."""
    rows = motion.tolist()  # one point at a time is quicker without numpy

    def place(box: Box) -> Box:
        x, y = box.centre
        there_x, there_y, depth = (a * x + b * y + c for a, b, c in rows)
        return box.shift(round(there_x / depth - x), round(there_y / depth - y))

    return place
