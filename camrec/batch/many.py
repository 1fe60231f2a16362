"""Very many files from Python: records in order, while others are being read."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from camrec.errors import ModelError, SourceError
from camrec.settings import ReadingSettings

if TYPE_CHECKING:
    from camrec.elements import Box


def read_many(
    paths: str | os.PathLike[str] | Iterable[str | os.PathLike[str]],
    model: str | Path = "digits",
    settings: ReadingSettings | None = None,
    *,
    roi: Box | None = None,
    pattern: str | None = None,
    digits: int | tuple[int, int] | None = None,
    keep_misfits: bool = False,
    workers: int | None = None,
    scheduler: str | None = None,
    on_error: Callable[[SourceError], None] | None = None,
) -> Iterator[dict[str, Any]]:
    """Read pictures and videos by the hundred thousand, on all cores or on a cluster.

    In a program of its own, call it below ``if __name__ == "__main__":``, as everything that starts processes.

    Parameters
    ----------
    paths : path or iterable of paths
        Files, folders with all that lies in them, globs, zip and tar archives, fsspec addresses (``s3://bucket/scans``);
        an iterable is not taken faster than it is read.
    model, settings, roi, pattern, digits, keep_misfits
        See :class:`camrec.Reader`.
    workers : int, optional
        Processes; by default one a core.
    scheduler : str, optional
        Address of a Dask scheduler, whose workers read instead.
    on_error : callable, optional
        Called with a :class:`SourceError` for each file that cannot be read; without it the error is raised.

    Yields
    ------
    dict
        A record a frame, as ``camrec image --json`` writes them, in the order of the files.

    Raises
    ------
    SourceError
        Where a file or the scheduler cannot be reached.
    ModelError
        Where the model, or a package of ``camrec[batch]``, is missing.

    Examples
    --------
    >>> for record in read_many("scans/", workers=2):
    ...     print(record["source"], [number["text"] for number in record["numbers"]])
    scans/page1.jpg ['4712', '2021']
    """
    try:
        from camrec.batch.job import Job
        from camrec.batch.listing import check
        from camrec.batch.ordered import ordered_records
    except ImportError as error:
        raise ModelError(
            f"read_many needs {error.name}; install what is missing with `pip install camrec[batch]`"
        ) from error

    if isinstance(paths, (str, os.PathLike)):
        paths = [paths]
        check([os.fspath(paths[0])])
    job = Job.of(
        model,
        settings=settings or ReadingSettings(),
        roi=roi,
        pattern=pattern,
        digits=digits,
        keep_misfits=keep_misfits,
    )
    names = (os.fspath(path) for path in paths)
    return ordered_records(job, names, workers, scheduler, on_error)
