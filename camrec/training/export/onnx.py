"""Keras -> ONNX, which other programs and languages run."""

from __future__ import annotations

import warnings
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import keras
import numpy as np

INPUT, OUTPUT, BATCH = "crop", "logits", "N"  # names in the graph


def onnx(network: keras.Model) -> bytes:
    """A network as ONNX: ``crop`` (N, 28, 28, 1) float32 -> ``logits`` (N, classes) float32.

    Parameters
    ----------
    network : keras.Model
        In float32.

    Returns
    -------
    bytes
        What an ``.onnx`` file holds.
    """
    import onnx as library

    with TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # tf2onnx looks for names that numpy dropped
        network(
            np.zeros((1, *network.input_shape[1:]), np.float32)
        )  # Keras refuses a network that never ran
        path = Path(folder) / "network.onnx"
        network.export(path, format="onnx", verbose=False)
        model = library.load(path)
    _name(model.graph)
    library.checker.check_model(model, full_check=True)
    content: bytes = model.SerializeToString()
    return content


def _name(graph: Any) -> None:
    """Names that one can type for what goes in and out; the converter leaves such as ``Identity:0``."""
    given = {graph.input[0].name: INPUT, graph.output[0].name: OUTPUT}
    for node in graph.node:
        node.input[:] = [given.get(name, name) for name in node.input]
        node.output[:] = [given.get(name, name) for name in node.output]
    for end in (graph.input[0], graph.output[0]):
        end.name = given[end.name]
        end.type.tensor_type.shape.dim[0].dim_param = BATCH
