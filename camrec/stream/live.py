"""The live view: what is read, drawn in a window as it happens, and the keys."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from camrec.elements import Frame, Scene
from camrec.errors import OutputError
from camrec.stream.capture import Source
from camrec.stream.feed import Feed
from camrec.stream.overlay import draw, draw_lines
from camrec.stream.pipeline import Pipeline
from camrec.stream.playback import Pace, Rate
from camrec.stream.sinks.outputs import OutputNames
from camrec.stream.sinks.pictures import save_picture
from camrec.stream.sinks.window import HELP, Window

_POLL_S = 0.03  # the longest that keys wait while a source is silent
_MESSAGE_S = 2.0  # how long a message stays, in seconds of the source


class LiveView:
    """Plays a source in a window until it ends or the user has seen enough.

    Parameters
    ----------
    window : Window
    pipeline : Pipeline
    names : OutputNames
        For snapshots.
    save_sheet : callable
        Writes what explains the reading of a frame, and returns where.
    on_scene : callable
        Called with every scene that is shown.
    """

    def __init__(
        self,
        window: Window,
        pipeline: Pipeline,
        names: OutputNames,
        save_sheet: Callable[[Frame], Path],
        on_scene: Callable[[Scene], object] = lambda scene: None,
    ) -> None:
        self._window = window
        self._pipeline = pipeline
        self._names = names
        self._save_sheet = save_sheet
        self._on_scene = on_scene
        self._rate = Rate()
        self._scene: Scene | None = None
        self._drawn: np.ndarray | None = None
        self._status = self._message = ""
        self._message_until = 0.0
        self._done = self._paused = self._help = False

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
            while not (self._done or feed.ended):
                frame = feed.take(_POLL_S)
                if frame is not None and self._is_due(frame, pace):
                    self._advance(frame)
                self._attend()
                if self._paused:
                    self._rest(pace, feed)

    def _is_due(self, frame: Frame, pace: Pace | None) -> bool:
        """Wait for the frame's time; False where that has passed or the user has ended it."""
        wait_s = pace.wait_s(frame) if pace else 0.0
        if wait_s:
            self._attend(wait_s)
        return wait_s is not None and not self._done

    def _advance(self, frame: Frame) -> None:
        scene = self._scene = self._pipeline.process(frame)
        self._drawn = draw(scene)
        self._status = f"{self._rate.tick():.0f} frames/s"
        self._show()
        self._on_scene(scene)

    def _rest(self, pace: Pace | None, feed: Feed) -> None:
        if pace:
            pace.pause()
        while self._paused and not (self._done or feed.ended):
            self._attend(_POLL_S)
        if pace:
            pace.resume()

    def _attend(self, wait_s: float = 0.0) -> None:
        """Let the window live, and do what its user asks for."""
        asked = self._window.poll(wait_s)
        if asked == "quit":
            self._done = True
        elif asked == "pause":
            self._paused = not self._paused
        elif asked == "help":
            self._help = not self._help
        elif asked == "snapshot":
            self._save(self._snapshot)
        elif asked == "debug":
            self._save(lambda scene, _: self._save_sheet(scene.frame))
        if asked and not self._done:
            self._show()

    def _show(self) -> None:
        if self._drawn is None or self._scene is None:
            return
        lines = [f"{self._status}, paused" if self._paused else self._status]
        if self._message and self._scene.frame.time <= self._message_until:
            lines.append(self._message)
        if self._help:
            lines += HELP
        self._window.show(draw_lines(self._drawn.copy(), lines))

    def _save(self, save: Callable[[Scene, np.ndarray], Path]) -> None:
        """Save something of the frame that is shown, and say where it went, or why not."""
        if self._drawn is None or self._scene is None:
            return
        try:
            self._message = f"saved {save(self._scene, self._drawn)}"
        except OutputError as error:
            self._message = str(error)
        self._message_until = self._scene.frame.time + _MESSAGE_S

    def _snapshot(self, scene: Scene, drawn: np.ndarray) -> Path:
        ending = f"-{scene.frame.index}.camrec.png"
        path = self._names.path(scene.frame.source, ending, fresh=True)
        save_picture(path, drawn)
        return path
