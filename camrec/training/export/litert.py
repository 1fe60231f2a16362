"""Keras -> LiteRT, TensorFlow's small runtime: whole, in half the size, or in whole numbers."""

from __future__ import annotations

import os
import subprocess
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import keras
import numpy as np

from camrec.errors import ModelError
from camrec.reading.runtime import load_keras

NETWORK, CROPS, CONVERTED = "network.keras", "crops.npz", "network.tflite"

Inputs = Sequence[np.ndarray]
"""What a network may be shown, one by one and without the axis of the batch; they need not be of one size."""


def litert(
    network: keras.Model,
    precision: str = "float32",
    calibration: Inputs | None = None,
) -> bytes:
    """A network as LiteRT runs it. Input and output are float32 always, so that reading feeds all alike.

    Parameters
    ----------
    network : keras.Model
        In float32.
    precision : {"float32", "float16", "int8"}
        "float16" halves the weights; the runtime widens them once, when it loads. "int8" quantises weights, a scale for
        each output channel, and activations, a scale for each tensor (Jacob et al., "Quantization and training of neural
        networks for efficient integer-arithmetic-only inference", 2018).
    calibration : sequence of numpy.ndarray, optional
        Real crops, (28, 28, 1) float32 in [0, 1], or strips: "int8" takes the range of each activation from them.

    Returns
    -------
    bytes
        A flatbuffer, what a ``.tflite`` file holds.

    Raises
    ------
    ModelError
        Where TensorFlow is missing, which alone has the converter.
    ValueError
        Where "int8" has nothing to calibrate with.
    """
    if precision == "int8" and calibration is None:
        raise ValueError("int8 takes the ranges of activations from calibration crops; give some")  # fmt: skip
    inputs = [] if calibration is None else list(calibration)
    if keras.backend.backend() != "tensorflow":
        return _elsewhere(network, precision, inputs)
    with TemporaryDirectory() as folder, warnings.catch_warnings():
        # That no statistics came with quantised inputs: they come from the calibration.
        warnings.simplefilter("ignore")
        content: bytes = _converter(network, Path(folder), precision, inputs).convert()
        return content


def _elsewhere(
    network: keras.Model, precision: str, calibration: list[np.ndarray]
) -> bytes:
    """Convert in another process, where Keras runs on TensorFlow: a network may have been trained on JAX or PyTorch."""
    with TemporaryDirectory() as folder:
        network.save(Path(folder) / NETWORK)
        if calibration:
            np.savez(Path(folder) / CROPS, *calibration)
        program = f"from {__name__} import convert_folder; convert_folder({folder!r}, {precision!r})"
        variables = {"KERAS_BACKEND": "tensorflow", "PYTHONPATH": os.pathsep.join(sys.path)}  # fmt: skip
        done = subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, **variables},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            last = done.stderr.strip().splitlines()[-1:]
            raise ModelError(f"LiteRT: the conversion on TensorFlow failed ({''.join(last)}); `pip install camrec[train]` brings all it needs")  # fmt: skip
        return (Path(folder) / CONVERTED).read_bytes()


def convert_folder(folder: str, precision: str) -> None:
    """Convert the network that lies in a folder, with the crops beside it; for :func:`litert` in another process."""
    network = load_keras(Path(folder) / NETWORK)
    crops = Path(folder) / CROPS
    calibration = list(np.load(crops).values()) if crops.is_file() else None
    (Path(folder) / CONVERTED).write_bytes(litert(network, precision, calibration))


def _converter(
    network: keras.Model, folder: Path, precision: str, calibration: list[np.ndarray]
) -> Any:
    import tensorflow as tf

    network.export(folder, format="tf_saved_model", verbose=False)
    converter = tf.lite.TFLiteConverter.from_saved_model(str(folder))
    if precision == "float32":
        return converter
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    if precision == "float16":
        converter.target_spec.supported_types = [tf.float16]
        return converter
    # Without this, what has no integer kernel would quietly stay float.
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    converter.representative_dataset = lambda: ([one[None]] for one in calibration)
    return converter
