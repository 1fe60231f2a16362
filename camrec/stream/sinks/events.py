"""What is done when something happens to a number: a line is written, a program is run, it is copied, the run ends."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Protocol, TextIO

from camrec.elements import Scene
from camrec.errors import OutputError
from camrec.settings import TrackingSettings
from camrec.stream.events import LEFT, Event, NumberWatch
from camrec.stream.sinks.outputs import write_error
from camrec.stream.sinks.programs import Programs


class Listener(Protocol):
    """Is told of events; raises :class:`~camrec.errors.OutputError` when it cannot go on, and is told of no more then."""

    def hear(self, source: str, event: Event) -> None:
        """Take one event of the source of this name."""


class EventSink:
    """Tells listeners what happens to the numbers of a source.

    Parameters
    ----------
    settings : TrackingSettings
    listeners : sequence of Listener
        They outlive the sink, as several sources may share them.
    on_error : callable
        Called with the error of a listener that failed; the others go on.
    """

    def __init__(
        self,
        settings: TrackingSettings,
        listeners: Sequence[Listener],
        on_error: Callable[[OutputError], None],
    ) -> None:
        self._watch = NumberWatch(settings)
        self._listeners = list(listeners)
        self._on_error = on_error

    def write(self, scene: Scene) -> None:
        """Watch the numbers of `scene`."""
        for event in self._watch.update(scene):
            for listener in tuple(self._listeners):
                try:
                    listener.hear(scene.frame.source, event)
                except OutputError as error:
                    self._listeners.remove(listener)
                    self._on_error(error)

    def close(self) -> None:
        """Nothing is left to do: every event has been told."""


class EventLines:
    """One JSON object an event and line, flushed at once: somebody waits for it.

    Parameters
    ----------
    target : str
        A path, or ``-`` for standard output.
    sources : bool
        Each line also names the source.

    Raises
    ------
    OutputError
        If the file cannot be made.
    """

    def __init__(self, target: str, *, sources: bool = False) -> None:
        self._name = Path("standard output" if target == "-" else target)
        self._sources = sources
        self._stream = sys.stdout if target == "-" else _open(Path(target))

    def hear(self, source: str, event: Event) -> None:
        """Write the record of `event`."""
        record = event.record()
        if self._sources:
            record["source"] = source
        try:
            self._stream.write(json.dumps(record) + "\n")
            self._stream.flush()
        except BrokenPipeError:
            raise  # whoever read this has seen enough; that is no failure
        except OSError as error:
            raise write_error(self._name, error) from error

    def close(self) -> None:
        """Close the file; standard output stays open."""
        if self._stream is not sys.stdout:
            with suppress(OSError):  # every line was flushed, and a failure told
                self._stream.close()


class OnNumber:
    """Runs a program with each number that appears, or becomes another.

    Parameters
    ----------
    command : sequence of str
        Program and arguments; ``{}`` in them stands for the number. No shell looks at them.
    programs : Programs
    """

    def __init__(self, command: Sequence[str], programs: Programs) -> None:
        self._command = tuple(command)
        self._programs = programs

    def hear(self, source: str, event: Event) -> None:
        """Start the program, and go on."""
        if event.event != LEFT:
            filled = [part.replace("{}", event.text) for part in self._command]
            self._programs.start(filled)


class Copy:
    """Puts each number that appears, or becomes another, on the clipboard.

    Parameters
    ----------
    command : sequence of str
        What copies its standard input; see :func:`~camrec.stream.sinks.clipboard.clipboard_command`.
    programs : Programs
    """

    def __init__(self, command: Sequence[str], programs: Programs) -> None:
        self._command = tuple(command)
        self._programs = programs

    def hear(self, source: str, event: Event) -> None:
        """Copy the text of the number."""
        if event.event != LEFT:
            self._programs.start(self._command, event.text)


class Until:
    """Waits for a number.

    Parameters
    ----------
    pattern : str
        Regular expression that it has to fit as a whole.

    Attributes
    ----------
    met : bool
        Whether it has come.
    """

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.met = False

    def hear(self, source: str, event: Event) -> None:
        """See whether this is the one."""
        if event.event != LEFT and re.fullmatch(self.pattern, event.text):
            self.met = True


def _open(path: Path) -> TextIO:
    # Not beside its name, as files are that must be whole: this one is read while it grows.
    try:
        return path.open("w", encoding="utf-8", errors="surrogateescape", newline="")
    except OSError as error:
        raise write_error(path, error) from error
