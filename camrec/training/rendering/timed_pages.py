"""Photographed sheets to measure speed on: sizes of frames, and a known number of digits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from camrec.training.rendering.handwriting import DigitBank
from camrec.training.rendering.layout import Line
from camrec.training.rendering.scenes import photograph
from camrec.training.rendering.sheets import write_lines
from camrec.training.rendering.styles import Style

SIZES = ((480, 640), (720, 1280), (1080, 1920))  # px, height and width
GRIDS = {
    20: (4, 1),
    50: (5, 2),
    100: (10, 2),
}  # digits: rows, numbers of five digits in a row


@dataclass(frozen=True, slots=True, eq=False)
class TimedPage:
    """A picture and what is on it.

    Parameters
    ----------
    image : numpy.ndarray
        (H, W, 3) uint8 BGR.
    digits : int
        How many it shows.
    """

    image: np.ndarray
    digits: int

    @property
    def name(self) -> str:
        """For people: "1280x720, 50 digits"."""
        return f"{self.image.shape[1]}x{self.image.shape[0]}, {self.digits} digits"


def timed_pages(bank: DigitBank) -> list[TimedPage]:
    """A page of every size with every number of digits, the same each time."""
    return [TimedPage(_page(s, c, bank), c) for s in SIZES for c in sorted(GRIDS)]


def _page(size: tuple[int, int], count: int, bank: DigitBank) -> np.ndarray:
    rng = np.random.default_rng(count)
    rows, numbers = GRIDS[count]
    step = size[0] / (rows + 1)
    style = Style(height=0.6 * step, gap=0.2, frames=0.0, perspective=0.01)
    lines = [
        Line(
            x=0.1 * size[1],
            foot=(k + 1.2) * step,
            height=style.height,
            slope=0.0,
            space=2 * style.height,
            texts=tuple(f"{n:05}" for n in rng.integers(0, 100_000, numbers)),
        )
        for k in range(rows)
    ]
    sheet = write_lines(rng, lines, bank, None, style, size)
    return photograph(rng, sheet, style).image
