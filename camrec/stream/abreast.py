"""Reading beside the view: frames are shown when they come, however long they take to be read."""

from __future__ import annotations

import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import TYPE_CHECKING

from camrec.elements import Frame, Scene
from camrec.stream.attention import AGAIN_S
from camrec.stream.capture import LiveSource, Source
from camrec.stream.carrying import Carrier

if TYPE_CHECKING:
    from typing import Self  # Python 3.11

Process = Callable[[Frame], Scene]

_SHARE = 0.75  # of a frame's time, that it may wait to be read; the rest is for drawing and painting
_CORE = 0.6  # of a processor core, that reading may take; with decoding and drawing at 1280x720 and 30/s it stays under one
_GLANCE_S = 0.008  # for a frame that need not be read, on whose page nothing but motion happened
_SLOW_S = (
    2 * AGAIN_S
)  # so long is a reading remembered that took too long; another one has come by then
_MOST_S = 0.1  # taken for a frame's time at the most: slower sources need no such hurry


def reading_of(source: Source, process: Process) -> Reading:
    """Frames of live sources are read abreast of the view; recorded ones in turn, as their time can wait."""
    if isinstance(source, LiveSource):
        return ReadingAbreast(process, source)
    return ReadingInTurn(process)


class Reading(ABC):
    """Gives the scene that is to be shown for each frame; a context manager."""

    @abstractmethod
    def scene(self, frame: Frame) -> Scene:
        """What is known of `frame` by now.

        Raises
        ------
        CamrecError
            If it, or an earlier one, could not be read or written.
        """

    def close(self) -> None:
        """Wait until nothing is read any more."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class ReadingInTurn(Reading):
    """Each frame is read before it is shown.

    Parameters
    ----------
    process : callable
        Reads one frame.
    """

    def __init__(self, process: Process) -> None:
        self._process = process

    def scene(self, frame: Frame) -> Scene:
        """What is in `frame`."""
        return self._process(frame)


class ReadingAbreast(Reading):
    """Reads the newest frame, one after the other, in a thread of its own.

    A frame that can be read within its own time is waited for, so that a fast machine shows what is in each. Where reading
    takes longer, what was read last is carried to the frames that are shown meanwhile; only those that need not be read are
    waited for then.

    Parameters
    ----------
    process : callable
        Reads one frame; called in the thread.
    source : LiveSource
        Tells how old a frame is, and how long until the next.
    """

    def __init__(self, process: Process, source: LiveSource) -> None:
        self._process = process
        self._source = source
        self._changed = threading.Condition()
        self._offered: Frame | None = None
        self._read: Scene | None = None
        self._slow_until = 0.0
        self._busy = False
        self._error: BaseException | None = None
        self._closing = False
        self._carrier = Carrier()
        self._thread = threading.Thread(target=self._run, name="reading", daemon=True)
        self._thread.start()

    def scene(self, frame: Frame) -> Scene:
        """What is in `frame`, or what was read last, carried to it."""
        with self._changed:
            self._offered = frame
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._is_read(frame), self._patience_s(frame))  # fmt: skip
            self._raise()
            read = self._read
        return self._carrier.carry(read, frame)

    def close(self) -> None:
        """Wait until the frame that is being read is done.

        Raises
        ------
        CamrecError
            If it could not be read or written.
        """
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        self._thread.join()
        self._raise()

    def _raise(self) -> None:
        error, self._error = self._error, None
        if error is not None:
            raise error

    def _is_read(self, frame: Frame) -> bool:
        done = self._read is not None and self._read.frame is frame
        return done or self._error is not None

    def _patience_s(self, frame: Frame) -> float:
        """How long to wait until `frame` is read: no longer than a glance where another one took too long lately."""
        limit_s = self._limit_s()
        if time.monotonic() < self._slow_until:
            limit_s = 0.0 if self._busy else min(limit_s, _GLANCE_S)
        return max(0.0, limit_s - self._source.age_s(frame))

    def _limit_s(self) -> float:
        return _SHARE * min(self._source.interval_s, _MOST_S)

    def _run(self) -> None:
        while (frame := self._next()) is not None:
            begin, used = time.monotonic(), time.thread_time()
            try:
                scene = self._process(frame)
            except BaseException as error:  # noqa: BLE001 - `scene` raises it
                self._note(None, 0.0, error)
                return
            self._note(scene, time.monotonic() - begin, None)
            self._rest(begin + (time.thread_time() - used) / _CORE)

    def _rest(self, until: float) -> None:
        with self._changed:
            left_s = max(0.0, until - time.monotonic())
            self._changed.wait_for(lambda: self._closing, left_s)

    def _next(self) -> Frame | None:
        with self._changed:
            self._busy = False
            while self._offered is None and not self._closing:
                self._changed.wait()
            frame, self._offered = self._offered, None
            self._busy = True
            return None if self._closing else frame

    def _note(
        self, scene: Scene | None, took_s: float, error: BaseException | None
    ) -> None:
        with self._changed:
            self._read, self._error = scene, error
            if took_s > self._limit_s():
                self._slow_until = time.monotonic() + _SLOW_S
            self._changed.notify_all()
