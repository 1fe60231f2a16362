"""Whether a person could read a digit of a rendered page: chance may leave it in the dark, in glare, in noise, or a blur.

The limits are people's, found by looking at forty scenes, not any reader's.
"""

from __future__ import annotations

import cv2
import numpy as np

from camrec.training.rendering.scenes import Page

LEAST_CONTRAST = 8  # grey levels between ink and paper
LEAST_OVER_NOISE = 2.5  # the same, over the deviation of the noise
MOST_BLUR = 0.09  # deviation of the blur over the digit's height: strokes are about a tenth wide
MARGIN = 4  # px of paper looked at around a digit


def legible(page: Page) -> list[bool]:
    """Of each digit of a page, whether it can be read."""
    grey = cv2.cvtColor(page.image, cv2.COLOR_BGR2GRAY).astype(np.float32)
    return [_stands_out(page, grey, k) and _is_sharp(page, k) for k in range(len(page.digits))]  # fmt: skip


def _stands_out(page: Page, grey: np.ndarray, k: int) -> bool:
    box = page.digits[k].box
    rows = slice(max(0, box.y - MARGIN), box.bottom + MARGIN)
    columns = slice(max(0, box.x - MARGIN), box.right + MARGIN)
    owner, levels = page.owner[rows, columns], grey[rows, columns]
    ink, paper = levels[owner == k + 1], levels[owner == 0]
    if not len(ink) or not len(paper):
        return False
    contrast = abs(ink.mean() - np.median(paper))
    return bool(contrast >= max(LEAST_CONTRAST, LEAST_OVER_NOISE * _noise(levels)))


def _noise(levels: np.ndarray) -> float:
    """Deviation of the noise, from neighbours: shadows and paper change too slowly to count, strokes are too few."""
    steps = np.abs(np.diff(levels, axis=1))
    return float(np.median(steps)) / 0.954  # of a normal distribution: 0.6745 * sqrt(2)


def _is_sharp(page: Page, k: int) -> bool:
    style = page.style
    lost = style.shrink / 2 if style.shrink > 1 else 0.0  # half a pixel of what was enlarged  # fmt: skip
    return bool(np.hypot(style.defocus, lost) <= MOST_BLUR * page.digits[k].box.height)
