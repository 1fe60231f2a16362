"""A batch from its list to its table: what is done is on disk at any moment, and is not done again."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from camrec.batch.crew import Crew, Stop
from camrec.batch.files import Chunk, chunked
from camrec.batch.job import Job
from camrec.batch.listing import check, listed
from camrec.batch.plan import Plan
from camrec.batch.store import Done, Store
from camrec.batch.tables import FORMATS, write_table
from camrec.batch.work import Part, table_part
from camrec.errors import OutputError, SourceError
from camrec.stream.capture.addresses import without_password
from camrec.stream.sinks.outputs import writing

if TYPE_CHECKING:
    from distributed import Client


@dataclass(frozen=True, slots=True)
class Batch:
    """What is to be read, and where it goes.

    Parameters
    ----------
    paths : tuple of str
        See :func:`camrec.batch.listing.listed`.
    table : Path
        Ends in one of :data:`camrec.batch.tables.FORMATS`.
    job : Job
    by_name : bool
        Rows in the order of the files; else as they came.
    most_failures : int or None
        So many files may be unreadable; None for any number.
    """

    paths: tuple[str, ...]
    table: Path
    job: Job
    by_name: bool = True
    most_failures: int | None = None

    @property
    def folder(self) -> Path:
        """Where an unfinished run is kept, beside the table."""
        return self.table.with_name(self.table.name + ".unfinished")

    def shown(self) -> list[str]:
        """The paths, as they are told and kept: without passwords."""
        return [without_password(path) for path in self.paths]

    def identity(self) -> dict[str, Any]:
        """All that the rows depend on, as JSON gives it back."""
        told = {"paths": self.shown(), **self.job.described()}
        return dict(json.loads(json.dumps(told)))


@dataclass(slots=True)
class Totals:
    """How far a run has come.

    Attributes
    ----------
    files, digits, numbers, failures : int
    earlier : int
        Of the files, those that an earlier run had read.
    listed : int or None
        How many files there are; None where that is not known yet.
    finished : bool
        The table is written.
    """

    files: int = 0
    digits: int = 0
    numbers: int = 0
    failures: int = 0
    earlier: int = 0
    listed: int | None = None
    finished: bool = False

    def add(self, done: Done) -> None:
        """Count a part."""
        self.files += done.files
        self.digits += done.digits
        self.numbers += done.numbers
        self.failures += done.failures


Watch = Callable[[Totals, tuple[str, ...]], object]
"""Told of every part: how far the run is, and what could not be read in it."""


def run_batch(
    batch: Batch,
    open_client: Callable[[], AbstractContextManager[Client]],
    *,
    resume: bool = False,
    watch: Watch = lambda totals, failures: None,
    stop: Stop = lambda: False,
) -> Totals:
    """Read files into a table.

    Parameters
    ----------
    batch : Batch
    open_client : callable
        Gives Dask's client when there is something to read.
    resume : bool
        Go on with what an earlier run left.
    watch : callable
    stop : callable
        Asked again and again; where it says True, the rest is left to a later run.

    Returns
    -------
    Totals

    Raises
    ------
    CamrecError
        Where nothing can be read or written, or another run is in the way.
    """
    with closing(_store(batch, resume)) as store:
        plan = Plan(store.folder, lambda: listed(batch.paths))
        with closing(plan):
            totals = Totals()
            chunks = _undone(batch, store, plan, totals)
            first = next(filter(None, _until(stop, chunks)), None)
            _check_found(batch, store, totals, first, stop)
            if first is not None:
                watch(totals, ())
                with open_client() as client:
                    crew = Crew(client, table_part, batch.job, stop)
                    for chunk, part in crew.results(chain([first], chunks)):
                        _keep(batch, store, chunk, part, totals)
                        totals.listed = plan.total
                        watch(totals, part.failures)
        if not stop():
            _finish(batch, store)
            totals.finished = True
    return totals


def check_batch(batch: Batch, *, resume: bool = False) -> None:
    """Tell of what cannot go well before anything is begun.

    Raises
    ------
    CamrecError
        If a path is misspelt, or the table is there already or of an unknown kind.
    """
    if batch.table.suffix not in FORMATS:
        raise OutputError(
            f"{batch.table}: a table ends in {', '.join(FORMATS)}; name it so"
        )
    if resume and batch.table.exists() and batch.folder.exists():
        raise OutputError(
            f"{batch.table} is there, and so is {batch.folder}, where the run was kept until the table was whole; remove the folder, or the table to have it put together again"
        )
    if batch.table.exists():
        raise OutputError(
            f"{batch.table} is there already; name another table, or remove it"
        )
    if not (resume and batch.folder.exists()):
        check(batch.paths)


def _store(batch: Batch, resume: bool) -> Store:
    store = Store(batch.folder)
    if resume and batch.folder.exists():
        store.resume(batch.identity())
    else:
        store.begin(batch.identity())
    return store


def _undone(
    batch: Batch, store: Store, plan: Plan, totals: Totals
) -> Iterator[Chunk | None]:
    """Chunks that nobody has read yet; the others are counted."""
    for chunk in chunked(plan.files(), batch.job.in_one_go):
        totals.listed = plan.total
        done = store.done(chunk) if chunk is not None else None
        if done is None:
            yield chunk
        else:
            totals.add(done)
            totals.earlier += done.files


def _until(stop: Stop, chunks: Iterable[Chunk | None]) -> Iterator[Chunk | None]:
    for chunk in chunks:
        if stop():
            return
        yield chunk


def _check_found(
    batch: Batch, store: Store, totals: Totals, first: Chunk | None, stop: Stop
) -> None:
    if first is None and not totals.files and not stop():
        store.remove()
        raise SourceError(
            f"{', '.join(batch.shown())}: no picture, video or archive is there; check the path"
        )


def _keep(batch: Batch, store: Store, chunk: Chunk, part: Part, totals: Totals) -> None:
    totals.add(store.put(chunk, part))
    if batch.most_failures is not None and totals.failures > batch.most_failures:
        last = f", the last: {part.failures[-1]}" if part.failures else ""
        raise SourceError(
            f"{totals.failures} files could not be read, more than --max-failures {batch.most_failures}{last}; mend what is wrong, or go on with --resume and a higher number"
        )


def _finish(batch: Batch, store: Store) -> None:
    """Of all parts one table; only when it is whole the parts go."""
    parts = store.parts(sorted_by_number=batch.by_name)
    with writing(batch.table, lasting=True) as out:
        write_table(parts, batch.job.rows, batch.table.suffix, out)
    store.remove()
