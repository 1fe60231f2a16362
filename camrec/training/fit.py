"""The loop: crops and labels -> a trained network and the temperature of its probabilities."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol

import keras
import numpy as np
from keras import ops

from camrec.errors import ModelError
from camrec.settings import TrainingSettings, VariationSettings
from camrec.training.batches import Varied
from camrec.training.course import Course, Epoch, digest
from camrec.training.data import Crops
from camrec.training.network import in_precision
from camrec.training.optimizers import Surprise, optimizer

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Watch:
    """Who looks on.

    Parameters
    ----------
    step : callable
        Gets the number of steps done and that of all steps, after each.
    epoch : callable
        Gets every finished :class:`~camrec.training.course.Epoch`; true ends the training there.
    """

    step: Callable[[int, int], None] = lambda done, total: None
    epoch: Callable[[Epoch], bool] = lambda epoch: False


SILENT = Watch()


def fit(
    network: keras.Model,
    crops: Crops,
    check: Crops,
    settings: TrainingSettings,
    variation: VariationSettings,
    *,
    about: dict[str, Any] | None = None,
    keep: Path | None = None,
    watch: Watch = SILENT,
) -> Course:
    """Train `network` in place; it ends with the averaged weights of its best epoch.

    Parameters
    ----------
    network : keras.Model
        Gives logits.
    crops, check : Crops
        To learn from, and held back to watch.
    settings : TrainingSettings
    variation : VariationSettings
    about : dict, optional
        What has to be the same when the training goes on, besides crops and settings.
    keep : Path, optional
        File that holds the unfinished training. Where it exists the training goes on from there.
    watch : Watch

    Returns
    -------
    Course

    Raises
    ------
    DataError
        Where `keep` is of another training.
    """
    batches = Varied(crops, settings, variation)
    try:
        return learn(
            network,
            batches,
            (check.batch(), check.labels),
            Surprise(settings.smoothing),
            "accuracy",
            settings,
            {**asdict(variation), "crops": digest(crops, check), **(about or {})},
            keep=keep,
            watch=watch,
        )
    finally:
        batches.forget()


class Batches(Protocol):
    """What is learned from: a dataset of Keras that shuffles anew for every epoch."""

    def __len__(self) -> int: ...

    def start(self, epoch: int) -> None:
        """Shuffle for an epoch, counted from 0."""


def learn(
    network: keras.Model,
    batches: Batches,
    check: Any,
    loss: keras.losses.Loss,
    accuracy: Any,
    settings: TrainingSettings,
    about: dict[str, Any],
    *,
    clip: float | None = None,
    keep: Path | None = None,
    watch: Watch = SILENT,
) -> Course:
    """The loop itself, whatever is learned; see :func:`fit`.

    Parameters
    ----------
    network : keras.Model
    batches : Batches
    check
        Held back to watch; what ``keras.Model.fit`` takes for it.
    loss : keras.losses.Loss
    accuracy : str or callable
        A metric of Keras; its name is "accuracy".
    settings : TrainingSettings
    about : dict
        What has to be the same when the training goes on, besides settings and network.
    clip : float, optional
        See :func:`~camrec.training.optimizers.optimizer`.
    keep : Path, optional
    watch : Watch
    """
    student = in_precision(network, settings.precision)
    steps = len(batches) * settings.epochs
    student.compile(optimizer(settings, steps, clip), loss, metrics=[accuracy])
    told = {**asdict(settings), **about, "parameters": student.count_params()}
    course = _found(keep, told)
    follow = _Follow(course, settings, steps, watch, keep, told)
    if not follow.is_over():
        student.fit(
            batches,
            shuffle=False,  # of batches, by a generator that would not go on where it was; what is in them is shuffled
            epochs=settings.epochs,
            initial_epoch=len(course.epochs),
            validation_data=check,
            validation_batch_size=settings.batch if isinstance(check, tuple) else None,
            callbacks=[
                keras.callbacks.LambdaCallback(
                    on_epoch_begin=lambda epoch, logs: batches.start(epoch)
                ),
                follow,  # before the next, so that it sees the averaged weights that are in place for validation
                keras.callbacks.SwapEMAWeights(),
            ],
            verbose=0,
        )
    _refuse_diverged(course)
    course.give_best(network)
    return course


class _Follow(keras.callbacks.Callback):
    """Writes the course of a training down, and ends it in time."""

    def __init__(
        self,
        course: Course,
        settings: TrainingSettings,
        steps: int,
        watch: Watch,
        keep: Path | None,
        about: dict[str, Any],
    ) -> None:
        super().__init__()
        self.course = course
        self._settings = settings
        self._steps = steps
        self._done = steps * len(course.epochs) // settings.epochs
        self._watch = watch
        self._keep = keep
        self._about = about

    def is_over(self) -> bool:
        """Whether there is nothing left to do, or nothing to hope for."""
        epochs, patience = self.course.epochs, self._settings.patience
        if not epochs:
            return False
        impatient = 0 < patience <= self.course.waited()
        lost = not np.isfinite(epochs[-1].val_loss)
        return len(epochs) >= self._settings.epochs or impatient or lost

    def on_train_begin(self, logs: Any = None) -> None:
        # Not before: Keras tries the network on a batch first, and that moves the state of its dropout.
        self.course.restore(self.model, self.model.optimizer)

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self._since = time.monotonic()

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        self._done += 1
        self._watch.step(self._done, self._steps)

    def on_test_end(self, logs: Any = None) -> None:
        self._averaged = self.model.get_weights()

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        rate = float(ops.convert_to_numpy(self.model.optimizer.learning_rate))
        figures = {
            name: float(logs[name])
            for name in ("loss", "accuracy", "val_loss", "val_accuracy")
        }
        done = Epoch(
            epoch + 1, **figures, rate=rate, seconds=time.monotonic() - self._since
        )
        self.course.epochs.append(done)
        if self.course.best_epoch is done:
            self.course.best = self._averaged
        if self._keep is not None:
            self.course.save(self._keep, self.model, self.model.optimizer, self._about)
        self._tell(done)
        if self._watch.epoch(done) or self.is_over():
            self.model.stop_training = True

    def _tell(self, done: Epoch) -> None:
        times = [epoch.seconds for epoch in self.course.epochs]
        left = (self._settings.epochs - done.epoch) * sum(times) / len(times)
        log.info(
            "epoch %d of %d: loss %.4f, accuracy %.2f %%; held back: loss %.4f, accuracy %.2f %%; %s, at most %s left",
            done.epoch,
            self._settings.epochs,
            done.loss,
            100 * done.accuracy,
            done.val_loss,
            100 * done.val_accuracy,
            timedelta(seconds=round(done.seconds)),
            timedelta(seconds=round(left)),
        )


def _found(keep: Path | None, about: dict[str, Any]) -> Course:
    """The course to go on with, or a new one."""
    if keep is None or not keep.is_file():
        return Course()
    course = Course.load(keep, about)
    log.info("%s: going on after epoch %d", keep, len(course.epochs))
    return course


def _refuse_diverged(course: Course) -> None:
    if not np.isfinite(course.best_epoch.val_loss):
        raise ModelError(
            "training: the loss is no number any more after the first epoch; take a smaller --rate"
        )


def fit_temperature(network: keras.Model, check: Crops) -> float:
    """Temperature that makes the probabilities of held-back crops most likely.

    Guo et al., "On calibration of modern neural networks", 2017. One parameter, so a fine grid is exact enough.
    """
    logits = network.predict(check.batch(), batch_size=256, verbose=0)

    def loss(temperature: float) -> float:
        scores = ops.convert_to_numpy(ops.log_softmax(logits / temperature))
        return float(-scores[np.arange(len(check)), check.labels].mean())

    return float(min(np.geomspace(0.3, 4, 150), key=loss))
