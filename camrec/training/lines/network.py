"""The network of the line reader: strips of any width -> a row of logits for every second column."""

from __future__ import annotations

from typing import Any

import keras
from keras import Model, layers, ops

from camrec.reading.lines import CLASSES
from camrec.reading.strips import TALL
from camrec.training.network import LOGITS

BLANK = len(CLASSES) - 1
ALONG = 128  # features along the line
# Columns. The first three see a digit that is broader than tall, the others its neighbours.
APART = (1, 2, 4, 1, 2, 4)
NO_LABEL = 255  # fills up the labels of a batch
NOWHERE = -1  # column of a label that has none
CENTRED = 0.3  # weight of the loss by which every digit is told in its middle


def build_lines(dropout: float = 0.1) -> Model:
    """A line reader that has learned nothing yet: 560,284 parameters.

    Convolutions bring the height down to one, then six look along the line, twice ever wider apart: at a digit, and at the
    hand that wrote its neighbours. Where the size stays, a layer adds to what came in (He et al., "Deep residual learning
    for image recognition", 2016). All of it slides, so any width will do, and a strip costs what it is wide.

    Parameters
    ----------
    dropout : float
        Share of features dropped while training, in [0, 1).

    Returns
    -------
    keras.Model
        (N, 32, W, 1) float32 in [0, 1] -> logits (N, W / 2, 12): digits, "other", and the blank of connectionist temporal
        classification (Graves et al., 2006).
    """
    strip = x = layers.Input((TALL, None, 1), name="strip")
    x = _convolution(x, 32, 5, strides=(2, 2))
    x = _convolution(x, 48, 3, strides=(2, 1))
    x = _convolution(x, 64, 3)
    x = _convolution(x, 96, 3, strides=(2, 1))
    x = layers.Add()([x, _convolution(x, 96, 3)])
    x = layers.Dropout(dropout / 2)(x)
    x = _convolution(x, 160, (TALL // 8, 1), padding="valid")
    x = _convolution(x, ALONG, 1)
    for apart in APART:
        x = layers.Add()([x, _convolution(x, ALONG, (1, 3), apart=(1, apart))])
        x = layers.Dropout(dropout)(x)
    x = layers.Reshape((-1, ALONG))(x)
    return Model(strip, layers.Dense(len(CLASSES), name=LOGITS)(x), name="lines")


def _convolution(
    x: Any,
    filters: int,
    size: int | tuple[int, int],
    strides: tuple[int, int] = (1, 1),
    padding: str = "same",
    apart: tuple[int, int] = (1, 1),
) -> Any:
    return layers.Conv2D(
        filters,
        size,
        strides=strides,
        padding=padding,
        dilation_rate=apart,
        activation="relu",
        kernel_initializer="he_normal",
    )(x)


class Ctc(keras.losses.Loss):
    """Negative log probability of the labels, summed over their alignments with the columns, and of each in its middle.

    Left to itself, the first loss lets a digit be told where it begins as well as where it ends, from half of its ink. The
    second costs a digit that is not told in the column of its middle.

    Parameters
    ----------
    centred : float
        Weight of the second.
    """

    def __init__(self, centred: float = CENTRED) -> None:
        super().__init__(name="ctc")
        self._centred = centred

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Labels and their columns (N, 2, L), logits (N, columns, classes) -> (N,)."""
        labels, places = _labels_and_places(y_true)
        held = labels != NO_LABEL
        columns = ops.full(ops.shape(labels)[:1], ops.shape(y_pred)[1], dtype="int32")
        loss = ops.ctc_loss(
            ops.where(held, labels, BLANK),
            y_pred,
            ops.sum(ops.cast(held, "int32"), axis=1),
            columns,
            mask_index=BLANK,
        )
        return loss + self._centred * _off_middle(labels, places, y_pred)


def _off_middle(labels: Any, places: Any, y_pred: Any) -> Any:
    """(N,) negative log probabilities of digits in the columns of their middles, summed."""
    placed = places != NOWHERE
    log_p = ops.log_softmax(ops.cast(y_pred, "float32"), axis=-1)
    rows = ops.take_along_axis(log_p, ops.where(placed, places, 0)[:, :, None], axis=1)
    own = ops.take_along_axis(rows, ops.where(placed, labels, 0)[:, :, None], axis=2)
    return -ops.sum(ops.where(placed, own[:, :, 0], 0.0), axis=1)


def _labels_and_places(y_true: Any) -> tuple[Any, Any]:
    both = ops.cast(y_true, "int32")
    return both[:, 0], both[:, 1]


def accuracy(y_true: Any, y_pred: Any) -> Any:
    """Share of strips whose likeliest columns spell all labels and nothing else: (N,) of 0 and 1; arguments as for the loss."""
    labels, _ = _labels_and_places(y_true)
    columns = ops.cast(ops.argmax(y_pred, axis=-1), "int32")
    before = ops.pad(columns[:, :-1], [[0, 0], [1, 0]], constant_values=BLANK)
    told = ops.logical_and(columns != BLANK, columns != before)
    place = ops.cumsum(ops.cast(told, "int32"), axis=1) - 1
    place = ops.clip(place, 0, ops.shape(labels)[1] - 1)
    agree = ops.logical_or(ops.logical_not(told), ops.take_along_axis(labels, place, axis=1) == columns)  # fmt: skip
    count = ops.sum(ops.cast(labels != NO_LABEL, "int32"), axis=1)
    as_many = ops.sum(ops.cast(told, "int32"), axis=1) == count
    return ops.cast(ops.logical_and(ops.all(agree, axis=1), as_many), "float32")
