"""Whether a model is right as often as it says: reliability and the expected calibration error."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

BINS = 15  # of equal width over [0, 1] (Guo et al., "On calibration of modern neural networks", 2017)


@dataclass(frozen=True, slots=True, eq=False)
class Reliability:
    """Answers sorted by how sure they were into bins of equal width.

    Parameters
    ----------
    edges : numpy.ndarray
        (BINS + 1,) from 0 to 1; a bin holds its right edge, not its left.
    count : numpy.ndarray
        (BINS,) int, answers in each bin.
    confidence, accuracy : numpy.ndarray
        (BINS,) means over each bin; NaN in empty ones.
    """

    edges: np.ndarray
    count: np.ndarray
    confidence: np.ndarray
    accuracy: np.ndarray

    @property
    def error(self) -> float:
        """Expected calibration error in [0, 1]: the mean distance of accuracy and confidence, weighted by count."""
        full = self.count > 0
        if not full.any():
            return float("nan")
        gap = np.abs(self.accuracy - self.confidence)[full]
        return float(gap @ self.count[full] / self.count.sum())


def reliability(confidence: np.ndarray, right: np.ndarray) -> Reliability:
    """Confidence against accuracy.

    Parameters
    ----------
    confidence : numpy.ndarray
        (N,) in [0, 1], probability of each answer.
    right : numpy.ndarray
        (N,) bool.
    """
    edges = np.linspace(0, 1, BINS + 1)
    place = np.clip(np.searchsorted(edges, confidence, side="left") - 1, 0, BINS - 1)
    count = np.bincount(place, minlength=BINS)
    with np.errstate(invalid="ignore"):  # 0 / 0 in an empty bin is what NaN is for
        sure = np.bincount(place, confidence, BINS) / count
        hit = np.bincount(place, right, BINS) / count
    return Reliability(edges, count, sure, hit)


def calibration_error(scores: np.ndarray, truth: np.ndarray) -> float:
    """Expected calibration error of the winning class.

    Parameters
    ----------
    scores : numpy.ndarray
        (N, classes) probabilities.
    truth : numpy.ndarray
        (N,) int, index of the right class.

    Returns
    -------
    float
        In [0, 1]; NaN without any row.
    """
    confidence, answer = scores.max(axis=1), scores.argmax(axis=1)
    return reliability(confidence, answer == truth).error
