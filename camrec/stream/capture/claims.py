"""How many frames an MP4 file claims without listing them.

Its tables tell a billion frames of one size in a few bytes, and FFmpeg holds 24 bytes of memory for each of them before it
has looked at any: a file of 600 bytes took 2.4 GB and four seconds.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import BinaryIO

from camrec.stream.capture.containers import box_at

# Boxes that hold boxes, as FFmpeg looks into them (libavformat/mov.c).
_FOLDERS = frozenset(
    (b"moov", b"trak", b"mdia", b"minf", b"stbl", b"moof", b"traf", b"mvex", b"edts")
    + (b"dinf", b"udta", b"tref", b"wave", b"wide")
)
_LISTED = 0xF00  # flags of a trun box: duration, size, flags or offset stand there for each sample


def unlisted_frames(path: str) -> int:
    """Number of frames and samples, of all tracks together, that an MP4 file has by its word alone; 0 of other files.

    Parameters
    ----------
    path : str
        An existing file of any kind.
    """
    with open(path, "rb") as file:
        tables = _tables(file, os.path.getsize(path))
        return sum(_claimed(name, table) for name, table in tables)


def _claimed(name: bytes, table: bytes) -> int:
    """Samples that a table of sizes tells of by one size for all (ISO/IEC 14496-12, 8.7.3.2 and 8.8.8)."""
    flags, first, second = (int.from_bytes(table[k : k + 4], "big") for k in (0, 4, 8))
    if name == b"stsz":
        return second if first else 0
    return 0 if flags & _LISTED else first


def _tables(file: BinaryIO, size: int) -> Iterator[tuple[bytes, bytes]]:
    """Names and first 12 bytes of all tables of sizes."""
    for name, start in _boxes(file, size):
        if name in (b"stsz", b"trun"):
            file.seek(start)
            yield name, file.read(12)


def _boxes(file: BinaryIO, size: int) -> Iterator[tuple[bytes, int]]:
    """Names and where the content begins of all boxes, and of those in them."""
    position, ends = 0, [size]
    while ends:
        if position + 8 > ends[-1]:
            position = ends.pop()
            continue
        name, length, content = box_at(file, position)
        end = min(position + length, ends[-1]) if length else ends[-1]
        yield name, content
        position = max(content, end)
        if name in _FOLDERS and content < end:
            ends.append(end)
            position = content
