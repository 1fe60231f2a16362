"""``camrec live``: digits through a camera, as they are seen."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from camrec.cli.events import EventOptions, event_options, listening
from camrec.cli.needs import needs
from camrec.cli.options import (
    ReadingOptions,
    reading_options,
    setting_options,
    take,
)
from camrec.cli.reading import Run, reading
from camrec.cli.video import video_file
from camrec.cli.window import console_in, open_window, recorder_of, tell_news
from camrec.errors import SourceError
from camrec.settings import CaptureSettings, TrackingSettings

if TYPE_CHECKING:
    from camrec.stream.capture import Source
    from camrec.stream.pipeline import Pipeline
    from camrec.stream.sightings import Sightings
    from camrec.stream.sinks import Sink
    from camrec.stream.sinks.window import Window


def _source(ctx: click.Context, param: click.Parameter, value: str) -> str:
    # Unknown options reach this argument, so that `camrec live -1` is told about cameras and not about options.
    if value.startswith("-") and not value[1:].isdigit():
        raise click.NoSuchOption(value, ctx=ctx)
    return value


@click.command(
    "live",
    context_settings={"ignore_unknown_options": True},
    epilog="""\b
Examples:
  camrec live
  camrec live 1
  camrec live rtsp://10.0.0.5/cam
  camrec live clip.mp4
  camrec live --browser
  camrec live --no-window --json -
  camrec live --on-number 'notify-send {}' --copy
  camrec live --no-window --events - --until '\\d{6}'
""",
)
@click.argument("source", default="0", callback=_source)
@click.option(
    "--window/--no-window",
    default=True,
    help="Without a window, tell each change of the numbers.",
)
@click.option(
    "--browser",
    is_flag=True,
    help="Show it on a page in the browser in place of a window; needs camrec[web].",
)
@reading_options
@setting_options(TrackingSettings)
@setting_options(CaptureSettings, without=("rotate",))  # the reader has that option
@click.option(
    "--device-name",
    metavar="NAME",
    help="Open the camera whose name contains this, in place of SOURCE.",
)
@event_options(live=True)
def command(
    source: str,
    window: bool,
    browser: bool,
    device_name: str | None,
    options: ReadingOptions,
    wanted: EventOptions,
    **settings: Any,
) -> None:
    """Read through a camera and show it in a window.

    SOURCE is a camera's index (0 if not given) or name, an address, or a video file, which plays at its own pace. In the
    window q or Esc ends, space pauses, + and - turn --min-confidence, s saves a snapshot, r records, d saves a sheet that
    explains the reading of the frame, m mirrors the view, b hides the boxes, h shows the keys; a click on a digit shows
    what the network saw. --save records all that is seen, and
    replaces no earlier recording.
    """
    from camrec.stream.sightings import Sightings

    if browser:
        needs("a page", "fastapi", "uvicorn", "python_multipart", extra="web")
    source = f"camera:{device_name}" if device_name else source
    tracking = take(TrackingSettings, settings)
    capture = take(CaptureSettings, settings)
    options, capture = _turned_when_captured(options, capture)
    screen = open_window(source) if window and not browser else None
    with (
        reading(options, (source,), endless=True, moving=True) as run,
        listening(run, wanted) as events,
    ):
        told = events.sinks(tracking)
        seen = Sightings(forgetting=True)
        watch(events.run, source, screen, tracking, capture, seen, told, browser=browser)  # fmt: skip


def _turned_when_captured(
    options: ReadingOptions, capture: CaptureSettings
) -> tuple[ReadingOptions, CaptureSettings]:
    """Have the picture itself turned, so that the window shows upright what is read upright."""
    degrees = options.settings.rotate
    if degrees == "auto":
        return options, capture
    settings = replace(options.settings, rotate="0")
    return replace(options, settings=settings), replace(capture, rotate=degrees)


def watch(
    run: Run,
    spec: str,
    window: Window | None,
    tracking: TrackingSettings,
    capture: CaptureSettings,
    seen: Sightings,
    told: Sequence[Sink] = (),
    *,
    browser: bool = False,
) -> None:
    """Watch a source until it or the user ends it.

    `seen` and `told` get every scene. It is shown in the window, or else on a page if `browser`.

    Raises
    ------
    CamrecError
        If it cannot be read, or what was asked for cannot be written.
    """
    from camrec.stream.capture import open_source
    from camrec.stream.live import LiveView

    with ExitStack() as stack:
        source = stack.enter_context(
            open_source(
                spec, on_error=run.report.error, settings=capture, stop=run.stop
            )
        )
        if source.still:
            raise SourceError(f"{source.name} is no video; use camrec image")
        drawn: list[Sink] = [*told]
        if run.options.save:
            drawn += video_file(run, source, live=True)
        if window is not None:
            recorder = recorder_of(run, source)
            stack.callback(tell_news, run, recorder)
            drawn.append(recorder)
        pipeline = stack.enter_context(run.pipeline(drawn, tracking))
        if window is not None:
            with console_in(window, run, pipeline, recorder) as console:
                LiveView(console, pipeline, seen.add).run(source, run.stop)
        elif browser:
            from camrec.cli.browser import page_of  # only then the extra is needed

            with page_of(run, source) as page:
                LiveView(page, pipeline, seen.add).run(source, run.stop)
        else:
            _tell(run, source, pipeline, seen)


def _tell(run: Run, source: Source, pipeline: Pipeline, seen: Sightings) -> None:
    """Without a window: a line at each change of the numbers."""
    from camrec.stream.feed import feed_of
    from camrec.stream.playback import pace_of

    pace = pace_of(source)
    with feed_of(source, run.stop, ahead=2) as feed:
        for frame in feed:
            wait_s = pace.wait_s(frame)
            if wait_s is None:
                continue
            time.sleep(wait_s)
            if seen.add(pipeline.process(frame)):
                numbers = ", ".join(seen.now) or "no digit"
                run.report.say(f"{frame.time:7.1f} s  {numbers}")
