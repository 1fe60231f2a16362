"""Letters to learn from: written by fonts and by strokes, alone or cut out of a word, with any pen; and what is no letter.

Geometry beyond slant and stretch is left to the variation of crops in training, which draws it anew each time.
"""

from __future__ import annotations

from collections.abc import Sequence
from string import ascii_lowercase

import cv2
import numpy as np

from camrec.reading.normalise import normalise
from camrec.training.data import Crops
from camrec.training.data.classes import OTHER
from camrec.training.rendering.inking import frame_paths, placing, scribble, stroke
from camrec.training.rendering.letters import WordBank
from camrec.training.rendering.penmanship import penned
from camrec.training.rendering.shapes import Shape

BY_STROKES = 0.5  # share of letters by this project's strokes where there are fonts
LOW = frozenset("acemnorsuvwxz")  # letters without ascender or descender
LOW_HEIGHT = 0.6  # of theirs over a digit's: so much thinner is the pen, seen from them
PENS = (0.04, 0.18)  # width of the stroke over the height of the letter
JITTER = (0.1, 0.55)  # grid rows that points of strokes wander
CANVAS, INK = (
    96,
    44,
)  # px: a letter's longer side is INK, more than twice what is left of it in a crop
BESIDE = 0.5  # share of letters that have others beside them, cut off
CUT = 0.18  # of a digit's height, at the most, that is left of what stands beside
SQUARE = 0.4  # share of letters that are about as wide as high: broad hands, and sets that were stretched to the square
BROADEST = 2.0  # times its width a letter is stretched for that, at the most
INITIAL = 0.4  # share of capitals with company that are initials: a dot follows
LOOKALIKES = "0125689"  # digits that have the shape of a letter: o, l, z, s, b, g
SIGNS = "=#%?&@*:;"  # signs that no letter looks like
OTHERS = ("word", "frame", "sign", "scribble")
SHARES = (0.6, 0.15, 0.125, 0.125)  # of what is no letter
LONGEST = 4  # letters run together that are one non-letter


class Hands:
    """Everybody who writes letters.

    Parameters
    ----------
    words : WordBank or None
        Handwriting fonts; without them there are strokes alone.
    fonts : sequence of int
        Which of them write.
    """

    def __init__(self, words: WordBank | None, fonts: Sequence[int] = ()) -> None:
        self._words, self._fonts = words, tuple(fonts)

    def write(self, rng: np.random.Generator, text: Sequence[str]) -> list[Shape]:
        """Shapes of characters by one hand with one pen; what the hand does not know is left out."""
        by_font = self._fonts and rng.random() >= BY_STROKES
        font = int(rng.choice(self._fonts)) if by_font else None
        pen = np.exp(rng.uniform(*np.log(PENS)))
        thin = LOW_HEIGHT if LOW.issuperset(text) else 1.0
        shapes = [self._shape(rng, char, font, pen * thin) for char in text]
        return [shape for shape in shapes if shape is not None and len(shape.hull)]

    def _shape(
        self, rng: np.random.Generator, char: str, font: int | None, pen: float
    ) -> Shape | None:
        if self._words is not None and font is not None:
            return self._words.spelled(char, font, pen)
        return penned(rng, char, pen, rng.uniform(*JITTER))


def alphabet_crops(
    rng: np.random.Generator, hands: Hands, names: tuple[str, ...], each: int
) -> Crops:
    """Crops of letters and of what is none.

    Parameters
    ----------
    rng : numpy.random.Generator
    hands : Hands
    names : tuple of str
        Classes; a small letter stands for both cases, "none" for words run together, signs and scribbles.
    each : int
        Crops of every class.

    Returns
    -------
    Crops
        Labels are indices into `names`.
    """
    images, labels = [], []
    for label, name in enumerate(names):
        for k in range(each):
            if name == OTHER:
                crop = other_crop(rng, hands)
            else:
                crop = letter_crop(rng, hands, name.upper() if k % 2 else name)
            if crop is not None:
                images.append(crop)
                labels.append(label)
    return Crops(
        np.array(images, np.uint8).reshape(-1, 28, 28), np.array(labels, np.uint8)
    )


def letter_crop(rng: np.random.Generator, hands: Hands, char: str) -> np.ndarray | None:
    """One character, perhaps with pieces of its neighbours: (28, 28) uint8; None where the hand does not know it."""
    text, own = [char], 0
    if rng.random() < BESIDE:
        text, own = _company(rng, char)
    shapes = hands.write(rng, text)
    if len(shapes) < len(text):
        return None
    layer, (left, right) = _row(rng, shapes, slice(own, own + 1))
    left, right = left - rng.uniform(0, CUT) * INK, right + rng.uniform(0, CUT) * INK
    layer[:, : max(0, int(left))] = 0
    layer[:, int(right) :] = 0
    return _finished(rng, layer)


