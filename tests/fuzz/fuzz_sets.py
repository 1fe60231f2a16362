"""Labelled sets that training reads: idx files, zips of pictures, and ``labels.csv`` in a folder of one's own."""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from unittest.mock import patch

from fuzzing import fuzz, instrumented, lasting, place, refusing, scratch

with instrumented(arrays=True):
    import cv2
    import numpy as np

    from camrec.training.data import folders
    from camrec.training.data.archives import letter_crops
    from camrec.training.data.classes import CLASSES
    from camrec.training.data.idx import GZIP, idx_header
    from camrec.training.data.sets import IMAGES, LABELS, LabelledSet, read_set

CROP = cache(folders._crop)
"""Looks at each picture once: only what is said of them changes."""

NAMES = ("train", "emnist-letters-train")
IMAGE = np.zeros((12, 10), np.uint8)
IMAGE[2:10, 4:6] = 255
IMAGES_IDX = idx_header(np.stack([IMAGE, IMAGE])) + 2 * IMAGE.tobytes()
LABELS_IDX = idx_header(np.zeros(2, np.uint8)) + bytes([1, 7])


def one(data: bytes) -> None:
    """By how it begins, the bytes are tried as the file that they may be."""
    if data.startswith(b"PK"):
        zipped(data)
    elif data.startswith((b"\0\0", GZIP)):
        with scratch() as folder:
            idx(folder, data)
    else:
        listed(data)


def idx(folder: Path, data: bytes) -> None:
    """As the images of a set, and as its labels."""
    for name in NAMES:
        images, labels = folder / (name + IMAGES), folder / (name + LABELS)
        for first, second in ((data, LABELS_IDX), (IMAGES_IDX, data)):
            images.write_bytes(first)
            labels.write_bytes(second)
            with refusing():
                check(read_set(images))
    images.write_bytes(data)
    with refusing():
        letter_crops(f"{images}[:3]")


def check(characters: LabelledSet) -> None:
    """What every set is like."""
    assert characters.images.ndim == 3 and characters.images.dtype == np.uint8
    assert len(characters.images) == len(characters.names)


def zipped(data: bytes) -> None:
    """As a zip of pictures."""
    path = place("letters.zip")
    path.write_bytes(data)
    with refusing():
        crops = letter_crops(str(path))
        assert crops.dtype == np.uint8 and crops.shape[1:] == (28, 28)


def listed(data: bytes) -> None:
    """As the list of what three pictures show."""
    folder = pictures()
    (folder / folders.LISTED).write_bytes(data)
    with refusing(), patch.object(folders, "_crop", CROP):
        crops = folders.labelled_folder(folder, CLASSES)
        assert len(crops.images) == len(crops.labels) <= 3
        assert crops.labels.max() < len(CLASSES)


@cache
def pictures() -> Path:
    """Those three, which are the same for every list."""
    folder = lasting()
    (folder / "7").mkdir()
    for name in ("a.png", "page-0-1-4.png", "7/b.png"):
        (folder / name).write_bytes(png())
    return folder


@cache
def png() -> bytes:
    """A picture of one stroke."""
    return cv2.imencode(".png", 255 - IMAGE)[1].tobytes()


def seeds() -> Iterator[bytes]:
    """One of each."""
    yield IMAGES_IDX
    yield LABELS_IDX
    yield gzip.compress(IMAGES_IDX, mtime=0)
    yield b"file,label\na.png,4\n7/b.png,none\ngone.png,1\n"
    yield b'\xef\xbb\xbffile,label,note\r\n"7\\b.png", 3 ,\r\n'
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA):
            archive.writestr(zipfile.ZipInfo(f"{method}.png"), png(), method)
    yield file.getvalue()


def main() -> None:
    """Fuzz."""
    fuzz(__file__, one, seeds())


if __name__ == "__main__":
    main()
