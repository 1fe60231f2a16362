"""``camrec video``: digits in every frame of recorded video."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile
from typing import TYPE_CHECKING, Any

import click

from camrec.cli.options import ReadingOptions, reading_options, setting_options
from camrec.cli.reading import Run, reading
from camrec.cli.report import Progress
from camrec.errors import CamrecError, SourceError
from camrec.settings import TrackingSettings

if TYPE_CHECKING:
    from camrec.stream.capture import Source
    from camrec.stream.sightings import Sightings
    from camrec.stream.sinks.video import VideoFile


@click.command(
    "video",
    epilog="""\b
Examples:
  camrec video clip.mp4
  camrec video clip.mp4 --json - --no-save
  camrec video *.mp4 --out read/ --csv table.csv
""",
)
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@reading_options
@setting_options(TrackingSettings)
def command(files: tuple[str, ...], options: ReadingOptions, **tracking: Any) -> None:
    """Read every frame of recorded video.

    Each file is written as <stem>.camrec.mp4 with what was read drawn over it, same size and rate, without sound, beside
    the input or into --out DIR. Stopped early, it holds all frames up to then.
    """
    with reading(options, files, moving=True) as run:
        for file in takewhile(lambda _: not run.stop(), files):
            try:
                read_video(run, file, TrackingSettings(**tracking))
            except CamrecError as error:
                run.report.error(error)


def read_video(run: Run, file: str, tracking: TrackingSettings) -> list[str]:
    """Read one file; returns the numbers that stayed in view.

    Raises
    ------
    CamrecError
        If it cannot be read, or nothing can be written.
    """
    from camrec.stream.capture import open_source
    from camrec.stream.sightings import Sightings

    with open_source(file, on_error=run.report.error) as source:
        if source.still:
            raise SourceError(f"{source.name} is no video; use camrec image")
        seen, drawn = Sightings(), video_file(run, source, live=source.live)
        with run.report.progress("frames", source.count) as bar:
            _read(run, source, drawn, tracking, seen, bar)
            early = "; stopped early" if run.stop() else ""
            run.report.say(_summary(source, seen, drawn, bar) + early)
    return seen.lasting()


def video_file(run: Run, source: Source, *, live: bool) -> list[VideoFile]:
    """Where the annotated video of a source goes; empty where the user wants none."""
    from camrec.stream.sinks.video import SUFFIX, VideoFile

    if run.options.save is False:
        return []
    path = run.names.path(source.name, f".camrec{SUFFIX}")
    return [VideoFile(path, source.fps, live=live)]


def _read(
    run: Run,
    source: Source,
    drawn: Sequence[VideoFile],
    tracking: TrackingSettings,
    seen: Sightings,
    bar: Progress,
) -> None:
    from camrec.stream.feed import feed_of

    with (
        run.pipeline(drawn, tracking) as pipeline,
        feed_of(source, run.stop) as feed,
    ):
        for frame in feed:
            seen.add(pipeline.process(frame))
            run.report.advance(bar)


def _summary(
    source: Source, seen: Sightings, drawn: Sequence[VideoFile], bar: Progress
) -> str:
    numbers = ", ".join(seen.lasting()) or "no number"
    written = "".join(f" -> {file.path}" for file in drawn if file.frames)
    return f"{source.name}: {numbers} ({bar.done} frames, {bar.rate:.1f}/s){written}"
