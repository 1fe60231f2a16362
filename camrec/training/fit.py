"""The loop: crops and labels -> a trained network and the temperature of its probabilities."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import keras
import numpy as np
from keras import ops

from camrec.settings import TrainingSettings, VariationSettings
from camrec.training.augment import Variation
from camrec.training.data import Crops
from camrec.training.network import in_precision

SETTLED = 0.75  # of all epochs, after which the network settles
AVERAGED = (
    0.1  # of all steps that the moving average of the weights reaches back over ...
)
LONGEST = 1000  # ... steps, at the most
WORKERS = 2  # threads that vary the next crops while the network learns from these


class Varied(keras.utils.PyDataset):
    """Batches in a new order and by new hands every epoch, made by threads beside the training.

    Parameters
    ----------
    crops : Crops
    settings : TrainingSettings
    variation : VariationSettings
    """

    def __init__(
        self, crops: Crops, settings: TrainingSettings, variation: VariationSettings
    ) -> None:
        super().__init__(workers=WORKERS, max_queue_size=4 * WORKERS)
        self.crops = crops
        self.settings = settings
        self.epoch = 0
        self._varied = Variation(variation)
        # Half as many while the network settles on digits as they are.
        self._settling = Variation(replace(variation, varied=variation.varied / 2))
        self._shuffle()

    def __len__(self) -> int:
        return math.ceil(len(self.crops) / self.settings.batch)

    def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        # The generator depends on epoch and index alone: the same seed gives the same batches whichever thread makes them.
        rng = np.random.default_rng((self.settings.seed, self.epoch, index))
        start = index * self.settings.batch
        part = self.crops.take(self.order[start : start + self.settings.batch])
        settled = self.epoch >= SETTLED * self.settings.epochs
        vary = self._settling if settled else self._varied
        return vary(rng, part.images), part.labels

    def on_epoch_end(self) -> None:
        """Shuffle for the next epoch (called by Keras)."""
        self.epoch += 1
        self._shuffle()

    def _shuffle(self) -> None:
        rng = np.random.default_rng((self.settings.seed, self.epoch))
        self.order = rng.permutation(len(self.crops))


def fit(
    network: keras.Model,
    crops: Crops,
    check: Crops,
    settings: TrainingSettings,
    variation: VariationSettings,
) -> dict[str, list[float]]:
    """Train `network` in place; its weights end as their moving average.

    Parameters
    ----------
    network : keras.Model
        Gives logits.
    crops, check : Crops
        To learn from, and held back to watch.
    settings : TrainingSettings
    variation : VariationSettings

    Returns
    -------
    dict
        Loss and accuracy after each epoch, by name; those of validation belong to the averaged weights.
    """
    batches = Varied(crops, settings, variation)
    steps = len(batches) * settings.epochs
    student = in_precision(network, settings.precision)
    student.compile(
        _optimizer(steps, settings.rate),
        Surprise(settings.smoothing),
        metrics=["accuracy"],
    )
    history: Any = student.fit(
        batches,
        epochs=settings.epochs,
        validation_data=(check.batch(), check.labels),
        validation_batch_size=settings.batch,
        callbacks=[keras.callbacks.SwapEMAWeights()],
        verbose=2,
    )
    network.set_weights(student.get_weights())
    return history.history


def _optimizer(steps: int, rate: float) -> keras.optimizers.Optimizer:
    schedule = keras.optimizers.schedules.CosineDecay(
        1e-5, steps, alpha=1e-2, warmup_target=rate, warmup_steps=steps // 20
    )
    # Averaged weights generalise better than the last ones (Izmailov et al., 2018) and cost nothing to run.
    reach = min(LONGEST, max(1, round(AVERAGED * steps)))
    return keras.optimizers.AdamW(
        schedule, weight_decay=1e-3, use_ema=True, ema_momentum=1 - 1 / reach
    )


class Surprise(keras.losses.Loss):
    """Cross-entropy of labels under logits, in part that of a label drawn at random (label smoothing).

    Szegedy et al., "Rethinking the Inception architecture", 2016.

    Parameters
    ----------
    smoothing : float
        The share of certainty spread over all classes, in [0, 1).
    """

    def __init__(self, smoothing: float) -> None:
        super().__init__(name="surprise")
        self.smoothing = smoothing

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Labels (N,) and logits (N, C) -> (N,)."""
        likely = ops.log_softmax(y_pred)
        told = ops.one_hot(y_true, y_pred.shape[-1])
        told = told * (1 - self.smoothing) + self.smoothing / y_pred.shape[-1]
        return -ops.sum(told * likely, axis=-1)


def fit_temperature(network: keras.Model, check: Crops) -> float:
    """Temperature that makes the probabilities of held-back crops most likely.

    Guo et al., "On calibration of modern neural networks", 2017. One parameter, so a fine grid is exact enough.
    """
    logits = network.predict(check.batch(), batch_size=256, verbose=0)

    def loss(temperature: float) -> float:
        scores = ops.convert_to_numpy(ops.log_softmax(logits / temperature))
        return float(-scores[np.arange(len(check)), check.labels].mean())

    return float(min(np.geomspace(0.3, 4, 150), key=loss))
