"""Letters, signs and variants of digits as pen strokes, drawn by no font: they need nothing but this file.

A stroke is a row of points, two characters each: column and row, in base 36. Rows run from the top of a digit (0)
over the top of small letters (4) to the writing line (9) and below (c). A smooth curve runs through the points;
a point given twice is a corner.
"""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np

from camrec.training.rendering.shapes import SIDE, UNIT, Shape, hull_of, path_field

HEIGHT = 9  # rows from the top of a digit to its foot
PER_ROW = UNIT / HEIGHT  # field pixels per row
MARGIN = 16  # field pixels kept free around strokes for a thick pen

GLYPHS = {
    "a": "64 34 15 17 39 59 67/64 64 67 69 79",
    "b": "10 10 19 19/16 34 54 66 67 59 29 18",
    "c": "65 44 24 16 17 29 49 68",
    "d": "64 34 15 17 39 59 67/60 60 68 79",
    "e": "17 66 55 34 15 17 29 49 68",
    "f": "61 40 22 25 29/05 05 55 55",
    "g": "64 34 15 17 38 57 65/64 64 6a 4c 1b",
    "h": "10 10 19 19/17 35 54 66 69 69",
    "i": "24 24 28 39/21 22",
    "j": "44 44 4a 2c 0b/41 42",
    "k": "10 10 19 19/64 64 17 17 69 69",
    "l": "20 20 28 39 49",
    "m": "04 04 09 09/07 15 34 46 49/47 55 74 86 89",
    "n": "14 14 19 19/17 35 54 66 69 69",
    "o": "44 24 15 17 29 49 67 65 44",
    "p": "14 14 1c 1c/15 34 54 66 67 59 29 18",
    "q": "64 34 15 17 39 59 66/64 64 6c 6c",
    "r": "14 14 19 19/17 35 54 65",
    "s": "65 44 24 15 36 57 68 49 29 18",
    "t": "31 31 38 49 59/13 13 53 53",
    "u": "14 14 17 29 49 67/64 64 68 79",
    "v": "14 14 39 39 64 64",
    "w": "04 04 29 29 45 45 69 69 84 84",
    "x": "14 14 69 69/64 64 19 19",
    "y": "14 14 17 38 57/64 64 6a 4c 1b",
    "z": "14 14 64 64 19 19 69 69",
    "A": "09 09 40 40 79 79/26 26 66 66",
    "B": "10 10 19 19/10 40 62 44 14 14 54 76 58 49 19",
    "C": "72 60 30 12 07 29 59 78",
    "D": "10 10 19 19/10 50 73 76 59 19",
    "E": "70 70 10 10 19 19 79 79/14 14 54 54",
    "F": "70 70 10 10 19 19/14 14 54 54",
    "G": "72 60 30 12 07 29 59 77 75 75 45 45",
    "H": "10 10 19 19/70 70 79 79/14 14 74 74",
    "I": "30 30 39 39/10 10 50 50/19 19 59 59",
    "J": "20 20 70 70/50 50 57 39 18",
    "K": "10 10 19 19/70 70 15 15 79 79",
    "L": "10 10 19 19 69 69",
    "M": "09 09 10 10 46 46 70 70 89 89",
    "N": "19 19 10 10 79 79 70 70",
    "O": "40 20 12 16 29 59 76 72 50 30",
    "P": "10 10 19 19/10 40 72 54 15 15",
    "Q": "40 20 12 16 29 59 76 72 50 30/57 57 89 89",
    "R": "10 10 19 19/10 40 72 54 15 15/44 44 79 79",
    "S": "72 50 20 12 34 66 78 59 29 07",
    "T": "00 00 80 80/40 40 49 49",
    "U": "10 10 16 29 59 76 70 70",
    "V": "00 00 39 39 70 70",
    "W": "00 00 29 29 43 43 69 69 80 80",
    "X": "00 00 79 79/70 70 09 09",
    "Y": "00 00 44 44 80 80/44 44 49 49",
    "Z": "00 00 70 70 09 09 79 79",
    "+": "05 05 65 65/32 32 38 38",
    "-": "05 05 55 55",
    "=": "04 04 64 64/07 07 67 67",
    "/": "60 60 09 09",
    "%": "60 60 09 09/11 20 31 22 11/57 66 77 68 57",
    "#": "20 20 19 19/50 50 49 49/03 03 73 73/06 06 66 66",
    "$": "62 41 21 13 34 56 67 48 28 07/40 40 39 39",
    ".": "18 19",
    ",": "29 2a 1b",
    ":": "14 15/18 19",
    ";": "14 15/29 2a 1b",
    "(": "40 22 17 29 4a",
    ")": "10 32 37 29 0a",
    "?": "12 20 51 53 35 37/39 39",
    "!": "20 20 26 26/29 29",
    "*": "32 32 37 37/12 12 56 56/52 52 16 16",
    "'": "30 22",
    "<": "62 62 05 05 68 68",
    ">": "02 02 65 65 08 08",
    "_": "09 09 79 79",
    "&": "79 32 20 41 32 15 17 29 49 76",
    "@": "65 44 35 37 58 64 67 78 86 72 40 12 07 2a 6a",
    "\u2713": "16 16 39 39 80 80",  # a tick
    "\u20ac": "71 50 22 16 29 59 78/04 04 54 54/06 06 46 46",  # the euro sign
}

