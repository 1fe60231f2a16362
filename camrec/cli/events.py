"""The options that tell what is to be done when something happens to a number."""

from __future__ import annotations

import os
import re
import shlex
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import wraps
from typing import TYPE_CHECKING, Any

import click

from camrec.cli.options import ReadingOptions
from camrec.cli.reading import Run
from camrec.cli.targets import check_apart, spare_inputs
from camrec.errors import OutputError
from camrec.settings import TrackingSettings

if TYPE_CHECKING:
    from camrec.stream.sinks.events import EventSink, Listener


@dataclass(frozen=True, slots=True)
class EventOptions:
    """What the options say.

    Parameters
    ----------
    events : str or None
        Where event lines go; ``-`` is standard output.
    on_number : tuple of str
        Program and arguments; empty for none.
    copy : bool
        To the clipboard.
    until : str or None
        Regular expression of the number that ends the run.
    """

    events: str | None = None
    on_number: tuple[str, ...] = ()
    copy: bool = False
    until: str | None = None


def _command(ctx: click.Context, param: click.Parameter, value: str | None) -> Any:
    """Split as a shell would; on Windows a backslash is no escape."""
    if value is None:
        return ()
    try:
        parts = shlex.split(value, posix=os.name != "nt")
    except ValueError as error:
        raise click.BadParameter(f"{value!r} ends too early ({error})") from error
    if os.name == "nt":
        parts = [part.strip('"') for part in parts]
    if not parts:
        raise click.BadParameter("it names no program")
    if "{}" not in parts[0] and not shutil.which(parts[0]):
        raise click.BadParameter(f"{parts[0]!r} is no program on this machine")
    return tuple(parts)


def _pattern(
    ctx: click.Context, param: click.Parameter, value: str | None
) -> str | None:
    try:
        re.compile(value or "")
    except re.error as error:
        raise click.BadParameter(f"{value!r} is not a regular expression ({error})") from error  # fmt: skip
    return value


_EVENTS = click.option(
    "--events",
    metavar="PATH|-",
    help="Write a JSON line when a number appears, changes or leaves, once it is stable; - is standard output.",
)
_LIVE = (
    _EVENTS,
    click.option(
        "--on-number",
        metavar="CMD",
        callback=_command,
        help="Run this program when a number appears or changes; {} in it becomes the number. No shell is used.",
    ),
    click.option(
        "--copy",
        is_flag=True,
        help="Put each number that appears or changes on the clipboard.",
    ),
    click.option(
        "--until",
        metavar="PATTERN",
        callback=_pattern,
        help=r"End with status 0 when a number appears that fits this regular expression as a whole, such as \d{4}; with "
        "status 1 where none came.",
    ),
)


def event_options(*, live: bool) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Add the options; the function gets them as ``wanted``, an :class:`EventOptions`. Recorded video has --events alone."""

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        names = ("events", "on_number", "copy", "until") if live else ("events",)

        @wraps(function)
        def command(options: ReadingOptions, **values: Any) -> Any:
            wanted = EventOptions(**{name: values.pop(name) for name in names})
            check_apart({"--json": options.json, "--csv": options.csv, "--events": wanted.events})  # fmt: skip
            return function(options=options, wanted=wanted, **values)

        for option in reversed(_LIVE if live else (_EVENTS,)):
            command = option(command)
        return command

    return decorate


class Happenings:
    """What is done with the events of one run; :func:`listening` makes it.

    Parameters
    ----------
    run : Run
        Ends where the number that was waited for has come.
    listeners : sequence of Listener
    """

    def __init__(self, run: Run, listeners: Sequence[Listener]) -> None:
        self.run = run
        self._listeners = listeners

    def sinks(self, tracking: TrackingSettings) -> list[EventSink]:
        """For the pipeline of one source; none where nobody listens."""
        from camrec.stream.sinks.events import EventSink

        if not self._listeners:
            return []
        return [EventSink(tracking, self._listeners, self.run.report.error)]


@contextmanager
def listening(
    run: Run, wanted: EventOptions, *, sources: bool = False
) -> Iterator[Happenings]:
    """Everything that listens to events, open until the end of the block.

    Parameters
    ----------
    run : Run
    wanted : EventOptions
    sources : bool
        Event lines name the source: there are several.

    Raises
    ------
    OutputError
        If what was asked for cannot be done here.
    """
    from camrec.stream.sinks.events import Until

    until = Until(wanted.until) if wanted.until is not None else None
    with ExitStack() as stack:
        listeners = [*_listeners(run, wanted, stack, sources), *([until] if until else [])]  # fmt: skip
        if until is None:
            yield Happenings(run, listeners)
            return
        stop = run.stop
        yield Happenings(replace(run, stop=lambda: until.met or stop()), listeners)
    if not until.met:
        run.report.error(OutputError(f"no number that fits {until.pattern} came; the run has ended without it"))  # fmt: skip


def _listeners(
    run: Run, wanted: EventOptions, stack: ExitStack, sources: bool
) -> Iterator[Listener]:
    from camrec.stream.sinks.clipboard import clipboard_command
    from camrec.stream.sinks.events import Copy, EventLines, OnNumber
    from camrec.stream.sinks.programs import Programs

    if wanted.events is not None:
        spare_inputs(run.names, wanted.events)
        lines = EventLines(wanted.events, sources=sources)
        stack.callback(lines.close)
        yield lines
    taken = "-" in (wanted.events, run.options.json, run.options.csv)
    for kind, command in (
        (OnNumber, wanted.on_number),
        (Copy, clipboard_command() if wanted.copy else ()),
    ):
        if command:
            programs = Programs(run.report.error, keep_stdout=taken)
            stack.callback(programs.close)
            yield kind(command, programs)
