"""The user's side of a live view: what he is shown, and what he asks for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from camrec.elements import Frame, Scene
from camrec.errors import OutputError
from camrec.stream.dials import Dials, higher, lower
from camrec.stream.health import Health
from camrec.stream.hud import Status
from camrec.stream.overlay import draw
from camrec.stream.sinks.outputs import OutputNames
from camrec.stream.sinks.pictures import save_picture
from camrec.stream.sinks.recorder import Recorder
from camrec.stream.sinks.window import Window
from camrec.stream.view import View, picture_size


class Console:
    """Shows scenes in a window and does what its user asks for.

    Parameters
    ----------
    window : Window
    dials : Dials
    recorder : Recorder
    names : OutputNames
        For snapshots.
    save_sheet : callable
        Writes what explains the reading of a frame, and returns where.

    Attributes
    ----------
    done : bool
        The user has seen enough.
    paused : bool
        The picture is to stand still.
    """

    def __init__(
        self,
        window: Window,
        dials: Dials,
        recorder: Recorder,
        names: OutputNames,
        save_sheet: Callable[[Frame], Path],
    ) -> None:
        self.done = self.paused = False
        self._window = window
        self._dials = dials
        self._recorder = recorder
        self._names = names
        self._save_sheet = save_sheet
        self._view = View(dials.classes)
        self._scene: Scene | None = None
        self._health = Health()
        self._deeds: dict[str, Callable[[], None]] = {
            "quit": self._quit,
            "pause": self._pause,
            "snapshot": lambda: self._save(self._snapshot),
            "record": self._record,
            "debug": lambda: self._save(lambda scene: self._save_sheet(scene.frame)),
            "raise": lambda: self._turn(higher),
            "lower": lambda: self._turn(lower),
            "mirror": self._mirror,
            "boxes": self._boxes,
            "help": self._help,
            "click": self._click,
        }

    def show(self, scene: Scene | None, health: Health) -> None:
        """Show a scene, or how things are before there is one."""
        self._scene, self._health = scene, health
        self._draw()

    def attend(self, wait_s: float = 0.0) -> None:
        """Let the window live for `wait_s` seconds, at least for a moment, and do what its user asks for."""
        asked = self._window.poll(wait_s)
        if deed := self._deeds.get(asked):
            deed()
        if news := self._recorder.news():
            self._view.say(news)
        if (asked or news or self._view.outdated) and not self.done:
            self._draw()

    def _draw(self) -> None:
        size = self._window.size(picture_size(self._scene))
        self._window.show(self._view.draw(self._scene, self._status(), size))

    def _status(self) -> Status:
        scene = self._scene
        return Status(
            self._health,
            numbers=len(scene.numbers) if scene else 0,
            digits=len(scene.digits) if scene else 0,
            threshold=self._dials.min_confidence,
            recorded_s=self._recorder.recorded_s(scene.frame.time) if scene else None,
            paused=self.paused,
            mirrored=self._view.mirrored,
            bare=self._view.bare,
        )

    def _quit(self) -> None:
        self.done = True

    def _pause(self) -> None:
        self.paused = not self.paused

    def _mirror(self) -> None:
        self._view.mirrored = not self._view.mirrored

    def _boxes(self) -> None:
        self._view.bare = not self._view.bare

    def _help(self) -> None:
        self._view.help = not self._view.help

    def _record(self) -> None:
        on = self._recorder.toggle()
        self._view.say("recording begins" if on else "recording ends")

    def _turn(self, step: Callable[[float], float]) -> None:
        threshold = self._dials.min_confidence = step(self._dials.min_confidence)
        self._view.say(f"digits from {100 * threshold:.0f}% on")
        self._read_anew()

    def _click(self) -> None:
        if self._scene is not None and self._view.pick(self._scene, *self._window.clicked):  # fmt: skip
            self._dials.keep_crops()
            self._read_anew()

    def _read_anew(self) -> None:
        """What stands still is not read again by itself."""
        if self.paused and self._scene is not None:
            self._scene = self._dials.read(self._scene.frame)

    def _save(self, save: Callable[[Scene], Path]) -> None:
        """Save something of the scene that is shown, and say where it went, or why not."""
        if self._scene is None:
            return
        try:
            self._view.say(f"saved {save(self._scene)}")
        except OutputError as error:
            self._view.say(str(error))

    def _snapshot(self, scene: Scene) -> Path:
        """The picture as it came, with what is drawn over it at this moment."""
        frame = scene.frame
        ending = f"-{frame.index}.camrec.png"
        path = self._names.path(frame.source, ending, fresh=True)
        save_picture(path, frame.image if self._view.bare else draw(scene))
        return path
