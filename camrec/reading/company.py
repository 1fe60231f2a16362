"""A shape is judged with its neighbours: a shaky 7 among digits is a digit, a clean O among letters is none.

So it is, more gently, with all that stands around: what looks like a digit now and then on a page of cursive is none.
"""

from __future__ import annotations

import numpy as np

from camrec.elements import Box

PRIOR = 0.14  # share of digits among candidates in life, where training showed it about even numbers
COMPANY = 16.0  # what neighbours move the log odds by, if all are surely digits or surely none: half of it
REACH = 2.0  # heights over which a neighbour's say falls to 1/e
BESIDE = 0.6  # heights up or down that are still the same line
COLUMN = 0.5  # weight of what stands above and below, as in a table, for one of what stands beside
DOWN = 2.0  # heights over which that falls to 1/e
ASIDE = 0.5  # heights aside that are still the same column
AROUND = 15.0  # heights, in all directions, over which the say of what stands around falls to 1/e
SURROUNDINGS = 0.3  # power of the odds that a shape around is a digit, by which its own odds are multiplied
UNDECIDED = 3.0  # shapes around that are reckoned besides, half digits: of few one learns little
ALIKE = 0.5  # lower over taller: dots and frames have no say
TINY = 1e-6


def in_company(boxes: list[Box], scores: np.ndarray, digits: list[int]) -> np.ndarray:
    """Probabilities in view of what stands beside each shape.

    Bayes: the odds of "some digit" against "none" are multiplied by a factor that its neighbours on the line decide, and
    less so those in its column; which digit it would be is not touched. A shape alone counts one neighbour that is undecided.

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
    across, down, alike = _apart(boxes)
    weight = np.exp(-across / REACH) * (down < BESIDE) * alike
    weight += COLUMN * np.exp(-down / DOWN) * (across < ASIDE) * alike
    excess = (weight @ (scores[:, digits].max(axis=1) - 0.5)) / (1 + weight.sum(axis=1))
    return _moved(scores, digits, np.exp(COMPANY * excess) * PRIOR / (1 - PRIOR))


def surroundings(boxes: list[Box], scores: np.ndarray, digits: list[int]) -> np.ndarray:
    """What the share of digits among all that stands around says of each shape.

    The prior of a digit is not the same everywhere: it is estimated from the page itself (empirical Bayes).

    Parameters
    ----------
    boxes, scores, digits
        As for :func:`in_company`, whose probabilities `scores` are.

    Returns
    -------
    numpy.ndarray
        (N,) log odds of "some digit" against "none"; 0 where half are digits.
    """
    if not boxes:
        return np.zeros(0, np.float32)
    across, down, alike = _apart(boxes)
    weight = np.exp(-np.hypot(across, down) / AROUND) * alike
    found = weight @ scores[:, digits].max(axis=1) + UNDECIDED / 2
    share = found / (weight.sum(axis=1) + UNDECIDED)
    odds: np.ndarray = np.log(share / (1 - share))
    return odds


def in_surroundings(
    scores: np.ndarray, digits: list[int], odds: np.ndarray
) -> np.ndarray:
    """Probabilities in view of what stands around.

    Parameters
    ----------
    scores, digits
        As for :func:`surroundings`.
    odds : numpy.ndarray
        (N,) what that returned.

    Returns
    -------
    numpy.ndarray
        (N, classes) probabilities.
    """
    return _moved(scores, digits, np.exp(SURROUNDINGS * odds))


def _moved(scores: np.ndarray, digits: list[int], factor: np.ndarray) -> np.ndarray:
    """Probabilities whose odds of "some digit" are multiplied by a factor each, (N,)."""
    judged = np.maximum(scores, TINY)
    judged[:, digits] *= factor[:, None]
    moved: np.ndarray = judged / judged.sum(axis=1, keepdims=True)
    return moved


def _apart(boxes: list[Box]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(N, N) how far each two stand apart, across and down, in heights of the taller; and whether they are alike in height and two."""
    x, y, w, h = np.array([box.as_list() for box in boxes], np.float32).reshape(-1, 4).T
    tall = np.maximum(h[:, None], h)
    across = np.abs((x + w / 2)[:, None] - (x + w / 2)) / tall
    down = np.abs((y + h / 2)[:, None] - (y + h / 2)) / tall
    alike = np.minimum(h[:, None], h) > ALIKE * tall
    np.fill_diagonal(alike, False)
    return across, down, alike
