"""How well a model tells its characters from all others, at every threshold and at one."""

from __future__ import annotations

from typing import Any

import numpy as np

from camrec.training.evaluation.answers import Answers

KEPT = 0.99  # share of digits that the threshold of the false-positive rate keeps


def character_scores(answers: Answers, by: str = "best") -> np.ndarray:
    """How much each picture looks like a character that the model knows: (N,) float32 in [0, 1].

    Parameters
    ----------
    answers : Answers
    by : {"best", "none"}
        "best": the largest probability of any class but "none", which every model has (Hendrycks and Gimpel, "A
        baseline for detecting misclassified and out-of-distribution examples", 2017). "none": 1 - P(none).
    """
    if by == "best" or answers.none is None:
        best: np.ndarray = answers.named_scores.max(axis=1)
        return best
    return 1 - answers.scores[:, answers.none]


def separation(characters: np.ndarray, others: np.ndarray) -> dict[str, Any]:
    """How far the scores of known characters stand above those of others.

    Parameters
    ----------
    characters, others : numpy.ndarray
        (N,) and (M,) scores of :func:`character_scores`.

    Returns
    -------
    dict
        ``others`` (M), ``auroc`` (chance that a character scores above another, ties half; 0.5 is guessing) and
        ``false_positive_rate`` (share of others that pass where :data:`KEPT` of the characters do).
    """
    from sklearn.metrics import roc_auc_score

    truth = np.repeat([1, 0], [len(characters), len(others)])
    auroc = roc_auc_score(truth, np.concatenate([characters, others]))
    threshold = np.sort(characters)[int((1 - KEPT) * len(characters))]
    return {
        "others": len(others),
        "auroc": round(float(auroc), 5),
        "false_positive_rate": round(float((others >= threshold).mean()), 5),
    }
