"""An export beside the network it was made of: size, accuracy, difference."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from camrec.errors import DataError
from camrec.reading.classifier import Classifier
from camrec.training.data import LabelledSet
from camrec.training.evaluation.answers import Answers, ask


@dataclass(frozen=True, slots=True)
class Figures:
    """What one file of weights comes to.

    Parameters
    ----------
    path : Path
    size, packed : int
        Bytes, and bytes after deflate, as archives and wheels hold it: only there do zeros take no room.
    accuracy : float
        Share of a set's characters whose best class, "none" left out, is right.
    difference : float
        Greatest difference of any probability from those of the network it was made of.
    """

    path: Path
    size: int
    packed: int
    accuracy: float
    difference: float


def examine(model: Path, characters: LabelledSet) -> Answers:
    """What a model answers to a set that holds characters of its classes.

    Raises
    ------
    DataError
        Where it holds none.
    """
    answers = ask(Classifier(model), characters)
    if not answers.known.any():
        raise DataError(
            f"{characters.name}: shows none of the classes of {model.name}, so nothing can be checked; name a set that does with --check"
        )
    return answers


def measure(model: Path, answers: Answers, reference: Answers) -> Figures:
    """Figures of a model that gave `answers` where the network it was made of gave `reference`."""
    content = model.read_bytes()
    right = (answers.best == answers.truth)[answers.known]
    return Figures(
        model,
        len(content),
        len(zlib.compress(content)),
        float(right.mean()),
        float(np.abs(answers.scores - reference.scores).max()),
    )
