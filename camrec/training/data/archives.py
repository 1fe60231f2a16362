"""Characters that belong to no class: idx images, or a zip of pictures as Omniglot is distributed."""

from __future__ import annotations

import lzma
import zipfile
import zlib
from pathlib import Path

import cv2
import numpy as np

from camrec.errors import DataError
from camrec.reading.normalise import normalise_all
from camrec.reading.pictures import is_cut_short
from camrec.training.data.sets import read_images, sliced

_LARGEST = 2**24  # bytes of a picture of one character, and far more than it takes

# What the modules raise of archives that are damaged, cut short, encrypted or packed in a way they do not know.
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    RuntimeError,
    ValueError,
    OSError,
)


def letter_crops(spec: str) -> np.ndarray:
    """Characters that are no digits, normalised: (N, 28, 28) uint8.

    Parameters
    ----------
    spec : str
        An idx file of images, or a zip of pictures (dark on white, as Omniglot's), with ``[a:b:c]`` for a part.
    """
    path, part = sliced(spec)
    inks = (
        _zip_inks(path)[part]
        if path.suffix == ".zip"
        else list(read_images(path)[part])
    )
    return (normalise_all(inks)[..., 0] * 255).astype(np.uint8)


def _zip_inks(path: Path) -> list[np.ndarray]:
    try:
        with zipfile.ZipFile(path) as archive:
            names = sorted(
                info.filename
                for info in archive.infolist()
                if info.filename.lower().endswith((".png", ".jpg"))
                and info.file_size <= _LARGEST
            )
            grey = [_grey(archive.read(name)) for name in names]
    except _BROKEN as error:
        raise DataError(
            f"{path}: cannot be read as a zip of pictures ({error})"
        ) from error
    return [cv2.bitwise_not(picture) for picture in grey if picture is not None]


def _grey(data: bytes) -> np.ndarray | None:
    """A picture (H, W) uint8; None where there is none, or one of a size that nobody means."""
    if is_cut_short(data):
        return None
    try:
        return cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE)
    except cv2.error:
        return None
