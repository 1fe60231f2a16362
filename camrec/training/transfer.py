"""What another model has learned -> where a training starts."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from keras import Model, layers

from camrec.errors import ModelError
from camrec.reading import normalise, strips
from camrec.reading.classifier import NONE
from camrec.reading.lines import CLASSES as LINE_CLASSES
from camrec.reading.models import Card, find_model
from camrec.reading.runtime import load_keras
from camrec.training.network import LOGITS

WANTS = {"epochs": 5, "rate": 3e-4}
PAGES = 300


@dataclass(frozen=True, slots=True)
class Origin:
    """A model to start from.

    Parameters
    ----------
    model : str
        Name of a shipped model, or path of a ``.keras`` file with its card beside it.
    freeze : bool
        Learn only with the dense layers: what the convolutions see stays.
    """

    model: str
    freeze: bool = False

    def network(self, needed: tuple[str, ...]) -> tuple[Model, tuple[str, ...]]:
        """The model's network and what its classes are.

        Those of the model stay where they begin with the needed ones: so "none" is kept by a model that learns more
        digits. Else the last layer is new.

        Parameters
        ----------
        needed : tuple of str
            Classes that labels of crops are indices into.

        Raises
        ------
        ModelError
            Where the model or its card is missing or damaged.
        """
        path, card = self.path(), self.card()
        card.check(path, normalise.VERSION)
        network, classes = load_keras(path), card.classes
        if classes[: len(needed)] != needed:
            network, classes = _renewed(network, len(needed)), needed
        if self.freeze:
            for layer in network.layers:
                layer.trainable = isinstance(layer, layers.Dense)
        return network, classes

    def lines(self) -> Model:
        """The model's network where it is a line reader.

        Raises
        ------
        ModelError
            Where the model or its card is missing or damaged, or it reads no lines.
        """
        path, card = self.path(), self.card()
        card.check(path, strips.VERSION)
        if card.classes != LINE_CLASSES:
            raise ModelError(
                f"{path} is no line reader; --lines starts from one that `camrec train --lines` made, or from lines, the shipped one"
            )
        return load_keras(path)

    def named(self) -> dict[str, Any]:
        """What it is, for the card of a model that started from it."""
        path = self.path()
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        return {"model": path.name, "sha256": digest, "frozen": self.freeze}

    def wants(self) -> dict[str, Any]:
        """Settings other than the defaults: small steps, and pages enough not to forget what is no digit."""
        if self.card().classes == LINE_CLASSES:
            return WANTS
        return {**WANTS, "pages": PAGES if NONE in self.card().classes else 0}

    def card(self) -> Card:
        """What the model says of itself."""
        return Card.read(self.path().with_suffix(".json"))

    def path(self) -> Path:
        """Of the Keras file."""
        path = find_model(self.model).with_suffix(".keras")
        if not path.is_file():
            raise ModelError(
                f"{path}: no such file; a training starts from the .keras file that `camrec train` writes"
            )
        return path


def _renewed(network: Model, classes: int) -> Model:
    logits = layers.Dense(classes, name=LOGITS)(network.layers[-1].input)
    return Model(network.inputs, logits, name=network.name)
