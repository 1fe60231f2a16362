"""``camrec demo``: what camrec does, without a camera."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from camrec.cli.live import watch
from camrec.cli.options import ReadingOptions, reading_options
from camrec.cli.reading import reading
from camrec.cli.video import read_video
from camrec.cli.window import open_window
from camrec.errors import OutputError
from camrec.resources import sample
from camrec.settings import CaptureSettings, TrackingSettings

if TYPE_CHECKING:
    from camrec.stream.sinks.window import Window

CLIP = "clip.mp4"


@click.command(
    "demo",
    epilog="""\b
Examples:
  camrec demo
  camrec demo --no-window --out /tmp
""",
)
@click.option(
    "--window/--no-window",
    default=None,
    help="Show it, or write files; by default a window if there is a screen.",
)
@reading_options
def command(window: bool | None, options: ReadingOptions) -> None:
    """Read the clip that comes with camrec.

    It is shown in a window, or, where there is no screen, written to the current folder with what was read drawn over it.
    The numbers it reads are printed.
    """
    clip = str(sample(CLIP))
    options = replace(options, out=options.out or Path())
    screen = _screen(window)
    from camrec.stream.sightings import Sightings

    with reading(options, endless=screen is not None, moving=True) as run:
        if screen is not None:
            seen = Sightings()
            watch(run, clip, screen, TrackingSettings(), CaptureSettings(), seen)
            numbers = seen.lasting()
        else:
            numbers = read_video(run, clip, TrackingSettings())
    if "-" not in (options.json, options.csv):
        click.echo("\n".join(numbers))


def _screen(wanted: bool | None) -> Window | None:
    if wanted is False:
        return None
    try:
        return open_window("demo")
    except OutputError:
        if wanted:
            raise
        return None
