"""The list of all files of a run, on disk: it may be longer than memory is large, and is the same after any stop.

It is written by a thread of its own, which is far ahead of the reading: soon the number of files is known, and what is put
into a folder later does not belong to the run any more. A last line of its own says that the list is whole; it is read while
it grows, and Windows gives no other name to a file that is open.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import IO

from camrec.batch.damage import undamaged
from camrec.batch.files import File
from camrec.stream.sinks.outputs import write_error

_NAME = "files.jsonl"
END = "[]\n"  # no file's line
_POLL_S = 0.1  # the longest that a reader of the list waits for it to grow


class Plan:
    """Files that are listed while they are read; a context manager.

    Parameters
    ----------
    folder : Path
        Where the list lies, or is to lie.
    listing : callable
        Gives the files; asked where there is no whole list yet.

    Raises
    ------
    OutputError
        If the list cannot be written or is damaged; from iteration too, and whatever the listing raises.
    """

    def __init__(self, folder: Path, listing: Callable[[], Iterable[File]]) -> None:
        self._path = folder / _NAME
        self._changed = threading.Condition()
        self._error: BaseException | None = None
        self._closing = False
        self._count, self._whole = self._found()
        if self._whole:
            return
        self._path.write_text("")
        # A daemon: a listing that hangs must not keep the program alive.
        self._thread = threading.Thread(target=self._write, args=[listing], name="listing", daemon=True)  # fmt: skip
        self._thread.start()

    @property
    def total(self) -> int | None:
        """How many files there are; None where that is not known yet."""
        return self._count if self._whole else None

    def files(self) -> Iterator[File | None]:
        """All files from the first; None where the next is not known yet, after a moment."""
        given = 0
        with open(self._path, encoding="utf-8") as lines:
            while not (self._whole and given == self._count):
                if not self._wait(given):
                    yield None
                    continue
                with undamaged(self._path, ValueError):
                    file = File.of_line(lines.readline())
                yield file
                given += 1

    def close(self) -> None:
        """Stop listing."""
        self._closing = True

    def _found(self) -> tuple[int, bool]:
        """Of how many files an earlier run has left a list, and whether it is whole; one that is not is of no use."""
        count, last = 0, ""
        if self._path.is_file():
            with undamaged(self._path, ValueError), open(self._path, encoding="utf-8") as lines:  # fmt: skip
                for count, last in enumerate(lines):
                    pass
        whole = last.strip() == END.strip()
        return (count if whole else 0), whole

    def _wait(self, given: int) -> bool:
        """Whether there are more than `given` files by now."""
        with self._changed:
            self._changed.wait_for(lambda: self._count > given or self._whole or self._error, _POLL_S)  # fmt: skip
            if self._error is not None:
                raise self._error
            return self._count > given

    def _write(self, listing: Callable[[], Iterable[File]]) -> None:
        try:
            with open(self._path, "w", encoding="utf-8", newline="\n") as out:
                for file in listing():
                    if self._closing:
                        return
                    out.write(file.line())
                    out.flush()
                    self._note(1)
                _sync(out)  # all that the last line speaks for is on the disk before it
                out.write(END)
                _sync(out)
            self._note(0, whole=True)
        except OSError as error:
            self._note(0, write_error(self._path, error))
        except BaseException as error:  # noqa: BLE001 - `files` raises it
            self._note(0, error)

    def _note(self, more: int, error: BaseException | None = None, whole: bool = False) -> None:  # fmt: skip
        with self._changed:
            self._count += more
            self._error, self._whole = error, whole
            self._changed.notify_all()


def _sync(out: IO[str]) -> None:
    out.flush()
    os.fsync(out.fileno())
