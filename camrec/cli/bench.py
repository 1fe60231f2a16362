"""``camrec bench``: how fast camrec is on this machine."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from camrec.cli.hush import hush_libraries
from camrec.cli.tables import show
from camrec.cli.targets import check_writable, write_text
from camrec.resources import sample

if TYPE_CHECKING:
    from camrec.training.rendering.timed_pages import TimedPage

RUNS = 15  # of a reading
FILM_RUNS = 3
STARTS = 7  # of a process
FILM_S = 8.0  # of the shipped clip, which is as long
STRIDES = (None, 1, 3, 10)
HANDS = 20  # drawings of each digit on the pages


@dataclass(frozen=True, slots=True)
class Table:
    """Figures with a title; the first column names the rows."""

    title: str
    columns: list[str]
    rows: list[list[Any]]


@click.command(
    "bench",
    epilog="""\b
Examples:
  camrec bench
  camrec bench --video talk.mp4
  camrec bench --json figures.jsonl
""",
)
@click.option(
    "--video",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Measure video on the beginning of this one; by default on the clip that comes with camrec.",
)
@click.option(
    "--json",
    "json_path",
    metavar="PATH",
    help="Write one JSON object a row; - is standard output.",
)
def command(video: Path | None, json_path: str | None) -> None:
    """Measure how fast camrec is on this machine, in a minute or two.

    Milliseconds of each stage on pages that it renders, of video stage by stage and against decoding and encoding alone, and
    of start-up against what Python needs to load the libraries alone. Figures are medians; close other programs first.
    """
    hush_libraries()
    check_writable(json_path)
    tables = []
    for table in _tables(video or sample("clip.mp4")):
        tables.append(table)
        if json_path != "-":
            show(table.title, table.columns, table.rows)
    if json_path:
        lines = (json.dumps(record) + "\n" for record in _records(tables))
        write_text(json_path, "".join(lines))


def _tables(video: Path) -> Iterable[Table]:
    yield Table("Machine", ["", "processors"], [[platform.platform(), os.cpu_count()]])
    yield reading_table(_pages(), RUNS)
    yield video_table(video)
    yield start_table()


def reading_table(pages: Iterable[TimedPage], runs: int) -> Table:
    """Milliseconds of each stage of a reading."""
    from camrec.checks.timing import STAGES, Stages

    stages = Stages(runs)
    rows = []
    for page in pages:
        found = stages.found(page.image)
        figures = [round(took, 1) for took in stages.milliseconds(page.image)]
        rows.append([page.name, found, *figures])
    return Table("Reading, ms", ["page", "found", *STAGES], rows)


def video_table(path: Path, runs: int = FILM_RUNS, end_s: float = FILM_S) -> Table:
    """Milliseconds a frame of video, and how many times longer than decoding and encoding alone it takes."""
    from camrec.checks.film import Film

    times = Film(path, end_s).times(STRIDES, runs)
    rows: list[list[Any]] = [[f"{name}, by itself", round(took, 1), None] for name, took in times.stages.items()]  # fmt: skip
    rows.append(["decoding and encoding alone", round(times.alone, 1), 1.0])
    for stride, took in times.strides.items():
        rows.append([f"camrec video --stride {stride or 'auto'}", round(took, 1), round(took / times.alone, 2)])  # fmt: skip
    return Table(f"Video ({path.name}), ms a frame", ["", "takes", "ratio"], rows)


def start_table(runs: int = STARTS) -> Table:
    """Milliseconds from a command to its end."""
    from camrec.checks.timing import starts

    rows = [
        [ours, round(a), theirs, round(b), round(a / b, 2)]
        for ours, a, theirs, b in starts(sample("white.jpg"), runs)
    ]
    return Table("Start-up, ms", ["command", "takes", "against", "takes", "ratio"], rows)  # fmt: skip


def _pages() -> list[TimedPage]:
    from camrec.training.rendering.handwriting import DigitBank
    from camrec.training.rendering.strokes import stroke_digits
    from camrec.training.rendering.timed_pages import timed_pages

    return timed_pages(DigitBank(*stroke_digits(HANDS)))


def _records(tables: Iterable[Table]) -> Iterator[dict[str, Any]]:
    for table in tables:
        for row in table.rows:
            yield {"table": table.title, "columns": table.columns, "row": row}