# How hands differ: 0 with a link to the next, spiralled, open or flat; 1 with an upstroke, both strokes as one, a loop or spread
# like an inverted V, with a foot, or in one loop like an l; 2 with a loop at its head or its foot; open and closed 4, one like
# an H, a looped psi or a flash; 5 like a root sign; 6 with a loop at its head; 8 of a crossed loop, in two parts, or begun like
# a 3 or a B; crossed, flagged and curled 7, its bar a flag at the foot, or crossed so low that it is all there is; 9 like a P,
# a rho or an S.
DIGITS = (
    ("40 21 13 16 28 49 68 76 73 61 40", "51 30 11 03 06 18 39 58 66 63 51 30", "40 22 15 27 49 67 74 62 41 30",
        "05 35 52 40 21 15 28 49 66 63 51 73", "50 30 13 17 39 58 64 61 40 42 71 90",
        "03 22 41 20 13 17 39 58 64 51 31", "18 38 57 63 51 31 13 16 28 49 78",
        "08 37 55 63 51 31 13 17 39 58 98", "30 12 17 39 68 73 40 30", "60 30 12 07 29 59 77 75",
        "54 24 06 18 49 77 75 54", "50 21 14 18 39 68 74 72", "30 11 06 28 49 67 62 41 20 50 81",
        "04 22 51 74 67 49 19", "44 24 12 31 51 63 57 49 18 06 14 34", "90 40 13 05 28 68 a6 b3 80 40",
        "71 30 12 06 28 59 77 74 51 21", "43 33 12 21 51 73 67 49 18 06 24", "80 41 14 18 39 77 82 80 50",
        "13 06 18 49 68 74 62 40 21 22", "62 50 30 13 06 28 59 77 74 52 41 60", "24 12 30 61 75 58 29 07 14 31"),
    ("03 03 40 40 49 49", "05 05 50 50 49 49", "03 03 40 40 49 49/19 19 79 79", "30 30 29 29", "02 40 40 49 49",
        "06 06 40 40 49 49", "00 10 49", "09 09 40 40 48 48", "07 07 30 30 39 39 49", "08 35 50 50 29",
        "05 23 40 40 38 38", "17 34 50 51 43 29", "19 34 50 60 52 39", "06 24 41 50 42 29", "08 35 50 50 69",
        "08 08 40 40 79 79", "25 42 50 51 43 26 09", "24 41 50 52 44 18", "15 32 50 51 34 08",
        "06 06 80 80 39 39", "07 07 70 70 19 19", "09 27 45 61 50 37 28 49 76", "13 22 40 40 49 38 18",
        "14 32 40 40 49 29 08/49 68", "29 24 31 40 41 34 28", "07 25 43 51 50 40 31 34 39",
        "16 34 52 51 40 31 24 29", "06 25 43 42 31 21 23 28 39", "07 35 53 51 40 32 36 29 18",
        "15 33 42 41 30 21 24 29"),
    ("12 20 50 62 54 18 08 17 38 79", "12 30 51 63 19 19 69 69", "02 20 51 53 36 09 09 69 69",
        "11 40 62 36 18 29 38 36 18 19 59 78", "13 21 40 52 45 18 07 26 48 69 87",
        "22 31 50 62 54 28 09 07 26 58 79 98", "33 14 02 20 50 53 36 09 09 69 69",
        "44 24 12 30 51 53 36 18 08 59", "34 15 03 21 50 62 45 18 09 28 69", "02 10 40 52 35 09 09 79",
        "33 23 12 30 51 45 28 19 39 59", "24 13 21 40 52 45 27 18 38 79", "45 15 02 30 61 63 36 09 09 79",
        "04 12 30 51 45 09 09 37 49 88", "35 24 21 40 61 53 27 09 09 48 79", "13 10 40 53 36 18 17 28 59 89"),
    ("10 10 60 60 34 34 56 67 59 29 08", "11 30 51 53 34 34 56 68 39 18", "01 30 52 34 24 34 66 58 39 09",
        "11 30 52 44 33 34 54 66 58 29 07", "00 00 50 50 23 44 56 48 29 07", "02 20 41 33 23 45 57 4a 2b 09",
        "12 40 52 34 25 46 67 49 08"),
    ("20 20 05 05 75 75/52 52 59 59", "59 59 50 50 06 06 76 76", "10 10 14 26 65 65/60 60 5a 5a",
        "30 15 16 76 76/53 53 49 49", "10 10 15 25 55 55/50 50 59 59", "20 14 16 36 63/60 58 49",
        "20 15 56 62/60 59 5a", "20 06 06 55/60 4a", "30 06 06 66/54 4a", "20 15 25 45 60 60 4a",
        "10 06 26 55/50 50 59", "30 06 25 44 48", "40 15 16 56 54 5a", "50 06 07 55 65 6a", "30 04 25 54 59",
        "01 14 36 53 60 50 43 3a", "10 15 27 54 60 51 45 3a", "30 15 46 76/60 55 49", "20 14 25 55 61/60 59",
        "40 24 07 57/62 49"),
    ("70 70 20 20 14 44 66 68 49 19", "20 20 14 44 66 68 49 19/20 20 70 70", "80 80 30 30 24 55 67 49 09",
        "20 20 13 13 33 35 27 09/20 20 90 90", "30 30 14 34 46 38 09/41 41 90 90", "18 29 38 45 30 30 80 80",
        "07 19 38 36 30 30 70 70", "08 29 47 45 34 30 30 91", "15 29 30 30 70 70", "70 41 22 34 56 58 39 08",
        "20 13 33 46 38 08/41 80", "05 19 19 40 40 90", "06 29 30 50 90", "07 19 28 33 41 50 71",
        "13 34 36 29 27 54/52 80", "81 50 20 03 24 64 86 78 49 09", "71 52 33 24 44 57 48 29 08 07",
        "70 41 33 24 45 57 49 29 18 26 47 87", "60 30 14 24 55 57 38 08"),
    ("60 31 15 17 29 49 67 55 35 17", "40 22 16 28 49 67 56 35 16", "70 30 04 18 49 68 55 25 08",
        "50 13 07 29 57 65 45 17", "20 15 18 39 57 55 25 17", "60 30 12 07 29 59 67 56 26 07",
        "51 40 31 14 17 29 49 67 55 35 27 88", "61 50 30 14 07 29 69 76 64 34 06",
        "41 20 14 18 39 69 76 64 44 16 38", "71 33 16 18 39 58 57 45 27", "30 12 16 29 59 76 73 52 32 15",
        "20 12 06 18 39 59 76 73 52 33 14", "50 22 15 18 39 58 65 53 33 16"),
    ("01 00 60 60 29 29/14 14 64 64", "02 00 00 60 60 29 29", "01 10 31 60 60 39 39",
        "00 00 60 60 43 29 29/25 25 74 74", "02 10 60 60 29 29/06 06 75 75", "00 00 60 60 53 39 39/26 26 77 77",
        "00 60 60 36 2a", "14 02 20 41 60 39/26 65", "01 10 30 50 61 44 2a/15 64", "03 10 20 41 60 60 29",
        "11 30 28/05 56", "20 30 19/16 65", "01 20 30 28/15 64", "30 39/06 75", "31 40 49/06 85",
        "11 30 41 59/06 95", "12 30 51 54 49 38 27 36 66", "02 30 51 48 39 16 46 75",
        "11 50 61 56 49 37 16 25 46", "13 34 70 60 52 29/15 64", "01 04 35 64 61 40 32 45 59/47 86",
        "00 01 50 60 59/06 65/15 64", "14 21 40 51 52 49/24 64", "04 01 50 39/05 45",
        "12 20 51 53 36 19/15 65"),
    ("61 30 12 34 56 68 39 18 26 44 62 61", "50 30 12 34 56 67 39 17 25 44 52 50",
        "40 21 33 52 40/34 16 18 39 58 56 34", "60 30 22 44 57 48 28 17 34 62 70",
        "70 40 21 33 46 38 19 07 35 61", "70 46 28 19 08 17 36 44 31 10", "61 33 17 19 38 36 24 11 20",
        "72 50 21 13 35 46 38 19 08 26 54 72", "20 50 62 44 24 44 66 58 39 08 17 36 24 12 20",
        "21 40 52 34 13 21/24 45 57 39 08 16 34", "50 20 12 34 56 48 19 07 25 44 52",
        "51 30 12 34 57 49 19 06 25 53", "10 19 49 67 55 34 14/10 40 52 34",
        "16 53 51 40 22 16 28 49 67 56 35 16", "04 24 43 52 40 21 14 17 29 59 76 64 34 15",
        "44 24 21 40 52 34 16 18 39 59 77 65 44 24", "13 21 50 62 54 36 17 29 49 68 66 45 25",
        "03 20 50 62 44 36 28 39 68 76 55 45", "40 21 13 33 52 40/45 26 18 39 58 56 45",
        "12 31 50 52 34 24/35 16 18 39 68 76 55 25", "18 46 70 60 42 25 18 39 68 76 55 16",
        "02 30 51 43 24 16 18 39 58 56 44 24", "11 30 51 44 25 17 28 49 67 55 34",
        "12 40 52 34 16 28 49 57 45 23 12", "22 30 50 53 35 17 28 48 57 45 34"),
    ("60 20 13 25 54 60 60 59 59", "62 40 22 14 35 54 62/62 62 59 59", "61 30 12 24 45 62 61 65 58 39 18",
        "70 40 12 24 54 70 70 5a 3c 1b", "40 20 13 34 52 40 20/51 51 49 49", "52 30 12 14 44 52 52 57 48",
        "30 30 19 19/11 40 61 53 34 24", "40 28 19/20 50 63 54 35", "19 30 31 10 50 62 54 25",
        "2a 40 60 63 44 34", "62 41 12 15 35 62 61 66 69", "63 41 20 13 25 45 63 61 58 39 19",
        "59 37 24 21 40 61 63 34 05", "49 27 13 21 50 62 54 25 05", "28 25 22 40 61 53 35 15",
        "04 24 53 61 30 11 13 45 47 39", "14 34 52 40 20 12 24 46 48 39", "51 30 02 14 44 72 61 41/44 66 88",
        "70 30 02 14 54 82 60 30/54 77 88", "29 26 14 21 50 61 53 44", "61 30 12 24 45 62 61 66 58 39 27 48 79",
        "40 20 12 24 44 51 41/51 54 38 19", "62 40 12 14 34 62/61 55 39 18"),
)  # fmt: skip


