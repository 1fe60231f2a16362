"""Pages of digits with their truth: written on a sheet, lit, and looked at by a camera.

    page = render_page(rng, digits, words)

A sheet is drawn flat and the camera's view of it is computed from one matrix, so the truth is exact whatever the view:
boxes are the hull of a digit's ink, moved by the same matrix.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from camrec.elements import Box
from camrec.training.rendering import optics
from camrec.training.rendering.handwriting import DigitBank
from camrec.training.rendering.letters import WordBank
from camrec.training.rendering.sheets import NOT_A_DIGIT, Mark, Sheet, write_sheet
from camrec.training.rendering.styles import Style
from camrec.training.rendering.surfaces import draw_table

WHOLE = 0.85  # share of a digit's box that must be in the picture for it to be readable


@dataclass(frozen=True, slots=True, eq=False)
class PageDigit:
    """A digit of a page.

    Parameters
    ----------
    text : str
        "0" to "9".
    box : Box
        Around its ink, pixels of the picture.
    number : int
        Which number of the page it belongs to, from 0.
    """

    text: str
    box: Box
    number: int


@dataclass(frozen=True, slots=True, eq=False)
class Page:
    """A rendered picture and what is in it.

    Parameters
    ----------
    image : numpy.ndarray
        (H, W, 3) uint8, BGR.
    digits : tuple of PageDigit
        Digits that are whole in the picture, numbers in order.
    others : tuple of Box
        Letters, signs, scribbles, frames, and digits cut by the picture's edge.
    owner : numpy.ndarray
        (H, W) int32: k is ink of ``digits[k - 1]``, -1 is other ink (printed lines too), 0 is none.
    style : Style
        What it was rendered with.
    """

    image: np.ndarray
    digits: tuple[PageDigit, ...]
    others: tuple[Box, ...]
    owner: np.ndarray
    style: Style


def render_page(
    rng: np.random.Generator,
    digits: DigitBank,
    words: WordBank | None = None,
    style: Style | None = None,
    size: tuple[int, int] = (720, 1280),
) -> Page:
    """A random page with its truth; the same seed gives the same page.

    Parameters
    ----------
    rng : numpy.random.Generator
    digits : DigitBank
        Whose digits are written.
    words : WordBank, optional
        Fonts for letters and signs; strokes of this project without it.
    style : Style, optional
        How it looks; random without it.
    size : tuple of int
        Height and width, pixels.
    """
    style = style or Style.random(rng, size)
    sheet = write_sheet(rng, digits, words, style, size)
    return photograph(rng, sheet, style)


def photograph(rng: np.random.Generator, sheet: Sheet, style: Style) -> Page:
    """The sheet as a camera sees it in the light of the style."""
    scene = lay(rng, sheet, style)
    size = scene.owner.shape
    light = optics.lit(scene.image, *lights(rng, size, style))
    digits = visible_digits(scene.marks, size)
    hidden = [m.outline for k, m in enumerate(scene.marks) if k not in digits]
    others = [box_around(outline).clip(size[1], size[0]) for outline in hidden]
    return Page(
        image=exposed(rng, light, style),
        digits=tuple(digits.values()),
        others=tuple(box for box in others if box.area),
        owner=_renamed(scene, list(digits)),
        style=style,
    )


def lay(rng: np.random.Generator, sheet: Sheet, style: Style) -> Sheet:
    """The sheet turned, tilted and zoomed as the style says, on its table if it has one."""
    size = sheet.owner.shape
    matrix = optics.view(rng, size, tilt=style.tilt, perspective=style.perspective, zoom=style.zoom)  # fmt: skip
    owner = cv2.warpPerspective(
        sheet.owner, matrix, size[::-1], flags=cv2.INTER_NEAREST
    )
    image = _laid_out(rng, sheet.image, matrix, style)
    return Sheet(image, owner, moved(sheet.marks, matrix))


def moved(marks: Iterable[Mark], matrix: np.ndarray) -> tuple[Mark, ...]:
    """Marks as they lie after a (3, 3) projective map of the sheet."""
    return tuple(
        replace(mark, outline=optics.seen(mark.outline, matrix)) for mark in marks
    )


def visible_digits(
    marks: Sequence[Mark], size: tuple[int, ...]
) -> dict[int, PageDigit]:
    """Digits among marks that can be read in a picture, by their place in `marks`.

    Parameters
    ----------
    marks : sequence of Mark
        Outlines in pixels of the picture.
    size : tuple of int
        Height and width of the picture.
    """
    digits: dict[int, PageDigit] = {}
    numbers: dict[int, int] = {}
    for k, mark in enumerate(marks):
        box = box_around(mark.outline)
        seen = box.clip(size[1], size[0])
        if mark.text and seen.area >= WHOLE * box.area:
            number = numbers.setdefault(mark.number, len(numbers))
            digits[k] = PageDigit(mark.text, seen, number)
    return digits


def _renamed(sheet: Sheet, kept: list[int]) -> np.ndarray:
    """The owner of each pixel, digits in the order of `kept`; digits left out become other ink: (H, W) int32."""
    names = np.full(len(sheet.marks) + 2, NOT_A_DIGIT, np.int32)
    names[1] = 0  # names[owner + 1]: -1 stays -1, 0 stays 0
    names[np.array(kept, int) + 2] = np.arange(1, len(kept) + 1)
    owner: np.ndarray = names[sheet.owner + 1]
    return owner


def _laid_out(
    rng: np.random.Generator, image: np.ndarray, matrix: np.ndarray, style: Style
) -> np.ndarray:
    """The sheet in its place, on a table where there is one, with its shadow on it."""
    size = image.shape[1::-1]
    if not style.table:
        return cv2.warpPerspective(image, matrix, size, borderMode=cv2.BORDER_REPLICATE)
    table = draw_table(rng, style.table, size[::-1])
    mask = cv2.warpPerspective(np.full(size[::-1], 255, np.uint8), matrix, size)
    small = cv2.resize(mask, None, fx=1 / 8, fy=1 / 8, interpolation=cv2.INTER_AREA)
    shift = np.array([[1, 0, rng.uniform(-2, 2)], [0, 1, rng.uniform(-1, 3)]])
    small = cv2.GaussianBlur(cv2.warpAffine(small, shift, small.shape[::-1]), (0, 0), 1.2)  # fmt: skip
    table = optics.lit(table, cv2.merge([1 - small.astype(np.float32) / 255 * 0.6] * 3))
    return cv2.warpPerspective(
        image, matrix, size, dst=table, borderMode=cv2.BORDER_TRANSPARENT
    )


def lights(
    rng: np.random.Generator, size: tuple[int, ...], style: Style
) -> list[np.ndarray]:
    """Gain fields of the style's light and shadows, for :func:`optics.lit`."""
    field = optics.light_field(
        rng,
        size,
        brightness=style.brightness,
        gradient=style.gradient,
        vignette=style.vignette,
        cast=style.cast,
        glare=style.glare,
    )
    shadows = [
        optics.shadow(rng, size, style.shadow_depth, style.shadow_softness)
        for _ in range(style.shadows)
    ]
    return [field, *shadows]


