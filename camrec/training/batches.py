"""Crops -> batches, in a new order and by new hands every epoch."""

from __future__ import annotations

import math
from dataclasses import replace

import keras
import numpy as np

from camrec.settings import TrainingSettings, VariationSettings
from camrec.training.augment import Variation
from camrec.training.data import Crops

SETTLED = 0.75  # of all epochs, after which the network settles
WORKERS = 2  # threads that vary the next crops while the network learns from these


class Varied(keras.utils.PyDataset):
    """Batches that threads make beside the training.

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
        self._varied = Variation(variation)
        # Half as many while the network settles on characters as they are.
        self._settling = Variation(replace(variation, varied=variation.varied / 2))
        self.start(0)

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

    def start(self, epoch: int) -> None:
        """Shuffle for an epoch, counted from 0.

        Not left to ``on_epoch_end``: Keras calls that once too often, after a look at the first batch.
        """
        self.epoch = epoch
        rng = np.random.default_rng((self.settings.seed, epoch))
        self.order = rng.permutation(len(self.crops))