def lines_of(strokes: str) -> list[np.ndarray]:
    """The points of each stroke: list of (K, 2) float32, columns and rows of the grid."""
    return [
        np.array(
            [(int(p[0], 36), int(p[1], 36)) for p in stroke.split()], dtype=np.float32
        )
        for stroke in strokes.split("/")
    ]


def curve(points: np.ndarray, steps: int = 6) -> np.ndarray:
    """A Catmull-Rom curve through (K, 2) points: (M, 2) float32."""
    if len(points) < 2:
        return points
    before, start, end, after = _spans(points)
    t = np.linspace(0, 1, steps, dtype=np.float32)[:, None, None]
    bent: np.ndarray = (
        2 * start
        + (end - before) * t
        + (2 * before - 5 * start + 4 * end - after) * t**2
        + (3 * start - before - 3 * end + after) * t**3
    ) / 2
    return bent.transpose(1, 0, 2).reshape(-1, 2)


def _spans(points: np.ndarray) -> tuple[np.ndarray, ...]:
    """For every span of a curve the point before it, its ends, and the point after it."""
    padded = np.concatenate([points[:1], points, points[-1:]])
    count = len(points) - 1
    return tuple(padded[k : k + count] for k in range(4))


def glyph(rng: np.random.Generator, strokes: str, jitter: float) -> list[np.ndarray]:
    """Curves of one glyph whose points wander by `jitter` rows: list of (M, 2) float32."""
    curves = []
    for points in lines_of(strokes):
        moved = points + rng.normal(0, jitter, points.shape).astype(np.float32)
        same = (np.diff(points, axis=0) == 0).all(1)
        moved[1:][same] = moved[:-1][same]  # a corner stays one
        curves.append(curve(moved))
    return curves


