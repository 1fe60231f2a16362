"""Candidates -> lines: chains that stand side by side, and the ink of each line on one sheet."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from camrec.elements import Box
from camrec.reading.regions import Candidate, Candidates

ALIKE = 0.4  # lower over taller of neighbours on a line; a point is too low to be one
RISE = 0.5  # of the taller height between the middles of neighbours
GAP = 0.9  # of the taller height: wider gaps part lines, as columns of a table
STEADY = 1.5  # heights: of chains closer together one learns little of a slope
STEEPEST = 0.3  # rows a column
OVERLAP = 0.5  # of the taller height: slanted and linked digits reach under each other


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """Chains side by side.

    Parameters
    ----------
    chains : tuple of int
        Left to right.
    members : tuple of int
        Rows of the candidates of these chains.
    box : Box
        Around all their ink.
    slope : float
        Rows down for each column to the right.
    """

    chains: tuple[int, ...]
    members: tuple[int, ...]
    box: Box
    slope: float = 0.0

    def ink(self, items: tuple[Candidate, ...]) -> np.ndarray:
        """The ink of its candidates on one sheet: (box.height, box.width) uint8, 255 is pen."""
        sheet = np.zeros((self.box.height, self.box.width), np.uint8)
        for row in self.members:
            region = items[row].region
            at = region.box.shift(-self.box.x, -self.box.y)
            view = sheet[at.y : at.bottom, at.x : at.right]
            np.maximum(view, region.ink, out=view)
        return sheet


def level(sheet: np.ndarray, slope: float) -> np.ndarray:
    """The ink of a line brought level; no column moves to another.

    Parameters
    ----------
    sheet : numpy.ndarray
        (h, w) uint8, 255 is pen.
    slope : float
        Of the line.

    Returns
    -------
    numpy.ndarray
        (height, w) uint8, as tall as its ink is now.
    """
    height, width = sheet.shape
    more = abs(slope) * (width - 1)
    if more < 1:
        return sheet
    shear = np.array([[1, 0, 0], [-slope, 1, max(0.0, slope) * (width - 1)]])
    turned = cv2.warpAffine(sheet, shear, (width, height + int(more)))
    _, y, _, tall = cv2.boundingRect(turned)
    return turned[y : y + tall] if tall else sheet


def find_lines(candidates: Candidates) -> list[Line]:
    """Chains that stand beside each other, at any slope that neighbours allow; many are alone.

    Parameters
    ----------
    candidates : Candidates

    Returns
    -------
    list of Line
        Every chain with a candidate is in exactly one.
    """
    members: dict[int, list[int]] = {}
    for row, item in enumerate(candidates.items):
        members.setdefault(item.chain, []).append(row)
    chains = list(members)
    boxes = [Box.around([candidates.items[row].region.box for row in members[chain]]) for chain in chains]  # fmt: skip
    lines = []
    for some in runs(boxes):
        rows = tuple(row for k in some for row in members[chains[k]])
        box = Box.around([boxes[k] for k in some])
        slope = _slope([boxes[k] for k in some])
        lines.append(Line(tuple(chains[k] for k in some), rows, box, slope))
    return lines


def _slope(boxes: list[Box]) -> float:
    """Of the straight line that comes nearest to the middles of boxes; less where they are few or close together."""
    x, y, w, h = np.array([box.as_list() for box in boxes], float).T
    across, down = x + w / 2, y + h / 2
    across, down = across - across.mean(), down - down.mean()
    slope = (across @ down) / (across @ across + (STEADY * h.max()) ** 2)
    return float(np.clip(slope, -STEEPEST, STEEPEST))


def runs(boxes: list[Box]) -> list[list[int]]:
    """Boxes that follow each other; nearest pairs are joined first, each side once.

    Parameters
    ----------
    boxes : list of Box

    Returns
    -------
    list of list of int
        Indices, from left to right; every box is in exactly one run.
    """
    return nearest_first(len(boxes), *_neighbours(boxes))


def nearest_first(
    count: int, left: np.ndarray, right: np.ndarray, distance: np.ndarray
) -> list[list[int]]:
    """Pairs joined to runs; nearest first, each side once.

    Parameters
    ----------
    count : int
        Of the things that are joined.
    left, right : numpy.ndarray
        (K,) int, of each pair.
    distance : numpy.ndarray
        (K,) float.

    Returns
    -------
    list of list of int
        Every thing is in exactly one run; by their first.
    """
    order = np.argsort(distance, kind="stable")
    follows: dict[int, int] = {}
    taken: set[int] = set()
    for a, b in zip(left[order].tolist(), right[order].tolist()):
        if a not in follows and b not in taken:
            follows[a] = b
            taken.add(b)
    out = []
    for start in sorted(set(range(count)) - taken):
        run = [start]
        while run[-1] in follows:
            run.append(follows[run[-1]])
        out.append(run)
    return out


def _neighbours(boxes: list[Box]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(K,) each: left and right of every pair that may stand side by side, and how far apart, in heights."""
    x, y, w, h = np.array([box.as_list() for box in boxes], float).reshape(-1, 4).T
    tall, low = np.maximum(h[:, None], h), np.minimum(h[:, None], h)
    across = (x + w / 2) - (x + w / 2)[:, None]
    down = (y + h / 2) - (y + h / 2)[:, None]
    gap = x - (x + w)[:, None]
    beside = (across > 0) & (low >= ALIKE * tall) & (np.abs(down) <= RISE * tall)
    beside &= (gap <= GAP * tall) & (gap >= -OVERLAP * tall)
    left, right = np.nonzero(beside)
    distance = np.hypot(across[beside], 2 * down[beside]) / tall[beside]
    return left, right, distance
