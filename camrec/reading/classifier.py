"""Crops -> probabilities: the network, its runtime, and the card that says what it is."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from camrec.errors import ModelError
from camrec.reading import normalise
from camrec.resources import shipped, user_models

NONE = "none"  # the class of everything that is not a digit
CHUNK = 64  # crops a call; larger batches gain nothing on two cores and cost memory
SIZES = (
    8,
    16,
    32,
    CHUNK,
)  # batches are filled up to one of these, so that the runtime plans each only once

DEFAULT = "digits"
WEIGHTS = (".tflite", ".keras", ".onnx")

Network = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True, slots=True)
class Card:
    """What a model says of itself; written by training, read here.

    Parameters
    ----------
    classes : tuple of str
        Names in the order of the scores; "none" among them is "not a digit".
    normaliser : int
        :data:`camrec.reading.normalise.VERSION` it was trained with.
    temperature : float
        Divides the logits before the softmax (Guo et al., "On calibration of modern neural networks", 2017).
    sha256 : dict
        File name to hexadecimal digest of each weight file.
    """

    classes: tuple[str, ...]
    normaliser: int
    temperature: float
    sha256: dict[str, str]

    @classmethod
    def read(cls, path: Path) -> Card:
        """Read a card.

        Raises
        ------
        ModelError
            Where the file is missing, is not JSON, or lacks a field.
        """
        try:
            data = json.loads(path.read_text(encoding="utf-8"))
            return cls(
                tuple(str(name) for name in data["classes"]),
                int(data["normaliser"]),
                float(data["temperature"]),
                {str(name): str(digest) for name, digest in data["sha256"].items()},
            )
        except FileNotFoundError:
            raise ModelError(
                f"{path}: the model card is missing; keep it beside the weights, as `camrec train` writes it"
            ) from None
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise ModelError(
                f"{path}: not a model card ({type(error).__name__}: {error}); take the one that `camrec train` wrote"
            ) from error

    def check(self, weights: Path) -> None:
        """Refuse weights that this card does not describe or that this version cannot feed.

        Raises
        ------
        ModelError
        """
        if self.normaliser != normalise.VERSION:
            raise ModelError(
                f"{weights}: made for normaliser {self.normaliser}, this camrec has {normalise.VERSION}; train the model again with `camrec train`"
            )
        if (
            len(set(self.classes)) < max(2, len(self.classes))
            or not self.temperature > 0
        ):
            raise ModelError(
                f"{weights}: its card lists classes twice or a temperature that is not positive; take the card that `camrec train` wrote"
            )
        found = hashlib.sha256(weights.read_bytes()).hexdigest()
        if self.sha256.get(weights.name) != found:
            raise ModelError(
                f"{weights}: its sha256 {found[:12]}... is not the one on its card; the two do not belong together, so copy both again or train anew"
            )


class Classifier:
    """Scores crops; opened once, used for every frame.

    Parameters
    ----------
    model : str or Path
        Name of a shipped model ("digits"), or the path of a `.tflite`, `.keras` or `.onnx` file with its card beside it.
    threads : int
        Of the runtime.

    Raises
    ------
    ModelError
        Where the model or its card is missing, damaged or not made for this version.
    """

    def __init__(self, model: str | Path = DEFAULT, threads: int = 2) -> None:
        path = find_model(model)
        self.card = Card.read(path.with_suffix(".json"))
        self.card.check(path)
        self._network = _RUNTIMES[path.suffix](path, threads)
        outputs = self._network(
            np.zeros((1, normalise.SIDE, normalise.SIDE, 1), np.float32)
        ).shape
        if outputs != (1, len(self.card.classes)):
            raise ModelError(
                f"{path}: gives scores of shape {outputs}, its card names {len(self.card.classes)} classes; take the card that was made with it"
            )

    @property
    def classes(self) -> tuple[str, ...]:
        """Names in the order of the scores."""
        return self.card.classes

    def scores(self, crops: np.ndarray) -> np.ndarray:
        """Calibrated probabilities of each class.

        Parameters
        ----------
        crops : numpy.ndarray
            (N, 28, 28, 1) float32 in [0, 1], as :func:`camrec.reading.normalise.normalise` makes them.

        Returns
        -------
        numpy.ndarray
            (N, classes) float32; rows sum to 1.
        """
        return softmax(self.logits(crops) / self.card.temperature)

    def logits(self, crops: np.ndarray) -> np.ndarray:
        """What the network itself says, before temperature and softmax: (N, classes) float32."""
        if not len(crops):
            return np.zeros((0, len(self.classes)), np.float32)
        chunks = [
            self._network(crops[k : k + CHUNK]) for k in range(0, len(crops), CHUNK)
        ]
        return np.concatenate(chunks)


def softmax(logits: np.ndarray) -> np.ndarray:
    """Probabilities (N, C) from logits (N, C)."""
    exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
    return exponentials / exponentials.sum(axis=1, keepdims=True)


def find_model(model: str | Path) -> Path:
    """Path of the weights of a model, by its name or the path itself.

    Raises
    ------
    ModelError
        Where there is no such file; it names the command that makes one.
    """
    path = model_path(model)
    if path.is_file():
        return path
    if path.suffix == ".onnx":
        raise ModelError(f"{model}: no such model; make it with `camrec export`")
    looked = "" if path == Path(model) else f", looked for {path.name} in {_listed(_homes())}"  # fmt: skip
    raise ModelError(
        f'{model}: no such model{looked}; make it with `camrec train --out "{path.parent}" --name {path.stem}`, or have a '
        "reading command make it first with --train-if-missing"
    )


def model_path(model: str | Path) -> Path:
    """Path of a model's weights; of a name that is nowhere, where they would be made.

    Parameters
    ----------
    model : str or Path
        Name of a shipped model or of one in the user's own folder, or path of a file of weights.

    Raises
    ------
    ModelError
        Where it is neither.
    """
    path = Path(model)
    if path.suffix in WEIGHTS:
        return path
    if path.name != str(model):
        raise ModelError(
            f"{model}: neither the name of a model nor a file that ends in {_listed(WEIGHTS)}; name one of its files"
        )
    places = [folder / f"{model}.tflite" for folder in _homes()]
    return next((place for place in places if place.is_file()), places[-1])


def _homes() -> list[Path]:
    """Where models lie that go by name. What a user made never stands in for what was shipped."""
    return [*shipped("models"), user_models()]


def _listed(things: Iterable[object]) -> str:
    *most, last = map(str, things)
    return f"{', '.join(most)} or {last}"


def _litert(path: Path, threads: int) -> Network:
    from ai_edge_litert.interpreter import Interpreter

    plans: dict[int, Any] = {}

    def plan(size: int) -> Any:
        try:
            runtime = Interpreter(model_path=str(path), num_threads=threads)
            entry = runtime.get_input_details()[0]
            runtime.resize_tensor_input(
                entry["index"], (size, normalise.SIDE, normalise.SIDE, 1)
            )
            runtime.allocate_tensors()
        except (ValueError, RuntimeError) as error:
            raise ModelError(
                f"{path}: LiteRT cannot load it ({str(error).splitlines()[0]}); train or export the model again"
            ) from error
        return runtime, entry["index"], runtime.get_output_details()[0]["index"]

    def logits(crops: np.ndarray) -> np.ndarray:
        size = next(size for size in SIZES if size >= len(crops))
        if size not in plans:
            plans[size] = plan(size)
        runtime, entry, result = plans[size]
        filled = np.zeros((size, *crops.shape[1:]), np.float32)
        filled[: len(crops)] = crops
        runtime.set_tensor(entry, filled)
        runtime.invoke()
        return runtime.get_tensor(result)[: len(crops)]

    return logits


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
    except Exception as error:  # the runtime's errors share no class of their own
        raise ModelError(
            f"{path}: ONNX Runtime cannot load it ({str(error).splitlines()[0]}); export the model again"
        ) from error
    entry = session.get_inputs()[0].name
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
            f"{path}: Keras cannot load it ({str(error).splitlines()[0]}); train the model again"
        ) from error


_RUNTIMES: dict[str, Callable[[Path, int], Network]] = {
    ".tflite": _litert,
    ".keras": _keras,
    ".onnx": _onnx,
}