def spelled(
    rng: np.random.Generator, text: str, pen: float, jitter: float = 0.25
) -> Shape:
    """A word or a sign in strokes.

    Parameters
    ----------
    rng : numpy.random.Generator
        Makes no two letters alike.
    text : str
        Characters of `GLYPHS`; others are left out.
    pen : float
        Width of the stroke over the height of a digit.
    jitter : float
        How far points wander, grid rows.
    """
    curves, at = [], 0.0
    space = rng.uniform(1.2, 2.2)
    for char in text:
        letter = glyph(rng, GLYPHS[char], jitter) if char in GLYPHS else []
        if letter:
            low = min(float(c[:, 0].min()) for c in letter)
            curves += [c + (at - low, 0) for c in letter]
            at = max(float(c[:, 0].max()) for c in curves)
        at += space if letter else 4.0
    return drawn(curves, pen)


def drawn(curves: list[np.ndarray], pen: float) -> Shape:
    """The shape of curves given in grid columns and rows."""
    every = np.concatenate(curves) if curves else np.zeros((1, 2), np.float32)
    low = np.minimum(every.min(0), (np.inf, 0)) * PER_ROW - MARGIN
    high = np.maximum(every.max(0), (-np.inf, HEIGHT)) * PER_ROW + MARGIN
    width, height = np.ceil(high - low).astype(int)
    path = np.zeros((height, width), np.uint8)
    pixels = [np.round(c * PER_ROW - low).astype(np.int32) for c in curves]
    cv2.polylines(path, pixels, False, 1)
    field = path_field(path) - max(0.4, pen * UNIT / 2)
    return Shape(field, hull_of(field), -low[1], HEIGHT * PER_ROW - low[1])


