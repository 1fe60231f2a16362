"""Ink -> components: connected strokes that are neither noise, dirt nor frames."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from camrec.reading.connected import connected
from camrec.reading.ink import Ink
from camrec.reading.ranges import members
from camrec.reading.texture import texture

SMALLEST = (
    10  # px high or wide at the scale of work: less than this holds no legible digit
)
CRUMB = 3  # px; smaller ink is noise and never part of a digit
STRONG = (
    1.5  # times the local threshold that some pixel of a stroke must reach (hysteresis)
)
STANDS_OFF = 7.0  # times as far as the paper itself stands off it must be; see :mod:`camrec.reading.texture`
EMPTIEST = 0.02  # share of the box that is ink: a frame around a page has less
FRAMED = 0.3  # of a component's height: what is so tall and lies in its hole makes it a frame, a circle, a box
STACK_GAP = 0.25  # of the height: the cap of a 5 above its body


@dataclass(frozen=True, slots=True, eq=False)
class Components:
    """Connected strokes as tables, a row each: a page of clutter has thousands.

    Parameters
    ----------
    labels : numpy.ndarray
        (H, W) int32; the label of each pixel, those of dropped components and paper too.
    names : numpy.ndarray
        (N,) int, label of each component.
    boxes : numpy.ndarray
        (N, 4) int: x, y, width, height.
    areas : numpy.ndarray
        (N,) int, pixels of ink.
    """

    labels: np.ndarray
    names: np.ndarray
    boxes: np.ndarray
    areas: np.ndarray

    def __len__(self) -> int:
        return len(self.names)

    def take(self, chosen: np.ndarray) -> Components:
        """These rows, in this order."""
        return Components(
            self.labels, self.names[chosen], self.boxes[chosen], self.areas[chosen]
        )

    def mask(self, k: int) -> np.ndarray:
        """One component's pixels in its box: (h, w) uint8, 255 is pen."""
        x, y, width, height = self.boxes[k].tolist()
        name = int(self.names[k])
        return cv2.inRange(self.labels[y : y + height, x : x + width], name, name)


def find_components(ink: Ink, most: int) -> Components:
    """Label connected strokes.

    Parameters
    ----------
    ink : Ink
        Of the picture at the scale of work.
    most : int
        Where there are more, the tallest are taken.

    Returns
    -------
    Components
        The tallest first.
    """
    every = connected(ink.mask)
    width, height = every.boxes[:, 2:].T
    extent = np.maximum(width, height)
    keep = (extent >= CRUMB) & (every.areas >= EMPTIEST * width * height)
    keep &= _strong(ink, every.labels, len(extent))
    keep[0] = False  # paper
    large = keep & (extent >= SMALLEST)
    crumbs = np.flatnonzero(keep & ~large)
    keep[crumbs] = _beside(every.centres[crumbs], every.boxes[large])
    names = np.flatnonzero(keep)
    names = names[np.argsort(-height[names], kind="stable")][:most]
    found = Components(every.labels, names, every.boxes[names], every.areas[names])
    return found.take(np.flatnonzero(~_frames(found)))


def _frames(components: Components) -> np.ndarray:
    """(N,) bool: which components are drawn around others."""
    x, y, width, height = components.boxes.T
    right, bottom = x + width, y + height
    within = (x[:, None] < x) & (right < right[:, None]) & (y[:, None] < y) & (bottom < bottom[:, None])  # fmt: skip
    within &= height >= FRAMED * height[:, None]
    frames = np.zeros(len(components), bool)
    for k in np.flatnonzero(within.any(axis=1)).tolist():
        frames[k] = _encloses(components, k, np.flatnonzero(within[k]).tolist())
    return frames


def _encloses(components: Components, k: int, others: list[int]) -> bool:
    """Whether one of `others`, in the box of component `k`, cannot be reached from outside without crossing its ink."""
    paper = cv2.copyMakeBorder(255 - components.mask(k), 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=255)  # fmt: skip
    _, labels = cv2.connectedComponents(paper, connectivity=4)
    left, top = components.boxes[k, :2].tolist()
    for other in others:
        x, y = components.boxes[other, :2].tolist()
        column = int(components.mask(other)[0].argmax())
        if labels[y - top + 1, x + column - left + 1] != labels[0, 0]:
            return True
    return False


def _strong(ink: Ink, labels: np.ndarray, count: int) -> np.ndarray:
    """(count,) bool: which labels hold a pixel that is surely ink."""
    level = cv2.convertScaleAbs(ink.threshold, alpha=STRONG)
    paper = cv2.convertScaleAbs(texture(ink.contrast), alpha=STANDS_OFF)
    level = cv2.max(level, cv2.resize(paper, level.shape[::-1]))
    seen = np.zeros(count, bool)
    seen[labels[cv2.compare(ink.contrast, level, cv2.CMP_GT) > 0]] = True
    return seen


def _beside(centres: np.ndarray, large: np.ndarray) -> np.ndarray:
    """(N,) bool: which centres lie in or close beside one of the components `large`; other crumbs are dirt."""
    near = np.zeros(len(centres), bool)
    order = np.argsort(centres[:, 0])
    column, row = centres[order].astype(np.intp).T
    x, y, width, height = large.T
    margin = (STACK_GAP * height).astype(np.intp)
    starts = np.searchsorted(column, x - margin)
    stops = np.searchsorted(column, x + width + margin, side="right")
    box, crumb = members(starts, stops)
    top, bottom = y - margin, y + height + margin
    inside = (row[crumb] >= top[box]) & (row[crumb] <= bottom[box])
    near[order[crumb[inside]]] = True
    return near
