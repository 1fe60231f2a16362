"""Whose digits are written on rendered pages and strips."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from camrec.settings import TrainingSettings
from camrec.training.data import extra_digits, mnist
from camrec.training.rendering.handwriting import DigitBank, stretched
from camrec.training.rendering.letters import WordBank
from camrec.training.rendering.strokes import stroke_digits

if TYPE_CHECKING:
    from camrec.training.recipe import Sources


def learned_from(count: int, settings: TrainingSettings) -> int:
    """How many of MNIST's `count` training images are learned from; the rest is held back."""
    return count - round(count * settings.validation)


def hands(
    sources: Sources, settings: TrainingSettings, share: float
) -> tuple[DigitBank, WordBank | None]:
    """Digits of MNIST's writers and of all others, and who writes letters.

    Parameters
    ----------
    sources : Sources
    settings : TrainingSettings
        Of MNIST, what is held back is not met on pages either.
    share : float
        Hands taken from each other source of digits, for one of MNIST's.
    """
    train = mnist("train", sources.mnist)
    learned = learned_from(len(train.labels), settings)
    banks = [DigitBank(train.images[:learned], train.labels[:learned])]
    rng = np.random.default_rng(settings.seed)
    for more in map(extra_digits, sources.digits):
        images = stretched(more.images, more.labels, rng)
        banks.append(DigitBank(images, more.labels, share))
    banks.append(DigitBank(*stroke_digits(), share))
    words = WordBank(sources.fonts) if sources.fonts else None
    if words is not None:
        banks.append(DigitBank(*words.digits(), share))
    return DigitBank.join(banks), words
