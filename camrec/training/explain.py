"""What a network looked at: class activation maps, and what its convolutions make of a crop."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import keras
import numpy as np
from keras import layers

from camrec.elements import Digit, Scene
from camrec.errors import ModelError
from camrec.reading.classifier import Card, load_keras, softmax
from camrec.reading.normalise import SIDE
from camrec.training.twin import find_twin

MARGIN = 0.15  # of a digit's height: the paper around it that its picture shows

_CONVOLUTIONS = (layers.Conv2D, layers.DepthwiseConv2D, layers.SeparableConv2D)
_FOLLOWERS = (layers.BatchNormalization, layers.Activation, layers.ReLU)


@dataclass(frozen=True, slots=True, eq=False)
class Heat:
    """Where the last convolution saw what speaks for a class, in two ways; see :func:`heats`.

    Parameters
    ----------
    grad_cam, hires_cam : numpy.ndarray
        (28, 28) float32; the greatest is 1, or all are 0 where nothing speaks for the class.
    """

    grad_cam: np.ndarray
    hires_cam: np.ndarray


@dataclass(frozen=True, slots=True, eq=False)
class Explanation:
    """Why one digit was read as what it was.

    Parameters
    ----------
    digit : Digit
        As reading gave it, with its crop.
    picture : numpy.ndarray
        (h, w, 3) uint8 BGR, the digit where it was written.
    scores : numpy.ndarray
        (classes,) float32, the network's own probabilities: before the neighbours had their say.
    heat : Heat or None
        For the class that was read; None where the network has no convolution.
    """

    digit: Digit
    picture: np.ndarray
    scores: np.ndarray
    heat: Heat | None


@dataclass(frozen=True, slots=True, eq=False)
class FeatureMaps:
    """What one convolution makes of a crop.

    Parameters
    ----------
    name : str
        Of the layer.
    maps : numpy.ndarray
        (h, w, filters) float32, after the activation.
    """

    name: str
    maps: np.ndarray


class Explainer:
    """Takes a model apart.

    Parameters
    ----------
    model : str or Path
        As reading takes it; its Keras twin must lie beside it.

    Raises
    ------
    ModelError
        Where the twin or its card is missing or damaged.
    """

    def __init__(self, model: str | Path) -> None:
        path = find_twin(model)
        self.card = Card.read(path.with_suffix(".json"))
        self.card.check(path)
        self.network = load_keras(path)

    def explain(self, scene: Scene) -> list[Explanation]:
        """Explain every digit of a scene, in reading order.

        Parameters
        ----------
        scene : Scene
            Of a reader that keeps crops.
        """
        if not scene.digits:
            return []
        crops = np.array([digit.crop for digit in scene.digits])[..., None]
        logits = np.asarray(self.network(crops, training=False))
        read = [self.card.classes.index(digit.text) for digit in scene.digits]
        found: list[Heat | None] = [*heats(self.network, crops, np.array(read))]
        return [
            Explanation(digit, _cut_out(scene, digit), scores, heat)
            for digit, scores, heat in zip(
                scene.digits,
                softmax(logits / self.card.temperature),
                found or [None] * len(crops),
                strict=True,
            )
        ]


def _cut_out(scene: Scene, digit: Digit) -> np.ndarray:
    frame = scene.frame
    box = digit.box.expand(round(MARGIN * digit.box.height))
    box = box.clip(frame.width, frame.height)
    return frame.image[box.y : box.bottom, box.x : box.right]


def heats(network: keras.Model, crops: np.ndarray, classes: np.ndarray) -> list[Heat]:
    """Where the last convolution saw what speaks for a class.

    Both weigh its maps by the slope of the class's logit along them; what remains above zero of their sum is the heat.
    Grad-CAM takes the mean slope of each map (Selvaraju et al., "Grad-CAM: visual explanations from deep networks via
    gradient-based localization", 2017). HiResCAM takes the slope at each place (Draelos and Carin, "Use HiResCAM instead of
    Grad-CAM for faithful explanations of convolutional neural networks", 2020): a dense layer behind the maps weighs
    places differently, which the mean forgets. Taking the hottest ink away costs the logit 7 to 25 % more so.

    Parameters
    ----------
    network : keras.Model
        Gives logits.
    crops : numpy.ndarray
        (N, 28, 28, 1) float32 in [0, 1].
    classes : numpy.ndarray
        (N,) int, the class to explain for each crop.

    Returns
    -------
    list of Heat
        One a crop; empty for a network without convolutions, which has no maps.
    """
    stages = _stages(network)
    if not stages:
        return []
    parts = keras.Model(network.input, [stages[-1].output, network.output])
    maps, slopes = _slopes(parts, crops, classes)
    mean = slopes.mean(axis=(1, 2), keepdims=True)
    return [Heat(*pair) for pair in zip(_heat(mean * maps), _heat(slopes * maps))]


def _heat(evidence: np.ndarray) -> np.ndarray:
    """Evidence (N, h, w, C) -> (N, 28, 28) in [0, 1]."""
    heat = np.maximum(evidence.sum(axis=-1), 0)
    heat /= np.maximum(heat.max(axis=(1, 2), keepdims=True), np.finfo(np.float32).tiny)
    return np.array([cv2.resize(one, (SIDE, SIDE)) for one in heat])


def _slopes(
    parts: keras.Model, crops: np.ndarray, classes: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Maps (N, h, w, C), and how the logit of each crop's class rises along them.

    Keras has no gradient of its own: this function alone is written for one backend.

    Raises
    ------
    ModelError
        Where Keras runs on another backend.
    """
    if keras.backend.backend() != "tensorflow":
        raise ModelError(
            f"Activation maps: Keras runs on {keras.backend.backend()} here and only the gradient of TensorFlow is known; set KERAS_BACKEND=tensorflow"
        )
    import tensorflow as tf

    with tf.GradientTape() as tape:
        maps, logits = parts(crops, training=False)
        chosen = tf.gather(logits, classes, batch_dims=1)
    return np.asarray(maps), np.asarray(tape.gradient(chosen, maps))


def feature_maps(network: keras.Model, crop: np.ndarray) -> list[FeatureMaps]:
    """What every convolution makes of one crop, (28, 28) float32 in [0, 1].

    Raises
    ------
    ModelError
        Where the network has no convolution.
    """
    stages = _convolutional(network)
    parts = keras.Model(network.input, [stage.output for stage in stages])
    # Keras gives a single output as it is, more of them as a list.
    outputs = keras.tree.flatten(parts(crop[None, ..., None], training=False))
    return [
        FeatureMaps(stage.name, np.asarray(maps)[0])
        for stage, maps in zip(stages, outputs, strict=True)
    ]


def first_filters(network: keras.Model) -> np.ndarray:
    """Weights of the first convolution: (filters, h, w) float32."""
    first = next(x for x in network.layers if isinstance(x, _CONVOLUTIONS))
    kernel: np.ndarray = first.get_weights()[0]
    return np.moveaxis(kernel[:, :, 0], -1, 0)


def _convolutional(network: keras.Model) -> list[Any]:
    stages = _stages(network)
    if not stages:
        raise ModelError(
            f"{network.name}: this network has no convolution, so it has no filters and maps to show"
        )
    return stages


def _stages(network: keras.Model) -> list[Any]:
    """The layer that ends each convolution: itself, or the normalisation or activation behind it."""
    stages: list[Any] = []
    for layer in network.layers:
        if isinstance(layer, _CONVOLUTIONS):
            stages.append(layer)
        elif stages and isinstance(layer, _FOLLOWERS) and len(layer.output.shape) == 4:
            stages[-1] = layer
    return stages
