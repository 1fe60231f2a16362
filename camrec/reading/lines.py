"""Strips of ink -> what stands on them: the line reader, which needs no cuts."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from camrec.errors import ModelError
from camrec.reading import strips
from camrec.reading.ctc import Labels, best_path
from camrec.reading.models import LINES, Card, find_model
from camrec.reading.runtime import open_network
from camrec.reading.strips import TALL, Strip

CLASSES = (*"0123456789", "other", "blank")  # the last: nothing, or more of the same
STEP = 2  # px of a strip to a column of scores
WIDTHS = (64, 96, 128, 192, 256, 384, 512, 768, 1024, 1536, 2048)  # px that strips are filled up to, and multiples of the last: each plan is made once  # fmt: skip
ROWS = (8, 4, 2, 1)  # strips of a batch, likewise
VIEWS = (
    1.0,
    0.9,
    0.8,
)  # widths at which a strip is looked at; together they misread less than any of them alone
SETTLED = 0.8  # probability that the likeliest label has in every column where one look is enough
TINY = 1e-9


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

    def __init__(self, model: str | Path = LINES, threads: int = 2) -> None:
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

    def log_probabilities(
        self, batch: list[Strip], others: Sequence[Labels] = ()
    ) -> list[np.ndarray]:
        """For each strip a row of log probabilities for every second column.

        Parameters
        ----------
        batch : list of Strip
        others : sequence of tuple of int
            For each strip, or for none, the digits that someone else read there: where the first look spells the same,
            it is the last.

        Returns
        -------
        list of numpy.ndarray
            (columns, classes) float32; the last class is the blank.
        """
        told = self._told([strip.ink for strip in batch])
        said = others or [()] * len(batch)
        again = [k for k, rows in enumerate(told) if not (_settled(rows) or _confirms(rows, said[k]))]  # fmt: skip
        looks = [_squeezed(batch[k].ink, share) for share in VIEWS[1:] for k in again]
        more = self._told(looks)
        for at, k in enumerate(again):
            told[k] = _agreed([told[k], *more[at :: len(again)]])
        return told

    def _told(self, inks: list[np.ndarray]) -> list[np.ndarray]:
        """For each ink (TALL, W) uint8 its rows of log probabilities."""
        out: list[np.ndarray] = [np.zeros(0)] * len(inks)
        by_width: dict[int, list[int]] = {}
        for k, ink in enumerate(inks):
            by_width.setdefault(_width(ink), []).append(k)
        for width, members in by_width.items():
            while members:
                count = next(count for count in ROWS if count <= len(members))
                some, members = members[:count], members[count:]
                for k, rows in zip(some, self._scores([inks[k] for k in some], width)):
                    out[k] = rows[: -(-inks[k].shape[1] // STEP)]
        return out

    def _scores(self, batch: list[np.ndarray], width: int) -> np.ndarray:
        filled = np.zeros((len(batch), TALL, width, 1), np.float32)
        for row, ink in zip(filled, batch):
            row[:, : ink.shape[1], 0] = ink / np.float32(255)
        logits = self._network(filled) / self.card.temperature
        high = logits.max(axis=2, keepdims=True)
        scores: np.ndarray = (
            logits - high - np.log(np.exp(logits - high).sum(axis=2, keepdims=True))
        )
        return scores


def _width(ink: np.ndarray) -> int:
    """The width that a strip is filled up to."""
    wide, widest = ink.shape[1], WIDTHS[-1]
    return next((w for w in WIDTHS if w >= wide), -(-wide // widest) * widest)


def _squeezed(ink: np.ndarray, share: float) -> np.ndarray:
    """A strip at a share of its width."""
    if share == 1:
        return ink
    # Pixels' middles are mapped, not their edges; paper at the end moves nothing.
    matrix = np.array([[share, 0, (share - 1) / 2], [0, 1, 0]])
    size = math.ceil(ink.shape[1] * share), TALL
    squeezed: np.ndarray = cv2.warpAffine(ink, matrix, size, flags=cv2.INTER_LINEAR)
    return squeezed


def _settled(rows: np.ndarray) -> bool:
    """Whether no column of a look leaves much doubt; a second would say the same."""
    return float(rows.max(axis=1).min()) > math.log(SETTLED)


def _confirms(rows: np.ndarray, digits: Labels) -> bool:
    """Whether a look spells digits that someone else read; one that sees nothing confirms nobody."""
    return bool(digits) and best_path(rows) == digits


def _agreed(looks: list[np.ndarray]) -> np.ndarray:
    """What looks at one strip at all :data:`VIEWS` say together: the mean of their log probabilities."""
    columns = len(looks[0])
    spread = [_spread(rows, share, columns) for rows, share in zip(looks, VIEWS)]
    log_p = np.mean(spread, axis=0, dtype=np.float32)
    agreed: np.ndarray = log_p - np.log(np.exp(log_p).sum(axis=1, keepdims=True))
    return agreed


def _spread(rows: np.ndarray, share: float, columns: int) -> np.ndarray:
    """Log probabilities of a squeezed strip at the columns of the strip itself; between rows the probabilities are blended."""
    if share == 1:
        return rows
    at = ((np.arange(columns) + 0.5) * share - 0.5).clip(0, len(rows) - 1)
    low = at.astype(int)
    high, part = np.minimum(low + 1, len(rows) - 1), (at - low)[:, None]
    p = np.exp(rows)
    log_p: np.ndarray = np.log((1 - part) * p[low] + part * p[high] + TINY)
    return log_p
