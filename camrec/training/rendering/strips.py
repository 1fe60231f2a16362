"""Strips of ink with strings of digits as one hand writes them: gaps, touches, separators, letters, rules and dirt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from string import ascii_lowercase

import cv2
import numpy as np

from camrec.reading.strips import MARGIN, OTHER, frame_ink
from camrec.training.rendering.handwriting import DigitBank, Hand
from camrec.training.rendering.letters import WORDS, WordBank
from camrec.training.rendering.running import Build, RunningHand
from camrec.training.rendering.strokes import GLYPHS, spelled
from camrec.training.rendering.wear import INKED, roughened

HEIGHT = 64  # px of the canvas; strips are brought to their height at the end, as reading does
WIDEST = 288  # px of a finished strip; longer strings are drawn again
RUNNING = 0.45  # share of strips that are written in one go
SEPARATED = 0.12  # share of digits with a separator behind them
LENGTHS = (0.08, 0.12, 0.16, 0.18, 0.16, 0.12, 0.09, 0.05, 0.04)  # of strings of 1 to 9
LETTERS = "acdefhkmnprtuvwxACDEFHKLMNPRTUVWXY$%&#*=+x"
CLOSINGS = ("point", "comma", "dash", "point dash", "equals")  # what ends an amount

_Point = tuple[float, float] | np.ndarray  # (x, y), px of the canvas


@dataclass(frozen=True, slots=True, eq=False)
class Written:
    """A strip and what stands on it.

    Parameters
    ----------
    ink : numpy.ndarray
        (:data:`~camrec.reading.strips.TALL`, W) uint8, 255 is pen.
    labels : tuple of int
        Left to right: 0-9, or :data:`~camrec.reading.strips.OTHER` for a stretch of letters or a slash.
    middles : tuple of float
        Of each label, px from the left; of other ink without meaning.
    """

    ink: np.ndarray
    labels: tuple[int, ...]
    middles: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Spot:
    """Something that stands on a line.

    Parameters
    ----------
    label : int
    middle : float
        Px from the left.
    """

    label: int
    middle: float


def framed(ink: np.ndarray, marks: Sequence[Spot]) -> Written | None:
    """The strip of a line as reading frames it; None where it is longer than any that is learned from, or lost a mark.

    Parameters
    ----------
    ink : numpy.ndarray
        (h, w) uint8, 255 is pen.
    marks : sequence of Spot
        What stands there, left to right, in pixels of `ink`.
    """
    strip = frame_ink(ink)
    if strip.ink.shape[1] > WIDEST:
        return None
    told = once(marks)
    if not all(0 <= mark.middle < ink.shape[1] for mark in told):
        return None  # its ink was too faint to stay
    middles = tuple(MARGIN + mark.middle * strip.scale for mark in told)
    return Written(strip.ink, tuple(mark.label for mark in told), middles)


def once(marks: Sequence[Spot]) -> list[Spot]:
    """Marks with every stretch of other ink told once: how many letters it has is nobody's business."""
    pairs = zip([None, *(mark.label for mark in marks)], marks)
    return [mark for before, mark in pairs if mark.label != OTHER or before != OTHER]


class StripWriter:
    """Writes strips.

    Parameters
    ----------
    digits : DigitBank
    words : WordBank, optional
        Fonts for letters; strokes otherwise.
    """

    def __init__(self, digits: DigitBank, words: WordBank | None = None) -> None:
        self._digits = digits
        self._words = words

    def write(self, rng: np.random.Generator) -> Written:
        """One strip, of a hand of its own."""
        while True:
            page = _Page(rng, self._digits, self._words)
            page.fill()
            written = _as_read(rng, roughened(rng, page.canvas), page.marks)
            if written is not None:
                return written


