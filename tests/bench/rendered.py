"""Pictures made for measuring, with their labels: MNIST's test digits on paper, and scenes that no training has seen.

They hold digits of MNIST's test part only, or strokes drawn with another seed, and their own seeds are triples, where
those of training are pairs (:mod:`camrec.training.recipe`): none of them can be met there.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from legibility import legible

from camrec.reading.pictures import load_picture
from camrec.training.data import LabelledSet, mnist
from camrec.training.recipe import OTHER_HANDS
from camrec.training.rendering.handwriting import DigitBank
from camrec.training.rendering.inking import INK_ALPHA, inked
from camrec.training.rendering.letters import WordBank
from camrec.training.rendering.scenes import Page, photograph, render_page
from camrec.training.rendering.sheets import Mark, Sheet
from camrec.training.rendering.strokes import stroke_digits
from camrec.training.rendering.styles import PENS, Style
from camrec.training.rendering.surfaces import TABLES, draw_surface

Labels = dict[str, Any]

SCENES = 300  # from seed to seed the figure still moves by two or three points: a few crowded pages weigh much
SCENE_SIZES = ((480, 640), (720, 1280), (1080, 1920))  # px, height and width: frames
SEED = 20_261_121  # of strokes, and the first of three of each picture
A_SCENE, A_PAGE, A_VIEW, A_NOTE = (
    1,
    2,
    3,
    4,
)  # the third: not 0, which numpy takes for a seed of two
VIEWS = 8  # of a picture
NOTES = 100  # sheets that are small in their pictures
NOTE_SHARES = 0.12, 0.7  # of the picture's width
NOTE_HEIGHTS = 24.0, 40.0  # px of digits on them
ALONE = 600  # digits that are pictures of their own
SIDES = (28, 140, 560)  # px

PAGE_SIZE = (960, 1280)  # px, height and width
A_ROW, A_COLUMN = 10, 10
DIGITS = A_ROW * A_COLUMN  # on a page
CELL = (90, 120)  # px, height and width
RASTER = 64  # px that MNIST's 28 take: its digits of 20 become 46 high
PLAIN = ("white", "cream", "grey")  # papers without print


def digits_at_hand(folder: Path) -> LabelledSet:
    """MNIST's test part where it is at hand, else digits that this project draws."""
    if folder.is_dir():
        return mnist("t10k", folder)
    return LabelledSet("strokes", *stroke_digits(seed=SEED))


def write_pages(digits: LabelledSet, folder: Path, most: int | None = None) -> None:
    """Pages of a hundred digits, each digit of the set once and as it comes, with ``labels.json``.

    Parameters
    ----------
    digits : LabelledSet
        28x28, 255 is pen; what fills no page is left out.
    folder : Path
        Is made.
    most : int, optional
        Pages.
    """
    count = len(digits.labels) // DIGITS
    parts = (slice(k * DIGITS, (k + 1) * DIGITS) for k in range(count)[:most])
    _write(
        (
            page_of(k, digits.images[part], digits.labels[part])
            for k, part in enumerate(parts)
        ),
        _every_digit,
        folder,
    )


def write_alone(digits: LabelledSet, folder: Path, most: int | None = None) -> None:
    """Digits each of which fills a picture of its own, small and large, white on black and black on white, with ``labels.json``.

    Parameters
    ----------
    digits, folder
        As for :func:`write_pages`.
    most : int, optional
        Pictures.
    """
    folder.mkdir(parents=True)
    labels = []
    for k, (image, label) in enumerate(zip(digits.images[:ALONE][:most], digits.labels)):  # fmt: skip
        side = SIDES[k % len(SIDES)]
        picture = cv2.resize(image, (side, side), interpolation=cv2.INTER_CUBIC)
        name = f"{k:03}.png"
        cv2.imwrite(str(folder / name), picture if k % 2 else 255 - picture)
        labels.append({"file": name, "rows": [str(label)]})
    (folder / "labels.json").write_text(json.dumps(labels), "utf-8")


def page_of(seed: int, images: np.ndarray, labels: np.ndarray) -> Page:
    """A sheet of plain paper with a digit in each of its cells, photographed.

    Parameters
    ----------
    seed : int
        Of paper, pen, light and camera.
    images, labels : numpy.ndarray
        (100, 28, 28) uint8, 255 is pen; and (100,) integers.
    """
    rng = np.random.default_rng((SEED, seed, A_PAGE))
    style = _plain(rng)
    layer, marks = _table(images, labels)
    paper = draw_surface(rng, style.surface, PAGE_SIZE).image
    image = inked(rng, paper, layer, PENS[style.pen], style.contrast)
    sheet = Sheet(image, np.zeros(PAGE_SIZE, np.int16), marks)
    return photograph(rng, sheet, style)


def _plain(rng: np.random.Generator) -> Style:
    """An ordinary photograph of a sheet: what is measured is the digits, not the light."""
    return Style(
        surface=str(rng.choice(PLAIN)),
        pen=str(rng.choice(["black", "blue"])),
        brightness=rng.uniform(0.8, 1.05),
        gradient=rng.uniform(0, 0.4),
        tilt=rng.uniform(-1.5, 1.5),
        perspective=rng.uniform(0, 0.01),
        zoom=1.0,
        noise=rng.uniform(0, 3),
    )


