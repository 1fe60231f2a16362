"""Which way up a page lies, found from what is written on it."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from camrec.elements import Box
from camrec.reading.regions import Candidates

ENOUGH = 0.7  # of all shapes that are digits as the page lies: nobody need look further
MOST_SHAPES = 400  # looked at; more tell no more
ALIKE = 0.5  # smaller over larger of two neighbours
CLOSE = 0.5  # sizes of the smaller between them
ASIDE = 0.4  # of the smaller that two neighbours share
SIDEWAYS = 1.3  # times as many neighbours above each other as beside: lines of writing that run down the page
CHANCE = 6  # pairs more than that, at least
CLEARLY = 1.5  # times the digits of the page as it lies, and a few more, have to be found turned
FEW = 3
SHARE = (
    0.3  # of all shapes that then are digits; among letters turned digits prove nothing
)

Scores = Callable[[np.ndarray], np.ndarray]


def best_turn(
    candidates: Candidates,
    crops: np.ndarray,
    known: np.ndarray,
    scores: Scores,
    digits: list[int],
) -> int:
    """Quarter turns against the clock that bring the page upright.

    Lines of letters or digits show whether it lies on its side; which side, and whether a page of digits stands on its
    head, show the digits themselves, read in all four positions.

    Parameters
    ----------
    candidates : Candidates
    crops : numpy.ndarray
        (N, 28, 28, 1), theirs.
    known : numpy.ndarray
        (N, classes), what they score as the page lies.
    scores : callable
        Crops to probabilities.
    digits : list of int
        Columns of the digit classes.

    Returns
    -------
    int
        0 to 3; 0 where nothing speaks clearly for another.
    """
    whole = [k for k, item in enumerate(candidates.items) if item.last - item.first == 1]  # fmt: skip
    whole = whole[:MOST_SHAPES]
    if not whole:
        return 0
    upright = known[np.ix_(whole, digits)].max(axis=1).sum()
    if upright > ENOUGH * len(whole):
        return 0
    turned = [np.ascontiguousarray(np.rot90(crops[whole], k, axes=(1, 2))) for k in (1, 2, 3)]  # fmt: skip
    rest = [scores(some)[:, digits].max(axis=1).sum() for some in turned]
    found = np.array([upright, *rest])
    if _lies_sideways([candidates.items[k].region.box for k in whole]):
        return 1 if found[1] >= found[3] else 3
    best = int(found.argmax())
    clear = found[best] > CLEARLY * found[0] + FEW and found[best] > SHARE * len(whole)
    return best if clear else 0


def _lies_sideways(boxes: list[Box]) -> bool:
    """Whether shapes have their neighbours above and below rather than left and right."""
    x, y, w, h = np.array([box.as_list() for box in boxes], float).T
    size = np.maximum(w, h)
    small = np.minimum(size[:, None], size)
    alike = small > ALIKE * np.maximum(size[:, None], size)
    across, down = _gaps(x, w), _gaps(y, h)
    beside = (across > 0) & (across < CLOSE * small) & (-down > ASIDE * np.minimum(h[:, None], h))  # fmt: skip
    above = (down > 0) & (down < CLOSE * small) & (-across > ASIDE * np.minimum(w[:, None], w))  # fmt: skip
    pairs = [np.count_nonzero(near & alike) / 2 for near in (above, beside)]
    return bool(pairs[0] > SIDEWAYS * pairs[1] + CHANCE)


def _gaps(start: np.ndarray, extent: np.ndarray) -> np.ndarray:
    """(N, N) pixels between intervals; negative where they overlap."""
    end = start + extent
    return np.maximum(start[:, None], start) - np.minimum(end[:, None], end)


def turn(image: np.ndarray, quarters: int) -> np.ndarray:
    """The picture turned by quarters against the clock."""
    ways = (None, cv2.ROTATE_90_COUNTERCLOCKWISE, cv2.ROTATE_180, cv2.ROTATE_90_CLOCKWISE)  # fmt: skip
    way = ways[quarters % 4]
    return image if way is None else cv2.rotate(image, way)


def turn_back(box: Box, quarters: int, width: int, height: int) -> Box:
    """Where a box of the turned picture lies in the picture of `width` x `height` that was turned."""
    match quarters % 4:
        case 1:
            return Box(width - box.bottom, box.x, box.height, box.width)
        case 2:
            return Box(width - box.right, height - box.bottom, box.width, box.height)
        case 3:
            return Box(box.y, height - box.right, box.height, box.width)
    return box
