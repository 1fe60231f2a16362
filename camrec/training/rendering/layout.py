"""What stands where on a sheet: lines of numbers, words and signs, before any ink flows."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from camrec.training.rendering.letters import WORDS
from camrec.training.rendering.strokes import GLYPHS
from camrec.training.rendering.styles import Style

LAYOUTS = ("mixed", "rows", "columns", "big", "strip", "sparse")
SCRIBBLE = "~"  # stands for a scribble where a text is asked for
LIKE_DIGITS = "oOlI"  # alone, nothing tells them from a 0 or a 1
SIGNS = "".join(char for char in GLYPHS if not char.isalnum())


@dataclass(frozen=True, slots=True)
class Line:
    """A line of writing.

    Parameters
    ----------
    x, foot : float
        Where it starts, and its writing line there, sheet pixels.
    height : float
        Height of its digits, pixels.
    slope : float
        Rows down per column.
    space : float
        Between texts, pixels; or the width of a column.
    texts : tuple of str
        What is written: digits, letters, signs, `SCRIBBLE`.
    snap : bool
        Texts start at columns `space` apart.
    """

    x: float
    foot: float
    height: float
    slope: float
    space: float
    texts: tuple[str, ...]
    snap: bool = False


def runs_of(text: str) -> list[str]:
    """A text cut into its digits, one by one, and what stands between: ``"a12kg"`` is a, 1, 2, kg."""
    return re.findall(r"[0-9]|[^0-9]+", text)


def joins_number(sign: str) -> bool:
    """Whether the digits on both sides of a sign are one number (12.50 is, 12/50 is two)."""
    return sign in (".", ",", "'")


def draw_lines(
    rng: np.random.Generator, style: Style, size: tuple[int, int], room: float
) -> list[Line]:
    """The lines of a sheet.

    Parameters
    ----------
    rng : numpy.random.Generator
    style : Style
    size : tuple of int
        Height and width of the sheet, pixels.
    room : float
        Share of the sheet, about its middle, that will be seen and may be written on.
    """
    height, width = size
    top, left = height * (1 - room) / 2, width * (1 - room) / 2
    if style.layout in ("big", "strip"):
        return [_single(rng, style, (left, top), size)]
    lines: list[Line] = []
    y = top + rng.uniform(0.1, 1.0) * style.height
    rule = style.ruling * height
    columns = int(rng.integers(2, 6))
    while True:
        tall = style.height * float(np.exp(rng.normal(0, style.height_spread)))
        if y + 1.15 * tall > height - top:
            return lines or [
                _line(rng, style, (left, 0.5 * height), width - 2 * left, tall, columns)
            ]
        if rng.random() < style.on_rules:
            y = np.ceil((y + tall) / rule) * rule - tall
        if rng.random() < style.fill:
            lines.append(_line(rng, style, (left, y + tall), width - 2 * left, tall, columns))  # fmt: skip
        y += tall * style.leading


def _line(
    rng: np.random.Generator,
    style: Style,
    corner: tuple[float, float],
    width: float,
    height: float,
    columns: int,
) -> Line:
    """A line of a page, filled from the left with as much as is likely to fit."""
    x, foot = corner
    slope = rng.normal(0, 0.008 * (1 - style.on_rules))
    if style.layout == "columns":
        cells = tuple(draw_text(rng, style) for _ in range(columns))
        return Line(x + 0.3 * height, foot, height, slope, width / columns, cells, True)
    start = 0.3 * height + rng.uniform(0, (1 - style.fill) * 0.5) * width
    space = height * (max(0.0, style.gap) + rng.uniform(0.7, 1.6))
    texts: list[str] = []
    used = start
    while used < width * (0.3 if style.layout == "sparse" else 0.95):
        text = str(rng.integers(10)) if style.layout == "rows" and rng.random() > style.words else draw_text(rng, style)  # fmt: skip
        texts.append(text)
        used += space + height * (0.6 + max(0.0, style.gap)) * len(text)
    return Line(x + start, foot, height, slope, space, tuple(texts))


def _single(
    rng: np.random.Generator,
    style: Style,
    corner: tuple[float, float],
    size: tuple[int, int],
) -> Line:
    """One text alone: as many digits as fit, or a few."""
    width, height = size[1] - 2 * corner[0], size[0] - 2 * corner[1]
    tall = min(style.height, 0.9 * height)
    fits = max(1, int(0.9 * width / (tall * (0.62 + max(0.0, style.gap)))))
    most = min(fits, 3 if style.layout == "big" else 10)
    text = _number(rng, style, int(rng.integers(1, most + 1)))
    spare = max(0.0, width - len(text) * tall * (0.62 + max(0.0, style.gap)))
    x = corner[0] + 0.05 * tall + rng.uniform(0, 0.9) * spare
    foot = corner[1] + tall + rng.uniform(0.05, 0.95) * (height - tall)
    return Line(x, foot, tall, rng.normal(0, 0.008), 0.0, (text,))


def draw_text(rng: np.random.Generator, style: Style) -> str:
    """A number, a word, a sign or a scribble, by the shares of the style."""
    draw = rng.random()
    if draw < style.words:
        return _word(rng)
    if draw < style.words + style.signs * (1 - style.words):
        return SCRIBBLE if rng.random() < 0.25 else SIGNS[rng.integers(len(SIGNS))]
    length = int(rng.choice(9, p=_LENGTHS)) + 1
    return _number(rng, style, length)


# How long numbers are, from 1 digit to 9: prices, years, telephone numbers.
_LENGTHS = np.array([18, 18, 16, 16, 10, 8, 5, 4, 5]) / 100


def _number(rng: np.random.Generator, style: Style, length: int) -> str:
    """Digits, sometimes with signs or a unit as people write them."""
    digits = "".join(str(d) for d in rng.integers(0, 10, length))
    if rng.random() < 0.1:
        digits = digits[: length // 2] + "0" * (length - length // 2)
    if rng.random() >= style.separators:
        return digits
    at = int(rng.integers(1, length)) if length > 1 else 0
    forms = (
        f"{digits[:at]}{rng.choice(list('.,.:-/'))}{digits[at:]}" if at else f"{digits}.",
        f"{digits}{rng.choice(['kg', 'm', '%', 'cm', 'h', '.-', ')', '$', '=', 'a', 'b', '.'])}",
        f"{rng.choice(['#', '$', '+', '-', '(', 'A', 'x', 'x=', 'No.', '<'])}{digits}",
    )  # fmt: skip
    return forms[rng.integers(len(forms))]


def _word(rng: np.random.Generator) -> str:
    """A word, as it is, in capitals, or of letters drawn at random."""
    draw = rng.random()
    if draw < 0.2:
        letters = [
            char for char in GLYPHS if char.isalpha() and char not in LIKE_DIGITS
        ]
        return "".join(rng.choice(letters, rng.integers(1, 6)))
    word = WORDS[rng.integers(len(WORDS))]
    return word.upper() if draw < 0.4 else word.title() if draw < 0.5 else word
