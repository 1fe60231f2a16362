"""Video files, as far as camrec itself looks into them: how long they say they are, and how many frames they claim."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from fuzzing import DISK, fuzz, instrumented, scratch

with instrumented():
    import cv2
    import numpy as np

    from camrec.stream.capture.claims import unlisted_frames
    from camrec.stream.capture.containers import missing_bytes

FORMATS = [("a.mp4", "mp4v"), ("a.avi", "MJPG"), ("a.webm", "VP80"), ("a.mkv", "FFV1")]
SIZE = (32, 24)  # px
MOST = (
    2**66
)  # a table of sizes claims less than 2**32, and a file of 4 kB holds less than 2**12 of them; a box less than 2**64


def one(data: bytes) -> None:
    """Both are told of any file."""
    with scratch(DISK) as folder:
        path = folder / "film.mp4"
        path.write_bytes(data)
        assert 0 <= missing_bytes(str(path)) < MOST
        assert 0 <= unlisted_frames(str(path)) < MOST


def seeds() -> Iterator[bytes]:
    """Three frames in each kind of file, and boxes of every kind that is looked at."""
    with scratch() as folder:
        for name, code in FORMATS:
            path = str(folder / name)
            writer = cv2.VideoWriter(path, cv2.VideoWriter.fourcc(*code), 20, SIZE)
            for grey in (0, 99, 200):
                writer.write(np.full((*SIZE[::-1], 3), grey, np.uint8))
            writer.release()
            yield (folder / name).read_bytes()
    sizes = box(b"moov", box(b"trak", box(b"stbl", box(b"stsz", struct.pack(">3I", 0, 1, 2**31)))))  # fmt: skip
    run = box(b"moof", box(b"traf", box(b"trun", struct.pack(">II", 0x1, 2**31))))
    yield box(b"ftyp", b"isom\0\0\2\0") + sizes + run
    yield struct.pack(">I4sQ", 1, b"mdat", 20) + b"1234" + struct.pack(">I4s", 0, b"moov") + sizes  # fmt: skip


def box(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", 8 + len(content)) + name + content


def main() -> None:
    """Fuzz."""
    fuzz(__file__, one, seeds())


if __name__ == "__main__":
    main()
