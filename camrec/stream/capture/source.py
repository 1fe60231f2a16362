"""What every source of frames has in common."""

from __future__ import annotations

import math
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import cv2
import numpy as np

from camrec.elements import Frame
from camrec.errors import SourceError
from camrec.stream.capture.orientation import Orientation

if TYPE_CHECKING:
    from typing import Self  # Python 3.11

OnError = Callable[[SourceError], None]


class Source(ABC):
    """Frames, one after the other, once; a context manager that lets go of the device or file.

    Parameters
    ----------
    name : str
        What the user calls it.
    fps : float
        Frames a second; 0 where unknown or without meaning.
    count : int or None
        Frames or pictures to come, where that is known; a damaged video may hold fewer.
    on_error : callable or None
        Called with a :class:`SourceError` for each thing that cannot be read, while iteration goes on; without it the
        error is raised.

    Attributes
    ----------
    live : bool
        Frames come at their own pace: the newest is kept, older ones are dropped.
    still : bool
        Frames are unrelated pictures; their time and index are 0.
    orientation : Orientation
        How its frames are turned before anybody gets them.
    """

    live = False
    still = False
    orientation = Orientation()

    def __init__(
        self,
        name: str,
        *,
        fps: float = 0.0,
        count: int | None = None,
        on_error: OnError | None = None,
    ) -> None:
        self.name = name
        self.fps = fps
        self.count = count
        self._on_error = on_error
        self._frames = map(self._upright, self._produce())

    @abstractmethod
    def _produce(self) -> Iterator[Frame]:
        """Yield each frame; ends for good after :meth:`close`."""

    @abstractmethod
    def close(self) -> None:
        """Let go of the device or file; may be called twice, and while another thread iterates."""

    def skip_to(self, time_s: float) -> None:
        """Go on with the frame of this time where that can be found without looking at those before; to be called first."""

    @property
    def trouble(self) -> str:
        """What is wrong with it at this moment, in words for people; "" while all is well."""
        return ""

    def _report(self, error: SourceError) -> None:
        if self._on_error is None:
            raise error
        self._on_error(error)

    def _upright(self, frame: Frame) -> Frame:
        image = self.orientation.apply(frame.image)
        return frame if image is frame.image else replace(frame, image=image)

    def __iter__(self) -> Iterator[Frame]:
        return self._frames

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def read_image(capture: cv2.VideoCapture) -> np.ndarray | None:
    """The next (H, W, 3) uint8 BGR picture; None where there is none or it cannot be decoded."""
    return read_stamped(capture)[0]


def read_stamped(capture: cv2.VideoCapture) -> tuple[np.ndarray | None, float]:
    """As :func:`read_image`, and when it was captured, on the clock of :func:`time.monotonic`."""
    captured = math.nan
    try:
        ok = capture.grab()
        captured = time.monotonic()  # cameras decode afterwards; that takes time, too
        ok, image = capture.retrieve() if ok else (False, None)
    except cv2.error:  # a camera's damaged JPEG
        return None, captured
    return (image if ok else None), captured
