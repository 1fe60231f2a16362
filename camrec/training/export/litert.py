"""Keras -> LiteRT, TensorFlow's small runtime: whole, in half the size, or in whole numbers."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import keras
import numpy as np

from camrec.errors import ModelError


def litert(
    network: keras.Model,
    precision: str = "float32",
    calibration: np.ndarray | None = None,
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
    calibration : numpy.ndarray, optional
        (N, 28, 28, 1) float32 in [0, 1], real crops: "int8" takes the range of each activation from them.

    Returns
    -------
    bytes
        A flatbuffer, what a ``.tflite`` file holds.

    Raises
    ------
    ModelError
        Where Keras runs on another backend: the converter is TensorFlow's own.
    ValueError
        Where "int8" has nothing to calibrate with.
    """
    if keras.backend.backend() != "tensorflow":
        raise ModelError(
            f"LiteRT: Keras runs on {keras.backend.backend()} here and only TensorFlow has the converter; set KERAS_BACKEND=tensorflow"
        )
    with TemporaryDirectory() as folder, warnings.catch_warnings():
        # That no statistics came with quantised inputs: they come from the calibration.
        warnings.simplefilter("ignore")
        return _converter(network, Path(folder), precision, calibration).convert()


def _converter(
    network: keras.Model, folder: Path, precision: str, calibration: np.ndarray | None
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
    if calibration is None:
        raise ValueError("int8 takes the ranges of activations from calibration crops; give some")  # fmt: skip
    # Without this, what has no integer kernel would quietly stay float.
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    converter.representative_dataset = lambda: _one_by_one(calibration)
    return converter


def _one_by_one(crops: np.ndarray) -> Iterator[list[np.ndarray]]:
    for k in range(len(crops)):
        yield [crops[k : k + 1]]
