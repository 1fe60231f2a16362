"""How well a model reads single characters."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from camrec.errors import DataError
from camrec.reading.classifier import Classifier
from camrec.training.data import (
    LabelledSet,
    class_names,
    find_sets,
    labelled_folder,
    read_set,
    sliced,
)
from camrec.training.data.mnist import warn_of_other
from camrec.training.data.sets import idx_images
from camrec.training.evaluation.answers import Answers, ask
from camrec.training.evaluation.calibration import calibration_error
from camrec.training.evaluation.robustness import Robustness


@dataclass(frozen=True, slots=True, eq=False)
class Evaluation:
    """All that was found out about a model on one set.

    Parameters
    ----------
    characters : LabelledSet
    answers : Answers
        To them.
    robust : tuple of Robustness
        Empty where corruptions were not asked for.
    """

    characters: LabelledSet
    answers: Answers
    robust: tuple[Robustness, ...] = ()

    @property
    def figures(self) -> dict[str, Any]:
        """As :func:`figures` tells them, with ``robustness`` where it was asked for."""
        told = figures(self.answers)
        return told | ({"robustness": [asdict(row) for row in self.robust]} if self.robust else {})  # fmt: skip


def evaluate(classifier: Classifier, characters: LabelledSet) -> dict[str, Any]:
    """Accuracy, rejection and calibration on one set, after our own normaliser; see :func:`figures`."""
    return figures(ask(classifier, characters))


def figures(answers: Answers) -> dict[str, Any]:
    """What the answers to one set come to.

    Returns
    -------
    dict
        ``name`` and ``images``. Of the ``known``, the characters that the model has a class for: ``accuracy`` (the
        best class that is not "none" is right), ``rejected`` (share where "none" wins) and ``kept`` (share of those
        read rightly where it does not win). Of the ``others``: ``others_rejected``. Of all: ``ece`` and
        ``ece_uncalibrated``, the expected calibration error of the winning class, "none" among them, with the card's
        temperature and without. ``per_digit`` has the shares of each kind of character. A share of nothing is None.
    """
    known = answers.known
    return {
        "name": answers.name,
        "images": len(answers),
        "known": int(known.sum()),
        **_shares(answers, known),
        "others": int((~known).sum()),
        "others_rejected": _mean(answers.rejected[~known]),
        "ece": _rounded(calibration_error(answers.scores, answers.truth)),
        "ece_uncalibrated": _rounded(
            calibration_error(answers.uncalibrated, answers.truth)
        ),
        "per_digit": {
            str(kind): _of_kind(answers, answers.kinds == kind)
            for kind in np.unique(answers.kinds)
        },
    }


def _of_kind(answers: Answers, rows: np.ndarray) -> dict[str, Any]:
    return {"images": int(rows.sum()), **_shares(answers, rows)}


def _shares(answers: Answers, rows: np.ndarray) -> dict[str, float | None]:
    right, rejected = answers.best == answers.truth, answers.rejected
    return {
        "accuracy": _mean(right[rows & answers.known]),
        "rejected": _mean(rejected[rows]),
        "kept": _mean(~rejected[rows & right]),
    }


def _mean(values: np.ndarray) -> float | None:
    return _rounded(float(values.mean())) if len(values) else None


def _rounded(value: float) -> float | None:
    return None if math.isnan(value) else round(value, 5)


def sets_at(spec: str) -> list[LabelledSet]:
    """The sets in a folder of idx files, one of them by its file of images, or a folder of one's own pictures.

    A warning is logged where a set has the name of a part of MNIST and is not that part.

    Parameters
    ----------
    spec : str
        A folder, or ``NAME-images-idx3-ubyte[.gz]``; with ``[start:stop:step]`` behind it, that part of each set. Own
        pictures are named as :func:`~camrec.training.data.labelled_folder` wants them.

    Raises
    ------
    DataError
        Where there is none, or one is malformed.
    """
    path, part = sliced(spec)
    if not path.exists():
        raise DataError(f"{path}: no such folder or file; name one that holds idx files or pictures")  # fmt: skip
    found = _in_folder(path) if path.is_dir() else [read_set(path)]
    for one in found:
        warn_of_other(one)
    suffix = "" if part == slice(None) else spec[len(str(path)) :]
    return [
        replace(
            one,
            name=one.name + suffix,
            images=one.images[part],
            labels=one.labels[part],
        )
        for one in found
    ]


def _in_folder(folder: Path) -> list[LabelledSet]:
    if idx_images(folder):
        return find_sets(folder)
    classes = class_names("alnum")  # what a model has no class for, it should reject
    own = labelled_folder(folder, classes)
    return [LabelledSet(folder.resolve().name, own.images, own.labels, classes)]
