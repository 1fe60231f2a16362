"""Idx files, the format of MNIST: an array of unsigned bytes behind a header that tells its shape."""

from __future__ import annotations

import gzip
import struct
import zlib
from pathlib import Path

import numpy as np

from camrec.errors import DataError

IDX_BYTES = 8  # code of unsigned bytes in the third byte of an idx file (LeCun's description of the format)
GZIP = b"\x1f\x8b"
LARGEST = 2**31  # bytes, unpacked; EMNIST's largest set has 0.6 GB


def read_idx(path: str | Path) -> np.ndarray:
    """Read an idx file of unsigned bytes, gzipped or not.

    Parameters
    ----------
    path : str or Path

    Returns
    -------
    numpy.ndarray
        uint8, of the shape that the file declares.

    Raises
    ------
    DataError
        Where the file is missing, cut short, or something else.
    """
    path = Path(path)
    try:
        data = _unpacked(path)
        zeros, kind, axes = struct.unpack(">HBB", data[:4])
        shape = struct.unpack(f">{axes}I", data[4 : 4 + 4 * axes])
    except (OSError, EOFError, zlib.error, struct.error) as error:
        raise DataError(
            f"{path}: cannot be read as an idx file ({error}); take the file as MNIST is distributed"
        ) from error
    if zeros or kind != IDX_BYTES:
        raise DataError(
            f"{path}: not an idx file of unsigned bytes; take the file as MNIST is distributed"
        )
    body = np.frombuffer(data, np.uint8, offset=4 + 4 * axes)
    try:
        return body.reshape(shape)
    except ValueError as error:  # there are more or fewer, or no array has this shape
        raise DataError(
            f"{path}: declares {shape} but holds {body.size} bytes; the copy is incomplete, fetch it again"
        ) from error


def _unpacked(path: Path) -> bytes:
    with path.open("rb") as file:
        is_packed = file.read(len(GZIP)) == GZIP
        file.seek(0)
        with gzip.open(file) if is_packed else file as plain:
            data: bytes = plain.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise EOFError(f"it does not end within {LARGEST / 2**30:g} GB")
    return data


def idx_header(array: np.ndarray) -> bytes:
    """What stands before the bytes of `array` in an idx file."""
    return struct.pack(f">HBB{array.ndim}I", 0, IDX_BYTES, array.ndim, *array.shape)
