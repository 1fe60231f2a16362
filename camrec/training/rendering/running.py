"""What a hand writes in one go: its own form of each digit and letter, small zeros, and the pen not always lifted."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from camrec.training.rendering.handwriting import Hand
from camrec.training.rendering.penmanship import forms
from camrec.training.rendering.strokes import HEIGHT, curve, lines_of

FINE = 4  # times the size at which strokes are drawn, for smooth edges
STEEP = 9.0  # grid rows a link may be long at the most


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """Characters written in one go.

    Parameters
    ----------
    ink : numpy.ndarray
        (h, w) uint8, 255 is pen.
    middle : float
        Row of `ink` at half the height of a full digit.
    middles : tuple of float
        Of each character, px from the left.
    """

    ink: np.ndarray
    middle: float
    middles: tuple[float, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Build:
    """How tall and wide a hand makes each digit, and where it stands.

    Parameters
    ----------
    sizes, widths : numpy.ndarray
        (10,) factors on height and width.
    drops : numpy.ndarray
        (10,) how far each stands below its place, heights of a digit.
    footed : float
        Where sizes differ: 1 if feet stand on one line, 0 if middles do.
    """

    sizes: np.ndarray
    widths: np.ndarray
    drops: np.ndarray
    footed: float

    @classmethod
    def random(cls, rng: np.random.Generator, zeros: float = 1.0) -> Build:
        """A hand of its own; `zeros` is the height of its zeros."""
        uneven = rng.uniform(0, 0.16)
        sizes = np.exp(rng.normal(0, uneven, 10))
        sizes[0] *= zeros
        widths = np.exp(rng.normal(0, 0.12, 10))
        widths[0] *= np.exp(rng.normal(0.1, 0.2))  # no other digit differs as much
        drops = rng.normal(0, uneven / 2, 10)
        return cls(sizes, widths, drops, rng.uniform(0, 1))

    def lowered(self, digit: int, size: float) -> float:
        """How far below the middle of the line the middle of a digit of this size is, heights of a full one."""
        return float(self.drops[digit] + self.footed * (1 - size) / 2)


class RunningHand:
    """A hand that writes with strokes.

    Parameters
    ----------
    rng : numpy.random.Generator
        Decides the hand's form of every character.
    build : Build
    links : float
        How often it goes on to the next character without lifting the pen.
    """

    def __init__(self, rng: np.random.Generator, build: Build, links: float) -> None:
        self._build, self._links = build, links
        self._unsteady = rng.uniform(0.05, 0.25)
        self._own = rng.uniform(0.05, 0.4)
        self._rounds = rng.random() < 0.3
        self._forms: dict[str, list[np.ndarray]] = {}

    def write(
        self,
        rng: np.random.Generator,
        text: str,
        hand: Hand,
        tall: float,
        gap: float,
    ) -> Run:
        """Write characters side by side.

        Parameters
        ----------
        rng : numpy.random.Generator
            Makes no two alike.
        text : str
            Digits and letters; see :func:`~camrec.training.rendering.penmanship.forms`.
        hand : Hand
            Its pen, slant and stretch.
        tall : float
            Height of a full digit, px.
        gap : float
            Between the ink of neighbours, heights of a digit.
        """
        strokes: list[np.ndarray] = []
        middles, at = [], 0.0
        for char in text:
            own = self._placed(rng, char, hand.stretch, at)
            high = _span(own)[1]
            middles.append(sum(_span([_leaning(s, hand.slant) for s in own])) / 2)
            at = high + HEIGHT * (hand.pen + gap + rng.normal(0, 0.05))
            if strokes and rng.random() < self._links and _near(strokes[-1], own[0]):
                own[0] = np.concatenate([strokes.pop(), own[0]])
            strokes += own
        return _drawn(strokes, middles, tall, hand)

    def _placed(
        self, rng: np.random.Generator, char: str, stretch: float, at: float
    ) -> list[np.ndarray]:
        """Strokes of a character whose ink begins at column `at`: grid columns and rows."""
        size, wide, middle = float(np.exp(rng.normal(0, 0.06))), stretch, 0.5
        if char.isdecimal():
            size *= float(self._build.sizes[int(char)])
            wide *= float(self._build.widths[int(char)])
            middle += self._build.lowered(int(char), size)
        strokes = [stroke + _wander(rng, stroke, self._unsteady) for stroke in self._form(rng, char)]  # fmt: skip
        low = _span(strokes)[0]
        return [(s - (low, HEIGHT / 2)) * (size * wide, size) + (at, HEIGHT * middle) for s in strokes]  # fmt: skip

    def _form(self, rng: np.random.Generator, char: str) -> list[np.ndarray]:
        """The hand's strokes of a character, decided when it is first written."""
        if char not in self._forms:
            known = forms(char)
            strokes = lines_of(known[rng.integers(len(known))])
            strokes = [stroke + _wander(rng, stroke, self._own) for stroke in strokes]
            self._forms[char] = [_rounded(s) for s in strokes] if self._rounds else strokes  # fmt: skip
        return self._forms[char]


def _wander(rng: np.random.Generator, points: np.ndarray, far: float) -> np.ndarray:
    """How far each point wanders; a corner stays one."""
    moved: np.ndarray = rng.normal(0, far, points.shape)
    same = (np.diff(points, axis=0) == 0).all(1)
    moved[1:][same] = moved[:-1][same]
    return moved


def _rounded(points: np.ndarray) -> np.ndarray:
    """A stroke whose corners, points given twice, a quick hand rounds off."""
    kept = np.append(True, (np.diff(points, axis=0) != 0).any(1))
    rounded: np.ndarray = points[kept]
    return rounded


def _leaning(stroke: np.ndarray, slant: float) -> np.ndarray:
    """The curve through a stroke's points, sheared about the middle of the line."""
    points = curve(stroke.astype(np.float32)) - (0, HEIGHT / 2)
    leant: np.ndarray = points @ np.array([[1, 0], [-slant, 1]])
    return leant


def _span(strokes: list[np.ndarray]) -> tuple[float, float]:
    columns = np.concatenate(strokes)[:, 0]
    return float(columns.min()), float(columns.max())


def _near(before: np.ndarray, after: np.ndarray) -> bool:
    """Whether a pen that ends one stroke would go on to the other without being lifted."""
    way = after[0] - before[-1]
    return way[0] > -0.2 * HEIGHT and float(np.hypot(*way)) < STEEP


def _drawn(
    strokes: list[np.ndarray],
    middles: list[float],
    tall: float,
    hand: Hand,
) -> Run:
    scale, pen = tall / HEIGHT, hand.pen * tall
    curves = [scale * _leaning(stroke, hand.slant) for stroke in strokes]
    every = np.concatenate(curves)
    low, high = every.min(0) - pen, every.max(0) + pen
    size = np.ceil(high - low).astype(int) + 1
    sheet = np.zeros((FINE * size[1], FINE * size[0]), np.uint8)
    points = [np.round(FINE * (c - low)).astype(np.int32) for c in curves]
    cv2.polylines(sheet, points, False, 255, max(1, round(FINE * pen)))
    ink = cv2.resize(sheet, tuple(map(int, size)), interpolation=cv2.INTER_AREA)
    return Run(ink, float(-low[1]), tuple(scale * m - float(low[0]) for m in middles))
