"""Rendered pages with nothing between the ink and the picture: what is dark is pen."""

from __future__ import annotations

import numpy as np

from camrec.training.rendering.handwriting import DigitBank
from camrec.training.rendering.layout import Line
from camrec.training.rendering.scenes import Page, photograph
from camrec.training.rendering.sheets import write_lines
from camrec.training.rendering.styles import Style

SIZE = (240, 400)
CLEAR = Style(
    surface="screen", pen="light", frames=0.0, hands=0.0, words=0.0, signs=0.0,
    gradient=0.0, vignette=0.0, cast=0.0, brightness=1.0, perspective=0.0, zoom=1.0,
    defocus=0.0, noise=0.0, jpeg=0, gap=0.4, bounce=0.0,
)  # fmt: skip


def page_of(bank: DigitBank, *texts: str, style: Style = CLEAR, seed: int = 1, x: int = 20) -> Page:  # fmt: skip
    """A page with one line of writing."""
    line = Line(x=x, foot=140, height=60, slope=0.0, space=40, texts=texts)
    sheet = write_lines(np.random.default_rng(seed), [line], bank, None, style, SIZE)
    return photograph(np.random.default_rng(seed), sheet, style)
