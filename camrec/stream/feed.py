"""Frames for a loop that must neither wait long nor get old ones.

Recorded frames are fetched by a thread, so that decoding overlaps with reading. Live sources have a thread of their own
already, and what waits behind it would only grow old: of them the newest frame is taken, when it is asked for.
"""

from __future__ import annotations

import queue
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from camrec.elements import Frame
from camrec.stream.capture import LiveSource, Source

if TYPE_CHECKING:
    from typing import Self  # Python 3.11

_POLL_S = 0.1  # between questions whether to stop

Stop = Callable[[], bool]


def feed_of(source: Source, stop: Stop, ahead: int = 4) -> Feed:
    """The feed that suits a source.

    Parameters
    ----------
    source : Source
    stop : callable
        Asked again and again; the feed ends when it says True.
    ahead : int
        So many recorded frames wait at most.
    """
    if isinstance(source, LiveSource):
        return NewestFeed(source, stop)
    return AheadFeed(source, ahead, stop)


class Feed(ABC):
    """Frames that are asked for one by one; a context manager. The source itself stays open."""

    @property
    @abstractmethod
    def ended(self) -> bool:
        """Nothing more will come."""

    @abstractmethod
    def take(self, timeout_s: float) -> Frame | None:
        """The next frame; None where none came within `timeout_s` seconds or the source has ended.

        Raises
        ------
        Exception
            Whatever the source raised, in its turn.
        """

    def close(self) -> None:
        """Stop fetching."""

    def __iter__(self) -> Iterator[Frame]:
        while not self.ended:
            frame = self.take(_POLL_S)
            if frame is not None:
                yield frame

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class NewestFeed(Feed):
    """The newest frame of a live source each time; those that nobody asked for are dropped.

    Parameters
    ----------
    source : LiveSource
    stop : callable
        See :func:`feed_of`.
    """

    def __init__(self, source: LiveSource, stop: Stop) -> None:
        self._source = source
        self._stop = stop

    @property
    def ended(self) -> bool:
        """Nothing more will come."""
        return self._source.ended or self._stop()

    def take(self, timeout_s: float) -> Frame | None:
        """The next frame; see :meth:`Feed.take`."""
        return self._source.take(timeout_s)


class AheadFeed(Feed):
    """All frames in order, none lost, fetched ahead by a thread.

    Parameters
    ----------
    frames : iterable of Frame
        Iterated in a thread of its own.
    ahead : int
        So many frames wait at most.
    stop : callable
        See :func:`feed_of`.
    """

    def __init__(
        self, frames: Iterable[Frame], ahead: int = 4, stop: Stop = lambda: False
    ) -> None:
        self._ended = False
        self._stop = stop
        self._frames = iter(frames)
        self._permits = threading.Semaphore(ahead)
        self._items: queue.SimpleQueue[Frame | BaseException] = queue.SimpleQueue()
        self._closing = False
        # A daemon: a source that hangs must not keep the program alive.
        self._thread = threading.Thread(target=self._fetch, name="feed", daemon=True)
        self._thread.start()

    @property
    def ended(self) -> bool:
        """Nothing more will come."""
        return self._ended or self._stop()

    def take(self, timeout_s: float) -> Frame | None:
        """The next frame; see :meth:`Feed.take`."""
        try:
            item = self._items.get(timeout=timeout_s)
        except queue.Empty:
            return None
        if isinstance(item, Frame):
            self._permits.release()
            return item
        self._ended = True
        if isinstance(item, StopIteration):
            return None
        raise item

    def close(self) -> None:
        """Stop fetching; what waits is thrown away."""
        self._closing = self._ended = True
        self._permits.release()
        self._thread.join(_POLL_S)  # one that hangs ends when its source is closed

    def _fetch(self) -> None:
        while True:
            self._permits.acquire()
            if self._closing:
                return
            try:
                self._items.put(next(self._frames))
            except BaseException as error:  # noqa: BLE001 - `take` raises it
                self._items.put(error)
                return
