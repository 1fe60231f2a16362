"""Cameras and network streams: a thread empties the device, the newest frame waits, older ones are dropped."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import cv2
import numpy as np

from camrec.elements import Frame
from camrec.errors import SourceError
from camrec.settings import CaptureSettings
from camrec.stream.capture.recorded import stated_fps
from camrec.stream.capture.source import OnError, Source, read_image

RETRY_S = 0.01  # a read that fails at once must not spin


class NewestFrame:
    """A place for one frame: a newer one replaces it, and each is taken at most once."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._frame: Frame | None = None
        self._closed = False

    def put(self, frame: Frame) -> None:
        """Replace whatever frame is there."""
        with self._changed:
            self._frame = frame
            self._changed.notify_all()

    def take(self, timeout_s: float) -> Frame | None:
        """Wait for a frame; None after `timeout_s` seconds without one, or once closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._frame or self._closed, timeout_s)
            frame, self._frame = self._frame, None
            return None if self._closed else frame

    def close(self) -> None:
        """Wake whoever waits."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()


class LiveSource(Source):
    """A camera or network stream that has sent its first frame.

    ``Frame.index`` counts the frames captured, so a gap shows how many were dropped; ``Frame.time`` is when a frame
    was captured, in seconds since the first.

    Parameters
    ----------
    capture : cv2.VideoCapture
        Open; belongs to the source from now on.
    name : str
        Camera or address.
    settings : CaptureSettings
    on_error : callable or None
        See :class:`Source`.

    Raises
    ------
    SourceError
        If no frame comes within ``settings.stale_after_s``.
    """

    live = True

    def __init__(
        self,
        capture: cv2.VideoCapture,
        name: str,
        settings: CaptureSettings,
        on_error: OnError | None = None,
    ) -> None:
        super().__init__(name, fps=stated_fps(capture), on_error=on_error)
        self._stale_after_s = settings.stale_after_s
        self._capture = capture
        self._newest = NewestFrame()
        self._closing = threading.Event()
        self._start = 0.0
        self._put(self._first_image(), 0)
        # A daemon: a driver that never returns from a read must not keep the program alive.
        self._thread = threading.Thread(
            target=self._capture_all, name=f"capture {name}", daemon=True
        )
        self._thread.start()

    def _first_image(self) -> np.ndarray:
        deadline = time.monotonic() + self._stale_after_s
        while (image := read_image(self._capture)) is None:
            if time.monotonic() > deadline:
                self._capture.release()
                raise SourceError(
                    f"{self.name} opens but sends no picture; see whether another program uses it"
                )
            time.sleep(RETRY_S)
        self._start = time.monotonic()
        return image

    def _capture_all(self) -> None:
        index = 1
        while not self._closing.is_set():
            image = read_image(self._capture)
            if image is None:
                self._closing.wait(RETRY_S)
                continue
            self._put(image, index)
            index += 1
        self._capture.release()

    def _put(self, image: np.ndarray, index: int) -> None:
        time_s = time.monotonic() - self._start if index else 0.0
        self._newest.put(Frame(image, index, time_s, self.name))

    def _produce(self) -> Iterator[Frame]:
        while (frame := self._newest.take(self._stale_after_s)) is not None:
            yield frame
        if not self._closing.is_set():
            self._report(
                SourceError(
                    f"{self.name} has sent no picture for {self._stale_after_s:g} s;"
                    " check the cable, the network or the camera's power"
                )
            )

    def close(self) -> None:
        """Stop the thread and let go of the camera; waits for a read under way."""
        self._closing.set()
        self._newest.close()
        # A network read ends by its own time limit, which is the same.
        self._thread.join(self._stale_after_s + 1)
