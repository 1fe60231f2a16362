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
LITTLE = 0.1  # of the weights that chance gives a layer


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
            Where the model or its card is missing or damaged, or it reads lines.
        """
        path, card = self.path(), self.card()
        card.check(path, normalise.VERSION)
        if card.classes == LINE_CLASSES:
            raise ModelError(f"{path} is a line reader; give --lines, or start from a model of crops")  # fmt: skip
        network, classes = load_keras(path), card.classes
        if classes[: len(needed)] != needed:
            network, classes = _renewed(network, len(needed)), needed
        for layer in network.layers:  # a model that was itself trained frozen says so
            layer.trainable = not self.freeze or isinstance(layer, layers.Dense)
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


def hand_on(earlier: Model, network: Model) -> None:
    """Give a network what an earlier one, as deep or less deep, has learned.

    Layers with weights stand in for each other from the first on, and the last for the last. Those that the earlier one
    lacks lie before the last and begin by adding little to what comes in: Chen et al., "Net2Net: accelerating learning via
    knowledge transfer", 2016, has them add nothing, but behind a ReLU that would be for good.

    Parameters
    ----------
    earlier, network : keras.Model
        Of the same make: all layers of `network` that `earlier` lacks are residual.

    Raises
    ------
    ModelError
        Where they are of different makes.
    """
    old, new = ([layer for layer in model.layers if layer.weights] for model in (earlier, network))  # fmt: skip
    shared = len(old) - 1
    for layer in new[shared:-1]:
        layer.kernel.assign(layer.kernel * LITTLE)
    try:
        for layer, taught in zip([*new[:shared], new[-1]], old, strict=True):
            layer.set_weights(taught.get_weights())
    except ValueError as error:
        raise ModelError("the line reader to start from is of another make; train without --from") from error  # fmt: skip


def _renewed(network: Model, classes: int) -> Model:
    logits = layers.Dense(classes, name=LOGITS)(network.layers[-1].input)
    return Model(network.inputs, logits, name=network.name)