class _Page:
    """The canvas of one strip, the hand that writes on it, and where the pen is."""

    def __init__(
        self, rng: np.random.Generator, digits: DigitBank, words: WordBank | None
    ) -> None:
        self._rng, self._digits, self._words = rng, digits, words
        self._hand = Hand(
            digits.pick_source(rng),
            slant=float(rng.normal(0.12, 0.24)),
            stretch=float(np.exp(rng.normal(0, 0.22))),
            pen=float(np.clip(rng.normal(0.12, 0.05), 0.04, 0.24)),
        )
        # Most people write most digits as they were taught in school, and some as nobody else does.
        mixed = rng.random() < 0.4
        self._hands = [replace(self._hand, source=digits.pick_source(rng)) if mixed else self._hand for _ in range(10)]  # fmt: skip
        self._zeros = rng.uniform(0.35, 0.75) if rng.random() < 0.2 else 1.0
        self._build = Build.random(rng, self._zeros)
        links = 0.0 if rng.random() < 0.5 else rng.uniform(0.2, 1.0)
        running = rng.random() < RUNNING
        self._running = RunningHand(rng, self._build, links) if running else None
        self._tall = rng.uniform(30, 40)  # px
        self._middle = HEIGHT / 2
        self.canvas = np.zeros((HEIGHT, WIDEST * 4), np.uint8)
        self.marks: list[Spot] = []
        self._at = 6.0
        self._last = 6.0  # right end of all that was written

    def fill(self) -> None:
        """Write a string, mostly of digits, and what may stand around it."""
        rng = self._rng
        if rng.random() < 0.04:
            self._letters(_some_letters(rng))
        if rng.random() < 0.88:
            self._string(_string_of_digits(rng))
            if rng.random() < 0.06:
                self._cells()
            if rng.random() < 0.2:
                self._closing()
            if rng.random() < 0.1:
                self._letters(_some_letters(rng))
        else:
            self._letters(_some_word(rng))
        self.canvas = self.canvas[:, : int(self._last + rng.uniform(4, 40))]
        self._rules()
        self._dirt()

    def _string(self, digits: str) -> None:
        rng = self._rng
        # Three hands in five write tight, with digits that touch.
        gap = rng.normal(0.01, 0.08) if rng.random() < 0.6 else rng.uniform(0, 0.5)
        if self._running is not None:
            self._string_in_one_go(self._running, digits, gap)
            return
        bounce, cents = rng.uniform(0, 0.09), rng.random() < 0.08 and len(digits) > 3
        links = rng.random() < (0.5 if self._zeros < 1 else 0.1)
        for k, char in enumerate(digits):
            ((raster, slant),) = self._digits.pick(rng, char, self._hands[int(char)])
            raised = cents and k >= len(digits) - 2
            self._digit(char, raster, slant, bounce, 0.7 if raised else 1.0)
            space = max(-0.25, gap + rng.normal(0, 0.06)) * self._tall
            if links and digits[k : k + 2] == "00":
                self._link(space)
            if k < len(digits) - 1 and rng.random() < SEPARATED:
                self._separator()
                space = max(space, 1.0)
            self._at += space

    def _string_in_one_go(self, hand: RunningHand, digits: str, gap: float) -> None:
        """Digits in one go from one separator to the next."""
        rng, first = self._rng, 0
        for k in range(1, len(digits) + 1):
            if k < len(digits) and rng.random() >= SEPARATED:
                continue
            middles = self._in_one_go(hand, digits[first:k], gap)
            self.marks += [Spot(int(char), middle) for char, middle in zip(digits[first:k], middles)]  # fmt: skip
            if k < len(digits):
                self._separator()
                self._at += max(gap, 0.02) * self._tall
            first = k

    def _in_one_go(self, hand: RunningHand, text: str, gap: float) -> list[float]:
        """Characters in one go; returns the middle of each."""
        run = hand.write(self._rng, text, self._hand, self._tall, gap)
        left = max(0, round(self._at))
        self._lay(run.ink, round(self._middle - run.middle))
        return [left + middle for middle in run.middles]

    def _digit(
        self, char: str, raster: np.ndarray, slant: float, bounce: float, size: float
    ) -> None:
        rng = self._rng
        tall = self._tall * size * float(np.exp(rng.normal(0, 0.1)))
        if char == "0" and self._zeros < 1 and rng.random() < 0.2:
            tall *= rng.uniform(0.5, 0.9)
        tall *= self._build.sizes[int(char)]
        lean = self._hand.slant - 0.7 * slant + rng.normal(0, 0.05)
        stretch = self._hand.stretch * float(np.exp(rng.normal(0, 0.08)))
        stretch *= self._build.widths[int(char)]
        tile = _tile(raster, lean, stretch, tall)
        lift = 0.12 * self._tall if size < 1 else 0.0
        low = self._build.lowered(int(char), tall / self._tall) * self._tall
        top = self._middle + low + rng.normal(0, bounce) * tall - tile.shape[0] / 2 - lift  # fmt: skip
        middle = self._lay(tile, round(top))
        self.marks.append(Spot(int(char), middle))

    def _letters(self, text: str) -> None:
        rng, space = self._rng, self._rng.uniform(0.15, 0.6) * self._tall
        if self._running is not None:
            self._at += space
            gap = rng.normal(0, 0.04) if rng.random() < 0.7 else rng.uniform(0, 0.3)
            self.marks.append(Spot(OTHER, float(np.mean(self._in_one_go(self._running, text, gap)))))  # fmt: skip
            self._at += space
            return
        font = self._words.pick_font(rng) if self._words is not None else 0
        shape = (
            self._words.spelled(text, font, self._hand.pen)
            if self._words is not None
            else None
        )
        if shape is None:
            text = "".join(char for char in text if char in GLYPHS)
            if not text:
                return
            shape = spelled(rng, text, self._hand.pen)
        mask = np.where(shape.field < 0, np.uint8(255), np.uint8(0))
        scale = self._tall / (shape.bottom - shape.top)
        tile = _ink_of(cv2.resize(mask, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA))  # fmt: skip
        if tile is None:
            return
        self._at += space
        middle = self._lay(tile, round(self._middle - tile.shape[0] / 2))
        self._at += space
        self.marks.append(Spot(OTHER, middle))

    def _lay(self, tile: np.ndarray, top: int) -> float:
        """Put a tile where the pen is; returns its middle."""
        x = max(0, round(self._at))
        first, last = max(0, top), min(HEIGHT, top + tile.shape[0])
        view = self.canvas[first:last, x : x + tile.shape[1]]
        np.maximum(view, tile[first - top : last - top, : view.shape[1]], out=view)
        self._at = min(x + tile.shape[1], self.canvas.shape[1] - 16.0)
        self._last = max(self._last, self._at)
        middle: float = x + tile.shape[1] / 2
        return middle

    def _separator(self) -> None:
        """A point, comma, dash or slash after the digit; only the slash is as tall as a digit, and read as other."""
        rng, tall, pen = self._rng, self._tall, self._pen()
        x = self._at + 1
        kind = rng.choice(["point", "comma", "dash", "slash"], p=[0.35, 0.3, 0.2, 0.15])
        if kind == "point":
            self._point()
        elif kind == "comma":
            self._comma()
        elif kind == "dash":
            wide = rng.uniform(0.15, 0.4) * tall
            self._stroke((x + pen, self._middle), (x + wide, self._middle), pen)
            self._at = x + wide + pen
        else:
            # Longer and flatter than a 1: what looks like one is taught as one.
            reach, wide = rng.uniform(0.55, 0.65) * tall, rng.uniform(0.4, 0.7) * tall
            self._stroke(
                (x, self._middle + reach), (x + wide, self._middle - reach), pen
            )
            self._at = x + wide
            self.marks.append(Spot(OTHER, x + wide / 2))

    @property
    def _foot(self) -> float:
        """Row that a point stands on."""
        return self._middle + 0.42 * self._tall

    def _point(self) -> None:
        pen = self._pen()
        x = self._at + 1 + pen
        self._stroke((x, self._foot), (x, self._foot), pen + 1)
        self._at = x + pen

    def _comma(self) -> None:
        rng, tall, pen = self._rng, self._tall, self._pen()
        x, foot = self._at + 1, self._foot
        above, below = rng.uniform([0.02, 0.05], [0.2, 0.25]) * tall
        wide = rng.uniform(0, 0.15) * tall
        self._stroke((x + wide + pen, foot - above), (x + pen / 2, foot + below), pen)
        self._at = x + wide + 2 * pen

    def _closing(self) -> None:
        """What ends an amount so that nobody adds a digit: a point or comma, a dash, or an equals sign."""
        rng, tall = self._rng, self._tall
        end = str(rng.choice(CLOSINGS))
        if end.startswith("point"):
            self._point()
        elif end == "comma":
            self._comma()
        if end.endswith("dash"):
            self._at += rng.uniform(0.05, 0.6) * tall
            self._bars([self._middle + rng.uniform(-0.2, 0.4) * tall])
        elif end == "equals":
            self._at += rng.uniform(0.05, 0.5) * tall
            upper = self._middle + rng.uniform(-0.45, 0.0) * tall
            start = self._at
            self._bars([upper, upper + rng.uniform(0.18, 0.35) * tall])
            self.marks.append(Spot(OTHER, (start + self._at) / 2))
        self._last = max(self._last, self._at)

    def _cells(self) -> None:
        """The printed frame of a form around all that was written, most often with a wall behind every digit."""
        rng, pen = self._rng, int(self._rng.integers(1, 4))
        ink = np.flatnonzero(self.canvas.any(axis=0))
        middles = [mark.middle for mark in self.marks]
        inner = [(a + b) / 2 for a, b in pairwise(middles)]
        room = rng.uniform(1, 0.3 * self._tall, 2)
        walls = [ink[0] - room[0], *inner, ink[-1] + room[1]]
        above, below = rng.uniform(0.45, 0.8, 2) * self._tall
        top, foot = self._middle - above, self._middle + below
        for x in walls if rng.random() < 0.8 else (walls[0], walls[-1]):
            self._stroke((x, top), (x, foot), pen)
        open_above = rng.random() < 0.25
        for y in (foot,) if open_above else (top, foot):
            self._stroke((walls[0], y), (walls[-1], y), pen)
        self._at = self._last = max(self._last, walls[-1] + pen)

    def _bars(self, rows: list[float]) -> None:
        """Strokes across, one below the other, as long as a quick hand makes them."""
        rng, wide = self._rng, self._rng.uniform(0.2, 0.9) * self._tall
        rise = rng.normal(-0.08, 0.15) * wide
        for row in rows:
            ragged = rng.normal(0, 0.12, 2) * wide
            start, end = (self._at + ragged[0], row), (self._at + wide + ragged[1], row + rise)  # fmt: skip
            self._stroke(start, end, self._pen())
        self._at += wide + self._pen()

    def _link(self, space: float) -> None:
        """The stroke by which a quick hand goes on from one zero to the next."""
        y = self._middle - self._rng.uniform(0.2, 0.4) * self._tall
        start, end = self._at - 0.2 * self._tall, self._at + space + 0.2 * self._tall
        self._stroke((start, y), (end, y + self._rng.normal(0, 2)), self._pen())

    def _rules(self) -> None:
        """Rules, frames and flourishes that the search for ink has left over."""
        rng, width = self._rng, self.canvas.shape[1]
        if rng.random() < 0.15:
            y = self._middle + rng.choice([-0.55, 0.45, 0.55]) * self._tall
            start = rng.uniform(-0.5, 0.6) * width
            end = start + rng.uniform(0.3, 1.4) * width
            self._stroke((start, y), (end, y + rng.normal(0, 2)), rng.integers(1, 3))
        if rng.random() < 0.08:
            y = self._middle + rng.normal(0, 0.15) * self._tall
            self._stroke((width - rng.uniform(6, 40), y), (width, y), self._pen())

    def _dirt(self) -> None:
        rng, (height, width) = self._rng, self.canvas.shape
        for _ in range(rng.poisson(0.5)):
            start = rng.uniform(0, width), rng.uniform(0, height)
            self._stroke(start, start + rng.normal(0, 5, 2), rng.integers(1, 3))
        if rng.random() < 0.05:
            self._pattern()

    def _pattern(self) -> None:
        """Fine parallel lines over a part of the strip: what is left of a security pattern."""
        rng, (height, width) = self._rng, self.canvas.shape
        x, y, step = rng.uniform(0, width), rng.uniform(0, height), rng.uniform(3, 8)
        reach, fall = rng.uniform(0.2, 0.8) * height * 2, rng.normal(0, 0.3)
        for k in range(int(rng.integers(2, 7))):
            start = x, y + k * step
            self._stroke(start, (x + reach, y + k * step + fall * reach), 1)

    def _pen(self) -> int:
        return max(1, round(self._hand.pen * self._tall))

    def _stroke(self, start: _Point, end: _Point, width: int | np.integer) -> None:
        (x0, y0), (x1, y1) = start, end
        points = (round(float(x0)), round(float(y0))), (round(float(x1)), round(float(y1)))  # fmt: skip
        cv2.line(self.canvas, *points, 255, int(width))


