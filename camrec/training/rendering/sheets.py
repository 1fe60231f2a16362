"""Sheets: lines of writing put on a paper or board with a pen, flat and evenly lit, every pixel of ink with its owner."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import cv2
import numpy as np

from camrec.training.rendering.handwriting import DigitBank, Hand
from camrec.training.rendering.inking import (
    INK_ALPHA,
    frame_paths,
    inked,
    placing,
    scribble,
    stroke,
)
from camrec.training.rendering.layout import (
    SCRIBBLE,
    Line,
    draw_lines,
    joins_number,
    runs_of,
)
from camrec.training.rendering.letters import WordBank
from camrec.training.rendering.shapes import Shape, digit_shapes
from camrec.training.rendering.strokes import spelled
from camrec.training.rendering.styles import PENS, Style, pens_for
from camrec.training.rendering.surfaces import draw_surface

NOT_A_DIGIT = -1  # owner of ink that belongs to no digit
WIDEST = 1.1  # width of a digit over the height of its line


@dataclass(frozen=True, slots=True, eq=False)
class Mark:
    """Something on a sheet: a digit, or not.

    Parameters
    ----------
    text : str
        "0" to "9"; empty for what is no digit.
    number : int
        Number of the sheet it belongs to; -1 for what is no digit.
    outline : numpy.ndarray
        (K, 2) float32, hull of its ink, sheet pixels.
    """

    text: str
    number: int
    outline: np.ndarray


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """A sheet or board with writing on it, flat and evenly lit.

    Parameters
    ----------
    image : numpy.ndarray
        (H, W, 3) uint8, BGR.
    owner : numpy.ndarray
        (H, W) int16: k + 1 is ink of ``marks[k]`` if that is a digit, -1 is other ink, 0 is none.
    marks : tuple of Mark
    """

    image: np.ndarray
    owner: np.ndarray
    marks: tuple[Mark, ...]


def write_sheet(
    rng: np.random.Generator,
    digits: DigitBank,
    words: WordBank | None,
    style: Style,
    size: tuple[int, int],
) -> Sheet:
    """A sheet with lines of writing as the style has them."""
    seen = min(1.0, 1.0 / style.zoom)
    room = seen * (0.98 - 0.3 * abs(np.sin(np.deg2rad(style.tilt))))
    scaled = replace(style, height=style.height / style.zoom)
    lines = draw_lines(rng, scaled, size, room)
    return write_lines(rng, lines, digits, words, style, size)


def write_lines(
    rng: np.random.Generator,
    lines: list[Line],
    digits: DigitBank,
    words: WordBank | None,
    style: Style,
    size: tuple[int, int],
) -> Sheet:
    """A sheet with the given lines written on it."""
    surface = draw_surface(rng, style.surface, size, style.ruling, style.folds)
    owner = np.where(surface.printed, NOT_A_DIGIT, 0).astype(np.int16)
    writer = _Writer(rng, digits, words, style, owner)
    writer.write(lines)
    image = surface.image
    for ink, layer in writer.layers.items():
        image = inked(rng, image, layer, PENS[ink], style.contrast)
    return Sheet(image, owner, tuple(writer.marks))


class _Writer:
    """Puts lines on a sheet: layers of ink, one a pen, and the marks that they make."""

    def __init__(
        self,
        rng: np.random.Generator,
        digits: DigitBank,
        words: WordBank | None,
        style: Style,
        owner: np.ndarray,
    ) -> None:
        self._rng, self._bank, self._words, self._style = rng, digits, words, style
        self._owner = owner
        self.layers: dict[str, np.ndarray] = {}
        self.marks: list[Mark] = []
        self._numbers = 0

    def write(self, lines: list[Line]) -> None:
        """Write all lines; what does not fit in the sheet's width is left out."""
        hands = [self._hand() for _ in lines]
        main = self._rng.random(len(lines)) >= self._style.hands
        hands = [hands[0] if same else hand for same, hand in zip(main, hands)]
        shapes = self._shapes(lines, hands)
        for line, hand in zip(lines, hands):
            self._write_line(line, hand, self._pen(hand is hands[0]), shapes)

    def _hand(self) -> Hand:
        """A writer like the style's."""
        rng, style = self._rng, self._style
        return Hand(
            source=self._bank.pick_source(rng),
            slant=style.slant + rng.normal(0, 0.05),
            stretch=style.stretch * float(np.exp(rng.normal(0, 0.05))),
            pen=float(np.clip(style.pen_width * np.exp(rng.normal(0, 0.1)), 0.02, 0.24)),
        )  # fmt: skip

    def _pen(self, main: bool) -> str:
        """The style's pen; another writer may use another."""
        if main or self._rng.random() < 0.5:
            return self._style.pen
        return str(self._rng.choice(list(pens_for(self._style.surface))))

    def _shapes(
        self, lines: list[Line], hands: list[Hand]
    ) -> Iterator[tuple[Shape, float]]:
        """All digits of the sheet in the order of writing, each with how far it leans by itself."""
        found, pens = [], []
        for line, hand in zip(lines, hands):
            for text in line.texts:
                picked = self._bank.pick(
                    self._rng, "".join(c for c in text if c.isdigit()), hand
                )
                found += picked
                pens += [hand.pen] * len(picked)
        if not found:
            return iter(())
        images = np.stack([image for image, _ in found])
        shapes = digit_shapes(self._rng, images, np.array(pens), self._style.wobble)
        return zip(shapes, [slant for _, slant in found])

    def _write_line(
        self, line: Line, hand: Hand, pen: str, shapes: Iterator[tuple[Shape, float]]
    ) -> None:
        """Write one line from the left; its digits are the next of `shapes`."""
        layer = self.layers.setdefault(pen, np.zeros(self._owner.shape, np.uint8))
        font = self._words.pick_font(self._rng) if self._words else -1
        x = line.x
        for k, text in enumerate(line.texts):
            x = max(x, line.x + k * line.space) if line.snap else x
            parts = [self._part(run, hand, font, shapes) for run in runs_of(text)]
            marks, end = self._placed(parts, x, line, hand)
            if end < self._owner.shape[1] - 2:
                self._ink(layer, marks, line, pen)
                x = end + (0.3 * line.height if line.snap else line.space * self._rng.uniform(0.8, 1.3))  # fmt: skip

    def _part(
        self, run: str, hand: Hand, font: int, shapes: Iterator[tuple[Shape, float]]
    ) -> tuple[str, Shape, float]:
        """The shape of a digit or of what stands between digits, and how far it leans by itself."""
        if run.isdigit():
            shape, slant = next(shapes)
            return run, shape, slant
        if run == SCRIBBLE:
            return run, scribble(self._rng, hand.pen), 0.0
        drawn_by_font = self._words and self._words.spelled(run, font, hand.pen)
        return run, drawn_by_font or spelled(self._rng, run, hand.pen), 0.0

    def _placed(
        self,
        parts: list[tuple[str, Shape, float]],
        x: float,
        line: Line,
        hand: Hand,
    ) -> tuple[list[tuple[str, Shape, np.ndarray]], float]:
        """Where each part goes: its text, shape, and (2, 3) matrix from field to sheet pixels; and where they end."""
        placed, rng, gap = [], self._rng, self._style.gap
        for text, shape, slant in parts:
            if not len(shape.hull):
                continue
            height = line.height * float(np.exp(rng.normal(0, 0.04)))
            if text.isdigit():
                # A lying 0 keeps its proportions, not its neighbours' height.
                tall, wide = shape.bottom - shape.top, np.ptp(shape.hull[:, 0])
                height *= min(1.0, WIDEST * tall / max(1e-6, wide))
            foot = line.foot + line.slope * (x - line.x)
            foot += rng.normal(0, self._style.bounce) * line.height
            lean = hand.slant - 0.7 * slant
            matrix = placing(shape, height, hand.stretch, lean, foot)
            spread = shape.hull @ matrix[0, :2]
            matrix[0, 2] = x - spread.min()
            placed.append((text, shape, matrix))
            x += np.ptp(spread) + line.height * (gap + abs(rng.normal(0, 0.05)))
        return placed, x - line.height * gap

    def _ink(
        self,
        layer: np.ndarray,
        parts: list[tuple[str, Shape, np.ndarray]],
        line: Line,
        pen: str,
    ) -> None:
        """Draw the parts of one text, first the frame around them if they get one."""
        if not parts:
            return
        outlines = [s.hull @ m[:, :2].T + m[:, 2] for _, s, m in parts]
        if self._rng.random() < self._style.frames:
            self._frame(layer, outlines, line)
        number = -1
        for (text, shape, matrix), outline in zip(parts, outlines):
            if text.isdigit():
                if number < 0:
                    number, self._numbers = self._numbers, self._numbers + 1
                self.marks.append(Mark(text, number, outline))
                stroke(layer, self._owner, shape, matrix, outline, len(self.marks))
            else:
                number = number if joins_number(text) else -1
                self.marks.append(Mark("", -1, outline))
                stroke(layer, self._owner, shape, matrix, outline, NOT_A_DIGIT)

    def _frame(self, layer: np.ndarray, outlines: list[np.ndarray], line: Line) -> None:
        """A box, cells, a ring or a line under what stands at `outlines`."""
        paths = frame_paths(self._rng, outlines, line.height)
        thickness = line.height * self._style.pen_width * self._rng.uniform(0.5, 1)
        fresh = np.zeros_like(layer)
        fixed = [np.round(path * 16).astype(np.int32) for path in paths]
        width = max(1, round(thickness))
        cv2.polylines(fresh, fixed, False, 255, width, cv2.LINE_AA, 4)
        np.maximum(layer, fresh, out=layer)
        self._owner[fresh > INK_ALPHA] = NOT_A_DIGIT
        self.marks.append(Mark("", -1, np.concatenate(paths).astype(np.float32)))
