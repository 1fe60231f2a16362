"""A trained network -> the files that reading needs: Keras, LiteRT and the card that binds them."""

from __future__ import annotations

import hashlib
import json
import zipfile
from pathlib import Path
from typing import Any

import keras

from camrec.reading import normalise
from camrec.stream.sinks.outputs import make_folder, replacing, write_whole
from camrec.training.export.litert import Inputs, litert
from camrec.training.network import in_precision


def export(
    network: keras.Model,
    folder: Path,
    name: str,
    card: dict[str, Any],
    calibration: Inputs | None = None,
) -> Path:
    """Write ``NAME.keras``, ``NAME.tflite`` and ``NAME.json``.

    Parameters
    ----------
    network : keras.Model
        (N, 28, 28, 1) -> logits, in whatever precision it was trained.
    folder : Path
        Made where it is missing.
    name : str
    card : dict
        What training knows: classes, temperature, seed, data, scores and so on. Digests and the normaliser's version
        are added here.
    calibration : sequence of numpy.ndarray, optional
        With these LiteRT's file is of type "int8", else "float16"; see :func:`~camrec.training.export.litert.litert`.

    Returns
    -------
    Path
        Of the card.

    Raises
    ------
    OutputError
        Where a file cannot be written.
    """
    make_folder(folder)
    weights = [folder / f"{name}.keras", folder / f"{name}.tflite"]
    bare = bare_copy(network)
    _save(bare, weights[0])
    # Half the size and the same answers: the runtime widens the weights once, when it loads them.
    precision = "float16" if calibration is None else "int8"
    write_whole(weights[1], litert(bare, precision, calibration))
    return write_card(weights, {"parameters": bare.count_params(), **card})


def bare_copy(network: keras.Model) -> keras.Model:
    """A float32 copy without the optimizer's state, which is three times as large as the weights.

    Converters know no mixed precision, and what a network of such a policy adds to its graph are casts that cost time.
    """
    return in_precision(network, "float32")


def write_card(weights: list[Path], card: dict[str, Any]) -> Path:
    """Write the card that binds `weights`, files of one folder and one stem; returns its path."""
    digests = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in weights
    }
    whole = {
        "name": weights[0].stem,
        "normaliser": normalise.VERSION,
        "input": [normalise.SIDE, normalise.SIDE, 1],
        **card,
        "sha256": digests,
    }
    path = weights[0].with_suffix(".json")
    write_whole(path, (json.dumps(whole, indent=2) + "\n").encode())
    return path


def _save(network: keras.Model, path: Path) -> None:
    with replacing(path) as part:
        network.save(part)
        _pack(part)


def _pack(path: Path) -> None:
    """Deflate the archive that Keras only stores: a tenth smaller, and read as before."""
    with zipfile.ZipFile(path) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
