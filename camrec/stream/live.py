"""The live view: what is read, drawn in a window as it happens."""

from __future__ import annotations

from collections.abc import Callable

from camrec.elements import Frame, Scene
from camrec.stream.capture import Source
from camrec.stream.console import Console
from camrec.stream.feed import Feed
from camrec.stream.health import Health
from camrec.stream.pipeline import Pipeline
from camrec.stream.playback import Pace, Rate

_POLL_S = 0.03  # the longest that keys wait while a source is silent


class LiveView:
    """Plays a source in a window until it ends or the user has seen enough.

    Parameters
    ----------
    console : Console
    pipeline : Pipeline
    on_scene : callable
        Called with every scene that is shown.
    """

    def __init__(
        self,
        console: Console,
        pipeline: Pipeline,
        on_scene: Callable[[Scene], object] = lambda scene: None,
    ) -> None:
        self._console = console
        self._pipeline = pipeline
        self._on_scene = on_scene
        self._rate = Rate()

    def run(self, source: Source, stop: Callable[[], bool] = lambda: False) -> None:
        """Show the frames of `source`: live ones as they come, recorded ones at their own pace.

        Parameters
        ----------
        source : Source
        stop : callable
            Asked again and again; the view ends when it says True.
        """
        pace = None if source.live else Pace()
        with Feed(source, ahead=2 if pace else 0, stop=stop) as feed:
            while not (self._console.done or feed.ended):
                frame = feed.take(_POLL_S)
                if frame is not None and self._is_due(frame, pace):
                    self._advance(frame)
                self._console.attend()
                if self._console.paused:
                    self._rest(pace, feed)

    def _is_due(self, frame: Frame, pace: Pace | None) -> bool:
        """Wait for the frame's time; False where that has passed or the user has ended it."""
        wait_s = pace.wait_s(frame) if pace else 0.0
        if wait_s:
            self._console.attend(wait_s)
        return wait_s is not None and not self._console.done

    def _advance(self, frame: Frame) -> None:
        scene = self._pipeline.process(frame)
        self._console.show(scene, Health(rate=self._rate.tick()))
        self._on_scene(scene)

    def _rest(self, pace: Pace | None, feed: Feed) -> None:
        if pace:
            pace.pause()
        while self._console.paused and not (self._console.done or feed.ended):
            self._console.attend(_POLL_S)
        if pace:
            pace.resume()
