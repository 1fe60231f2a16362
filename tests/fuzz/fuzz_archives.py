"""Archives of pictures, as ``camrec batch`` lists and reads them."""

from __future__ import annotations

import gzip
import io
import tarfile
import zipfile
from collections.abc import Iterator
from itertools import islice

from fuzzing import DISK, fuzz, instrumented, refusing, scratch

with instrumented():
    from camrec.batch.archives import Archives, members
    from camrec.batch.files import File

ENDINGS = {b"PK": ".zip", b"\x1f\x8b": ".tar.gz", b"BZ": ".tar.bz2", b"\xfd7": ".tar.xz"}  # fmt: skip
"""By the first two bytes; all else is a plain tar."""

MOST = 20  # members
LARGEST = 2**24  # bytes of those that are read


def one(data: bytes) -> None:
    """An archive and what lies in it is refused in a sentence, or read."""
    with scratch(DISK) as folder:
        path = folder / f"scans{ENDINGS.get(data[:2], '.tar')}"
        path.write_bytes(data)
        found: list[File] = []
        with refusing():
            found.extend(islice(members(str(path)), MOST))
        archives = Archives()
        for file in found:
            assert File.of_line(file.line()) == file and file.in_archive
            if file.size < LARGEST:
                with refusing(naming=file.name):
                    archives.read(file)


def seeds() -> Iterator[bytes]:
    """Two small files in each kind of archive."""
    things = {"a.png": b"first", "b/c.jpg": b"second" * 9}
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, thing in things.items():
            for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA):
                archive.writestr(zipfile.ZipInfo(f"{method}-{name}"), thing, method)
    yield file.getvalue()
    for mode in ("w:", "w:bz2", "w:xz"):
        yield tarred(things, mode)
    yield gzip.compress(tarred(things, "w:"), mtime=0)
    yield tarred(things, "w:", tarfile.PAX_FORMAT)


def tarred(things: dict[str, bytes], mode: str, kind: int = tarfile.GNU_FORMAT) -> bytes:  # fmt: skip
    """A tar without the empty blocks at its end, which are most of a small one."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode=mode, format=kind) as archive:  # type: ignore[call-overload]
        for name, thing in things.items():
            info = tarfile.TarInfo(name)
            info.size = len(thing)
            if kind == tarfile.PAX_FORMAT:
                info.pax_headers = {"comment": "ü"}
            archive.addfile(info, io.BytesIO(thing))
    data = file.getvalue()
    return data.rstrip(b"\0") + bytes(512) if mode == "w:" else data


def main() -> None:
    """Fuzz."""
    fuzz(__file__, one, seeds())


if __name__ == "__main__":
    main()