def other_crop(rng: np.random.Generator, hands: Hands) -> np.ndarray | None:
    """What is no single letter: letters run together or framed, a sign, a scribble; (28, 28) uint8."""
    kind = str(rng.choice(OTHERS, p=SHARES))
    shapes = _other_shapes(rng, hands, kind)
    if len(shapes) < (1 if kind in ("sign", "scribble") else 2):
        return None
    layer, columns = _row(rng, shapes, slice(None))
    if kind == "frame":
        _frame(rng, layer, columns)
    return _finished(rng, layer)


def _other_shapes(rng: np.random.Generator, hands: Hands, kind: str) -> list[Shape]:
    if kind == "scribble":
        return [scribble(rng, np.exp(rng.uniform(*np.log(PENS))))]
    if kind == "sign":
        return hands.write(rng, [str(rng.choice(list(SIGNS)))])
    letters = rng.choice(list(ascii_lowercase), rng.integers(2, LONGEST + 1))
    return hands.write(rng, [str(char) for char in letters])


def _frame(
    rng: np.random.Generator, layer: np.ndarray, columns: tuple[float, float]
) -> None:
    """Draw a box, a cell or a line around what is written, and cut it anywhere: reading cuts what is too wide."""
    middle = CANVAS / 2
    outline = [(x, y) for x in columns for y in (middle - INK / 2, middle + INK / 2)]
    thick = int(rng.integers(2, 6))
    for path in frame_paths(rng, [np.array(outline)], INK):
        points = np.round(path * 16).astype(np.int32)
        cv2.polylines(layer, [points], False, 255, thick, cv2.LINE_AA, 4)
    left, right = np.sort(rng.uniform(0, CANVAS, 2))
    if right - left > INK / 2 and layer[:, int(left) : int(right)].any():
        layer[:, : int(left)] = 0
        layer[:, int(right) :] = 0


def _company(rng: np.random.Generator, char: str) -> tuple[list[str], int]:
    """A character among others, and its place: a small letter within a word, a capital at its head or an initial."""
    before, after = (str(c) for c in rng.choice(list(ascii_lowercase), 2))
    if char.islower():
        return [before, char, after], 1
    return [char, "." if rng.random() < INITIAL else after], 0


def _row(
    rng: np.random.Generator, shapes: list[Shape], own: slice
) -> tuple[np.ndarray, tuple[float, float]]:
    """Shapes side by side, `own` of them in the middle of the canvas: ink (CANVAS, CANVAS) uint8, and their columns."""
    matrices, outlines = _in_line(rng, shapes)
    points = np.concatenate(outlines[own])
    low, high = points.min(0), points.max(0)
    scale = _scale(rng, high - low)
    shift = CANVAS / 2 - scale * (low + high) / 2
    layer = np.zeros((CANVAS, CANVAS), np.uint8)
    owner = np.zeros((CANVAS, CANVAS), np.int16)
    for shape, matrix, outline in zip(shapes, matrices, outlines, strict=True):
        placed = scale[:, None] * matrix
        placed[:, 2] += shift
        stroke(layer, owner, shape, placed, scale * outline + shift, 1)
    return layer, (scale[0] * low[0] + shift[0], scale[0] * high[0] + shift[0])


def _in_line(
    rng: np.random.Generator, shapes: list[Shape]
) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Matrices (2, 3) that put shapes one after another on a line, and their outlines there, digits INK px high."""
    lean, stretch = rng.normal(0.1, 0.2), np.exp(rng.normal(0, 0.15))
    matrices, outlines, at = [], [], 0.0
    for shape in shapes:
        matrix = placing(shape, INK, stretch, lean, 0.0)
        outline = shape.hull @ matrix[:, :2].T + matrix[:, 2]
        matrix[0, 2] = at - outline[:, 0].min()
        outline[:, 0] += matrix[0, 2]
        at = outline[:, 0].max() + rng.uniform(-0.15, 0.1) * INK
        matrices.append(matrix)
        outlines.append(outline)
    return matrices, outlines


def _scale(rng: np.random.Generator, extent: np.ndarray) -> np.ndarray:
    """Factors on width and height that make the longer side INK px: (2,) float64."""
    factors = np.ones(2)
    if rng.random() < SQUARE:
        aspect = np.exp(rng.normal(0.08, 0.15))
        factors[0] = min(BROADEST, aspect * extent[1] / extent[0])
    scale: np.ndarray = factors * INK / max(factors * extent)
    return scale


def _finished(rng: np.random.Generator, layer: np.ndarray) -> np.ndarray:
    """Ink as a camera leaves it, more or less sharp, brought to the form of MNIST: (28, 28) uint8."""
    if rng.random() < 0.5:
        layer = cv2.GaussianBlur(layer, (0, 0), rng.uniform(0.5, 2.5))
    return (normalise(layer) * 255).astype(np.uint8)
