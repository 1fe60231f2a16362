"""How well a model reads single characters."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np

from camrec.reading.classifier import Classifier
from camrec.training.answers import Answers, ask
from camrec.training.calibration import calibration_error
from camrec.training.data import LabelledSet, find_sets, read_set, sliced


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
        temperature and without. ``per_digit`` has the shares of each label. A share of nothing is None.
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
            str(label): _of_label(answers, answers.labels == label)
            for label in np.unique(answers.labels)
        },
    }


def _of_label(answers: Answers, rows: np.ndarray) -> dict[str, Any]:
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
    """The sets in a folder, or one set by its file of images.

    Parameters
    ----------
    spec : str
        A folder, or ``NAME-images-idx3-ubyte[.gz]``; with ``[start:stop:step]`` behind it, that part of each set.

    Raises
    ------
    DataError
        Where there is none, or one is malformed.
    """
    path, part = sliced(spec)
    found = find_sets(path) if path.is_dir() else [read_set(path)]
    if part == slice(None):
        return found
    suffix = spec[len(str(path)) :]
    return [
        replace(
            one,
            name=one.name + suffix,
            images=one.images[part],
            labels=one.labels[part],
        )
        for one in found
    ]