@lru_cache(maxsize=2)
def stroke_digits(
    per_digit: int = 1000, seed: int = 5
) -> tuple[np.ndarray, np.ndarray]:
    """Rasters of digits as European hands write them, for a :class:`DigitBank`.

    Returns
    -------
    images, labels : numpy.ndarray
        (10 * per_digit, 28, 28) uint8, 255 is pen; and (10 * per_digit,) uint8.
    """
    rng = np.random.default_rng(seed)
    labels = np.repeat(np.arange(10, dtype=np.uint8), per_digit)
    images = np.stack([_digit_raster(rng, int(label)) for label in labels])
    return images, labels


def _digit_raster(rng: np.random.Generator, digit: int) -> np.ndarray:
    """One variant of a digit, 20 px high or wide, centred: (28, 28) uint8."""
    variants = DIGITS[digit]
    curves = glyph(rng, variants[rng.integers(len(variants))], rng.uniform(0.1, 0.5))
    # A lone stroke leans as it likes.
    shear = rng.normal(0.1, 0.22 if digit == 1 else 0.15)
    stretch = rng.uniform(0.65, 1.15)
    turned = [c @ np.array([[stretch, 0], [-shear, 1]], np.float32) for c in curves]
    every = np.concatenate(turned)
    low, extent = every.min(0), np.ptp(every, 0)
    scale = 17 / max(float(extent.max()), 1.0)  # the pen adds the rest of the 20 px
    big = np.zeros((4 * SIDE, 4 * SIDE), np.uint8)
    points = [4 * ((c - low - extent / 2) * scale + SIDE / 2) for c in turned]
    cv2.polylines(big, [np.round(p).astype(np.int32) for p in points], False, 255, 10)
    return cv2.resize(big, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