def exposed(rng: np.random.Generator, image: np.ndarray, style: Style) -> np.ndarray:
    """The image through lens, sensor and file."""
    size = image.shape[1::-1]
    if style.shrink > 1:
        image = cv2.resize(image, None, fx=1 / style.shrink, fy=1 / style.shrink, interpolation=cv2.INTER_AREA)  # fmt: skip
    if style.defocus > 0.2:
        image = cv2.GaussianBlur(image, (0, 0), style.defocus / style.shrink)
    if style.motion > 1:
        image = optics.smeared(image, style.motion / style.shrink, rng.uniform(0, np.pi))  # fmt: skip
    if style.noise > 0:
        image = optics.noisy(rng, image, style.noise)
    if style.jpeg:
        packed = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, style.jpeg])[1]
        image = np.asarray(cv2.imdecode(packed, cv2.IMREAD_COLOR))
    return image if image.shape[1::-1] == size else cv2.resize(image, size)


def box_around(points: np.ndarray) -> Box:
    """The smallest box of whole pixels around the pixels at `points` (K, 2)."""
    low = np.floor(points.min(0)).astype(int)
    high = np.ceil(points.max(0)).astype(int) + 1
    return Box(int(low[0]), int(low[1]), int(high[0] - low[0]), int(high[1] - low[1]))
