"""One opened device, read in a thread of its own for as long as it lasts."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator

import cv2
import numpy as np

from camrec.stream.capture.newest import NewestFrame
from camrec.stream.capture.recorded import stated_fps
from camrec.stream.capture.source import read_stamped

log = logging.getLogger(__name__)

RETRY_S = 0.01  # a read that fails at once must not spin
LOST_S = 0.5  # reads that fail for so long mean that the device or the stream is gone; cameras send a damaged picture now and then

Openings = Callable[[], Iterator[cv2.VideoCapture]]
"""Opens the same thing in one way after the other; each that comes is open, and belongs to whoever asked."""


class Connection:
    """Opens a device and reads it until it is lost or dismissed; all that may block happens in its thread.

    A driver may never come back from opening or reading. So nobody waits for the thread without a limit, and it is a daemon:
    it lets go of the device when the driver comes back, or when the process ends.

    Parameters
    ----------
    openings : Openings
    newest : NewestFrame
        Gets every picture until the connection is dismissed.
    patience_s : float
        How long an opened device may take to its first picture.
    wake : threading.Event
        Set when something happened that somebody may wait for: the first picture, or the end.

    Attributes
    ----------
    opened, sending, done : bool
        It could be opened; it has sent a picture; there will be no more.
    fps : float
        Rate that the device states; 0 where it does not.
    """

    def __init__(
        self,
        openings: Openings,
        newest: NewestFrame,
        patience_s: float,
        wake: threading.Event,
    ) -> None:
        self._openings = openings
        self._newest = newest
        self._patience_s = patience_s
        self._wake = wake
        self._dismissed = threading.Event()
        self.opened = self.sending = self.done = False
        self.fps = 0.0
        self._thread = threading.Thread(target=self._run, name="capture", daemon=True)
        self._thread.start()

    def dismiss(self, timeout_s: float) -> None:
        """Ask it to end, and wait up to `timeout_s` seconds until the device is free."""
        self._dismissed.set()
        self._thread.join(timeout_s)

    def _run(self) -> None:
        try:
            for capture in self._openings():
                self.opened = True
                try:
                    self._read(capture)
                finally:
                    capture.release()
                if self.sending or self._dismissed.is_set():
                    break
        except cv2.error as error:  # a backend that is broken
            log.debug("opening failed: %s", error)
        finally:
            self.done = True
            self._wake.set()

    def _read(self, capture: cv2.VideoCapture) -> None:
        """Read until it is lost; one that never sends anything is given more time."""
        good = time.monotonic()
        while not self._dismissed.is_set():
            image, captured = read_stamped(capture)
            if image is None:
                if time.monotonic() - good > self._patience():
                    return
                self._dismissed.wait(RETRY_S)
                continue
            good = captured
            self._hand_on(image, captured, capture)

    def _patience(self) -> float:
        return LOST_S if self.sending else self._patience_s

    def _hand_on(
        self, image: np.ndarray, captured: float, capture: cv2.VideoCapture
    ) -> None:
        if self._dismissed.is_set():  # while it was reading
            return
        self._newest.put(image, captured)
        if not self.sending:
            self.fps = stated_fps(capture)
            self.sending = True
            self._wake.set()
