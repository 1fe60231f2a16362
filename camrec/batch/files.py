"""What is to be read: one picture or video, wherever it lies."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import astuple, dataclass
from hashlib import sha256

from camrec.errors import SourceError, one_line
from camrec.reading.pictures import PICTURE_SUFFIXES
from camrec.stream.capture.addresses import is_address, without_password

VIDEO_SUFFIXES = frozenset(
    {".mp4", ".m4v", ".mov", ".avi", ".mkv", ".webm", ".mpg", ".mpeg", ".ts", ".mts"}
    | {".m2ts", ".wmv", ".flv", ".3gp", ".ogv", ".mjpeg", ".mjpg"}
)
"""Suffixes, in lower case, of what is taken for a video where a folder is searched; a file that is named may have any."""

MEDIA = PICTURE_SUFFIXES | VIDEO_SUFFIXES
"""Suffixes, in lower case, of all that is read where a folder is searched."""


@dataclass(frozen=True, slots=True)
class File:
    """One picture or video.

    Parameters
    ----------
    name : str
        What the table calls it.
    address : str
        Path or fsspec address of the file, or of the archive that it lies in.
    member : str
        Its name in a zip archive.
    offset, size : int
        Where its bytes lie in a tar archive, once that is unpacked; -1 elsewhere.
    problem : str
        Why it cannot be read, where that is known before it is tried.
    """

    name: str
    address: str = ""
    member: str = ""
    offset: int = -1
    size: int = -1
    problem: str = ""

    @property
    def is_picture(self) -> bool:
        """Whether it is a still picture, by its suffix."""
        return suffix_of(self.name) in PICTURE_SUFFIXES

    @property
    def in_archive(self) -> bool:
        """Whether `address` is that of an archive."""
        return bool(self.member) or self.offset >= 0

    def line(self) -> str:
        """The file as a line of text; a name may hold any character, line ends and halves of characters too."""
        return json.dumps(astuple(self)) + "\n"

    @classmethod
    def of_line(cls, line: str) -> File:
        """What :meth:`line` wrote.

        Raises
        ------
        ValueError
            Where it cannot have written that.
        """
        try:
            told = json.loads(line)
        except RecursionError as error:
            raise ValueError("too deep") from error
        if not isinstance(told, list) or [*map(type, told)] != _TYPES:
            raise ValueError("no file of a list")
        return cls(*told)


_TYPES = [str, str, str, int, int, str]  # of a file's fields, in their order


@dataclass(frozen=True, slots=True)
class Chunk:
    """Files that are read in one go.

    Parameters
    ----------
    number : int
        0-based position in the run.
    files : tuple of File
    """

    number: int
    files: tuple[File, ...]

    @property
    def digest(self) -> str:
        """Tells chunks of the same files from all others."""
        lines = "".join(file.line() for file in self.files)
        return sha256(lines.encode()).hexdigest()[:16]


def chunked(files: Iterable[File | None], most: int) -> Iterator[Chunk | None]:
    """Chunks of pictures in a row, at most `most`; a video is one by itself.

    Where the next file is not known yet (None), the next chunk is not either. The same files make the same chunks, however
    slowly they become known.
    """
    number = 0
    waiting: list[File] = []
    for file in files:
        if file is None:
            yield None
            continue
        if waiting and not file.is_picture:
            yield Chunk(number, tuple(waiting))
            number, waiting = number + 1, []
        waiting.append(file)
        if len(waiting) == most or not file.is_picture:
            yield Chunk(number, tuple(waiting))
            number, waiting = number + 1, []
    if waiting:
        yield Chunk(number, tuple(waiting))


def suffix_of(name: str) -> str:
    """``.jpg`` of ``scans/PAGE.JPG`` and of ``https://host/page.jpg?size=full``."""
    path = name.split("?")[0] if is_address(name) else name
    return os.path.splitext(path)[1].lower()


def named(address: str) -> File:
    """A file that lies at a path or an fsspec address; its password, if it has one, is not told."""
    return File(without_password(address), anywhere(address))


def store_error(address: str, act: str, error: Exception) -> SourceError:
    """What became of an address, as a sentence: each kind of store has errors of its own, which may quote a password.

    Parameters
    ----------
    address : str
    act : str
        What cannot be done with it: "listed", "opened", "fetched".
    error : Exception
    """
    reason = without_password(one_line(error)) or type(error).__name__
    return SourceError(
        f"{without_password(address)} cannot be {act} ({reason}); check the address, the network and what you may read there"
    )


def anywhere(address: str) -> str:
    """The address as it is from any folder; workers need not be where the user is."""
    return address if is_address(address) else os.path.abspath(address)
