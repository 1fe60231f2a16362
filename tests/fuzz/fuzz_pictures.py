"""Bytes -> the picture decoder: whatever stands in a picture file. What is in pictures is read in ``fuzz_reading.py``."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

from fuzzing import fuzz, instrumented, refusing

with instrumented(arrays=True):
    import cv2
    import numpy as np

    from camrec.reading.pictures import decode_picture

HEAD = 33  # bytes: the signature and first chunk of a PNG
FORMATS = (".png", ".jpg", ".bmp", ".gif", ".tiff", ".webp", ".jp2", ".avif", ".pgm", ".ppm", ".hdr", ".ras")  # fmt: skip


def one(data: bytes) -> None:
    """A picture file is refused in a sentence, or becomes a picture."""
    with refusing():
        picture = decode_picture(data, "picture")
        assert picture.ndim == 3 and picture.shape[2] == 3 and picture.dtype == np.uint8


def page(depth: type = np.uint8) -> np.ndarray:
    """A number on paper; its last two digits touch."""
    image = np.full((48, 96), 230, np.uint8)
    for digit, x in ("4", 6), ("7", 36), ("2", 58):
        cv2.putText(image, digit, (x, 38), cv2.FONT_HERSHEY_SIMPLEX, 1.2, 30, 3)
    return image.astype(depth) * (1 if depth is np.uint8 else 257)


def seeds() -> Iterator[bytes]:
    """The page in every format that OpenCV writes here, in colour, in grey, transparent and deep."""
    colour = cv2.cvtColor(page(), cv2.COLOR_GRAY2BGR)
    for suffix in FORMATS:
        if cv2.haveImageWriter(f"x{suffix}"):
            image = page() if suffix == ".pgm" else colour
            yield cv2.imencode(suffix, image)[1].tobytes()
    clear = cv2.cvtColor(page(), cv2.COLOR_GRAY2BGRA)
    clear[:, :, 3] = 255 - page()
    for suffix, image in ((".png", clear), (".tiff", page(np.uint16)), (".webp", clear)):  # fmt: skip
        yield cv2.imencode(suffix, image)[1].tobytes()
    yield turned(cv2.imencode(".png", page(np.uint16))[1].tobytes())


def turned(png: bytes) -> bytes:
    """A PNG with a tag that says it lies on its side."""
    tiff = b"MM\0*" + struct.pack(">IHHHIHHI", 8, 1, 0x0112, 3, 1, 6, 0, 0)
    chunk = b"eXIf" + tiff
    packed = struct.pack(">I", len(tiff)) + chunk + struct.pack(">I", zlib.crc32(chunk))
    return png[:HEAD] + packed + png[HEAD:]


def main() -> None:
    """Fuzz."""
    fuzz(__file__, one, seeds())


if __name__ == "__main__":
    main()
