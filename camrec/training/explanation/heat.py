"""Where a network looked: class activation maps, laid where the cells of its last convolution look."""

from __future__ import annotations

from dataclasses import dataclass

import keras
import numpy as np

from camrec.errors import ModelError
from camrec.reading.normalise import SIDE
from camrec.training.explanation.features import stages

FAINT = 1e-2  # ink of a probe: where tanh is still straight


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


def heats(network: keras.Model, crops: np.ndarray, classes: np.ndarray) -> list[Heat]:
    """Where the last convolution saw what speaks for a class.

    Both weigh its maps by the slope of the class's logit along them; what remains above zero of their sum is the heat.
    Grad-CAM takes the mean slope of each map (Selvaraju et al., "Grad-CAM: visual explanations from deep networks via
    gradient-based localization", 2017). HiResCAM takes the slope at each place (Draelos and Carin, "Use HiResCAM instead of
    Grad-CAM for faithful explanations of convolutional neural networks", 2020): a dense layer behind the maps weighs
    places differently, which the mean forgets. Taking the hottest ink away lowers the logit by 3 to 22 % more so.

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
    ends = stages(network)
    if not ends:
        return []
    parts = keras.Model(network.input, [ends[-1].output, network.output])
    maps, slopes = _slopes(parts, crops, classes)
    mean = slopes.mean(axis=(1, 2), keepdims=True)
    places = centres(parts)
    pairs = zip(_heat(mean * maps, places), _heat(slopes * maps, places))
    return [Heat(*pair) for pair in pairs]


def _heat(evidence: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Evidence (N, n, n, C) of cells that look at `places`, px -> (N, 28, 28) in [0, 1], linear between the cells."""
    step = (places[-1] - places[0]) / max(1, len(places) - 1) or SIDE
    # Beyond the outermost cells heat falls to nothing as it does between a hot cell and a cold one.
    knots = [places[0] - step, *places, places[-1] + step]
    hats = [np.interp(np.arange(SIDE), knots, hat) for hat in np.eye(len(knots))[1:-1]]
    spread = np.array(hats, np.float32)
    heat = spread.T @ np.maximum(evidence.sum(axis=-1), 0) @ spread
    most = heat.max(axis=(1, 2), keepdims=True)
    shares: np.ndarray = heat / np.maximum(most, np.finfo(np.float32).tiny)
    return shares


def centres(network: keras.Model) -> np.ndarray:
    """Where the cells of a network's maps look.

    Convolutions without padding see less of the border, so maps are no picture of the crop made small. A copy whose kernels
    pass on what lies in their middle is shown a faint ramp, and answers with the place. The ramp and its mirror image
    together undo what pooling by maxima adds.

    Parameters
    ----------
    network : keras.Model
        Its first output are maps, (N, n, n, C).

    Returns
    -------
    numpy.ndarray
        (n,) px of the crop, along either axis.
    """
    probe = keras.models.clone_model(keras.Model(network.input, network.outputs[0]))
    probe.set_weights([_middle(weight) for weight in probe.get_weights()])
    ramp = np.linspace(0, 1, SIDE, dtype=np.float32)
    shown = np.array([np.ones_like(ramp), ramp, ramp[::-1]])[:, None, :, None]
    crops = FAINT * shown * np.ones((SIDE, 1, 1), np.float32)
    level, up, down = np.asarray(probe(crops, training=False)).mean(axis=(1, 3))
    places: np.ndarray = (SIDE - 1) * (1 + (up - down) / level) / 2
    return places


def _middle(weight: np.ndarray) -> np.ndarray:
    """A kernel (h, w, ...) with its middle alone; other weights stay as they are made: no bias, no scale."""
    if weight.ndim != 4:
        return weight
    kernel = np.zeros_like(weight)
    rows, columns = (slice((k - 1) // 2, k // 2 + 1) for k in weight.shape[:2])
    kernel[rows, columns] = 1 / weight.shape[2]
    return kernel


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
