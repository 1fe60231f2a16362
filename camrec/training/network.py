"""The network that tells digits apart, and from everything else."""

from __future__ import annotations

from typing import Any

from keras import Layer, Model, layers, models

from camrec.training.data import CLASSES

LOGITS = "logits"  # name of the last layer


def build(classes: int = len(CLASSES), dropout: float = 0.3) -> Model:
    """camrec's crop network.

    There is no batch normalisation: it takes half of a training step's time, and a network this small learns without.

    Parameters
    ----------
    classes : int
    dropout : float
        Share of features dropped before each dense layer while training.

    Returns
    -------
    keras.Model
        (N, 28, 28, 1) float32 in [0, 1] -> logits (N, classes). The softmax is left to the reader, which divides by
        the card's temperature first.
    """
    crop = layers.Input((28, 28, 1), name="crop")
    x = _convolution(crop, 32, size=5, strides=2)
    x = _convolution(x, 48)
    x = _convolution(x, 64, strides=2)
    x = _convolution(x, 64)
    x = _convolution(x, 96)
    x = layers.MaxPooling2D(2)(x)
    x = layers.Flatten()(x)
    x = layers.Dropout(dropout)(x)
    x = layers.Dense(128, activation="relu", kernel_initializer="he_normal")(x)
    x = layers.Dropout(dropout)(x)
    return Model(crop, layers.Dense(classes, name=LOGITS)(x), name="camrec")


def _convolution(x: Any, filters: int, size: int = 3, strides: int = 1) -> Any:
    return layers.Conv2D(
        filters,
        size,
        strides=strides,
        padding="same",
        activation="relu",
        kernel_initializer="he_normal",
    )(x)


def in_precision(network: Model, precision: str) -> Model:
    """A copy that computes in another precision; weights stay float32, and so does the last layer.

    Parameters
    ----------
    network : keras.Model
    precision : {"float32", "bfloat16"}
    """
    policy = "float32" if precision == "float32" else f"mixed_{precision}"

    def copied(layer: Layer) -> Layer:
        # A loss from logits of 8 significant bits would not be worth computing.
        own = "float32" if layer.name == LOGITS else policy
        return layer.from_config({**layer.get_config(), "dtype": own})

    copy = models.clone_model(network, clone_function=copied)
    copy.set_weights(network.get_weights())
    return copy
