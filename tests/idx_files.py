"""Writes idx files, as MNIST is distributed."""

from __future__ import annotations

import gzip
import struct
from pathlib import Path

import numpy as np


def idx_bytes(array: np.ndarray, kind: int = 8) -> bytes:
    """An idx file of unsigned bytes (code 8), or one that claims another kind."""
    header = struct.pack(f">HBB{array.ndim}I", 0, kind, array.ndim, *array.shape)
    return header + array.astype(np.uint8).tobytes()


def write_set(
    folder: Path, name: str, images: np.ndarray, labels: np.ndarray, suffix: str = ""
) -> Path:
    """Write images and labels; returns the path of the images. A suffix of ".gz" packs both."""
    folder.mkdir(parents=True, exist_ok=True)
    pack = gzip.compress if suffix == ".gz" else bytes
    path = folder / f"{name}-images-idx3-ubyte{suffix}"
    path.write_bytes(pack(idx_bytes(images)))
    (folder / f"{name}-labels-idx1-ubyte{suffix}").write_bytes(pack(idx_bytes(labels)))
    return path
