"""Shapes that are things and no strokes, though their outlines are digits: coins, bubbles, the sides of a box."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np

from camrec.elements import Region
from camrec.reading.classifier import named_classes
from camrec.reading.ink import Ink
from camrec.reading.regions import Body, Candidates

SOLID = 0.43  # of the shorter side: half the width of the broadest place; of 4,800 digits in pictures the most was 0.39
ROUND = 0.55  # shorter over longer side of what may be solid; a 1 is narrower, and full
LEGIBLE = 20  # px of the longer side; in smaller digits the eyes run full
FULL = 0.75  # of the ellipse in its box that is ink at the least, between the specks of what is on a coin
LOOKS = 0.3  # probability from which a shape may be taken for a 0, or for a 1
MARGIN = 0.2  # of the longer side: how far around a shape paper is looked at
SAMPLED = 48  # px of the longer side that are looked at
ROOM = 0.12  # of its box that a ring has inside, its soft edge apart; the eyes of a 6, 8 or 9 are small and half ink
# Share of the pen's contrast by which paper differs from paper; of 615 zeros in pictures the most was 0.19, of 740 ones 0.61:
INSIDE = 0.25  # inside a ring and around it
BESIDE = 0.7  # left and right of a bar
MOST = 0.8  # of a patch that differs so; within the outline of a fat pen's 0 there is ink and paper
LEAST_CONTRAST = 3.0  # grey levels; less tells nothing
PATCH = 8  # px of paper, at the least
REACHED = 2  # mark of paper that is reached from the edge
NEAR = np.ones((3, 3), np.uint8)


def mark_bodies(
    picture: np.ndarray,
    ink: Ink,
    candidates: Candidates,
    scores: np.ndarray,
    classes: Sequence[str],
) -> Candidates:
    """The candidates, those that no pen has drawn marked.

    Where a pen has drawn a ring, the paper inside is that around it, and left and right of a bar it is the same: where it
    is not, a thing has its edge there. And no pen is so broad that it fills a disc.

    Parameters
    ----------
    picture : numpy.ndarray
        (H, W, 3) uint8 BGR.
    ink : Ink
        Of `picture`.
    candidates : Candidates
        Of `ink`.
    scores : numpy.ndarray
        (N, classes) probabilities, each candidate judged alone.
    classes : sequence of str

    Returns
    -------
    Candidates
    """
    regions = [item.region for item in candidates.items]
    found = {row: Body.SOLID for row, region in enumerate(regions) if _is_solid(region.ink)}  # fmt: skip
    for row in _looking_like("0", scores, classes):
        if row not in found and _is_filled(_Look(picture, ink, regions[row])):
            found[row] = Body.FILLED
    for row in _looking_like("1", scores, classes):
        whole = not candidates.items[row].cuts
        if whole and row not in found and _is_edge(_Look(picture, ink, regions[row])):
            found[row] = Body.EDGE
    if not found:
        return candidates
    items = list(candidates.items)
    for row, body in found.items():
        items[row] = replace(items[row], body=body)
    return replace(candidates, items=tuple(items))


def silenced(
    candidates: Candidates, scores: np.ndarray, classes: Sequence[str]
) -> np.ndarray:
    """Scores by which no body is a digit.

    Parameters
    ----------
    candidates : Candidates
        Marked.
    scores : numpy.ndarray
        (N, classes) probabilities, left as they are.
    classes : sequence of str

    Returns
    -------
    numpy.ndarray
        (N, classes) probabilities.
    """
    rows = [row for row, item in enumerate(candidates.items) if item.body]
    if not rows:
        return scores
    others = np.ones(len(classes), bool)
    others[named_classes(classes)] = False
    scores = scores.copy()
    scores[rows] = others / max(1, others.sum())
    return scores


def _looking_like(text: str, scores: np.ndarray, classes: Sequence[str]) -> list[int]:
    """Rows of what may be taken for a digit."""
    if text not in classes:
        return []
    rows: list[int] = np.flatnonzero(scores[:, classes.index(text)] >= LOOKS).tolist()
    return rows


def _is_solid(ink: np.ndarray) -> bool:
    """Whether its broadest place is nearly as broad as the whole."""
    low, tall = sorted(ink.shape)
    if tall < LEGIBLE or low < ROUND * tall:
        return False
    if cv2.countNonZero(ink) < FULL * math.pi / 4 * low * tall:
        return False
    on_paper = cv2.copyMakeBorder(ink, 2, 2, 2, 2, cv2.BORDER_CONSTANT)
    filled = cv2.morphologyEx((on_paper > 0).astype(np.uint8), cv2.MORPH_CLOSE, NEAR)
    return bool(cv2.distanceTransform(filled, cv2.DIST_L2, 3).max() > SOLID * low)


class _Look:
    """A shape with the paper around it, large ones coarsely.

    Attributes
    ----------
    grey : numpy.ndarray
        (h, w) uint8.
    pen : numpy.ndarray
        (h, w) bool, the ink of the shape.
    paper : numpy.ndarray
        (h, w) bool, what is no ink, nor beside any.
    room : float
        Pixels of the shape's box, as coarse.
    """

    def __init__(self, picture: np.ndarray, ink: Ink, region: Region) -> None:
        box = region.box
        long = max(box.width, box.height)
        more, step = max(4, round(MARGIN * long)), max(1, long // SAMPLED)
        left, top = max(0, box.x - more), max(0, box.y - more)
        rows = slice(top, box.bottom + more, step)
        columns = slice(left, box.right + more, step)
        mask = ink.mask[rows, columns]
        self.grey = cv2.cvtColor(np.ascontiguousarray(picture[rows, columns]), cv2.COLOR_BGR2GRAY)  # fmt: skip
        whole = np.zeros((box.bottom - top, box.right - left), np.uint8)
        whole[box.y - top :, box.x - left :] = region.ink
        own = whole[::step, ::step] > 0
        self.pen = np.zeros(mask.shape, bool)
        self.pen[: own.shape[0], : own.shape[1]] = own
        # Rules were taken out of the mask.
        dark = ink.contrast[rows, columns] > ink.threshold[rows, columns]
        self.paper = cv2.dilate((dark | (mask > 0) | self.pen).astype(np.uint8), NEAR) == 0  # fmt: skip
        self.room = box.area / step**2

    def unlike(self, one: np.ndarray, other: np.ndarray, share: float) -> float:
        """Share of the pixels `one` that differ from the middle of `other` by more than a share of the pen's contrast; 0 where there are too few."""
        if min(np.count_nonzero(one), np.count_nonzero(other)) < PATCH:
            return 0.0
        paper = _middle(self.grey[other])
        contrast = max(LEAST_CONTRAST, abs(_middle(self.grey[self.pen]) - paper))
        far = np.abs(self.grey[one].astype(np.int16) - paper) > share * contrast
        return float(far.mean())


