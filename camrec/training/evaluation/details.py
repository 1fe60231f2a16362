"""The parts of an evaluation that fill a page: scikit-learn's report, who is taken for whom, the bins of reliability."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.metrics import classification_report

from camrec.training.evaluation.answers import NO_CLASS, Answers
from camrec.training.evaluation.calibration import Reliability, reliability


@dataclass(frozen=True, slots=True, eq=False)
class Confusion:
    """How often each character was taken for which.

    Parameters
    ----------
    rows : tuple of str
        Kinds of characters in the set.
    columns : tuple of str
        Classes of the model that were answered or should have been.
    counts : numpy.ndarray
        (rows, columns) int.
    right : numpy.ndarray
        (rows, columns) bool, where a row's right answer is.
    """

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    counts: np.ndarray
    right: np.ndarray

    @property
    def shares(self) -> np.ndarray:
        """(rows, columns) of each row's pictures, in [0, 1]."""
        shares: np.ndarray = self.counts / self.counts.sum(axis=1, keepdims=True)
        return shares

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "true": list(self.rows),
            "answer": list(self.columns),
            "counts": self.counts.tolist(),
        }


def confusion(answers: Answers) -> Confusion:
    """Count the answers to each kind of character."""
    rows, row = np.unique(answers.kinds, return_inverse=True)
    met = np.union1d(answers.answer, answers.truth[answers.truth != NO_CLASS])
    counts = np.zeros((len(rows), len(met)), int)
    np.add.at(counts, (row, np.searchsorted(met, answers.answer)), 1)
    right = np.zeros(counts.shape, bool)
    known = answers.truth != NO_CLASS
    right[row[known], np.searchsorted(met, answers.truth[known])] = True
    columns = tuple(answers.classes[k] for k in met)
    return Confusion(tuple(rows.tolist()), columns, counts, right)


def classification(answers: Answers, *, text: bool = False) -> Any:
    """scikit-learn's classification report of the winning classes, over the classes that the set holds.

    Parameters
    ----------
    answers : Answers
    text : bool
        As a table to read rather than a dict.
    """
    places = sorted(set(answers.truth.tolist()) - {NO_CLASS})
    if not places:
        return "" if text else {}
    return classification_report(
        answers.truth,
        answers.answer,
        labels=places,
        target_names=[answers.classes[k] for k in places],
        digits=4,
        output_dict=not text,
        zero_division=0,
    )


def details(answers: Answers) -> dict[str, Any]:
    """All of it, for JSON: ``classification``, ``confusion``, ``reliability`` before and after the temperature."""
    return {
        "classification": classification(answers),
        "confusion": confusion(answers).as_dict(),
        "reliability": {
            "before": _bins(answers.uncalibrated, answers.truth),
            "after": _bins(answers.scores, answers.truth),
        },
    }


def _bins(scores: np.ndarray, truth: np.ndarray) -> list[dict[str, float]]:
    """The bins that hold anything."""
    bins: Reliability = reliability(scores.max(axis=1), scores.argmax(axis=1) == truth)
    return [
        {
            "from": round(float(bins.edges[k]), 4),
            "to": round(float(bins.edges[k + 1]), 4),
            "count": int(bins.count[k]),
            "confidence": round(float(bins.confidence[k]), 5),
            "accuracy": round(float(bins.accuracy[k]), 5),
        }
        for k in np.flatnonzero(bins.count)
    ]
