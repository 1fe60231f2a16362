"""Crops -> probabilities: the network and the batches it is fed with."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from camrec.errors import ModelError
from camrec.reading import normalise
from camrec.reading.models import DEFAULT, Card, find_model
from camrec.reading.runtime import open_network

NONE = "none"  # the class of everything that is not a digit
CHUNK = 64  # crops a call; larger batches gain nothing on two cores and cost memory
SIZES = (
    8,
    16,
    32,
    CHUNK,
)  # batches are filled up to one of these, so that the runtime plans each only once


def named_classes(classes: Sequence[str]) -> list[int]:
    """Columns of the classes that are digits or letters."""
    return [k for k, name in enumerate(classes) if name != NONE]


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
        self.card.check(path, normalise.VERSION)
        self._network = open_network(path, threads)
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
        chunks = [self._some(crops[k : k + CHUNK]) for k in range(0, len(crops), CHUNK)]
        return np.concatenate(chunks)

    def _some(self, crops: np.ndarray) -> np.ndarray:
        """Logits of at most CHUNK crops."""
        size = next(size for size in SIZES if size >= len(crops))
        filled = np.zeros((size, *crops.shape[1:]), np.float32)
        filled[: len(crops)] = crops
        return self._network(filled)[: len(crops)]


def softmax(logits: np.ndarray) -> np.ndarray:
    """Probabilities (N, C) from logits (N, C)."""
    exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
    shares: np.ndarray = exponentials / exponentials.sum(axis=1, keepdims=True)
    return shares
