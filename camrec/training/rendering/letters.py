"""Words for scenes: from handwriting fonts where the user has some, from the strokes of this project otherwise."""

from __future__ import annotations

import io
import logging
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import numpy as np

from camrec.errors import DataError, one_line
from camrec.training.rendering.shapes import (
    SIDE,
    UNIT,
    Shape,
    half_width,
    hull_of,
    path_field,
    thin,
)

log = logging.getLogger(__name__)

SUFFIXES = (".woff", ".woff2", ".ttf", ".otf")
MARGIN = 16  # field pixels kept free around a word for a thick pen
HAIRLINE = 1.4  # field pixels, half the width of strokes so thin that thin pens would break them
_KEPT = 2000  # words drawn, some 20 kB each, in every process that renders

_WORD_LIST = (
    "about after again amount apples bill book box bread call cash cheese city class code coffee cost count daily "
    "date day dear due each east eggs email error exam fee first five flat floor form four from fuel gas good grade "
    "height hello home hour house invoice item jam job July June key kilo last left length list litre lunch mark math "
    "meeting milk miles minutes Monday month name net next nine north note October office oil one order page paid "
    "paper park phone pin plan please plus price quantity rate read room route salt score sell seven shop sign six "
    "size sold south stock street sugar sum tax tea ten test thank the this three time today total train two unit "
    "value water week weight well west when will with work world year yes zero zone Bob Iris Lois Olga Zoe OK PIN TEL"
)
WORDS = tuple(_WORD_LIST.split())


class _Font(NamedTuple):
    """What Pillow draws with, the height of its digits in its own pixels, and the code points that it has."""

    face: Any
    height: float
    known: frozenset[int]


class WordBank:
    """Handwriting fonts of a folder: letters and signs as clutter, and their digits as more styles of digits.

    Parameters
    ----------
    folder : str or Path
        Searched with its sub-folders for .woff, .woff2, .ttf and .otf files.
    match : str
        Only files whose name contains this; "" for all.

    Raises
    ------
    DataError
        If there is no font, or the packages that read fonts are missing.
    """

    def __init__(self, folder: str | Path, match: str = "") -> None:
        self._fonts: list[_Font] = []
        for path in _font_files(Path(folder), match):
            try:
                font = _open_font(path)
            except DataError:
                raise
            except Exception as error:  # noqa: BLE001 - a damaged font fails in ways of its own
                log.warning("font %s left out: %s", path, one_line(error))
                continue
            self._fonts += [font] if font else []
        if not self._fonts:
            raise DataError(
                f"No font ({', '.join(SUFFIXES)}) lies in {folder}; give a folder of handwriting fonts."
            )
        self._raster = lru_cache(maxsize=_KEPT)(self._draw)

    def __len__(self) -> int:
        return len(self._fonts)

    def pick_font(self, rng: np.random.Generator) -> int:
        """A font, by its index."""
        return int(rng.integers(len(self._fonts)))

    def spelled(self, text: str, font: int, pen: float) -> Shape | None:
        """A word or sign in a font; None where the font lacks one of its characters.

        Parameters
        ----------
        text : str
        font : int
            Index from :meth:`pick_font`.
        pen : float
            Width of the stroke over the height of a digit.
        """
        found = self._raster(text, font)
        if found is None:
            return None
        mask, foot = found
        inside = cv2.distanceTransform(mask, cv2.DIST_L2, 3)
        natural = float(half_width(inside.reshape(1, -1))[0])
        radius = max(0.85 * natural, pen * UNIT / 2)
        if natural < HAIRLINE:
            middle = path_field(thin(mask))
        else:
            outside = cv2.distanceTransform(1 - mask, cv2.DIST_L2, 3)
            middle = cv2.GaussianBlur(outside - inside, (0, 0), 1.0) + natural
        field = middle - np.float32(radius)
        return Shape(field, hull_of(field), foot - UNIT, foot)

    def digits(self) -> tuple[np.ndarray, np.ndarray]:
        """The fonts' digits as rasters for a :class:`~camrec.training.rendering.handwriting.DigitBank`.

        Returns
        -------
        images, labels : numpy.ndarray
            (N, 28, 28) uint8, 255 is pen, 20 px high or wide, centred; and (N,) uint8.
        """
        images, labels = [], []
        for font in range(len(self._fonts)):
            for digit in range(10):
                found = self._raster(str(digit), font)
                if found is not None:
                    images.append(_boxed(found[0]))
                    labels.append(digit)
        return np.stack(images), np.array(labels, np.uint8)

    def _draw(self, text: str, font: int) -> tuple[np.ndarray, int] | None:
        """Ink mask (0, 1) of a text whose digits would be `UNIT` high, and the row of its writing line; None without ink."""
        face, height, known = self._fonts[font]
        # Asked for anything else a font draws its sign for what it lacks.
        if not known.issuperset(map(ord, text)):
            return None
        scale = UNIT / height
        left, top, right, bottom = (
            side * scale for side in face.getbbox(text, anchor="ls")
        )
        foot = max(UNIT, int(-top)) + MARGIN
        size = int(right - left) + 2 * MARGIN, foot + max(0, int(bottom)) + MARGIN
        start = (MARGIN - left) / scale, foot / scale
        mask = (_grey(face, text, start, size, scale) > 110).astype(np.uint8)
        return (mask, foot) if mask.sum() > 12 else None