def _middle(greys: np.ndarray) -> int:
    """The median, without the care that numpy takes of what cannot be here."""
    half = greys.size // 2
    return int(np.partition(greys, half)[half])


def _is_filled(look: _Look) -> bool:
    """Whether a ring encloses hardly anything of what it stands on."""
    free = cv2.copyMakeBorder((~look.pen).astype(np.uint8), 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=1)  # fmt: skip
    cv2.floodFill(free, None, (0, 0), REACHED)
    around = free[1:-1, 1:-1] == REACHED
    enclosed = cv2.erode((~around & ~look.pen).astype(np.uint8), NEAR) > 0
    if np.count_nonzero(enclosed) < ROOM * look.room:
        return False
    return look.unlike(enclosed, around & look.paper, INSIDE) > MOST


def _is_edge(look: _Look) -> bool:
    """Whether a bar has hardly the same paper on its left and on its right, whichever of them is the pen's."""
    before = np.logical_or.accumulate(look.pen, axis=1)
    after = np.logical_or.accumulate(look.pen[:, ::-1], axis=1)[:, ::-1]
    beside = look.paper & look.pen.any(axis=1, keepdims=True)
    left, right = beside & ~before, beside & ~after
    return (
        max(look.unlike(left, right, BESIDE), look.unlike(right, left, BESIDE)) > MOST
    )