def _table(
    images: np.ndarray, labels: np.ndarray
) -> tuple[np.ndarray, tuple[Mark, ...]]:
    """A layer of ink with a digit in the middle of each cell, (H, W) uint8, and where the digits lie."""
    layer, marks = np.zeros(PAGE_SIZE, np.uint8), []
    margin = (np.array(PAGE_SIZE) - np.array(CELL) * (A_COLUMN, A_ROW)) // 2
    for k, (image, label) in enumerate(zip(images, labels)):
        ink = cv2.resize(image, (RASTER, RASTER), interpolation=cv2.INTER_CUBIC)
        y, x = margin + np.array(CELL) * divmod(k, A_ROW) + (np.array(CELL) - RASTER) // 2  # fmt: skip
        layer[y : y + RASTER, x : x + RASTER] = ink
        outline = cv2.findNonZero(np.uint8(ink > INK_ALPHA)).reshape(-1, 2)
        marks.append(Mark(str(label), k, np.float32(outline) + np.float32((x, y))))
    return layer, tuple(marks)


def write_scenes(
    digits: LabelledSet, folder: Path, fonts: str | None = None, most: int | None = None
) -> None:
    """Random scenes: digits among words and signs, on papers and boards, in any light, with ``labels.json``.

    Parameters
    ----------
    digits : LabelledSet
        28x28, 255 is pen; other hands join it, as in training.
    folder : Path
        Is made.
    fonts : str, optional
        Folder of handwriting fonts, for words and more hands; strokes of this project without it.
    most : int, optional
        Scenes.
    """
    words = WordBank(fonts) if fonts else None
    banks = [DigitBank(digits.images, digits.labels)]
    banks.append(DigitBank(*stroke_digits(seed=SEED), OTHER_HANDS))
    if words:
        banks.append(DigitBank(*words.digits(), OTHER_HANDS))
    bank = DigitBank.join(banks)
    scenes = (scene(k, bank, words) for k in range(SCENES)[:most])
    _write(scenes, _legible_numbers, folder)


def scene(seed: int, bank: DigitBank, words: WordBank | None = None) -> Page:
    """One of the scenes."""
    rng = np.random.default_rng((SEED, seed, A_SCENE))
    size = SCENE_SIZES[seed % len(SCENE_SIZES)]
    return render_page(rng, bank, words, size=size)


def write_notes(digits: LabelledSet, folder: Path, most: int | None = None) -> None:
    """Sheets of numbers that lie small on a table, as one held up to a camera is, with ``labels.json``; see :func:`write_pages`."""
    bank = DigitBank(digits.images, digits.labels)
    notes = (note(k, bank) for k in range(NOTES)[:most])
    _write(notes, _legible_numbers, folder)


def note(seed: int, bank: DigitBank) -> Page:
    """One of the small sheets."""
    rng = np.random.default_rng((SEED, seed, A_NOTE))
    style = replace(
        _plain(rng),
        table=str(rng.choice(TABLES)),
        zoom=rng.uniform(*NOTE_SHARES),
        tilt=rng.uniform(-10, 10),
        height=rng.uniform(*NOTE_HEIGHTS),
        shadows=int(rng.integers(2)),
        words=0.0,
        signs=0.0,
        frames=0.0,
    )
    size = SCENE_SIZES[seed % len(SCENE_SIZES)]
    return render_page(rng, bank, style=style, size=size)


def write_views(pictures: Iterable[Path], folder: Path) -> None:
    """Pictures without a digit, each photographed again in :data:`VIEWS` other lights, with ``labels.json``.

    Whether one picture is read as nothing may be luck, where its light changes a little it is not.

    Parameters
    ----------
    pictures : iterable of Path
    folder : Path
        Is made.
    """
    loaded = [load_picture(path) for path in pictures]
    seen = (view(picture, number) for number, picture in enumerate(loaded * VIEWS))
    _write(seen, lambda page: {"negative": True}, folder)


def view(picture: np.ndarray, number: int) -> Page:
    """A picture as another camera saw it in another light."""
    rng = np.random.default_rng((SEED, number, A_VIEW))
    size = picture.shape[:2]
    style = Style.random(rng, size, surface="white", table="", folds=0, height=48.0)
    return photograph(rng, Sheet(picture, np.zeros(size, np.int16), ()), style)


def _write(
    pages: Iterable[Page], labels_of: Callable[[Page], Labels], folder: Path
) -> None:
    """Pictures and their labels as the scoring program reads them."""
    folder.mkdir(parents=True)
    labels = []
    for k, page in enumerate(pages):
        name = f"{k:03}.png"  # without loss: a style that wants JPEG's has it already
        cv2.imwrite(str(folder / name), page.image)
        labels.append({"file": name, **labels_of(page)})
    (folder / "labels.json").write_text(json.dumps(labels), "utf-8")


def _every_digit(page: Page) -> Labels:
    """All digits; numbers are left out, since how far apart their digits may stand is not the question."""
    return {"digits": [{"digit": d.text, "box": d.box.as_list()} for d in page.digits]}


def _legible_numbers(page: Page) -> Labels:
    """Numbers that a person could read; the others, and what the picture's edge cuts, are nobody's mistake."""
    faint = {
        d.number for d, readable in zip(page.digits, legible(page)) if not readable
    }
    height, width = page.image.shape[:2]
    cut = [
        box
        for box in page.others
        if min(box.x, box.y) <= 0 or box.right >= width or box.bottom >= height
    ]
    ignored = [*cut, *(d.box for d in page.digits if d.number in faint)]
    return {
        "digits": [
            {"digit": d.text, "box": d.box.as_list(), "number": d.number}
            for d in page.digits
            if d.number not in faint
        ],
        "ignore": [{"box": box.as_list()} for box in ignored],
    }
