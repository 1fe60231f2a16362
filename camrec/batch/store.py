"""What is done of a run, on disk: parts written whole, and a manifest that says which there are.

A part takes its name when it is whole and on the disk; only then the manifest tells of it, a line at a time. So whatever
is killed at whatever moment, what the manifest tells is there, and everything else is done again.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, astuple, dataclass
from pathlib import Path
from typing import IO, Any

from camrec.batch.damage import undamaged
from camrec.batch.files import Chunk
from camrec.batch.job import differences
from camrec.batch.locks import locked
from camrec.batch.work import Part
from camrec.errors import OutputError, one_line
from camrec.stream.sinks.outputs import make_folder, write_error, writing

_MANIFEST = "manifest.jsonl"


@dataclass(frozen=True, slots=True)
class Done:
    """A line of the manifest.

    Parameters
    ----------
    part : int
        Number of the chunk.
    chunk : str
        Its digest: which files it was made of.
    bytes : int
        Length of the part.
    files, digits, numbers, failures : int
    """

    part: int
    chunk: str
    bytes: int
    files: int
    digits: int
    numbers: int
    failures: int


class Store:
    """The folder of an unfinished run; a context manager that closes the manifest.

    Parameters
    ----------
    folder : Path
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._manifest: IO[bytes] | None = None
        self._before: dict[int, Done] = {}  # told by the manifest
        self._done: dict[int, Done] = {}  # found to be of the same files

    def begin(self, identity: dict[str, Any]) -> None:
        """Make the folder, and note what the run is.

        Raises
        ------
        OutputError
            If it is there already, or cannot be made.
        """
        if self.folder.exists():
            raise OutputError(
                f"{self.folder} holds a run that was not finished; go on with it with --resume, or remove the folder"
            )
        make_folder(self.folder)
        self._open("x+b")
        self._append(identity)

    def resume(self, identity: dict[str, Any]) -> None:
        """Take up a run where it was left.

        Raises
        ------
        OutputError
            If it was another run, or its folder is damaged.
        """
        path = self.folder / _MANIFEST
        manifest = self._open("r+b" if path.exists() else "x+b")
        with undamaged(path, ValueError, TypeError, RecursionError):
            lines = list(_whole_lines(manifest))
            before = {done.part: done for done in map(_done, lines[1:])}
        if not lines:  # killed before it had begun
            self._append(identity)
            return
        # In a damaged file a name may hold line ends, and a sentence holds none.
        if changed := one_line(", ".join(differences(lines[0], identity))):
            raise OutputError(
                f"{self.folder} holds another run: {changed}; give the same options and the same model, or remove the folder"
            )
        self._before = before

    def done(self, chunk: Chunk) -> Done | None:
        """What is known of a chunk that was read before, of the same files."""
        done = self._before.pop(chunk.number, None)
        if done is None or done.chunk != chunk.digest:
            return None
        path = self.part(chunk.number)
        if not path.is_file() or path.stat().st_size != done.bytes:
            return None
        self._done[chunk.number] = done
        return done

    def put(self, chunk: Chunk, part: Part) -> Done:
        """Keep a part for good.

        Raises
        ------
        OutputError
            If it cannot be written.
        """
        done = Done(
            chunk.number,
            chunk.digest,
            len(part.data),
            len(chunk.files),
            part.digits,
            part.numbers,
            len(part.failures),
        )
        with writing(self.part(chunk.number), lasting=True) as out:
            out.write(part.data)
        self._append(asdict(done))
        self._done[chunk.number] = done
        return done

    def part(self, number: int) -> Path:
        """Where a part lies."""
        return self.folder / f"part-{number:08}.parquet"

    def parts(self, *, sorted_by_number: bool) -> list[Path]:
        """All parts, by number or in the order in which they came."""
        numbers = sorted(self._done) if sorted_by_number else self._done
        return [self.part(number) for number in numbers]

    def remove(self) -> None:
        """Remove the folder: the run is finished."""
        self.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def close(self) -> None:
        """Close the manifest."""
        if self._manifest is not None:
            # Every line that counts is on the disk. One that was told not to be written would be tried once more here.
            with suppress(OSError):
                self._manifest.close()

    def _open(self, mode: str) -> IO[bytes]:
        path = self.folder / _MANIFEST
        try:
            self._manifest = open(path, mode)  # noqa: SIM115 - `close` closes it
        except OSError as error:
            raise write_error(path, error) from error
        if not locked(self._manifest):
            raise OutputError(
                f"{self.folder} is being written by another run; wait for it, or name another table"
            )
        return self._manifest

    def _append(self, line: dict[str, Any]) -> None:
        assert self._manifest is not None
        try:
            self._manifest.write(json.dumps(line).encode() + b"\n")
            self._manifest.flush()
            os.fsync(self._manifest.fileno())
        except OSError as error:
            raise write_error(self.folder / _MANIFEST, error) from error


def _done(line: dict[str, Any]) -> Done:
    """What a line of the manifest tells of a part; a ValueError or TypeError where it tells nothing of the kind."""
    done = Done(**line)
    part, _, *counts = astuple(done)
    counts.append(part)
    if not all(type(count) is int and count >= 0 for count in counts):
        raise ValueError("a count is none")
    return done


def _whole_lines(manifest: IO[bytes]) -> Iterator[dict[str, Any]]:
    """All lines but one that was cut short by a kill, which is cut off."""
    end = 0
    for line in manifest:
        if not line.endswith(b"\n"):
            break
        end += len(line)
        told = json.loads(line)
        if not isinstance(told, dict):
            raise ValueError("a line without names")  # noqa: TRY004 - of what is read
        yield told
    manifest.seek(end)
    manifest.truncate()
