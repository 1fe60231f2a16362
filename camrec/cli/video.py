"""``camrec video``: digits in every frame of recorded video."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING, Any

import click

from camrec.cli.events import EventOptions, event_options, listening
from camrec.cli.options import (
    NumberRange,
    ReadingOptions,
    StrideType,
    reading_options,
    setting_options,
    take,
)
from camrec.cli.reading import Run, reading
from camrec.cli.report import Progress
from camrec.errors import CamrecError, SourceError
from camrec.settings import TrackingSettings

if TYPE_CHECKING:
    from camrec.stream.capture import Source
    from camrec.stream.excerpt import Excerpt
    from camrec.stream.feed import Feed
    from camrec.stream.pipeline import Pipeline
    from camrec.stream.sightings import Sightings
    from camrec.stream.sinks import Sink
    from camrec.stream.sinks.video import VideoFile


@dataclass(frozen=True, slots=True)
class VideoOptions:
    """Which frames are read, and what is written.

    Parameters
    ----------
    start_s, end_s : float
        The part of the video, seconds.
    stride : int or None
        Every how many frames one is read; None where it has to be.
    suffix : str
        Of the annotated video; it says the format too.
    """

    start_s: float = 0.0
    end_s: float = math.inf
    stride: int | None = None
    suffix: str = ".mp4"


@click.command(
    "video",
    epilog="""\b
Examples:
  camrec video clip.mp4
  camrec video clip.mp4 --json - --no-save
  camrec video *.mp4 --out read/ --csv table.csv
  camrec video long.mp4 --start 60 --end 90 --stride 5
""",
)
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option(
    "--start",
    "start_s",
    type=NumberRange(0),
    default=0.0,
    metavar="s",
    help="Begin at this time of the video.",
)
@click.option(
    "--end",
    "end_s",
    type=NumberRange(0, min_open=True),
    default=math.inf,
    metavar="s",
    help="End at this time of the video.",
)
@click.option(
    "--stride",
    type=StrideType(),
    default="auto",
    metavar="auto|N",
    show_default=True,
    help="auto reads a frame where something has changed, and once a second; where the page has only moved its digits move "
    "with it, and every frame has its record. N reads every Nth frame; those between are drawn with digits on their way from "
    "one reading to the next, and have no records.",
)
@click.option(
    "--format",
    "suffix",
    type=click.Choice(("mp4", "webm")),
    default="mp4",
    show_default=True,
    help="mp4 is H.264, which plays everywhere, if PyAV or imageio-ffmpeg is installed, else MPEG-4, which no browser plays; "
    "webm is VP8, which plays in browsers.",
)
@reading_options
@setting_options(TrackingSettings)
@event_options(live=False)
def command(
    files: tuple[str, ...],
    start_s: float,
    end_s: float,
    stride: int | None,
    suffix: str,
    options: ReadingOptions,
    wanted: EventOptions,
    **settings: Any,
) -> None:
    """Read recorded video.

    Each file is written as <stem>.camrec.mp4 with what was read drawn over it, same size and rate, and with PyAV the
    same sound, beside the input or into --out DIR. Stopped early, it holds all frames up to then.
    """
    if end_s <= start_s:
        raise click.UsageError(f"--end {end_s:g} is not after --start {start_s:g}")
    how = VideoOptions(start_s, end_s, stride, f".{suffix}")
    tracking = take(TrackingSettings, settings)
    with (
        reading(options, files, moving=True) as run,
        listening(run, wanted, sources=len(files) > 1) as events,
    ):
        for file in takewhile(lambda _: not run.stop(), files):
            try:
                read_video(run, file, tracking, how, events.sinks(tracking))
            except CamrecError as error:
                run.report.error(error)


def read_video(
    run: Run,
    file: str,
    tracking: TrackingSettings,
    how: VideoOptions = VideoOptions(),
    told: Sequence[Sink] = (),
) -> list[str]:
    """Read one file; returns the numbers that stayed in view. `told` get every scene too.

    Raises
    ------
    CamrecError
        If it cannot be read, or nothing can be written.
    """
    from camrec.stream.capture import open_source
    from camrec.stream.excerpt import Excerpt
    from camrec.stream.sightings import Sightings

    part = Excerpt(how.start_s, how.end_s)
    with open_source(file, on_error=run.report.error) as source:
        if source.still:
            raise SourceError(f"{source.name} is no video; use camrec image")
        seen = Sightings()
        drawn = video_file(run, source, live=source.live, suffix=how.suffix)
        with (
            run.report.progress("frames", part.count(source)) as bar,
            _feed(source, part, run.stop) as feed,
        ):
            every = how.stride is not None
            with run.pipeline([*drawn, *told], tracking, every=every) as pipeline:
                _read(run, feed, pipeline, how.stride or 1, seen, bar)
            early = "; stopped early" if run.stop() else ""
            run.report.say(_summary(source, seen, drawn, bar) + early)
    return seen.lasting()


def video_file(
    run: Run, source: Source, *, live: bool, suffix: str = ".mp4"
) -> list[VideoFile]:
    """Where the annotated video of a source goes; empty where the user wants none.

    What a camera saw cannot be had again: of live sources no earlier recording is replaced.
    """
    from camrec.stream.sinks.video import VideoFile

    if run.options.save is False:
        return []
    path = run.names.path(source.name, f".camrec{suffix}", fresh=live)
    return [VideoFile(path, source.fps, live=live, film="" if live else source.name)]


def _feed(source: Source, part: Excerpt, stop: Callable[[], bool]) -> Feed:
    from camrec.stream.feed import AheadFeed, feed_of

    if not source.live:
        return AheadFeed(part.frames(source), stop=stop)
    if not part.whole:
        raise SourceError(
            f"{source.name} is live and has no --start or --end; stop it with Ctrl-C"
        )
    return feed_of(source, stop)


def _read(
    run: Run,
    feed: Feed,
    pipeline: Pipeline,
    stride: int,
    seen: Sightings,
    bar: Progress,
) -> None:
    for count, frame in enumerate(feed):
        if count % stride == 0:
            seen.add(pipeline.process(frame))
        else:
            pipeline.skip(frame)
        run.report.advance(bar)


def _summary(
    source: Source, seen: Sightings, drawn: Sequence[VideoFile], bar: Progress
) -> str:
    numbers = ", ".join(seen.lasting()) or "no number"
    written = "".join(f" -> {file.path}" for file in drawn if file.frames)
    return f"{source.name}: {numbers} ({bar.done} frames, {bar.rate:.1f}/s){written}"
