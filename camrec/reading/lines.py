"""Strips of ink -> what stands on them: the line reader, which needs no cuts."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from camrec.errors import ModelError
from camrec.reading import strips
from camrec.reading.models import Card, find_model
from camrec.reading.runtime import open_network
from camrec.reading.strips import TALL, Strip

MODEL = "lines"
CLASSES = (*"0123456789", "other", "blank")  # the last: nothing, or more of the same
STEP = 2  # px of a strip to a column of scores
WIDTHS = (64, 96, 128, 192, 256, 384, 512, 768, 1024, 1536, 2048)  # px that strips are filled up to, and multiples of the last: each plan is made once  # fmt: skip
ROWS = (1, 2, 4, 8)  # strips of a batch, likewise


class LineReader:
    """Reads strips; opened once, used for every frame.

    Parameters
    ----------
    model : str or Path
        Name of a shipped model, or the path of its weights with the card beside them.
    threads : int
        Of the runtime.

    Raises
    ------
    ModelError
        Where the model or its card is missing, damaged or not made for this version.
    """

    def __init__(self, model: str | Path = MODEL, threads: int = 2) -> None:
        path = find_model(model)
        self.card = Card.read(path.with_suffix(".json"))
        self.card.check(path, strips.VERSION)
        if self.card.classes != CLASSES:
            raise ModelError(
                f"{path}: its card names the classes {', '.join(self.card.classes)}, which are not those of a line reader; take a model that `camrec train --lines` made"
            )
        self._network = open_network(path, threads)
        wide = np.zeros((1, TALL, WIDTHS[0], 1), np.float32)
        shape = self._network(wide).shape
        if shape != (1, WIDTHS[0] // STEP, len(CLASSES)):
            raise ModelError(
                f"{path}: gives scores of shape {shape}, not a row of {len(CLASSES)} for every {STEP} columns; take the card that was made with it"
            )

    def log_probabilities(self, batch: list[Strip]) -> list[np.ndarray]:
        """For each strip a row of log probabilities for every second column.

        Parameters
        ----------
        batch : list of Strip

        Returns
        -------
        list of numpy.ndarray
            (columns, classes) float32; the last class is the blank.
        """
        out: list[np.ndarray] = [np.zeros(0)] * len(batch)
        by_width: dict[int, list[int]] = {}
        for k, strip in enumerate(batch):
            by_width.setdefault(_width(strip), []).append(k)
        for width, members in by_width.items():
            for start in range(0, len(members), ROWS[-1]):
                some = members[start : start + ROWS[-1]]
                for k, rows in zip(some, self._scores([batch[k] for k in some], width)):
                    out[k] = rows[: -(-batch[k].ink.shape[1] // STEP)]
        return out

    def _scores(self, batch: list[Strip], width: int) -> np.ndarray:
        count = next(count for count in ROWS if count >= len(batch))
        filled = np.zeros((count, TALL, width, 1), np.float32)
        for row, strip in zip(filled, batch):
            row[:, : strip.ink.shape[1], 0] = strip.ink / np.float32(255)
        logits = self._network(filled) / self.card.temperature
        high = logits.max(axis=2, keepdims=True)
        scores: np.ndarray = (
            logits - high - np.log(np.exp(logits - high).sum(axis=2, keepdims=True))
        )
        return scores


def _width(strip: Strip) -> int:
    """The width that a strip is filled up to."""
    wide, widest = strip.ink.shape[1], WIDTHS[-1]
    return next((w for w in WIDTHS if w >= wide), -(-wide // widest) * widest)
