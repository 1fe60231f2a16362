"""What a worker does: it reads a chunk of files, and whatever is wrong with one of them, it goes on with the next.

Workers get :func:`table_part` and :func:`records` by name, with a :class:`Job` and a :class:`Chunk`; all they keep between
two calls is the reader.
"""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import cv2
import fsspec

from camrec.batch.archives import Archives
from camrec.batch.files import Chunk, File, store_error, suffix_of
from camrec.batch.frozen import unless_frozen
from camrec.batch.job import Job
from camrec.batch.rows import SCENE_ROWS, Tally, closing_rows
from camrec.batch.saving import saved_beside
from camrec.batch.tables import PartWriter
from camrec.elements import Frame, Scene
from camrec.errors import (
    CamrecError,
    ModelError,
    OutputError,
    SourceError,
    UnfitError,
)
from camrec.reading.pictures import decode_picture
from camrec.reading.reader import Reader
from camrec.settings import TrackingSettings
from camrec.stream.attention import AttentiveReader
from camrec.stream.capture import open_source
from camrec.stream.capture.addresses import is_address
from camrec.stream.pipeline import Pipeline
from camrec.stream.records import record_of
from camrec.stream.tracker import Tracker

Take = Callable[[Scene], object]
Fail = Callable[[Exception], None]


@dataclass(frozen=True, slots=True)
class Part:
    """The rows of a chunk, and what is to be said of it.

    Parameters
    ----------
    data : bytes
        A Parquet file.
    digits, numbers : int
    failures : tuple of str
        A sentence for each file that could not be read.
    """

    data: bytes
    digits: int
    numbers: int
    failures: tuple[str, ...]


Records = tuple[dict[str, Any] | SourceError, ...]
"""What :func:`camrec.stream.records.record_of` makes of each frame, and what went wrong, in order."""


def table_part(job: Job, chunk: Chunk) -> Part:
    """Read files into rows.

    Raises
    ------
    ModelError
        Where this machine would read otherwise than the others.
    OutputError
        Where no annotated picture can be written; one that alone cannot is a failure of its file.
    """
    writer = PartWriter(job.rows, job.sha256)
    tallies = [_tallied(job, file, writer) for file in chunk.files]
    return Part(
        writer.finish(),
        sum(tally.digits for tally in tallies),
        sum(tally.numbers for tally in tallies),
        tuple(tally.failures[0][1] for tally in tallies if tally.failures),
    )


def _tallied(job: Job, file: File, writer: PartWriter) -> Tally:
    """Write the rows of one file, and count."""
    tally = Tally()

    def take(scene: Scene) -> None:
        tally.add(scene)
        writer.add(SCENE_ROWS[job.rows](scene))

    _read(job, file, take, lambda error: tally.failures.append(_told(file, error)))
    writer.add(closing_rows(job.rows, file, tally))
    return tally


def records(job: Job, chunk: Chunk) -> Records:
    """Read files into records.

    Raises
    ------
    ModelError
        Where this machine would read otherwise than the others.
    """
    found: list[dict[str, Any] | SourceError] = []
    for file in chunk.files:

        def fail(error: Exception, file: File = file) -> None:
            found.append(SourceError(_told(file, error)[1]))

        _read(job, file, lambda scene: found.append(record_of(scene)), fail)
    return tuple(found)


def _read(job: Job, file: File, take: Take, fail: Fail) -> None:
    """Hand every scene of a file to `take`, and all that is wrong with it to `fail`."""
    readers = _readers(job)
    try:
        if file.problem:
            raise SourceError(file.problem)
        if file.is_picture and (file.in_archive or is_address(file.address)):
            data = _bytes(file)
            with unless_frozen():
                frame = Frame(decode_picture(data, file.name), source=file.name)
                _still(job, readers, file, frame, take)
        else:
            _opened(job, readers, file, take, fail)
    except UnfitError as error:
        fail(error)
    except (ModelError, OutputError):
        raise  # it is so with every file
    except Exception as error:  # noqa: BLE001 - whatever one file brings about, the others are read
        fail(error)


