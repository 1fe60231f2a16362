"""Is a video file as long as it says it is?

OpenCV cannot tell a file that was cut short from one that has ended: a read fails in both cases, and the frame count
is an estimate (duration times rate) in half the formats. But the outermost boxes of MP4, AVI, Matroska and WebM each
state their length, so what is missing can be counted.
"""

from __future__ import annotations

import os
import struct
from typing import BinaryIO

_MP4_FIRST_BOXES = (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip")
_EBML = b"\x1a\x45\xdf\xa3"
_SEGMENT = b"\x18\x53\x80\x67"
_SMALLEST_BOX = 8  # a length and a name, 4 bytes each


def is_container(head: bytes) -> bool:
    """Whether the first 12 bytes of a file are those of MP4, MOV, AVI, Matroska or WebM."""
    is_avi = head[:4] == b"RIFF" and head[8:12] == b"AVI "
    return head[4:8] in _MP4_FIRST_BOXES or head[:4] == _EBML or is_avi


def missing_bytes(path: str) -> int:
    """Number of bytes a video file falls short of the length it states; 0 where it is whole or does not say.

    Parameters
    ----------
    path : str
        An existing file of any kind.
    """
    size = os.path.getsize(path)
    with open(path, "rb") as file:
        head = file.read(12)
        if not is_container(head):
            return 0
        if head[:4] == b"RIFF":
            end = _end_of_riff(file, size)
        elif head[:4] == _EBML:
            end = _end_of_segment(file, size)
        else:
            end = _end_of_boxes(file, size)
    return max(0, end - size)


def box_at(file: BinaryIO, position: int) -> tuple[bytes, int, int]:
    """Name of an MP4 box, the length that it states, 0 where it goes on to the end, and where its content begins (ISO/IEC 14496-12, 4.2)."""
    file.seek(position)
    head = file.read(16)
    name, length = head[4:8], int.from_bytes(head[:4], "big")
    if length == 1:  # the real length follows in 64 bits
        return name, int.from_bytes(head[8:], "big"), position + 16
    return name, length, position + 8


def _end_of_boxes(file: BinaryIO, size: int) -> int:
    """Where the last MP4 box ends."""
    position = 0
    while position < size:
        _, length, _ = box_at(file, position)
        if length < _SMALLEST_BOX:  # 0: to the end of the file
            return size
        position += length
    return position


def _end_of_riff(file: BinaryIO, size: int) -> int:
    """Where the last RIFF chunk of an AVI ends; large files have several (OpenDML 1.02)."""
    position = 0
    while position < size:
        file.seek(position)
        head = file.read(8)
        if len(head) < 8 or head[:4] != b"RIFF":
            return size
        (length,) = struct.unpack("<I", head[4:])
        if length in (0, 0xFFFFFFFF):  # never filled in
            return size
        position += 8 + length
    return position


def _end_of_segment(file: BinaryIO, size: int) -> int:
    """Where the Segment of a Matroska or WebM file ends (RFC 8794, RFC 9559)."""
    file.seek(len(_EBML))
    header = _variable_int(file)
    if header is None or header > size:  # the file may claim a place that no disk has
        return size
    file.seek(header, os.SEEK_CUR)
    if file.read(4) != _SEGMENT:
        return size
    length = _variable_int(file)
    return size if length is None else file.tell() + length


def _variable_int(file: BinaryIO) -> int | None:
    """An EBML variable-size integer; None where it says "unknown"."""
    first = file.read(1)
    width = 9 - first[0].bit_length() if first else 9
    if width > 8:
        return None
    value = int.from_bytes(first + file.read(width - 1), "big")
    value &= (1 << 7 * width) - 1
    return None if value == (1 << 7 * width) - 1 else value
