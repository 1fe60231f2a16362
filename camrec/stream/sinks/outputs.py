"""Names for output files, and files that take their name only when they are whole."""

from __future__ import annotations

import errno
import os
import re
import secrets
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import IO

from camrec.errors import OutputError, UnfitError

# What is wrong with one name; disks that are full or may not be written to are so for every name.
_OF_NAME = {
    *(errno.ENAMETOOLONG, errno.EILSEQ, errno.EINVAL),
    *(errno.EEXIST, errno.EISDIR, errno.ENOTDIR),
}


class OutputNames:
    """Derives ``<stem>.camrec.<ext>`` names that meet neither an input nor each other.

    An output of an earlier run is replaced, as any program replaces its outputs; within one run, two inputs
    called ``page`` become ``page`` and ``page-2``.

    Parameters
    ----------
    folder : Path or None
        Where outputs go; it is made on first use. None: beside each input, and in the current folder for what
        is no file (a camera, an address, standard input).
    inputs : iterable of str
        Paths that must never be written to.
    """

    def __init__(self, folder: Path | None = None, inputs: Iterable[str] = ()) -> None:
        self.folder = folder
        self._inputs = {_key(Path(name)) for name in inputs}
        self._owners: dict[str, str] = {}

    def path(self, source: str, ending: str, *, fresh: bool = False) -> Path:
        """Where the output of `source` goes; asked again, the answer is the same.

        Parameters
        ----------
        source : str
            `Frame.source`: a path, an address or a camera's name.
        ending : str
            What follows the stem, such as ``".camrec.mp4"``.
        fresh : bool
            Replace nothing at all: take a name that does not exist yet.

        Raises
        ------
        OutputError
            If the folder does not exist and cannot be made.
        """
        self._inputs.add(_key(Path(source)))
        folder, stem = self._home(source), stem_of(source)
        for number in count(1):
            suffix = "" if number == 1 else f"-{number}"
            path = folder / f"{stem}{suffix}{ending}"
            if self._claim(path, source) and not (fresh and os.path.lexists(path)):
                return path
        raise AssertionError("count() does not end")

    def is_input(self, path: str) -> bool:
        """Whether `path` is one that must not be written to."""
        return _key(Path(path)) in self._inputs

    def _home(self, source: str) -> Path:
        if self.folder is not None:
            make_folder(self.folder)
            return self.folder
        return Path(source).parent if os.path.isfile(source) else Path()

    def _claim(self, path: Path, source: str) -> bool:
        key = _key(path)
        if key in self._inputs:
            return False
        return self._owners.setdefault(key, source) == source


class WholeFile:
    """A file that is written beside its name and takes it when whole.

    Devices, pipes and links are written to directly: they cannot be, or should not be, replaced.

    Parameters
    ----------
    path : Path
        The final name.

    Attributes
    ----------
    part : Path
        Where to write until :meth:`commit`; it has the suffix of `path`.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.part = path if _is_special(path) else _beside(path)

    def commit(self) -> None:
        """Give the file its name, replacing what had it.

        Raises
        ------
        OutputError
            If the name cannot be taken; the unfinished file is removed.
        """
        if self.part == self.path:
            return
        try:
            os.replace(self.part, self.path)
        except OSError as error:
            self.discard()
            raise write_error(self.path, error) from error

    def discard(self) -> None:
        """Remove the unfinished file, if there is one."""
        if self.part != self.path:
            with suppress(
                OSError
            ):  # gone, or in a folder that nobody may write to any more: that is told already
                self.part.unlink()


def write_whole(path: Path, data: bytes) -> None:
    """Write `data` to `path` so that nobody ever sees half of it.

    Raises
    ------
    OutputError
        If it cannot be written: no such folder, no permission, a full disk.
    """
    with writing(path) as out:
        out.write(data)


@contextmanager
def writing(path: Path, *, lasting: bool = False) -> Iterator[IO[bytes]]:
    """A file to write, which takes its name when it is whole; where it fails, nothing is left of it.

    Parameters
    ----------
    path : Path
    lasting : bool
        It is on the disk, too, before it takes its name; that takes time.

    Raises
    ------
    OutputError
        If it cannot be written: no such folder, no permission, a full disk.
    """
    with replacing(path) as part, open(part, "wb") as out:
        yield out
        if lasting:
            out.flush()
            os.fsync(out.fileno())


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Where to write what takes the name `path` when it is whole; where it fails, nothing is left of it.

    Parameters
    ----------
    path : Path
        The final name; what had it is replaced.

    Yields
    ------
    Path
        With the same suffix; see :class:`WholeFile`.

    Raises
    ------
    OutputError
        If it cannot be written: no such folder, no permission, a full disk.
    """
    file = WholeFile(path)
    try:
        yield file.part
    except OSError as error:
        file.discard()
        raise write_error(path, error) from error
    except BaseException:
        file.discard()
        raise
    file.commit()


def stem_of(source: str) -> str:
    """A file stem for any source: ``scans/page.jpg`` page, ``camera 0`` camera-0, ``-`` stdin."""
    if source == "-":
        return "stdin"
    if "://" in source:
        return _address_stem(source)
    return re.sub(r"^camera (\d+)$", r"camera-\1", Path(source).stem)


def make_folder(folder: Path) -> None:
    """Make `folder` and its parents where they are missing.

    Raises
    ------
    OutputError
        If that is not possible.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _kind(error)(
            f"{folder}: this folder cannot be made ({_reason(error)}); name another one"
        ) from error


def write_error(path: Path, error: OSError) -> OutputError:
    """The `OutputError` for a failure of the system to write `path`."""
    remedy = "free some space or choose another folder"
    if isinstance(error, FileNotFoundError):
        remedy = f"the folder {path.parent} does not exist: make it first"
    elif isinstance(error, PermissionError):
        remedy = "choose a folder you may write to, such as --out DIR"
    elif isinstance(error, (IsADirectoryError, NotADirectoryError)):
        remedy = "choose another name"
    return _kind(error)(f"{path}: cannot be written ({_reason(error)}); {remedy}")


def _kind(error: OSError) -> type[OutputError]:
    return UnfitError if error.errno in _OF_NAME else OutputError


def _address_stem(address: str) -> str:
    name = Path(address.split("?")[0].rstrip("/").rpartition("/")[2]).stem
    return "".join(c if c.isalnum() or c in "._-" else "_" for c in name)


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()


def _beside(path: Path) -> Path:
    # Short and hidden: the stem may already be as long as the file system allows, and scans of a folder skip it.
    # By chance, as every container's first process has the same number, and hosts share folders.
    name = f".camrec-{secrets.token_hex(6)}.part{path.suffix}"
    return path.with_name(name)


def _is_special(path: Path) -> bool:
    try:
        return not stat.S_ISREG(path.lstat().st_mode) and not path.is_dir()
    except OSError:
        return False


def _key(path: Path) -> str:
    # Folded even where case counts: `Page` and `page` must not meet when the folder is copied to where it does not.
    return os.path.realpath(path).casefold()