def _opened(job: Job, readers: _Readers, file: File, take: Take, fail: Fail) -> None:
    """Read what :func:`open_source` can open: files of this machine, and copies of those that lie elsewhere."""
    with (
        _on_disk(file) as path,
        unless_frozen() as go_on,
        _named(file, path),
        open_source(path, on_error=lambda e: fail(_renamed(e, path, file))) as source,
    ):
        frames = (replace(frame, source=file.name) for frame in source)
        if source.still:
            for frame in frames:
                _still(job, readers, file, frame, take)
            return
        sinks = saved_beside(job.save, file, source.fps)
        tracker = _tracker(job, readers.moving)
        reader = AttentiveReader(readers.moving, tracker.again_s)
        with Pipeline(reader, sinks, tracker=tracker) as pipeline:
            for frame in frames:
                take(pipeline.process(frame))
                go_on()


def _tracker(job: Job, reader: Reader) -> Tracker:
    # What a pattern made of unsure digits is one number; without them it would be another.
    asks = job.pattern is not None or job.digits is not None
    return Tracker(
        TrackingSettings(),
        reader.classes,
        min_confidence=0.0 if asks else job.settings.min_confidence,
        group=reader.group,
    )


def _still(job: Job, readers: _Readers, file: File, frame: Frame, take: Take) -> None:
    scene = readers.still.read(frame)
    take(scene)  # first, as it is read whether or not it can be drawn
    for sink in saved_beside(job.save, file):
        sink.write(scene)


@contextmanager
def _on_disk(file: File) -> Iterator[str]:
    """A path where the file lies, as FFmpeg needs one: its own, or that of a copy that is removed again."""
    if not file.in_archive and not is_address(file.address):
        _check_is_file(file)
        yield file.address
        return
    with tempfile.TemporaryDirectory(prefix="camrec-") as folder:
        path = Path(folder, "copy" + suffix_of(file.name))
        if file.in_archive:
            path.write_bytes(_archives().read(file))
        else:
            with _fetching(file):
                files, there = fsspec.core.url_to_fs(file.address)
                files.get_file(there, str(path))
        yield str(path)


def _check_is_file(file: File) -> None:
    """Refuse what would be waited for without end."""
    try:
        mode = os.stat(file.address).st_mode
    except OSError:
        return  # to open it says why
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
        raise SourceError(
            f"{file.name} is a pipe, a socket or a device; copy what it gives to a file, and name that"
        )


@contextmanager
def _named(file: File, path: str) -> Iterator[None]:
    try:
        yield
    except SourceError as error:
        raise _renamed(error, path, file) from error


def _renamed(error: SourceError, path: str, file: File) -> SourceError:
    """The error as the user knows the file: not by where it was copied to."""
    return SourceError(str(error).replace(path, file.name))


def _bytes(file: File) -> bytes:
    if file.in_archive:
        return _archives().read(file)
    with _fetching(file):
        files, path = fsspec.core.url_to_fs(file.address)
        data: bytes = files.cat_file(path)
        return data


@contextmanager
def _fetching(file: File) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise SourceError(f"{file.name} does not exist; check the address") from error
    except Exception as error:  # each kind of store has errors of its own
        raise store_error(file.name, "fetched", error) from error


@lru_cache(maxsize=1)
def _archives() -> Archives:
    return Archives()


def _told(file: File, error: Exception) -> tuple[str, str]:
    """Error class and sentence."""
    if isinstance(error, CamrecError):
        return type(error).__name__, str(error)
    reason = f"{type(error).__name__}: {error}".strip(": ")
    return type(error).__name__, f"{file.name} could not be read ({reason}); please report it with the file"  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Readers:
    """The same networks with the settings for pictures and for video."""

    still: Reader
    moving: Reader


@lru_cache(maxsize=1)
def _readers(job: Job) -> _Readers:
    job.check_here()
    # A worker is a core; more threads would be in each other's way.
    cv2.setNumThreads(1)
    still = _reader(job)
    moving = still.asking(
        job.settings.for_video(), pattern=job.pattern, digits=job.digits
    )
    return _Readers(still, moving)


def _reader(job: Job) -> Reader:
    return Reader(
        job.model,
        job.settings,
        roi=job.roi,
        pattern=job.pattern,
        digits=job.digits,
        keep_misfits=job.keep_misfits,
        threads=1,
    )
