"""Frames fetched by a thread, so that decoding overlaps with reading and a slow source never freezes a window."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from camrec.elements import Frame

if TYPE_CHECKING:
    from typing import Self  # Python 3.11

_POLL_S = 0.1  # between questions whether to stop


class Feed:
    """The frames of a source, in order, none lost.

    Parameters
    ----------
    frames : iterable of Frame
        Iterated in a thread of its own.
    ahead : int
        So many frames wait at most. 0 fetches a frame only when one is asked for: right for live sources, where what
        waits grows old.
    stop : callable
        Asked again and again; the feed ends when it says True.
    """

    def __init__(
        self,
        frames: Iterable[Frame],
        ahead: int = 4,
        stop: Callable[[], bool] = lambda: False,
    ) -> None:
        self._ended = False
        self._stop = stop
        self._frames = iter(frames)
        self._on_demand = ahead == 0
        self._asked = False
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
        """The next frame; None where none came within `timeout_s` seconds or the source has ended.

        Raises
        ------
        Exception
            Whatever the source raised, in its turn.
        """
        if self._on_demand and not self._asked:
            self._asked = True
            self._permits.release()
        try:
            item = self._items.get(timeout=timeout_s)
        except queue.Empty:
            return None
        self._asked = False
        if isinstance(item, Frame):
            if not self._on_demand:
                self._permits.release()
            return item
        self._ended = True
        if isinstance(item, StopIteration):
            return None
        raise item

    def __iter__(self) -> Iterator[Frame]:
        while not self.ended:
            frame = self.take(_POLL_S)
            if frame is not None:
                yield frame

    def close(self) -> None:
        """Stop fetching; what waits is thrown away. The source itself stays open."""
        self._closing = self._ended = True
        self._permits.release()
        self._thread.join(
            _POLL_S
        )  # a source that waits for a picture ends when it is closed

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

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
