"""When frames are shown, and how well that goes: their pace, rate and delay."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable

from camrec.elements import Frame
from camrec.stream.capture import LiveSource, Source
from camrec.stream.health import Health

SLACK_S = 0.05  # a frame so late is still worth showing
STRIDE_S = 0.5  # no more than so much film is left out at a stretch: a slow machine shows something too

Clock = Callable[[], float]


def pace_of(source: Source) -> Pace:
    """Live frames are shown as they come, recorded ones at their own pace."""
    return LivePace(source) if isinstance(source, LiveSource) else FilmPace()


class Pace(ABC):
    """Says when a frame is due."""

    @abstractmethod
    def wait_s(self, frame: Frame) -> float | None:
        """Seconds to wait before `frame` is shown; None where its time has passed and it is better left out."""

    @abstractmethod
    def late_s(self, frame: Frame) -> float:
        """Seconds since `frame` should have been shown, had reading and showing taken no time."""

    def pause(self) -> None:
        """Time stands still from now on."""

    def resume(self) -> None:
        """Time goes on where it stopped."""


class LivePace(Pace):
    """Every frame is due at once.

    Parameters
    ----------
    source : LiveSource
    """

    def __init__(self, source: LiveSource) -> None:
        self._source = source

    def wait_s(self, frame: Frame) -> float | None:
        """No time at all."""
        return 0.0

    def late_s(self, frame: Frame) -> float:
        """Seconds since `frame` was captured."""
        return self._source.age_s(frame)


class FilmPace(Pace):
    """A recorded frame is due at the time stamped on it.

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

    def late_s(self, frame: Frame) -> float:
        """Seconds since `frame` was due; of one that was waited for at all."""
        return self._clock() - (self._zero or 0.0) - frame.time

    def pause(self) -> None:
        """Time stands still from now on."""
        self._stopped = self._clock()

    def resume(self) -> None:
        """Time goes on where it stopped."""
        if self._stopped is not None and self._zero is not None:
            self._zero += self._clock() - self._stopped
        self._stopped = None


class Gauge:
    """Measures how frames are shown, over the last second or so.

    Parameters
    ----------
    pace : Pace
        Tells how late a frame is.
    over_s : float
        Seconds that are looked back on.
    clock : callable
        Seconds, never going back.
    """

    def __init__(
        self, pace: Pace, over_s: float = 1.0, clock: Clock = time.monotonic
    ) -> None:
        self._pace = pace
        self._over_s = over_s
        self._clock = clock
        self._shown: deque[tuple[float, float]] = deque()  # when, and how late it was
        self._first: int | None = None
        self._last = self._count = 0

    def shown(self, frame: Frame) -> None:
        """Count a frame that is on the screen from this moment."""
        now = self._clock()
        self._shown.append((now, self._pace.late_s(frame)))
        while self._shown[0][0] < now - self._over_s:
            self._shown.popleft()
        self._first = frame.index if self._first is None else self._first
        self._last = frame.index
        self._count += 1

    def health(self, trouble: str = "") -> Health:
        """How things are; `trouble` is what is wrong with the source."""
        if self._first is None:
            return Health(trouble=trouble)
        skipped = self._last - self._first + 1 - self._count
        if trouble:
            return Health(skipped=skipped, trouble=trouble)
        delay_s = max(late_s for _, late_s in self._shown)
        return Health(self._rate(), delay_s, skipped)

    def _rate(self) -> float:
        passed = self._shown[-1][0] - self._shown[0][0]
        return (len(self._shown) - 1) / passed if passed > 0 else 0.0
