"""Pictures and videos in zip and tar archives, read where they lie: nothing is unpacked to disk but videos."""

from __future__ import annotations

import lzma
import math
import tarfile
import threading
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import IO, Any

import fsspec

from camrec.batch.files import File, anywhere, store_error
from camrec.errors import CamrecError, SourceError
from camrec.reading.pictures import LARGEST_FILE
from camrec.stream.capture.addresses import without_password

_TAR = {
    ".tar": None,
    ".tar.gz": "gzip",
    ".tgz": "gzip",
    ".tar.bz2": "bz2",
    ".tar.xz": "xz",
}
LARGEST = 2**32  # bytes of a video; an archive may claim any size
PLAIN = 2**26  # bytes that may unpack from nothing; a blank page of 8000x8000 does
RATIO = 200  # of what is more: pages shrink by a hundred, while bombs reach 1,000 (deflate) and a million (bzip2)
LONGEST_HEAD = 2**20  # bytes of a name with all that is said of a file, in a tar

# What the modules raise of archives that are damaged, cut short, encrypted or packed in a way they do not know.
BROKEN = (
    zipfile.BadZipFile,
    tarfile.TarError,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    RuntimeError,
    NotImplementedError,
    ValueError,
    OSError,
)


def is_archive(name: str) -> bool:
    """Whether a file is an archive that can be read, by its name."""
    return name.lower().endswith((".zip", *_TAR))


def members(address: str) -> Iterator[File]:
    """All files in an archive, in its own order.

    Raises
    ------
    SourceError
        If it cannot be read to its end; what was found before has been given.
    """
    with _told(without_password(address)), _opened(address) as stream:
        if address.lower().endswith(".zip"):
            yield from _zipped(address, stream)
        else:
            yield from _tarred(address, stream)


def _zipped(address: str, stream: IO[bytes]) -> Iterator[File]:
    shown = without_password(address)
    with zipfile.ZipFile(stream) as archive:
        for info in archive.infolist():
            # Without a name, which only a damaged archive has, it would not be a member but the archive itself.
            if info.filename and not info.is_dir():
                name = f"{shown}/{info.filename}"
                yield File(name, anywhere(address), member=info.filename)


def _tarred(address: str, stream: IO[bytes]) -> Iterator[File]:
    shown = without_password(address)
    heads: Any = _Heads(stream, _most(address))
    with tarfile.open(fileobj=heads, mode="r:") as archive:
        while (info := archive.next()) is not None:
            archive.members = []  # type: ignore[attr-defined]  # it keeps all it has seen, of a million a gigabyte
            if info.isreg():
                name = f"{shown}/{info.name}"
                yield File(name, anywhere(address), "", info.offset_data, info.size)


class _Heads:
    """As much of an unpacked tar as tells what lies in it, read by :mod:`tarfile`, which believes every length.

    Parameters
    ----------
    stream : file
        Unpacks as it is read, or searched.
    most : int
        Bytes that it may unpack to.
    """

    def __init__(self, stream: IO[bytes], most: float) -> None:
        self.tell = stream.tell
        self._stream = stream
        self._most = most

    def read(self, size: int) -> bytes:
        if size > LONGEST_HEAD:
            raise ValueError(f"a name of {size} bytes")
        self._check(self._stream.tell())
        return self._stream.read(size)

    def seek(self, offset: int) -> int:
        self._check(offset)
        return self._stream.seek(offset)

    def _check(self, offset: int) -> None:
        if offset > self._most:
            raise ValueError(f"it unpacks to more than {RATIO} times its size")


def _most(address: str) -> float:
    """Bytes that a tar may unpack to; without end where it is not compressed."""
    if _compression(address) is None:
        return math.inf
    files, path = fsspec.core.url_to_fs(address)
    return max(PLAIN, RATIO * (files.size(path) or math.inf))


class Archives:
    """Reads members; the archive that was read from last stays open, as the next picture mostly lies in it, too.

    Threads that share it take turns.
    """

    def __init__(self) -> None:
        self._key: tuple[str, str] | None = None
        self._open = ExitStack()
        self._turns = threading.Lock()
        self._stream: IO[bytes]
        self._zip: zipfile.ZipFile | None = None

    def read(self, file: File) -> bytes:
        """The bytes of a member.

        Raises
        ------
        SourceError
            If the archive is damaged there, or the member larger than 4 GB, a picture than 1 GB, or packed as only bombs are.
        """
        with self._turns, _told(file.name):
            self._turn_to(file.address)
            if self._zip is not None:
                info = self._zip.getinfo(file.member)
                _check_size(file, info.file_size, info.compress_size)
                return self._zip.read(file.member)
            _check_size(file, file.size, file.size)
            self._stream.seek(file.offset)
            data = self._stream.read(file.size)
        if len(data) < file.size:
            raise SourceError(
                f"{file.name} is cut short with its archive; copy the archive again"
            )
        return data

    def _turn_to(self, address: str) -> None:
        files, path = fsspec.core.url_to_fs(address)
        key = address, files.ukey(path)  # another one where the file was replaced
        if key == self._key:
            return
        self._open.close()
        self._key = None
        self._stream = self._open.enter_context(_opened(address))
        zipped = address.lower().endswith(".zip")
        self._zip = (
            self._open.enter_context(zipfile.ZipFile(self._stream)) if zipped else None
        )
        self._key = key


@contextmanager
def _opened(address: str) -> Iterator[IO[bytes]]:
    with fsspec.open(address, "rb", compression=_compression(address)) as stream:
        yield stream


def _compression(address: str) -> str | None:
    """What all of an archive is packed with, as fsspec calls it."""
    ending = next((end for end in _TAR if address.lower().endswith(end)), "")
    return _TAR.get(ending)


@contextmanager
def _told(name: str) -> Iterator[None]:
    """What goes wrong inside, as a sentence."""
    try:
        yield
    except FileNotFoundError as error:
        raise SourceError(f"{name} does not exist; check the path") from error
    except PermissionError as error:
        raise SourceError(f"{name} may not be read; check its permissions") from error
    except (*BROKEN, KeyError) as error:
        raise SourceError(
            f"{name} cannot be unpacked ({without_password(str(error))}); copy the archive again, or unpack it first"
        ) from error
    except (CamrecError, MemoryError):
        raise
    except Exception as error:  # each kind of store has errors of its own
        raise store_error(name, "fetched", error) from error


def _check_size(file: File, size: int, packed: int) -> None:
    largest = LARGEST_FILE if file.is_picture else LARGEST
    if size > min(largest, max(PLAIN, RATIO * packed)):
        raise SourceError(
            f"{file.name} unpacks to {size} bytes, which is too much; unpack it first"
        )
