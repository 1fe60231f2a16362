"""How well a model reads single characters."""

from __future__ import annotations

from typing import Any

import numpy as np

from camrec.reading.classifier import NONE, Classifier
from camrec.reading.normalise import normalise_all
from camrec.training.data import LabelledSet


def evaluate(classifier: Classifier, characters: LabelledSet) -> dict[str, Any]:
    """Accuracy and rejection on one set, after our own normaliser.

    Parameters
    ----------
    classifier : Classifier
    characters : LabelledSet
        Images of any size; labels are digits. Of other characters only `rejected` means anything.

    Returns
    -------
    dict
        ``name``, ``images``, ``accuracy`` (the best digit class is right), ``rejected`` (share whose non-digit class
        wins) and ``per_digit`` with the same three for each label.
    """
    scores = classifier.scores(normalise_all(list(characters.images)))
    names = classifier.classes
    digits = [k for k, name in enumerate(names) if name != NONE]
    read = np.array([names[k] for k in digits])[scores[:, digits].argmax(axis=1)]
    right = read == characters.labels.astype(str)
    rejected = np.array(names)[scores.argmax(axis=1)] == NONE
    per_digit = {
        str(label): _figures(right, rejected, characters.labels == label)
        for label in np.unique(characters.labels)
    }
    return {
        "name": characters.name,
        **_figures(right, rejected, np.ones(len(right), bool)),
        "per_digit": per_digit,
    }


def _figures(
    right: np.ndarray, rejected: np.ndarray, rows: np.ndarray
) -> dict[str, Any]:
    if not rows.any():
        return {"images": 0, "accuracy": 0.0, "rejected": 0.0}
    return {
        "images": int(rows.sum()),
        "accuracy": round(float(right[rows].mean()), 5),
        "rejected": round(float(rejected[rows].mean()), 5),
    }
