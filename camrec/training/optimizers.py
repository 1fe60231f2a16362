"""Who takes the steps, how long they are, and what they go down."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops
from keras.optimizers import schedules

from camrec.settings import TrainingSettings

WARM_UP = 0.05  # of all steps, while the rate rises; large first steps from random weights go anywhere
COLD = 1e-5  # rate of the very first step
LAST = 0.01  # of the rate, where a cosine ends
AVERAGED = 0.1  # of all steps that the moving average of the weights reaches back over
LONGEST = 1000  # steps that it reaches back over at the most
MOMENTUM = 0.9  # of SGD


def optimizer(
    settings: TrainingSettings, steps: int, clip: float | None = None
) -> keras.optimizers.Optimizer:
    """The optimizer of a training of so many steps; it averages the weights as it goes.

    Averaged weights generalise better than the last ones (Izmailov et al., "Averaging weights leads to wider optima and
    better generalization", 2018) and cost nothing to run.

    Parameters
    ----------
    settings : TrainingSettings
    steps : int
    clip : float, optional
        Longest gradient of any weight array; longer ones are shortened to it.
    """
    reach = min(LONGEST, max(1, round(AVERAGED * steps)))
    common = {
        "learning_rate": schedule(settings, steps),
        "use_ema": True,
        "ema_momentum": 1 - 1 / reach,
        "clipnorm": clip,
    }
    if settings.optimizer == "adamw":
        return keras.optimizers.AdamW(weight_decay=settings.decay, **common)
    if settings.optimizer == "sgd":
        return keras.optimizers.SGD(
            momentum=MOMENTUM, nesterov=True, weight_decay=settings.decay, **common
        )
    if settings.optimizer == "rmsprop":
        return keras.optimizers.RMSprop(**common)
    return keras.optimizers.Adam(**common)


def schedule(
    settings: TrainingSettings, steps: int
) -> schedules.LearningRateSchedule | float:
    """The learning rate of every step, of the step's number alone: a training that goes on needs no more."""
    if settings.schedule == "step":
        halves = [round(0.5 * steps), round(0.75 * steps)]  # as He et al. (2016) did
        rates = [settings.rate * 0.1**k for k in range(3)]
        return schedules.PiecewiseConstantDecay(halves, rates)
    if settings.schedule == "constant":
        return settings.rate
    rise = round(WARM_UP * steps)
    return schedules.CosineDecay(
        COLD, steps - rise, LAST, warmup_target=settings.rate, warmup_steps=rise
    )


class Surprise(keras.losses.Loss):
    """Cross-entropy of labels under logits, in part that of a label drawn at random (label smoothing).

    Szegedy et al., "Rethinking the Inception architecture for computer vision", 2016.

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
        classes = y_pred.shape[-1]
        told = ops.one_hot(y_true, classes) * (1 - self.smoothing)
        told = told + self.smoothing / classes
        return -ops.sum(told * ops.log_softmax(y_pred), axis=-1)
