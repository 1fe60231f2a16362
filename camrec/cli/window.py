"""The window of a reading command, and what can be asked for in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from camrec.cli.reading import Run

if TYPE_CHECKING:
    from camrec.elements import Scene
    from camrec.stream.capture import Source
    from camrec.stream.console import Console
    from camrec.stream.pipeline import Pipeline
    from camrec.stream.sinks.recorder import Recorder
    from camrec.stream.sinks.video import VideoFile
    from camrec.stream.sinks.window import Window


def open_window(source: str) -> Window:
    """A window for a source; a password in its address is not shown.

    Raises
    ------
    OutputError
        If there is no screen.
    """
    from camrec.stream.capture.addresses import without_password
    from camrec.stream.sinks.window import Window

    return Window(f"camrec: {without_password(source)} (h: keys)")


def recorder_of(run: Run, source: Source) -> Recorder:
    """What records a source when key r is pressed: beside it, or in --out DIR, under a name that is free."""
    from camrec.stream.sinks.recorder import Recorder
    from camrec.stream.sinks.video import SUFFIX, VideoFile

    def begin(scene: Scene) -> VideoFile:
        ending = f"-{scene.frame.index}.camrec{SUFFIX}"
        path = run.names.path(source.name, ending, fresh=True)
        # By the clock, live or not: frames that come late are left out of the window, but time goes on.
        return VideoFile(path, source.fps, live=True)

    return Recorder(begin)


def tell_news(run: Run, recorder: Recorder) -> None:
    """Tell of a recording that ended when the window had gone."""
    if news := recorder.news():
        run.report.say(news)


@contextmanager
def console_in(
    window: Window, run: Run, pipeline: Pipeline, recorder: Recorder
) -> Iterator[Console]:
    """The user's side of a live view; in the end the window is taken from the screen."""
    from camrec.stream.console import Console
    from camrec.stream.dials import Dials

    # What a pattern makes of unsure digits is one number; the reader alone knows which to report.
    tracker = None if run.options.asks else pipeline.tracker
    try:
        yield Console(window, Dials(run.reader, tracker), recorder, run.names, run.save_sheet)  # fmt: skip
    finally:
        window.close()
