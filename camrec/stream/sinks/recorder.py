"""Videos that are begun and ended while a source is being read."""

from __future__ import annotations

import queue
from collections.abc import Callable

from camrec.elements import Scene
from camrec.errors import OutputError
from camrec.stream.sinks.video import VideoFile


class Recorder:
    """A sink that writes only while it is told to: a new video each time.

    A video that fails ends that recording and no more; what became of each is told by :meth:`news`.

    Parameters
    ----------
    begin : callable
        Makes the video for a recording that begins with the scene it is given; may raise `OutputError`.
    """

    def __init__(self, begin: Callable[[Scene], VideoFile]) -> None:
        self._begin = begin
        self._wanted = False
        self._since: float | None = None
        self._video: VideoFile | None = None
        self._news: queue.SimpleQueue[str] = queue.SimpleQueue()

    def toggle(self) -> bool:
        """Begin a recording with the next scene, or end it before that; returns whether one is on from then."""
        self._wanted = not self._wanted
        return self._wanted

    def recorded_s(self, now: float) -> float | None:
        """Length at the time `now` of the source, in seconds; None where nothing is recorded."""
        since = self._since
        return None if since is None or not self._wanted else max(0.0, now - since)

    def news(self) -> str:
        """What became of a recording; "" where nothing did since this was last asked."""
        try:
            return self._news.get_nowait()
        except queue.Empty:
            return ""

    def write(self, scene: Scene) -> None:
        """Record a scene, if that is wanted."""
        try:
            if not self._wanted:
                return self._end()
            if self._video is None:
                self._video = self._begin(scene)
                self._since = scene.frame.time
            self._video.write(scene)
        except OutputError as error:
            self._give_up(error)

    def close(self) -> None:
        """End the recording that is on."""
        self._wanted = False
        self._end()

    def _end(self) -> None:
        video, self._video, self._since = self._video, None, None
        if video is not None:
            video.close()
            self._news.put(f"recorded {video.path}")

    def _give_up(self, error: OutputError) -> None:
        self._wanted, self._video, self._since = False, None, None
        self._news.put(str(error))
