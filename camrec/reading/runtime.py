"""Where networks run: LiteRT, and Keras or ONNX Runtime where they are installed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from camrec.errors import ModelError

Network = Callable[[np.ndarray], np.ndarray]
"""Takes (N, height, width, 1) float32 and gives scores, a row or a table of rows for each."""


def open_network(path: Path, threads: int) -> Network:
    """A network that is ready to run.

    Where it is run and fails, or gives what is no number, that is a ModelError too.

    Parameters
    ----------
    path : Path
        Weights; the suffix is one of :data:`RUNTIMES`.
    threads : int
        Of the runtime.

    Raises
    ------
    ModelError
        Where the runtime is missing or cannot load the file.
    """
    network = RUNTIMES[path.suffix](path, threads)

    def scores(batch: np.ndarray) -> np.ndarray:
        try:
            answer = np.asarray(network(batch))
            finite = np.isfinite(answer).all()
        except (ModelError, MemoryError):  # memory may be short for a while
            raise
        except Exception as error:  # each runtime raises its own kinds
            raise ModelError(
                f"{path}: cannot be run on an array of shape {batch.shape} ({_reason(error)}); train or export the model again"
            ) from error
        if not finite:
            raise ModelError(
                f"{path}: gives scores that are no numbers; train the model again"
            )
        return answer

    return scores


def _reason(error: Exception) -> str:
    """The first line of what a runtime says."""
    return next(iter(str(error).splitlines()), type(error).__name__)


def _litert(path: Path, threads: int) -> Network:
    from ai_edge_litert.interpreter import Interpreter

    plans: dict[tuple[int, ...], Any] = {}
    # Once: the file may be replaced by another network while plans are still made of this one.
    weights = path.read_bytes()

    def plan(shape: tuple[int, ...]) -> Any:
        try:
            runtime = Interpreter(model_content=weights, num_threads=threads)
            entry = runtime.get_input_details()[0]
            runtime.resize_tensor_input(entry["index"], shape)
            runtime.allocate_tensors()
            result = runtime.get_output_details()[0]["index"]
        except (ValueError, RuntimeError, IndexError) as error:
            raise ModelError(
                f"{path}: LiteRT cannot load it ({_reason(error)}); train or export the model again"
            ) from error
        return runtime, entry["index"], result

    def scores(batch: np.ndarray) -> np.ndarray:
        if batch.shape not in plans:
            plans[batch.shape] = plan(batch.shape)
        runtime, entry, result = plans[batch.shape]
        runtime.set_tensor(entry, batch)
        runtime.invoke()
        answer: np.ndarray = runtime.get_tensor(result)
        return answer

    return scores


def _onnx(path: Path, threads: int) -> Network:
    try:
        import onnxruntime
    except ImportError:
        raise ModelError(
            f"{path}: running an .onnx file needs ONNX Runtime; install it with `pip install camrec[train]`, or use the .tflite file"
        ) from None
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    try:
        session = onnxruntime.InferenceSession(
            path, options, providers=["CPUExecutionProvider"]
        )
        entry = session.get_inputs()[0].name
    except Exception as error:  # the runtime's errors share no class of their own
        raise ModelError(
            f"{path}: ONNX Runtime cannot load it ({_reason(error)}); export the model again"
        ) from error
    return lambda crops: session.run(None, {entry: crops})[0]


def _keras(path: Path, threads: int) -> Network:
    network = load_keras(path)  # which takes the threads that its backend likes
    return lambda crops: np.asarray(network(crops, training=False), np.float32)


def load_keras(path: Path) -> Any:
    """A Keras model from its file, with nothing in it that could run code of its own.

    Raises
    ------
    ModelError
        Where Keras is not installed or cannot load the file.
    """
    try:
        import keras
    except ImportError:
        raise ModelError(
            f"{path}: running a .keras file needs Keras; install it with `pip install camrec[train]`, or use the .tflite file"
        ) from None
    try:
        return keras.models.load_model(path, compile=False, safe_mode=True)
    except (ValueError, OSError, TypeError, KeyError) as error:
        raise ModelError(
            f"{path}: Keras cannot load it ({_reason(error)}); train the model again"
        ) from error


RUNTIMES: dict[str, Callable[[Path, int], Network]] = {
    ".tflite": _litert,
    ".keras": _keras,
    ".onnx": _onnx,
}
