"""A shape is judged with its neighbours: a shaky 7 among digits is a digit, a clean O among letters is none."""

from __future__ import annotations

import numpy as np

from camrec.elements import Box

PRIOR = 0.12  # share of digits among candidates in life, where training showed it about even numbers
COMPANY = 16.0  # what neighbours move the log odds by, if all are surely digits or surely none: half of it
REACH = 2.0  # heights over which a neighbour's say falls to 1/e
BESIDE = 0.6  # heights up or down that are still the same line
ALIKE = 0.5  # lower over taller: dots and frames have no say
TINY = 1e-6


def in_company(boxes: list[Box], scores: np.ndarray, digits: list[int]) -> np.ndarray:
    """Probabilities in view of what stands beside each shape.

    Bayes: the odds of "some digit" against "none" are multiplied by a factor that its neighbours on the line decide; which
    digit it would be is not touched. A shape alone counts one neighbour that is undecided.

    Parameters
    ----------
    boxes : list of Box
        Of everything that was chosen, digits or not.
    scores : numpy.ndarray
        (N, classes) probabilities, each shape judged alone.
    digits : list of int
        Columns of the digit classes; the others say "none".

    Returns
    -------
    numpy.ndarray
        (N, classes) probabilities.
    """
    if not boxes:
        return scores
    weight = _say(boxes)
    excess = (weight @ (scores[:, digits].max(axis=1) - 0.5)) / (1 + weight.sum(axis=1))
    factor = np.exp(COMPANY * excess) * PRIOR / (1 - PRIOR)
    judged = np.maximum(scores, TINY)
    judged[:, digits] *= factor[:, None]
    return judged / judged.sum(axis=1, keepdims=True)


def _say(boxes: list[Box]) -> np.ndarray:
    """(N, N) weight of each shape's word on each other: near, on the same line and of like height."""
    x, y, w, h = np.array([box.as_list() for box in boxes], np.float32).reshape(-1, 4).T
    tall = np.maximum(h[:, None], h)
    across = np.abs((x + w / 2)[:, None] - (x + w / 2)) / tall
    down = np.abs((y + h / 2)[:, None] - (y + h / 2)) / tall
    alike = np.minimum(h[:, None], h) > ALIKE * tall
    weight = np.exp(-across / REACH) * (down < BESIDE) * alike
    np.fill_diagonal(weight, 0)
    return weight
