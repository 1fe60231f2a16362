"""Pruning: the smallest weights become zero, and the others learn to do without them."""

from __future__ import annotations

import math
from typing import Any

import keras
import numpy as np
from keras import ops

from camrec.reading.normalise import SIDE
from camrec.settings import VariationSettings
from camrec.training.augment import Variation
from camrec.training.export.files import bare_copy
from camrec.training.fit import SILENT, Watch

BATCH = 256  # crops a step
RATE = 1e-3  # learning rate at the start; it falls to 0 along a cosine
RISE = 0.6  # of all steps, over which the share of zeros rises; the rest only heals
CHOICES = 100  # of the weights that are zero, in a whole training
SPOILT = 0.4  # share of crops that are made into something that is no digit
ASIDE = 9  # px; how far off the second of two digits in one crop may lie


def prune(
    network: keras.Model,
    images: np.ndarray,
    share: float,
    epochs: int,
    watch: Watch = SILENT,
) -> keras.Model:
    """A copy of a network, `share` of whose weights are zero.

    Weights are taken out by magnitude, a few at a time while the copy is trained, as in Zhu and Gupta, "To prune, or not
    to prune" (2017). It is trained to answer as the whole network does (Hinton, Vinyals and Dean, "Distilling the
    knowledge in a neural network", 2015), which needs no labels: so crops can be made that show what is no digit too.

    Parameters
    ----------
    network : keras.Model
        Gives logits.
    images : numpy.ndarray
        (N, 28, 28) uint8, crops as reading makes them; 255 is pen.
    share : float
        Of the weights of each layer, in (0, 1); biases stay.
    epochs : int
        Times that every crop is seen, on average.
    watch : Watch

    Returns
    -------
    keras.Model
        In float32.
    """
    pruned = bare_copy(network)
    lessons = Lessons(network, images)
    steps = epochs * len(lessons)
    pruned.compile(
        keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(RATE, steps)),
        keras.losses.CategoricalCrossentropy(from_logits=True),
    )
    pruning = Pruning(share, steps, watch)
    pruned.fit(lessons, epochs=epochs, callbacks=[pruning], verbose=0)
    return pruned


class Lessons(keras.utils.PyDataset):
    """Crops and what a teacher answers to them: varied, and some of them spoilt.

    Parameters
    ----------
    teacher : keras.Model
        Gives logits.
    images : numpy.ndarray
        (N, 28, 28) uint8.
    """

    def __init__(self, teacher: keras.Model, images: np.ndarray) -> None:
        super().__init__()
        self.teacher = teacher
        self.images = images
        self.rng = np.random.default_rng(0)
        self.vary = Variation(VariationSettings())

    def __len__(self) -> int:
        return math.ceil(len(self.images) / BATCH)

    def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        rows = self.rng.choice(len(self.images), BATCH)
        crops = spoilt(self.rng, self.vary(self.rng, self.images[rows]))
        answers = ops.softmax(self.teacher(crops, training=False))
        return crops, ops.convert_to_numpy(answers)


def spoilt(rng: np.random.Generator, crops: np.ndarray) -> np.ndarray:
    """Crops, (N, 28, 28, 1); some are halves of themselves, some have another one laid over them."""
    count = int(SPOILT * len(crops)) // 2
    out = crops.copy()
    for k in range(count):
        out[k] = _half(crops[k], axis=k % 2)
        aside = rng.integers(-ASIDE, ASIDE + 1, 2)
        other = np.roll(crops[k], aside, (0, 1))
        np.maximum(out[-1 - k], other, out=out[-1 - k])
    return out


def _half(crop: np.ndarray, axis: int) -> np.ndarray:
    near = np.arange(SIDE) < SIDE // 2
    return crop * (near[:, None, None] if axis else near[None, :, None])


class Pruning(keras.callbacks.Callback):
    """Holds the smallest weights of the network that is trained at zero, more and more of them.

    Parameters
    ----------
    share : float
        Of the weights of each layer that are zero in the end.
    steps : int
        Of the whole training.
    watch : Watch
    """

    def __init__(self, share: float, steps: int, watch: Watch = SILENT) -> None:
        super().__init__()
        self.watch = watch
        self.share = share
        self.steps = steps
        self.every = max(1, steps // CHOICES)
        self.step = 0
        self.masks: list[Any] = []

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """Choose now and then, apply after every step: the optimizer moves zeros too (called by Keras)."""
        self.step += 1
        if self.step % self.every == 0 or not self.masks:
            self.masks = [_mask(kernel, self._share()) for kernel in self._kernels()]
        for kernel, mask in zip(self._kernels(), self.masks, strict=True):
            kernel.assign(kernel * mask)
        self.watch.step(self.step, self.steps)

    def _kernels(self) -> list[Any]:
        return [layer.kernel for layer in self.model.layers if hasattr(layer, "kernel")]

    def _share(self) -> float:
        """Share of zeros now: it rises fast while there is much to spare, then ever slower."""
        done = min(1.0, self.step / (RISE * self.steps))
        return self.share * (1 - (1 - done) ** 3)


def _mask(kernel: Any, share: float) -> Any:
    """1 where a weight stays, 0 where it is among the `share` of smallest magnitude."""
    size = ops.abs(kernel)
    return ops.cast(size > ops.quantile(size, share), kernel.dtype)
