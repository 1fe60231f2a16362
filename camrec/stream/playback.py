"""Recorded frames at their own pace, and the rate at which frames are really shown."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

from camrec.elements import Frame

SLACK_S = 0.05  # a frame so late is still worth showing
STRIDE_S = 0.5  # no more than so much film is left out at a stretch: a slow machine shows something too

Clock = Callable[[], float]


class Pace:
    """Says when a recorded frame is due, by the time stamped on it.

    Parameters
    ----------
    clock : callable
        Seconds, never going back.
    """

    def __init__(self, clock: Clock = time.monotonic) -> None:
        self._clock = clock
        self._zero: float | None = (
            None  # when film time 0 was, or would have been, shown
        )
        self._shown = 0.0  # film time of the last frame that was not left out
        self._stopped: float | None = None

    def wait_s(self, frame: Frame) -> float | None:
        """Seconds to wait before `frame` is shown; None where its time has passed and it is better left out."""
        now = self._clock()
        if self._zero is None:
            self._zero = now - frame.time
        wait = self._zero + frame.time - now
        if wait < -SLACK_S and frame.time - self._shown < STRIDE_S:
            return None
        if wait < -SLACK_S:
            self._zero, wait = now - frame.time, 0.0
        self._shown = frame.time
        return max(0.0, wait)

    def pause(self) -> None:
        """Time stands still from now on."""
        self._stopped = self._clock()

    def resume(self) -> None:
        """Time goes on where it stopped."""
        if self._stopped is not None and self._zero is not None:
            self._zero += self._clock() - self._stopped
        self._stopped = None


class Rate:
    """Events a second, over the last seconds.

    Parameters
    ----------
    over_s : float
        Seconds that are looked back on.
    clock : callable
        Seconds, never going back.
    """

    def __init__(self, over_s: float = 1.0, clock: Clock = time.monotonic) -> None:
        self._over_s = over_s
        self._clock = clock
        self._times: deque[float] = deque()

    def tick(self) -> float:
        """Count an event; returns the rate in events a second, 0 for the first one."""
        now = self._clock()
        self._times.append(now)
        while self._times[0] < now - self._over_s:
            self._times.popleft()
        passed = now - self._times[0]
        return (len(self._times) - 1) / passed if passed > 0 else 0.0
