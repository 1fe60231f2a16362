"""What a network's convolutions make of a crop."""

from __future__ import annotations

import keras
import numpy as np
from keras import layers

from camrec.errors import ModelError

_CONVOLUTIONS = (layers.Conv2D, layers.DepthwiseConv2D, layers.SeparableConv2D)
_FOLLOWERS = (layers.BatchNormalization, layers.Activation, layers.ReLU)


def stages(network: keras.Model) -> list[keras.Layer]:
    """The layer that ends each convolution: itself, or the normalisation or activation behind it."""
    ends: list[keras.Layer] = []
    for layer in network.layers:
        if isinstance(layer, _CONVOLUTIONS):
            ends.append(layer)
        elif ends and isinstance(layer, _FOLLOWERS) and len(layer.output.shape) == 4:
            ends[-1] = layer
    return ends


def feature_maps(network: keras.Model, crop: np.ndarray) -> list[np.ndarray]:
    """What every convolution makes of a crop.

    Parameters
    ----------
    network : keras.Model
    crop : numpy.ndarray
        (28, 28) float32 in [0, 1].

    Returns
    -------
    list of numpy.ndarray
        (filters, h, w) float32 for each, after the activation.

    Raises
    ------
    ModelError
        Where the network has no convolution.
    """
    ends = stages(network)
    if not ends:
        raise ModelError(
            f"{network.name}: this network has no convolution, so it has no filters and maps to show"
        )
    parts = keras.Model(network.input, [stage.output for stage in ends])
    # Keras gives a single output as it is, more of them as a list.
    outputs = keras.tree.flatten(parts(crop[None, ..., None], training=False))
    return [np.moveaxis(np.asarray(maps)[0], -1, 0) for maps in outputs]


def first_filters(network: keras.Model) -> np.ndarray:
    """Weights of the first convolution: (filters, h, w) float32."""
    first = next(x for x in network.layers if isinstance(x, _CONVOLUTIONS))
    kernel: np.ndarray = first.get_weights()[0]
    return np.moveaxis(kernel[:, :, 0], -1, 0)
