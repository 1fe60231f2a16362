"""A trained network -> the files that reading needs: Keras, LiteRT and the card that binds them."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any

import keras

from camrec.reading import normalise


def export(network: keras.Model, folder: Path, name: str, card: dict[str, Any]) -> Path:
    """Write ``NAME.keras``, ``NAME.tflite`` and ``NAME.json``.

    Parameters
    ----------
    network : keras.Model
        (N, 28, 28, 1) -> logits.
    folder : Path
        Made where it is missing.
    name : str
    card : dict
        What training knows: classes, temperature, seed, data, scores and so on. Digests and the normaliser's version
        are added here.

    Returns
    -------
    Path
        Of the card.
    """
    folder.mkdir(parents=True, exist_ok=True)
    weights = [folder / f"{name}.keras", folder / f"{name}.tflite"]
    _bare(network).save(weights[0])
    _write(weights[1], _litert(network))
    whole = {
        "name": name,
        "normaliser": normalise.VERSION,
        "input": [28, 28, 1],
        "parameters": network.count_params(),
        **card,
    }
    whole["sha256"] = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in weights
    }
    target = folder / f"{name}.json"
    _write(target, (json.dumps(whole, indent=2) + "\n").encode())
    return target


def _bare(network: keras.Model) -> keras.Model:
    """A copy without the optimizer's state, which is three times as large as the weights."""
    copy = keras.Model.from_config(network.get_config())
    copy.set_weights(network.get_weights())
    return copy


def _litert(network: keras.Model) -> bytes:
    import tensorflow as tf  # the converter is TensorFlow's own; the network itself runs on any backend

    converter = tf.lite.TFLiteConverter.from_keras_model(network)
    return converter.convert()


def _write(path: Path, content: bytes) -> None:
    """A file appears under its name only when it is whole."""
    part = path.with_name(path.name + ".part")
    part.write_bytes(content)
    os.replace(part, path)
