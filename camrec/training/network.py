"""The network that tells digits apart, and from everything else."""

from __future__ import annotations

from keras import Model, layers

from camrec.training.data import CLASSES


def build(classes: int = len(CLASSES), dropout: float = 0.3) -> Model:
    """camrec's crop network: four small convolutions, 206,595 parameters.

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
    x = _convolution(crop, 24)
    x = _convolution(x, 48, strides=2)
    x = _convolution(x, 64, strides=2)
    x = _convolution(x, 96)
    x = layers.MaxPooling2D(2)(x)
    x = layers.Flatten()(x)
    x = layers.Dropout(dropout)(x)
    x = layers.Dense(128, activation="relu")(x)
    x = layers.Dropout(dropout)(x)
    return Model(crop, layers.Dense(classes, name="logits")(x), name="camrec")


def _convolution(x, filters: int, size: int = 3, strides: int = 1):
    # The normalisation is folded into the convolution on export: it costs nothing when reading.
    x = layers.Conv2D(filters, size, strides=strides, padding="same", use_bias=False)(x)
    x = layers.BatchNormalization()(x)
    return layers.ReLU()(x)
