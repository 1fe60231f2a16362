"""The place where a live source leaves its newest frame."""

from __future__ import annotations

import math
import statistics
import threading
import time
from collections import deque

import numpy as np

from camrec.elements import Frame

_REMEMBERED = 9  # intervals between frames whose median is the usual one: a hiccup or two do not count
_FRESH = 0.5  # of a frame's time; see :meth:`NewestFrame.take`
_PATIENCE_S = 0.1  # the longest wait for a fresher frame: of fewer than ten a second none is worth it


class NewestFrame:
    """Holds one frame: a newer one replaces it, and each is taken at most once.

    Frames are stamped as they are put: ``index`` counts them, so that a gap shows how many were replaced, and ``time``
    is in seconds since the first.

    Parameters
    ----------
    source : str
        For ``Frame.source``.
    """

    def __init__(self, source: str) -> None:
        self._source = source
        self._changed = threading.Condition()
        self._frame: Frame | None = None
        self._count = 0
        self._start = self._last = math.nan
        self._intervals: deque[float] = deque(maxlen=_REMEMBERED)
        self._closed = False

    def put(self, image: np.ndarray, captured: float) -> None:
        """Put a picture in the place of whatever is there.

        Parameters
        ----------
        image : numpy.ndarray
            (H, W, 3) uint8 BGR.
        captured : float
            When it was, on the clock of :func:`time.monotonic`.
        """
        with self._changed:
            if self._count == 0:
                self._start = captured
            else:
                self._intervals.append(captured - self._last)
            self._last = captured
            time_s = captured - self._start
            self._frame = Frame(image, self._count, time_s, self._source)
            self._count += 1
            self._changed.notify_all()

    def take(self, timeout_s: float) -> Frame | None:
        """Wait for a frame that is fresh.

        One that has waited for longer than half the usual time between frames is left for the next, which is nearly
        there: whoever needs less than one frame's time for its work is then done before the frame is one and a half old.

        Returns
        -------
        Frame or None
            None after `timeout_s` seconds without one, or once closed. Waiting for a fresher one takes a tenth of a second
            more at the most.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._frame or self._closed, timeout_s)
            if self._frame is not None and not self._is_fresh(self._frame):
                self._changed.wait(min(self.interval_s, _PATIENCE_S))
            frame, self._frame = self._frame, None
            return None if self._closed else frame

    def age_s(self, frame: Frame) -> float:
        """Seconds since `frame` was captured."""
        return time.monotonic() - self._start - frame.time

    @property
    def last(self) -> float | None:
        """When the last picture was captured, whether or not it was taken; None before the first."""
        return self._last if self._count else None

    @property
    def interval_s(self) -> float:
        """The usual time between two frames, seconds; infinite before there were two."""
        # A copy: another thread adds to it.
        intervals = tuple(self._intervals)
        return statistics.median(intervals) if intervals else math.inf

    def close(self) -> None:
        """Hand out nothing more, and wake whoever waits."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _is_fresh(self, frame: Frame) -> bool:
        return self.age_s(frame) <= _FRESH * self.interval_s
