"""Frames fetched by a thread, so that decoding overlaps with reading and a slow source never freezes a window."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from camrec.elements import Frame

if TYPE_CHECKING:
    from typing import Self  # Python 3.11

_POLL_S = 0.1  # Windows answers Ctrl-C only between waits


class Feed:
    """The frames of a source, in order, none lost.

    Parameters
    ----------
    frames : iterable of Frame
        Iterated in a thread of its own.
    ahead : int
        So many frames wait at most. 0 fetches a frame only when one is asked for: right for live sources, where what
        waits grows old.

    Attributes
    ----------
    ended : bool
        Nothing more will come.
    """

    def __init__(self, frames: Iterable[Frame], ahead: int = 4) -> None:
        self.ended = False
        self._frames = iter(frames)
        self._on_demand = ahead == 0
        self._asked = False
        self._permits = threading.Semaphore(ahead)
        self._items: queue.SimpleQueue[Frame | BaseException] = queue.SimpleQueue()
        self._closing = False
        # A daemon: a source that hangs must not keep the program alive.
        self._thread = threading.Thread(target=self._fetch, name="feed", daemon=True)
        self._thread.start()

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
        self.ended = True
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
        self._closing = self.ended = True
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
