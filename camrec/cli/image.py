"""``camrec image``: digits in pictures."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from camrec.cli.options import ReadingOptions, reading_options
from camrec.cli.reading import Run, reading
from camrec.cli.report import Progress, Report
from camrec.errors import SourceError

if TYPE_CHECKING:
    from camrec.elements import Frame, Scene
    from camrec.stream.sinks import Sink


@click.command(
    "image",
    epilog="""\b
Examples:
  camrec image page.jpg
  camrec image scans/ --json records.jsonl --no-save
  camrec image 'forms/*.png' --pattern '\\d{5}' --csv - > codes.csv
  camrec image - < page.jpg
""",
)
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@reading_options
def command(paths: tuple[str, ...], options: ReadingOptions) -> None:
    """Read pictures: files, folders, globs, or - for standard input.

    Each one is written as <stem>.camrec.<ext> with what was read drawn over it, beside the input or into --out DIR; its
    numbers are told on standard error.
    """
    from camrec.stream.feed import AheadFeed

    with (
        reading(options, paths) as run,
        run.report.progress("pictures", len(paths)) as bar,
        run.pipeline(_drawn(run)) as pipeline,
        AheadFeed(_frames(paths, run.report, bar), stop=run.stop) as feed,
    ):
        for frame in feed:
            run.report.say(_summary(pipeline.process(frame)))
            run.report.advance(bar)


def _drawn(run: Run) -> list[Sink]:
    from camrec.stream.sinks.pictures import AnnotatedPictures

    if run.options.save is False:
        return []
    return [AnnotatedPictures(run.names, run.report.error)]


def _frames(paths: tuple[str, ...], report: Report, bar: Progress) -> Iterator[Frame]:
    """Every picture that can be read; what cannot is reported."""
    from camrec.stream.capture import open_source

    for path in paths:
        try:
            with open_source(path, on_error=report.error) as source:
                if not source.still:
                    raise SourceError(
                        f"{source.name} is no still picture; use camrec video, or camrec live for a camera"
                    )
                bar.total = (bar.total or 0) + (source.count or 1) - 1
                yield from source
        except SourceError as error:
            report.error(error)


def _summary(scene: Scene) -> str:
    numbers = ", ".join(number.label for number in scene.numbers)
    return f"{scene.frame.source}: {numbers or 'no digit'}"