def _font_files(folder: Path, match: str) -> list[Path]:
    """Font files below a folder, each font once whatever formats it comes in."""
    files = [
        path
        for path in sorted(folder.rglob("*"))
        if path.suffix.lower() in SUFFIXES and match in path.name
    ]
    # of several formats .woff is kept before .woff2: it unpacks table by table, seven times faster
    return list({path.with_suffix(""): path for path in reversed(files)}.values())[::-1]


def _open_font(path: Path) -> _Font | None:
    """A font; None for one of other scripts or of signs, and where its digits are blank."""
    try:
        from fontTools.ttLib import TTFont
        from PIL import ImageFont
    except ImportError as error:
        raise DataError(
            "Reading fonts needs pillow and fonttools: pip install 'camrec[train]'."
        ) from error
    data = io.BytesIO()
    font = TTFont(path, lazy=True)
    known = frozenset(font.getBestCmap() or ())  # None where it maps no Unicode
    if not known.issuperset(map(ord, "0123456789az")):
        return None
    font.flavor = None  # Pillow reads plain TrueType only, not its compressed web form
    font.save(data)
    data.seek(0)
    face = ImageFont.truetype(data, 96)
    tops = [-face.getbbox(str(digit), anchor="ls")[1] for digit in range(10)]
    height = float(np.median(tops))
    return _Font(face, height, known) if height > 0 else None


def _grey(
    face: Any,
    text: str,
    start: tuple[float, float],
    size: tuple[int, int],
    scale: float,
) -> np.ndarray:
    """A text drawn at the font's own size, then scaled to `size` field pixels: (h, w) uint8."""
    from PIL import Image, ImageDraw

    canvas = Image.new("L", (round(size[0] / scale), round(size[1] / scale)))
    ImageDraw.Draw(canvas).text(start, text, 255, face, anchor="ls")
    return cv2.resize(np.asarray(canvas), size, interpolation=cv2.INTER_AREA)


def _boxed(mask: np.ndarray) -> np.ndarray:
    """A mask cut to its ink, fitted in 20x20 and centred, as MNIST does it: (28, 28) uint8."""
    x, y, width, height = cv2.boundingRect(mask)
    scale = 20 / max(width, height)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    small = cv2.resize(
        255 * mask[y : y + height, x : x + width], size, interpolation=cv2.INTER_AREA
    )
    out = np.zeros((SIDE, SIDE), np.uint8)
    left, top = (SIDE - size[0]) // 2, (SIDE - size[1]) // 2
    out[top : top + size[1], left : left + size[0]] = small
    return out
