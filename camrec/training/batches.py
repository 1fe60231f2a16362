"""Crops -> batches, in a new order and by new hands every epoch."""

from __future__ import annotations

import math
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace

import keras
import numpy as np

from camrec.settings import TrainingSettings, VariationSettings
from camrec.training.augment import Variation
from camrec.training.data import Crops

SETTLED = 0.75  # of all epochs, after which the network settles
THREADS = 2  # that vary the next crops while the network learns from these
AHEAD = 8  # batches that are made before they are asked for

Batch = tuple[np.ndarray, np.ndarray]

_POOL = ThreadPoolExecutor(
    THREADS
)  # of all trainings of a search; its threads begin with the first batch


class Varied(keras.utils.PyDataset):
    """Batches that threads make beside the training.

    A batch depends on seed, epoch and place alone, whichever thread makes it. The threads are our own: those of Keras
    take a first batch too many on some backends, and do not know the epoch.

    Parameters
    ----------
    crops : Crops
    settings : TrainingSettings
    variation : VariationSettings
    """

    def __init__(
        self, crops: Crops, settings: TrainingSettings, variation: VariationSettings
    ) -> None:
        super().__init__()
        self.crops = crops
        self.settings = settings
        self._varied = Variation(variation)
        # Half as many while the network settles on characters as they are.
        self._settling = Variation(replace(variation, varied=variation.varied / 2))
        self.start(0)

    def __len__(self) -> int:
        return math.ceil(len(self.crops) / self.settings.batch)

    def start(self, epoch: int) -> None:
        """Shuffle for an epoch, counted from 0."""
        rng = np.random.default_rng((self.settings.seed, epoch))
        self._now = epoch, rng.permutation(len(self.crops))
        self._coming: dict[tuple[int, int], Future[Batch]] = {}

    def forget(self) -> None:
        """Let go of batches that nobody asked for: a backend may hold on to the dataset itself."""
        self._coming.clear()

    def __getitem__(self, index: int) -> Batch:
        epoch, order = self._now
        for k in range(index, min(index + AHEAD, len(self))):
            if (epoch, k) not in self._coming:
                self._coming[epoch, k] = _POOL.submit(self._make, epoch, order, k)
        # TensorFlow may ask for batches that it then throws away, from another thread: what is asked for need not be there.
        coming = self._coming.pop((epoch, index), None)
        return coming.result() if coming else self._make(epoch, order, index)

    def _make(self, epoch: int, order: np.ndarray, index: int) -> Batch:
        rng = np.random.default_rng((self.settings.seed, epoch, index))
        start = index * self.settings.batch
        part = self.crops.take(order[start : start + self.settings.batch])
        settled = epoch >= SETTLED * self.settings.epochs
        vary = self._settling if settled else self._varied
        return vary(rng, part.images), part.labels
