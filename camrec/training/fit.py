"""The loop: crops and labels -> a trained network and the temperature of its probabilities."""

from __future__ import annotations

import math
from typing import Any

import keras
import numpy as np
from keras import ops

from camrec.settings import TrainingSettings
from camrec.training.augment import vary
from camrec.training.data import Crops

SETTLED = 0.75  # of all epochs, after which the network settles
AVERAGED = (
    0.1  # of all steps that the moving average of the weights reaches back over ...
)
LONGEST = 1000  # ... steps, at the most


class Varied(keras.utils.PyDataset):
    """Batches in a new order and by new hands every epoch.

    Parameters
    ----------
    crops : Crops
    settings : TrainingSettings
    """

    def __init__(self, crops: Crops, settings: TrainingSettings) -> None:
        super().__init__()
        self.crops = crops
        self.settings = settings
        self.epoch = 0
        self._shuffle()

    def __len__(self) -> int:
        return math.ceil(len(self.crops) / self.settings.batch)

    def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        # The generator depends on epoch and index alone: the same seed gives the same batches however they are fetched.
        rng = np.random.default_rng((self.settings.seed, self.epoch, index))
        part = self.crops.take(
            self.order[index * self.settings.batch : (index + 1) * self.settings.batch]
        )
        batch = part.batch()
        for k in np.flatnonzero(rng.random(len(part)) < self._share()):
            batch[k, ..., 0] = vary(rng, part.images[k])
        return batch, part.labels

    def _share(self) -> float:
        """Share of varied crops: half as many while the network settles on digits as they are."""
        settled = self.epoch >= SETTLED * self.settings.epochs
        return self.settings.varied / (2 if settled else 1)

    def on_epoch_end(self) -> None:
        """Shuffle for the next epoch (called by Keras)."""
        self.epoch += 1
        self._shuffle()

    def _shuffle(self) -> None:
        rng = np.random.default_rng((self.settings.seed, self.epoch))
        self.order = rng.permutation(len(self.crops))


def fit(
    network: keras.Model, crops: Crops, check: Crops, settings: TrainingSettings
) -> dict[str, list[float]]:
    """Train `network` in place; its weights end as their moving average.

    Parameters
    ----------
    network : keras.Model
        Gives logits.
    crops, check : Crops
        To learn from, and held back to watch.
    settings : TrainingSettings

    Returns
    -------
    dict
        Loss and accuracy after each epoch, by name.
    """
    batches = Varied(crops, settings)
    steps = len(batches) * settings.epochs
    schedule = keras.optimizers.schedules.CosineDecay(
        1e-5, steps, alpha=1e-2, warmup_target=settings.rate, warmup_steps=steps // 20
    )
    # Averaged weights generalise better than the last ones (Izmailov et al., 2018) and cost nothing to run.
    reach = min(LONGEST, max(1, round(AVERAGED * steps)))
    optimizer = keras.optimizers.AdamW(
        schedule, weight_decay=1e-3, use_ema=True, ema_momentum=1 - 1 / reach
    )
    network.compile(
        optimizer,
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    history: Any = network.fit(
        batches,
        epochs=settings.epochs,
        validation_data=(check.batch(), check.labels),
        verbose=2,
    )
    optimizer.finalize_variable_values(network.trainable_variables)
    return history.history


def fit_temperature(network: keras.Model, check: Crops) -> float:
    """Temperature that makes the probabilities of held-back crops most likely.

    Guo et al., "On calibration of modern neural networks", 2017. One parameter, so a fine grid is exact enough.
    """
    logits = network.predict(check.batch(), batch_size=256, verbose=0)

    def loss(temperature: float) -> float:
        scores = ops.convert_to_numpy(ops.log_softmax(logits / temperature))
        return float(-scores[np.arange(len(check)), check.labels].mean())

    return float(min(np.geomspace(0.3, 4, 150), key=loss))
