"""The live view: what is read, drawn in a window as it happens."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from camrec.elements import Frame, Scene
from camrec.stream.abreast import Reading, reading_of
from camrec.stream.capture import Source
from camrec.stream.feed import Feed, feed_of
from camrec.stream.health import Health
from camrec.stream.pipeline import Pipeline
from camrec.stream.playback import Gauge, Pace, pace_of

_POLL_S = 0.03  # the longest that keys wait while a source is silent


class Shows(Protocol):
    """What shows a live view: a :class:`~camrec.stream.console.Console`, or a page."""

    @property
    def done(self) -> bool:
        """The user has seen enough."""

    @property
    def paused(self) -> bool:
        """The picture is to stand still."""

    def show(self, scene: Scene | None, health: Health) -> None:
        """Show a scene, or how things are before there is one."""

    def attend(self, wait_s: float = 0.0) -> None:
        """Do what the user asks for, for `wait_s` seconds."""


class LiveView:
    """Plays a source in a window until it ends or the user has seen enough.

    Parameters
    ----------
    console : Shows
    pipeline : Pipeline
    on_scene : callable
        Called with every scene that was read, of live sources in the thread that reads.
    """

    def __init__(
        self,
        console: Shows,
        pipeline: Pipeline,
        on_scene: Callable[[Scene], object] = lambda scene: None,
    ) -> None:
        self._console = console
        self._pipeline = pipeline
        self._on_scene = on_scene
        self._scene: Scene | None = None
        self._trouble = ""

    def run(self, source: Source, stop: Callable[[], bool] = lambda: False) -> None:
        """Show the frames of `source`: live ones as they come, recorded ones at their own pace.

        Parameters
        ----------
        source : Source
        stop : callable
            Asked again and again; the view ends when it says True.
        """
        pace = pace_of(source)
        gauge = Gauge(pace)
        with (
            feed_of(source, stop, ahead=2) as feed,
            reading_of(source, self._process) as reading,
        ):
            while not (self._console.done or feed.ended):
                frame = feed.take(_POLL_S)
                if frame is not None and self._is_due(frame, pace):
                    self._advance(frame, reading, gauge)
                else:
                    self._wait(source, gauge)
                if self._console.paused:
                    self._rest(pace, feed)

    def _is_due(self, frame: Frame, pace: Pace) -> bool:
        """Wait for the frame's time; False where that has passed or the user has ended it."""
        wait_s = pace.wait_s(frame)
        if wait_s:
            self._console.attend(wait_s)
        return wait_s is not None and not self._console.done

    def _process(self, frame: Frame) -> Scene:
        scene = self._pipeline.process(frame)
        self._on_scene(scene)
        return scene

    def _advance(self, frame: Frame, reading: Reading, gauge: Gauge) -> None:
        self._trouble = ""
        self._scene = reading.scene(frame)
        self._console.show(self._scene, gauge.health())
        self._console.attend()  # the toolkit paints when it is asked for keys
        gauge.shown(frame)

    def _wait(self, source: Source, gauge: Gauge) -> None:
        """Let the window live without a new picture; over the last one say what is wrong with the source."""
        if source.trouble != self._trouble:
            self._trouble = source.trouble
            self._console.show(self._scene, gauge.health(self._trouble))
        self._console.attend()

    def _rest(self, pace: Pace, feed: Feed) -> None:
        pace.pause()
        while self._console.paused and not (self._console.done or feed.ended):
            self._console.attend(_POLL_S)
        pace.resume()
