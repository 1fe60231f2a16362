"""Records as text: JSON lines and CSV, to a file or to standard output."""

from __future__ import annotations

import csv
import io
import json
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TextIO

from camrec.elements import Scene
from camrec.errors import OutputError
from camrec.stream.records import CSV_COLUMNS, csv_line, csv_rows, record_of
from camrec.stream.sinks.outputs import WholeFile, write_error

_BLOCK = 2**16  # bytes looked through at a time


class _TextSink:
    """Opens at once, so that a name that cannot be written is told before the work and not after it.

    After a failure it takes scenes and does nothing: the failure has been told, and several pipelines may share it.
    """

    def __init__(self, target: str) -> None:
        self._file = None if target == "-" else WholeFile(Path(target))
        self._stream = _open_text(self._file)
        self._failed = False

    def close(self) -> None:
        """Write out what is left; a file takes its name."""
        if self._file is None:
            self._attempt(self._stream.flush)
        elif not self._stream.closed:
            self._attempt(self._stream.close)
            self._file.commit()

    def _put(self, text: str) -> None:
        self._attempt(lambda: self._stream.write(text))
        if self._file is None or self._file.part == self._file.path:
            self._attempt(self._stream.flush)  # somebody may be reading along

    def _attempt(self, act: Callable[[], object]) -> None:
        if self._failed:
            return
        try:
            act()
        except BrokenPipeError:
            raise  # whoever read this has seen enough; that is no failure
        except OSError as error:
            self._failed = True
            if self._file is None:
                raise write_error(Path("standard output"), error) from error
            told = write_error(self._file.path, error)
            raise self._given_up(self._file, told) from error

    def _given_up(self, file: WholeFile, error: OutputError) -> OutputError:
        """Keep the lines that are whole; the error tells so."""
        with suppress(OSError):  # it is the one being told already
            self._stream.close()
        if file.part == file.path or not _cut_to_lines(file.part):
            file.discard()
            return error
        file.commit()
        return OutputError(f"{error}; what was written before is kept")


class JsonLines(_TextSink):
    """One JSON object a scene and line.

    Parameters
    ----------
    target : str
        A path, or ``-`` for standard output.

    Raises
    ------
    OutputError
        If the file cannot be made.
    """

    def write(self, scene: Scene) -> None:
        """Write the record of `scene`."""
        self._put(json.dumps(record_of(scene)) + "\n")


class CsvTable(_TextSink):
    """A header, then one row a digit.

    Parameters
    ----------
    target : str
        A path, or ``-`` for standard output.

    Raises
    ------
    OutputError
        If the file cannot be made.
    """

    def __init__(self, target: str) -> None:
        super().__init__(target)
        self._rows = csv.writer(_Putter(self), lineterminator="\n")
        self._rows.writerow(CSV_COLUMNS)

    def write(self, scene: Scene) -> None:
        """Write the digits of `scene`."""
        self._rows.writerows(map(csv_line, csv_rows(scene)))


class _Putter:
    """What `csv.writer` needs of a file."""

    def __init__(self, sink: _TextSink) -> None:
        self.write = sink._put


def _cut_to_lines(path: Path) -> bool:
    """Leave off what follows the last whole line; whether there is one."""
    try:
        with open(path, "r+b") as file:
            end = file.seek(0, os.SEEK_END)
            while end:
                start = max(0, end - _BLOCK)
                file.seek(start)
                if (at := file.read(end - start).rfind(b"\n")) >= 0:
                    file.truncate(start + at + 1)
                    return True
                end = start
    except OSError:
        pass
    return False


def _open_text(file: WholeFile | None) -> TextIO:
    if file is None:
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(encoding="utf-8", errors="surrogateescape")
        return sys.stdout
    try:
        # Names on disk need not be valid Unicode; what came in goes out as it was.
        return open(
            file.part, "w", encoding="utf-8", errors="surrogateescape", newline=""
        )
    except OSError as error:
        raise write_error(file.path, error) from error
