"""The one loop: frames are read, followed through time, and handed to every sink.

>>> with open_source("clip.mp4") as source, Pipeline(reader, sinks, tracker=tracker) as pipeline:
...     for frame in AheadFeed(source):
...         scene = pipeline.process(frame)

Three threads overlap, as OpenCV and the network's runtime let go of Python's lock: the feed's decodes, the caller's
reads, the outlet's draws and writes.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol

from camrec.elements import Frame, Scene
from camrec.errors import OutputError
from camrec.stream.between import between
from camrec.stream.sinks import Sink
from camrec.stream.tracker import Tracker

if TYPE_CHECKING:
    from typing import Self  # Python 3.11

log = logging.getLogger(__name__)

_WAITING = 4  # scenes that wait to be written, however large they are
_WAITING_BYTES = (
    2**26
)  # or as many as fit: 24 at 1280x720, so that writing goes on while a frame is read
_HELD_BYTES = (
    2**28
)  # of frames that wait for the next reading: 97 at 1280x720, 10 at 4K


class Reads(Protocol):
    """What the pipeline needs of a :class:`~camrec.reading.reader.Reader`."""

    def read(self, image: Frame, /) -> Scene:
        """Read one frame."""


class Pipeline:
    """Reads frames and hands the scenes on; a context manager that finishes all files.

    Parameters
    ----------
    reader : Reads
    sinks : sequence of Sink
        Belong to the pipeline from now on; they are used and closed in a thread of their own.
    shared : sequence of Sink
        Get every scene that was read, but stay open: they outlive this pipeline.
    tracker : Tracker or None
        None where frames have nothing to do with each other.
    on_error : callable or None
        Called from that thread with the `OutputError` of a sink that failed while others go on. Where none is left, or
        without `on_error`, the error is raised by `process` or `close`.
    """

    def __init__(
        self,
        reader: Reads,
        sinks: Sequence[Sink] = (),
        *,
        shared: Sequence[Sink] = (),
        tracker: Tracker | None = None,
        on_error: Callable[[OutputError], None] | None = None,
    ) -> None:
        self._reader = reader
        self.tracker = tracker
        self._outlet = _Outlet(sinks, shared, on_error)
        self._draws = bool(sinks)
        self._last: Scene | None = None
        self._held: deque[Frame] = deque()

    def process(self, frame: Frame) -> Scene:
        """Read one frame and send the scene on its way to the sinks.

        Raises
        ------
        OutputError
            If nothing can be written any more.
        """
        scene = self._reader.read(frame)
        if self.tracker is not None:
            scene = self.tracker.update(scene)
        while self._held:
            self._fill(scene)
        self._outlet.put(scene)
        self._last = scene
        return scene

    def skip(self, frame: Frame) -> None:
        """Take a frame that is not to be read.

        It goes to the sinks of this pipeline all the same, with what the readings before and after tell of it.

        Raises
        ------
        OutputError
            If nothing can be written any more.
        """
        if not self._draws or self._last is None:
            return
        self._held.append(frame)
        if len(self._held) * frame.image.nbytes > _HELD_BYTES:
            self._fill(self._last)

    def close(self) -> None:
        """Wait until everything is written and closed.

        Raises
        ------
        OutputError
            If something could not be written.
        """
        try:
            while self._held and self._last is not None:
                self._fill(self._last)
        finally:
            self._held.clear()
            self._outlet.close()

    def _fill(self, after: Scene) -> None:
        """Send the oldest frame that was skipped on its way."""
        assert self._last is not None
        scene = between(self._last, after, self._held.popleft())
        self._outlet.put(scene, read=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _Outlet:
    """Writes scenes in a thread, where no signal can break into the writing or closing of a file."""

    def __init__(
        self,
        sinks: Sequence[Sink],
        shared: Sequence[Sink],
        on_error: Callable[[OutputError], None] | None,
    ) -> None:
        self._sinks = [*sinks, *shared]
        self._shared = tuple(shared)
        self._on_error = on_error
        self._error: BaseException | None = None
        self._scenes: queue.SimpleQueue[tuple[Scene, bool] | None] = queue.SimpleQueue()
        self._room = threading.Condition()
        self._waiting = self._bytes = 0
        self._thread = threading.Thread(target=self._run, name="outlet")
        self._thread.start()

    def put(self, scene: Scene, *, read: bool = True) -> None:
        self._raise()
        with self._room:
            self._room.wait_for(self._has_room)
            self._count(scene, 1)
        self._scenes.put((scene, read))

    def _has_room(self) -> bool:
        return self._waiting < _WAITING or self._bytes < _WAITING_BYTES

    def _count(self, scene: Scene, change: int) -> None:
        self._waiting += change
        self._bytes += change * scene.frame.image.nbytes

    def close(self) -> None:
        if self._thread.is_alive():
            self._scenes.put(None)
            self._thread.join()
        self._raise()

    def _raise(self) -> None:
        error, self._error = self._error, None
        if error is not None:
            raise error

    def _run(self) -> None:
        # Goes on taking scenes after a failure, so that `put` never waits for a thread that is gone.
        while (item := self._scenes.get()) is not None:
            scene, read = item
            with self._room:
                self._count(scene, -1)
                self._room.notify()
            for sink in tuple(self._sinks):
                if read or sink not in self._shared:
                    self._attempt(sink, sink.write, scene)
        for sink in tuple(self._sinks):
            if sink not in self._shared:
                self._attempt(sink, sink.close)

    def _attempt(self, sink: Sink, act: Callable[..., None], *args: Scene) -> None:
        try:
            act(*args)
        except OutputError as error:
            self._drop(sink)
            if self._sinks and self._on_error is not None:
                self._on_error(error)
            else:
                self._error = self._error or error
        except BaseException as error:  # noqa: BLE001 - `process` or `close` raises it
            self._drop(sink)
            self._error = self._error or error

    def _drop(self, sink: Sink) -> None:
        self._sinks.remove(sink)
        try:
            sink.close()
        except (OutputError, OSError) as error:
            log.debug("closing a sink that had failed: %s", error)