def _string_of_digits(rng: np.random.Generator) -> str:
    count = int(rng.choice(len(LENGTHS), p=LENGTHS)) + 1
    digits = "".join(map(str, rng.integers(0, 10, count)))
    if count > 2 and rng.random() < 0.3:  # round amounts
        kept = int(rng.integers(1, count))
        return digits[:kept] + "0" * (count - kept)
    if count > 1 and rng.random() < 0.04:  # what is easily miscounted
        return "".join(rng.choice(list(rng.choice(["01", "1", "17", "0"])), count))
    return digits


def _some_word(rng: np.random.Generator) -> str:
    """A word, or letters as they follow each other in one: b and o side by side look like 60 and are not."""
    if rng.random() < 0.5:
        return str(rng.choice(WORDS))
    return "".join(rng.choice(list(ascii_lowercase), int(rng.integers(2, 6))))


def _some_letters(rng: np.random.Generator) -> str:
    """Letters that no one takes for a digit: without their word an O is a 0."""
    return "".join(rng.choice(list(LETTERS), int(rng.integers(1, 4))))


def _tile(raster: np.ndarray, lean: float, stretch: float, tall: float) -> np.ndarray:
    """A (28, 28) raster slanted, stretched and brought to `tall` px, cut to its columns of ink."""
    scale, middle = tall / 20, np.array([0.9 * tall * max(1, stretch), 0.6 * tall])
    matrix = np.array([[scale * stretch, -scale * lean, 0], [0, scale, 0]])
    matrix[:, 2] = middle - matrix[:, :2] @ (13.5, 13.5)
    size = int(2 * middle[0]) + 1, int(2 * middle[1]) + 1
    tile = cv2.warpAffine(raster, matrix, size, flags=cv2.INTER_LINEAR)
    x, _, width, _ = cv2.boundingRect((tile > 60).astype(np.uint8))
    return tile[:, x : x + width]


def _ink_of(tile: np.ndarray) -> np.ndarray | None:
    x, y, width, height = cv2.boundingRect((tile > 60).astype(np.uint8))
    return tile[y : y + height, x : x + width][:HEIGHT] if width else None


def _as_read(
    rng: np.random.Generator, canvas: np.ndarray, marks: list[Spot]
) -> Written | None:
    """Cut to its ink and framed, now and then in too much paper and a little squeezed."""
    canvas = np.where(canvas > INKED, canvas, np.uint8(0))
    tile = _ink_of(canvas)
    if tile is None:
        return None
    left, squeeze = cv2.boundingRect(canvas)[0], float(np.exp(rng.normal(0, 0.04)))
    tile = cv2.resize(tile, None, fx=squeeze, fy=1, interpolation=cv2.INTER_AREA)
    moved = [Spot(mark.label, (mark.middle - left) * squeeze) for mark in marks]
    if rng.random() < 0.6:
        most = 0.3 if rng.random() < 0.2 else 0.1
        above, below = (rng.uniform(0, most, 2) * len(tile)).astype(int)
        tile = cv2.copyMakeBorder(tile, above, below, 0, 0, cv2.BORDER_CONSTANT)
    return framed(tile, moved)
