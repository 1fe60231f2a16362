"""The networks, by name: camrec's own, and five from the textbooks to compare it with.

Each function takes crops to features; the logits that :func:`build` puts on top are the same for all. There is no batch
normalisation anywhere: it takes half of a training step's time on a processor, and networks this small learn without.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from keras import Layer, Model, layers, models

from camrec.training.data import CLASSES

Features = Callable[[Any, float], Any]

LOGITS = "logits"  # name of the last layer
SIDE = 28  # px of a crop


def build(
    classes: int = len(CLASSES), dropout: float = 0.3, name: str = "camrec"
) -> Model:
    """A network that has learned nothing yet.

    Parameters
    ----------
    classes : int
    dropout : float
        Share of features dropped before dense layers while training, in [0, 1).
    name : str
        One of :data:`FEATURES`.

    Returns
    -------
    keras.Model
        (N, 28, 28, 1) float32 in [0, 1] -> logits (N, classes). The softmax is left to the reader, which divides by
        the card's temperature first.
    """
    crop = layers.Input((SIDE, SIDE, 1), name="crop")
    features = FEATURES[name](crop, dropout)
    return Model(crop, layers.Dense(classes, name=LOGITS)(features), name=name)


def camrec(x: Any, dropout: float) -> Any:
    """camrec's own: coarse first, since strokes are some pixels wide; then small convolutions on half the side."""
    x = _convolution(x, 32, size=5, strides=2, padding="valid")
    x = _convolution(x, 48)
    x = _convolution(x, 64, strides=2)
    x = _convolution(x, 64)
    x = _convolution(x, 128, padding="valid")
    x = layers.Flatten()(layers.MaxPooling2D(2)(x))
    x = _dense(layers.Dropout(dropout)(x), 128)
    return layers.Dropout(dropout)(x)


def mlp(x: Any, dropout: float) -> Any:
    """784-128-128: no notion of neighbouring pixels."""
    x = layers.Flatten()(x)
    for _ in range(2):
        x = layers.Dropout(dropout)(_dense(x, 128))
    return x


def cnn(x: Any, dropout: float) -> Any:
    """Two convolutions and a dense layer: the network of countless introductions."""
    for filters in (32, 64):
        x = _convolution(x, filters, padding="valid")
        x = layers.MaxPooling2D(2)(x)
    x = layers.Dropout(dropout)(layers.Flatten()(x))
    return _dense(x, 128)


def lenet(x: Any, dropout: float) -> Any:
    """LeNet-5, without its sparse connections and radial outputs.

    LeCun, Bottou, Bengio and Haffner, "Gradient-based learning applied to document recognition", 1998.
    """
    x = layers.Conv2D(6, 5, padding="same", activation="tanh")(x)
    x = layers.AveragePooling2D(2)(x)
    x = layers.Conv2D(16, 5, activation="tanh")(x)
    x = layers.Flatten()(layers.AveragePooling2D(2)(x))
    x = layers.Dense(120, activation="tanh")(layers.Dropout(dropout)(x))
    return layers.Dense(84, activation="tanh")(x)


def vgg(x: Any, dropout: float) -> Any:
    """Pairs of 3x3 convolutions, twice the filters on half the side each time.

    Simonyan and Zisserman, "Very deep convolutional networks for large-scale image recognition", 2015.
    """
    for filters in (32, 64, 128):
        x = _convolution(_convolution(x, filters), filters)
        x = layers.MaxPooling2D(2)(x)
    x = layers.Dropout(dropout)(layers.Flatten()(x))
    return layers.Dropout(dropout)(_dense(x, 128))


def resnet(x: Any, dropout: float) -> Any:
    """Pairs of 3x3 convolutions that add to what they were given.

    He, Zhang, Ren and Sun, "Deep residual learning for image recognition", 2016.
    """
    x = _convolution(x, 16)
    for filters in (16, 32, 64):
        x = _residual(x, filters, strides=1 if filters == 16 else 2)
        x = _residual(x, filters)
    return layers.Dropout(dropout)(layers.GlobalAveragePooling2D()(x))


def _residual(x: Any, filters: int, strides: int = 1) -> Any:
    # The last convolution starts from zero, so that a new block changes nothing: in place of batch normalisation
    # (Zhang, Dauphin and Ma, "Fixup initialization", 2019).
    added = _convolution(x, filters, strides=strides)
    added = layers.Conv2D(filters, 3, padding="same", kernel_initializer="zeros")(added)
    if strides > 1:
        x = layers.Conv2D(filters, 1, strides=strides, use_bias=False)(x)
    return layers.ReLU()(layers.Add()([x, added]))


def _convolution(
    x: Any, filters: int, *, size: int = 3, strides: int = 1, padding: str = "same"
) -> Any:
    return layers.Conv2D(
        filters,
        size,
        strides=strides,
        padding=padding,
        activation="relu",
        kernel_initializer="he_normal",
    )(x)


def _dense(x: Any, units: int) -> Any:
    return layers.Dense(units, activation="relu", kernel_initializer="he_normal")(x)


FEATURES: dict[str, Features] = {
    make.__name__: make for make in (camrec, mlp, cnn, lenet, vgg, resnet)
}
"""The network of each name that :data:`camrec.settings.NETWORKS` offers."""

_TEXTBOOK = {"pages": 0}  # MNIST alone, as the books have it: ten classes, minutes
OWN: dict[str, dict[str, Any]] = {
    "camrec": {},
    "mlp": {**_TEXTBOOK, "dropout": 0.2},
    "cnn": {**_TEXTBOOK, "dropout": 0.5},
    "lenet": {**_TEXTBOOK, "dropout": 0.1},
    "vgg": {**_TEXTBOOK, "dropout": 0.4},
    "resnet": {**_TEXTBOOK, "dropout": 0.1},
}
"""Settings that a network wants other than the defaults."""


def in_precision(network: Model, precision: str) -> Model:
    """A copy that computes in another precision; its weights stay float32, and so does its last layer.

    Parameters
    ----------
    network : keras.Model
    precision : {"float32", "bfloat16"}
    """
    policy = "float32" if precision == "float32" else f"mixed_{precision}"

    def copied(layer: Layer) -> Layer:
        # Logits of eight significant bits would not be worth a loss.
        own = "float32" if layer.name == LOGITS else policy
        return layer.from_config({**layer.get_config(), "dtype": own})

    copy = models.clone_model(network, clone_function=copied)
    copy.set_weights(network.get_weights())
    return copy
