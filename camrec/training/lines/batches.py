"""Strips -> batches of about one width."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from functools import cached_property

import keras
import numpy as np

from camrec.reading.lines import STEP
from camrec.reading.strips import OTHER, TALL
from camrec.settings import TrainingSettings
from camrec.training.lines.network import NO_LABEL, NOWHERE
from camrec.training.rendering.strips import Written

WIDTH_STEP = 32  # px; batches are filled up to a multiple, so that the network is planned for few widths
POOL = 16  # batches that are sorted by width together
MOST_LABELS = 24


@dataclass(frozen=True, eq=False)
class Strips:
    """Strips and their labels.

    Parameters
    ----------
    ink : numpy.ndarray
        uint8, strip after strip, each column by column: strips of all widths in one array.
    widths : numpy.ndarray
        (N,) int32, px.
    labels : numpy.ndarray
        (N, :data:`MOST_LABELS`) uint8, filled up with :data:`~camrec.training.lines.network.NO_LABEL`.
    columns : numpy.ndarray
        The same of int16: column of the scores in the middle of each digit;
        :data:`~camrec.training.lines.network.NOWHERE` for other ink, of which no column is the middle.
    """

    ink: np.ndarray
    widths: np.ndarray
    labels: np.ndarray
    columns: np.ndarray

    @classmethod
    def of(cls, written: list[Written]) -> Strips:
        """Pack strips; the few whose labels do not fit, with one place to spare, are left out."""
        kept = [strip for strip in written if len(strip.labels) < MOST_LABELS]
        labels = np.full((len(kept), MOST_LABELS), NO_LABEL, np.uint8)
        columns = np.full(labels.shape, NOWHERE, np.int16)
        for row, places, strip in zip(labels, columns, kept):
            row[: len(strip.labels)] = strip.labels
            places[: len(strip.labels)] = _columns(strip)
        ink = [strip.ink.T.ravel() for strip in kept] or [np.zeros(0, np.uint8)]
        widths = np.array([strip.ink.shape[1] for strip in kept], np.int32)
        return cls(np.concatenate(ink), widths, labels, columns)

    @classmethod
    def join(cls, parts: list[Strips]) -> Strips:
        """Several sets as one."""
        return cls(
            np.concatenate([part.ink for part in parts]),
            np.concatenate([part.widths for part in parts]),
            np.concatenate([part.labels for part in parts]),
            np.concatenate([part.columns for part in parts]),
        )

    def __len__(self) -> int:
        return len(self.widths)

    def part(self, first: int, last: int) -> Strips:
        """Strips from `first` up to `last`."""
        at = self._starts
        return Strips(
            self.ink[at[first] : at[last]],
            self.widths[first:last],
            self.labels[first:last],
            self.columns[first:last],
        )

    def one(self, row: int) -> np.ndarray:
        """Ink of a strip: (:data:`~camrec.reading.strips.TALL`, W) uint8."""
        ink = self.ink[self._starts[row] : self._starts[row + 1]]
        return ink.reshape(-1, TALL).T

    def arrays(self) -> dict[str, np.ndarray]:
        """Its arrays by name, to be kept."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    @cached_property
    def _starts(self) -> np.ndarray:
        """Where the ink of each strip begins."""
        return np.concatenate([[0], np.cumsum(self.widths.astype(np.int64) * TALL)])


def _columns(strip: Written) -> list[int]:
    """Column of the scores for each label."""
    places = zip(strip.labels, strip.middles)
    return [NOWHERE if label == OTHER else int(at / STEP) for label, at in places]


class StripBatches(keras.utils.PyDataset):
    """Batches in a new order every epoch, depending on seed and epoch alone.

    Parameters
    ----------
    strips : Strips
    settings : TrainingSettings
    """

    def __init__(self, strips: Strips, settings: TrainingSettings) -> None:
        super().__init__()
        self._strips = strips
        self._settings = settings
        self.start(0)

    def __len__(self) -> int:
        return math.ceil(len(self._strips) / self._settings.batch)

    def start(self, epoch: int) -> None:
        """Shuffle for an epoch, counted from 0."""
        rng = np.random.default_rng((self._settings.seed, epoch))
        order, size = rng.permutation(len(self._strips)), self._settings.batch
        batches = []
        for k in range(0, len(order), POOL * size):
            some = order[k : k + POOL * size]
            some = some[np.argsort(self._strips.widths[some], kind="stable")]
            batches += [some[j : j + size] for j in range(0, len(some), size)]
        self._batches = [batches[k] for k in rng.permutation(len(batches))]

    def _size(self, index: int) -> tuple[int, int]:
        """Width of a batch, px, and labels a strip, each no more than need be: what the loss costs goes by the labels."""
        rows = self._batches[index]
        width = -(-int(self._strips.widths[rows].max()) // WIDTH_STEP) * WIDTH_STEP
        labels = max(1, int((self._strips.labels[rows] != NO_LABEL).sum(axis=1).max()))
        if index == 1:  # from the first two batches Keras infers what may differ
            first_width, first_labels = self._size(0)
            width += WIDTH_STEP * (width == first_width)
            labels += labels == first_labels
        return width, labels

    def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        rows = self._batches[index]
        width, most = self._size(index)
        batch = np.zeros((len(rows), TALL, width, 1), np.float32)
        for out, row in zip(batch, rows):
            ink = self._strips.one(row)
            out[:, : ink.shape[1], 0] = ink / np.float32(255)
        places = self._strips.labels[rows, :most], self._strips.columns[rows, :most]
        return batch, np.stack(places, axis=1, dtype=np.int32)
