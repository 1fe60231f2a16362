"""Which digit of this frame is which digit of the last one? Mathematics without memory.

The page moves as a whole, mostly: a hand-held camera shifts all digits alike. So first the shift that most digits agree
on is found, then each digit is sought near where that shift puts it, then those still missing are sought where their
neighbours went, which follows turns and zooms too. Distances are measured in heights of the digits themselves.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

NEAR = (
    0.6  # heights from the expected place; neighbours in a number stand about 0.7 apart
)
ALIKE = 0.4  # lower over taller height; a hand-held digit does not shrink more between frames
OTHER_LABEL = 0.3  # heights of distance that reading another digit there is worth
FASTEST = (
    12.0  # heights a second that a page may gain or lose of its speed between frames
)
FARTHEST = 5.0  # heights between two frames, however long between them
_BIN = 0.2  # heights; three of them must stay below the 0.7 from one digit of a number to the next


@dataclass(frozen=True, slots=True, eq=False)
class Marks:
    """Digits as the matcher sees them.

    Parameters
    ----------
    centres : numpy.ndarray
        (N, 2) float, x and y in pixels.
    heights : numpy.ndarray
        (N,) float, pixels, above 0.
    scores : numpy.ndarray
        (N, C) float probabilities of the classes.
    """

    centres: np.ndarray
    heights: np.ndarray
    scores: np.ndarray

    def __len__(self) -> int:
        return len(self.heights)


@dataclass(frozen=True, slots=True, eq=False)
class Match:
    """What became of the old marks.

    Parameters
    ----------
    pairs : list of (int, int)
        Old and new index of each mark found again; each index at most once.
    shifts : numpy.ndarray
        (old marks, 2) float, pixels: how each moved; of those not found, how it must have moved with its neighbours.
    motion : numpy.ndarray
        (2,) float, pixels: how the page moved.
    """

    pairs: list[tuple[int, int]]
    shifts: np.ndarray
    motion: np.ndarray


def match(old: Marks, new: Marks, expected: np.ndarray, dt: float) -> Match:
    """Find old marks among new ones.

    Parameters
    ----------
    old, new : Marks
    expected : numpy.ndarray
        (2,) float, pixels: the shift of the page if it goes on as it went.
    dt : float
        Seconds between the two.

    Returns
    -------
    Match
    """
    if not len(old) or not len(new):
        return Match([], np.tile(expected, (len(old), 1)), expected)
    motion = common_motion(old, new, expected, dt)
    shifts = np.tile(motion, (len(old), 1))
    pairs = _nearest(old, new, shifts, taken=[])
    shifts = _with_neighbours(old, new, pairs, motion)
    pairs = pairs + _nearest(old, new, shifts, taken=pairs)
    shifts = _with_neighbours(old, new, pairs, motion)
    if pairs:
        motion = np.median(shifts[[i for i, _ in pairs]], axis=0)
    return Match(pairs, shifts, motion)


def common_motion(
    old: Marks, new: Marks, expected: np.ndarray, dt: float
) -> np.ndarray:
    """The shift, (2,) float pixels, that most marks agree on; marks that read alike have more to say."""
    height = float(np.median(old.heights))
    reach = min(1.0 + FASTEST * dt, FARTHEST)
    # (old, new, 2): every shift any pair would mean, in heights, from where the page is expected.
    shifts = (new.centres[None] - old.centres[:, None] - expected) / height
    votes = (0.1 + _agreement(old, new)) * (_height_ratio(old, new) >= ALIKE)
    votes = votes * np.exp(-2 * (shifts**2).sum(axis=2) / reach**2)
    near = (np.abs(shifts) < reach).all(axis=2) & (votes > 0)
    if not near.any():
        return expected
    return expected + height * _mode(shifts[near], votes[near], reach)


def _mode(points: np.ndarray, weights: np.ndarray, reach: float) -> np.ndarray:
    """Where weighted points, (N, 2) within +-reach, lie densest."""
    size = (
        2 * int(np.ceil(reach / _BIN)) + 3
    )  # with a rim, so that sums over 3x3 wrap around nothing
    cells = np.rint(points / _BIN).astype(int) + size // 2
    counts = np.bincount(cells @ (size, 1), weights, minlength=size * size)
    counts = counts.reshape(size, size)
    rows = counts + np.roll(counts, 1, axis=0) + np.roll(counts, -1, axis=0)
    sums = rows + np.roll(rows, 1, axis=1) + np.roll(rows, -1, axis=1)
    best = np.array(np.unravel_index(sums.argmax(), sums.shape))
    around = (np.abs(cells - best) <= 1).all(axis=1)
    return np.average(points[around], axis=0, weights=weights[around])


def _nearest(
    old: Marks, new: Marks, shifts: np.ndarray, taken: list[tuple[int, int]]
) -> list[tuple[int, int]]:
    """Pairs besides `taken`, best first, each mark once: greedy, which scipy's assignment betters only in a muddle."""
    gaps = new.centres[None] - (old.centres + shifts)[:, None]
    tall = np.maximum(old.heights[:, None], new.heights)
    away = np.hypot(gaps[..., 0], gaps[..., 1]) / tall
    allowed = (away < NEAR) & (_height_ratio(old, new) >= ALIKE)
    allowed[[i for i, _ in taken]] = False
    allowed[:, [j for _, j in taken]] = False
    cost = away + OTHER_LABEL * (1 - _agreement(old, new))
    pairs, used_old, used_new = [], set[int](), set[int]()
    candidates = np.argwhere(allowed)
    for i, j in candidates[np.argsort(cost[allowed], kind="stable")].tolist():
        if i not in used_old and j not in used_new:
            used_old.add(i)
            used_new.add(j)
            pairs.append((i, j))
    return pairs


def _with_neighbours(
    old: Marks, new: Marks, pairs: list[tuple[int, int]], motion: np.ndarray
) -> np.ndarray:
    """(old, 2) shifts: of each pair its own, of the others what the nearest pairs did."""
    if not pairs:
        return np.tile(motion, (len(old), 1))
    found, at = (list(side) for side in zip(*pairs, strict=True))
    moved = new.centres[at] - old.centres[found]
    gaps = old.centres[:, None] - old.centres[found][None]
    weights = 1 / ((gaps**2).sum(axis=2) + old.heights[:, None] ** 2) ** 2
    shifts: np.ndarray = weights @ moved / weights.sum(axis=1, keepdims=True)
    shifts[found] = moved
    return shifts


def _agreement(old: Marks, new: Marks) -> np.ndarray:
    """(old, new) probability that both are the same digit."""
    agreement: np.ndarray = old.scores @ new.scores.T
    return agreement


def _height_ratio(old: Marks, new: Marks) -> np.ndarray:
    ratio = old.heights[:, None] / new.heights
    alike: np.ndarray = np.minimum(ratio, 1 / ratio)
    return alike
