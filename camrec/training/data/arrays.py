"""Sets as the arrays that tutorials begin with: X_train.npy, y_train.npy and so on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from camrec.reading.normalise import SIDE, normalise_all
from camrec.stream.sinks.outputs import writing
from camrec.training.data.sets import LabelledSet

CHUNK = 4096  # pictures held as float32 at a time; EMNIST's largest set would need 2 GB at once


def write_arrays(characters: LabelledSet, folder: Path, part: str) -> list[Path]:
    """Write pictures and labels as a network takes them.

    Parameters
    ----------
    characters : LabelledSet
        Pictures of 28x28 are written as they are, others normalised to that.
    folder : Path
    part : str
        "train" for ``X_train.npy``, (N, 28, 28, 1) float32 in [0, 1], and ``y_train.npy``, (N, classes) float32, one-hot.

    Returns
    -------
    list of Path

    Raises
    ------
    OutputError
        Where they cannot be written.
    """
    count, one_hot = len(characters), np.eye(len(characters.classes))
    images, labels = folder / f"X_{part}.npy", folder / f"y_{part}.npy"
    _write(images, (count, SIDE, SIDE, 1), characters.images, _prepared)
    _write(labels, (count, len(one_hot)), characters.labels, one_hot.__getitem__)
    return [images, labels]


def _prepared(images: np.ndarray) -> np.ndarray:
    if images.shape[1:] == (SIDE, SIDE):
        return images[..., None] / np.float32(255)
    return normalise_all(list(images))


def _write(
    path: Path,
    shape: tuple[int, ...],
    source: np.ndarray,
    prepare: Callable[[np.ndarray], np.ndarray],
) -> None:
    header = {"descr": "<f4", "fortran_order": False, "shape": shape}
    with writing(path) as out:
        np.lib.format.write_array_header_1_0(out, header)
        for k in range(0, len(source), CHUNK):
            chunk = prepare(source[k : k + CHUNK])
            out.write(chunk.astype("<f4").tobytes())
