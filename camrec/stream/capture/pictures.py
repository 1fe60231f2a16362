"""Sources made of picture files: one, a folder, a glob, a numbered series, or standard input."""

from __future__ import annotations

import glob
import os
import re
import sys
from collections.abc import Iterator, Sequence

import numpy as np

from camrec.elements import Frame
from camrec.errors import SourceError
from camrec.reading.pictures import (
    LARGEST_FILE,
    PICTURE_SUFFIXES,
    decode_picture,
    load_picture,
)
from camrec.stream.capture.source import OnError, Source

STANDARD_INPUT = "-"
SERIES_FPS = 25.0  # what FFmpeg takes for a numbered series, which does not tell
_NUMBER_FIELD = re.compile(r"%0?(\d*)d")
_OWN_OUTPUT = ".camrec."


class PictureSource(Source):
    """Pictures that lie in files, each decoded when its turn comes.

    Parameters
    ----------
    name : str
        What the user calls the whole.
    paths : sequence of str
        Picture files in order; ``-`` is one picture on standard input.
    numbers : sequence of int or None
        For the frames of a series: the number of each, ascending; gaps stay gaps in time.
    on_error : callable or None
        See :class:`Source`.
    """

    def __init__(
        self,
        name: str,
        paths: Sequence[str],
        *,
        numbers: Sequence[int] | None = None,
        on_error: OnError | None = None,
    ) -> None:
        fps = SERIES_FPS if numbers else 0.0
        super().__init__(name, fps=fps, count=len(paths), on_error=on_error)
        self.still = numbers is None
        self._paths = paths
        self._indices = [n - numbers[0] for n in numbers] if numbers else None
        self._closed = False

    def _produce(self) -> Iterator[Frame]:
        for position, path in enumerate(self._paths):
            if self._closed:
                return
            try:
                image = _load(path)
            except SourceError as error:
                self._report(error)
                continue
            index = self._indices[position] if self._indices else 0
            yield Frame(image, index, index / self.fps if self.fps else 0.0, path)

    def close(self) -> None:
        """End the iteration; no file is held open."""
        self._closed = True


def in_folder(folder: str) -> list[str]:
    """Paths of the pictures in a folder, in natural order; camrec's own outputs and hidden files are left out.

    Raises
    ------
    SourceError
        If the folder cannot be listed or holds no picture.
    """
    paths = [path for path in _list(folder) if is_input_picture(path)]
    if not paths:
        pattern = os.path.join(folder, "**", "*.png")
        raise SourceError(
            f"{folder} holds no picture; give a folder with PNG or JPEG files,"
            f" or '{pattern}' for the folders in it"
        )
    return sorted(paths, key=natural)


def matching(pattern: str) -> list[str]:
    """Paths that a glob matches, in natural order: its pictures, or where it has none, its other files.

    Raises
    ------
    SourceError
        If it matches no file.
    """
    found = [
        path for path in glob.glob(pattern, recursive=True) if os.path.isfile(path)
    ]
    pictures = [path for path in found if is_input_picture(path)]
    if not found:
        raise SourceError(f"{pattern} matches no file; check the pattern")
    return sorted(pictures or found, key=natural)


def numbered(pattern: str) -> tuple[list[int], list[str]]:
    """Numbers and paths, ascending, of the files that a pattern like ``img_%04d.png`` names.

    Raises
    ------
    SourceError
        If there is none, or the folder cannot be listed.
    """
    folder, name = os.path.split(pattern)
    before, digits, after = _NUMBER_FIELD.split(name, maxsplit=1)
    shape = rf"{re.escape(before)}(\d{{{digits or 1},}}){re.escape(after)}"
    found = {}
    for path in _list(folder):
        if match := re.fullmatch(shape, os.path.basename(path)):
            found[int(match[1])] = path
    if not found:
        raise SourceError(
            f"{pattern} matches no file; check the folder and the number of digits"
        )
    numbers = sorted(found)
    return numbers, [found[number] for number in numbers]


def is_numbered(path: str) -> bool:
    """Whether a path has one place for a number, like ``img_%04d.png``."""
    return len(_NUMBER_FIELD.findall(os.path.basename(path))) == 1


def is_input_picture(path: str) -> bool:
    """Whether a file found by listing is meant as input: a picture, not hidden, not written by camrec."""
    name = os.path.basename(path)
    suffix = os.path.splitext(name)[1].lower()
    hidden = name.startswith(".")  # macOS puts "._page.jpg" beside pages on USB sticks
    return suffix in PICTURE_SUFFIXES and not hidden and _OWN_OUTPUT not in name


def natural(path: str) -> list[str | int]:
    """Sorting key that puts page2 before page10."""
    parts = re.split(r"([0-9]+)", path.casefold())
    return [int(part) if k % 2 else part for k, part in enumerate(parts)]


def _list(folder: str) -> list[str]:
    """Paths of the entries of a folder, "" for the current one."""
    try:
        return [os.path.join(folder, name) for name in os.listdir(folder or ".")]
    except OSError as error:
        raise SourceError(
            f"{folder} cannot be listed ({error.strerror}); check the folder"
        ) from error


def _load(path: str) -> np.ndarray:
    return _from_standard_input() if path == STANDARD_INPUT else load_picture(path)


def _from_standard_input() -> np.ndarray:
    if sys.stdin is None or sys.stdin.isatty():
        raise SourceError(
            "standard input is a terminal; pipe a picture into it or give a file name"
        )
    return decode_picture(sys.stdin.buffer.read(LARGEST_FILE + 1), "standard input")
