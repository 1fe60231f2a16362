"""``camrec batch``: very many files, one table."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from camrec.cli.needs import needs
from camrec.cli.options import ReadingOptions, reading_options_without
from camrec.cli.reading import report_of
from camrec.cli.report import Progress, Report, clock
from camrec.cli.signals import deferred
from camrec.errors import SourceError

if TYPE_CHECKING:
    from distributed import Client

    from camrec.batch.job import Job
    from camrec.batch.run import Batch, Totals

_NAMED = 20  # failures told one by one; all of them stand in the table


@click.command(
    "batch",
    epilog="""\b
Examples:
  camrec batch scans/ --table digits.parquet
  camrec batch scans/ --table digits.parquet --resume
  camrec batch 'forms/**/*.png' more.zip clip.mp4 --rows numbers --table numbers.csv
  find /archive -name '*.jpg' | camrec batch - --table files.jsonl --rows files
  camrec batch s3://bucket/scans --table scans.parquet --scheduler tcp://10.0.0.5:8786
""",
)
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option(
    "--table",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    metavar="PATH",
    help="The table: .parquet, .csv or .jsonl. Until it is whole, a folder beside it holds what is done.",
)
@click.option(
    "--rows",
    type=click.Choice(("digits", "numbers", "files")),
    default="digits",
    show_default=True,
    help="What a row is. A file that could not be read has a row that says why.",
)
@click.option(
    "--resume",
    is_flag=True,
    help="Go on with a run that was stopped or killed; what is done is not done again.",
)
@click.option(
    "--order",
    type=click.Choice(("name", "none")),
    default="name",
    show_default=True,
    help="Rows by the names of the files, page2 before page10; or as they came.",
)
@click.option(
    "--workers",
    type=click.IntRange(1),
    metavar="N",
    help="Processes on this machine; by default one a core.",
)
@click.option(
    "--scheduler",
    metavar="ADDRESS",
    help="Have a Dask cluster read, such as tcp://10.0.0.5:8786.",
)
@click.option(
    "--in-one-go",
    type=click.IntRange(1),
    metavar="N",
    help="Pictures that a worker is given at once, 32 by default; more for hundreds of workers.",
)
@click.option(
    "--max-failures",
    type=click.IntRange(0),
    metavar="N",
    help="Stop when more files cannot be read.",
)
@click.option(
    "--save",
    "save_in",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Write what was read, drawn, into folders like those of the files.",
)
@click.option("--dashboard", is_flag=True, help="Tell the address of Dask's dashboard.")
@reading_options_without(
    "train_if_missing", "json", "csv", "crops", "debug", "out", "save"
)
def command(
    paths: tuple[str, ...],
    table: Path,
    resume: bool,
    order: str,
    max_failures: int | None,
    options: ReadingOptions,
    **how: Any,
) -> None:
    """Read pictures and videos by the hundred thousand into one table.

    PATH is a file, a folder with all that lies in it, a glob, a zip or tar archive, an address such as s3://bucket/scans,
    or - for a list of them on standard input, one a line. Pictures and videos may be mixed.
    """
    needs("reading in batches", "distributed", "fsspec", "pyarrow", extra="batch")
    from camrec.batch.run import Batch, check_batch

    report = report_of(options)
    batch = Batch(paths, table, _job(options, how), order == "name", max_failures)
    if resume and table.exists() and not batch.folder.exists():
        report.say(f"{table} is whole; there is nothing left to do")
        return
    check_batch(batch, resume=resume)
    with deferred() as stop:
        totals = _run(batch, report, how, resume, stop)
    if totals.failures:
        click.get_current_context().exit(1)


def _job(options: ReadingOptions, how: dict[str, Any]) -> Job:
    from camrec.batch.job import IN_ONE_GO, Job

    folder = how["save_in"]
    return Job.of(
        options.model,
        settings=options.settings,
        roi=options.roi,
        pattern=options.pattern,
        digits=options.digits,
        keep_misfits=options.keep_misfits,
        rows=how["rows"],
        save="" if folder is None else str(folder.absolute()),
        in_one_go=how["in_one_go"] or IN_ONE_GO,
    )


def _run(
    batch: Batch,
    report: Report,
    how: dict[str, Any],
    resume: bool,
    stop: Callable[[], bool],
) -> Totals:
    from camrec.batch.run import run_batch

    begin = time.monotonic()
    with report.progress("files", None) as bar:
        totals = run_batch(
            batch,
            lambda: _client(report, how),
            resume=resume,
            watch=_Watch(report, bar),
            stop=stop,
        )
    report.say(_summary(batch, totals, time.monotonic() - begin))
    return totals


@contextmanager
def _client(report: Report, how: dict[str, Any]) -> Iterator[Client]:
    from camrec.batch.crew import open_client

    with open_client(how["workers"], how["scheduler"]) as client:
        if how["dashboard"]:
            report.say(f"dashboard: {client.dashboard_link}")
        yield client


class _Watch:
    """Keeps the bar going, and names the first files that could not be read."""

    def __init__(self, report: Report, bar: Progress) -> None:
        self._report = report
        self._bar = bar
        self._told = 0

    def __call__(self, totals: Totals, failures: tuple[str, ...]) -> None:
        """See :data:`camrec.batch.run.Watch`."""
        for failure in failures:
            self._tell(failure)
        bar = self._bar
        bar.unit = f"files, {totals.failures} failed" if totals.failures else "files"
        if (
            totals.listed is not None
        ):  # what an earlier run read tells nothing of the rate of this one
            bar.total = totals.listed - totals.earlier
        bar.done = totals.files - totals.earlier - 1
        self._report.advance(bar)

    def _tell(self, failure: str) -> None:
        self._told += 1
        if self._told <= _NAMED:
            self._report.error(SourceError(failure))
        elif self._told == _NAMED + 1:
            self._report.say("camrec: there are more; the table names them all")


def _summary(batch: Batch, totals: Totals, seconds: float) -> str:
    read = totals.files - totals.earlier
    rate = f"{read / max(1e-9, seconds):.1f} files/s, {clock(seconds)}"
    counts = f"{totals.files} files, {totals.digits} digits, {totals.numbers} numbers, {totals.failures} not read"
    if totals.finished:
        return f"{batch.table}: {counts} ({rate})"
    return f"stopped: {counts} ({rate}); go on with the same command and --resume"
