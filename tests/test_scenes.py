"""Rendered pages are as random as they should be, and their truth is exact."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from clear_pages import CLEAR, SIZE, page_of

from camrec.errors import DataError
from camrec.training.data import mnist
from camrec.training.rendering import samples
from camrec.training.rendering.filming import FPS, HandHeld
from camrec.training.rendering.handwriting import DigitBank, Hand, stretched
from camrec.training.rendering.layout import LAYOUTS, Line, joins_number, runs_of
from camrec.training.rendering.letters import WordBank
from camrec.training.rendering.scenes import photograph, render_page
from camrec.training.rendering.shapes import SIDE, UNIT, digit_shapes, thin
from camrec.training.rendering.sheets import write_lines
from camrec.training.rendering.strokes import DIGITS, GLYPHS, spelled, stroke_digits
from camrec.training.rendering.styles import PENS, Style, pens_for
from camrec.training.rendering.surfaces import (
    BOARDS,
    PAPERS,
    TABLES,
    draw_surface,
    draw_table,
)

ROOT = Path(__file__).parents[1]
SHARED = Path(os.environ.get("CAMREC_SHARED", ROOT.parent / "shared"))


def rng(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


def test_the_same_seed_gives_the_same_page(bank):
    first, again, other = (render_page(rng(k), bank, size=SIZE) for k in (3, 3, 4))
    assert np.array_equal(first.image, again.image)
    assert np.array_equal(first.owner, again.owner)
    assert [d.box for d in first.digits] == [d.box for d in again.digits]
    assert not np.array_equal(first.image, other.image)


@pytest.mark.parametrize("size", [(240, 400), (160, 160), (56, 200), (330, 90)])
def test_random_pages_hold_their_promises(bank, size):
    digits = 0
    for seed in range(12):
        page = render_page(rng(seed), bank, size=size)
        assert page.image.shape == (*size, 3) and page.image.dtype == np.uint8
        assert page.owner.shape == size and page.owner.dtype == np.int32
        assert page.owner.min() >= -1 and page.owner.max() <= len(page.digits)
        for box in [*page.others, *(d.box for d in page.digits)]:
            assert box.area and box.clip(size[1], size[0]) == box
        numbers = [d.number for d in page.digits]
        assert sorted(set(numbers)) == list(range(len(set(numbers))))
        digits += len(numbers)
    assert digits > 12


@pytest.mark.parametrize("tilt, perspective, table", [(0, 0, ""), (9, 0.05, "wood")])
def test_boxes_fit_the_ink_whatever_the_view(bank, tilt, perspective, table):
    zoom = 0.7 if table else 1.0
    style = replace(CLEAR, tilt=tilt, perspective=perspective, table=table, zoom=zoom)
    page = page_of(bank, "402", style=style)
    assert [d.text for d in page.digits] == ["4", "0", "2"]
    for k, digit in enumerate(page.digits, 1):
        rows, columns = np.nonzero(page.owner == k)
        box = digit.box
        found = columns.min(), rows.min(), columns.max() + 1, rows.max() + 1
        assert np.abs(np.subtract(found, (box.x, box.y, box.right, box.bottom))).max() <= 2  # fmt: skip


def test_ink_in_the_picture_is_owned(bank):
    page = page_of(bank, "17", "a+b")
    bright = page.image.min(2) > 150
    assert (page.owner[bright] != 0).mean() > 0.99
    assert (page.image.min(2)[page.owner != 0] > 60).mean() > 0.95


def test_letters_and_signs_belong_to_no_digit(bank):
    page = page_of(bank, "ax", "+", "~")
    assert page.digits == () and len(page.others) == 3
    assert set(np.unique(page.owner)) == {-1, 0}


def test_a_digit_cut_by_the_edge_is_other_ink(bank):
    line = Line(x=12, foot=20, height=60, slope=0.0, space=40, texts=("8",))
    page = photograph(rng(), write_lines(rng(), [line], bank, None, CLEAR, SIZE), CLEAR)
    assert page.digits == () and len(page.others) == 1
    assert page.owner.max() == 0 and page.owner.min() == -1


@pytest.mark.parametrize(
    "texts, numbers",
    [(("12", "3"), [0, 0, 1]), (("1.2",), [0, 0]), (("1/2",), [0, 1]), (("4kg5",), [0, 1])],
)  # fmt: skip
def test_what_makes_one_number(bank, texts, numbers):
    assert [d.number for d in page_of(bank, *texts).digits] == numbers


def test_frames_belong_to_no_digit(bank):
    for seed in range(8):
        line = Line(x=40, foot=140, height=60, slope=0.0, space=40, texts=("305",))
        framed = replace(CLEAR, frames=1.0)
        sheet = write_lines(rng(seed), [line], bank, None, framed, SIZE)
        page = photograph(rng(), sheet, framed)
        assert [d.text for d in page.digits] == ["3", "0", "5"] and len(page.others) == 1  # fmt: skip
        frame, digits = page.others[0], [d.box for d in page.digits]
        assert frame.width > digits[-1].right - digits[0].x
        assert (page.owner == -1).sum() > 2 * 50


def test_runs_of_text():
    assert runs_of("a12kg.5") == ["a", "1", "2", "kg.", "5"]
    assert joins_number(".") and not joins_number("-")


@pytest.mark.parametrize("name", PAPERS + BOARDS)
def test_pens_are_seen_on_every_surface(bank, name):
    for pen in pens_for(name):
        page = page_of(bank, "38", style=replace(CLEAR, surface=name, pen=pen))
        grey = cv2.cvtColor(page.image, cv2.COLOR_BGR2GRAY).astype(int)
        ink, bare = grey[page.owner > 0].mean(), grey[page.owner == 0].mean()
        assert (ink > bare + 20) if name in ("blackboard", "screen") else (ink < bare - 20)  # fmt: skip


def test_surfaces_are_as_dark_as_their_names():
    for name in PAPERS + BOARDS:
        surface = draw_surface(rng(), name, (90, 120), folds=1)
        assert surface.image.shape == (90, 120, 3)
        assert (surface.image.mean() < 100) == (name in ("blackboard", "screen"))
    assert all(draw_table(rng(), name, (90, 120)).shape == (90, 120, 3) for name in TABLES)  # fmt: skip


def test_writing_stands_on_printed_lines(bank):
    style = Style(surface="ruled", ruling=0.2, on_rules=1.0, height=30, height_spread=0.0,
                  fill=1.0, bounce=0.0, words=0.0, signs=0.0, separators=0.0, frames=0.0)  # fmt: skip
    style = replace(style, zoom=1.0, perspective=0.0)
    page = render_page(rng(), bank, style=style, size=SIZE)
    off = np.array([(d.box.bottom + 24) % 48 - 24 for d in page.digits])
    assert len(off) > 5 and np.abs(off).max() <= 6


def test_random_styles_keep_their_ranges():
    drawn = [Style.random(rng(seed), size) for seed in range(200) for size in ((720, 1280), (4000, 6000))]  # fmt: skip
    assert {style.surface for style in drawn} == set(PAPERS + BOARDS)
    assert {style.layout for style in drawn} == set(LAYOUTS)
    assert {style.pen for style in drawn} == set(PENS)
    assert Style.random(rng(), surface="kraft", noise=7.0).noise == 7.0


def test_a_knob_out_of_range_is_refused():
    with pytest.raises(ValueError, match="pen_width is 3"):
        Style(pen_width=3)


def test_thinning_leaves_the_middle_of_a_bar():
    bar = np.zeros((30, 60), np.uint8)
    bar[10:19, 10:50] = 1
    path = thin(bar)
    assert path[:, 20:40].sum(0).tolist() == [1] * 20
    assert path[14, 20:40].all()


def test_pens_are_as_broad_as_asked():
    images, _ = stroke_digits(40)
    one = images[40:41]  # a 1, whose area is its width times its length
    areas = [(digit_shapes(rng(), one, np.array([w]))[0].field < 0).sum() for w in (0.05, 0.1, 0.2)]  # fmt: skip
    assert 1.6 < areas[1] / areas[0] < 2.4 and 1.6 < areas[2] / areas[1] < 2.4


def test_who_writes_large_does_it_with_the_same_pen():
    drawn = [Style.random(rng(seed), SIZE, layout="big") for seed in range(60)]
    pixels = [style.pen_width * style.height / min(SIZE) for style in drawn]
    # The broadest pen on the largest digits that are not called large.
    assert max(pixels) <= 0.25 * 0.2 + 1e-9
    assert min(style.pen_width for style in drawn) >= 0.02


def test_words_in_fonts_are_as_broad_as_asked(letters_and_digits: Path):
    make_font(letters_and_digits / "bars.ttf", "0123456789ahz", broad=100)
    words = WordBank(letters_and_digits)
    areas = []
    for pen in (0.2, 0.3):
        shape = words.spelled("h", 0, pen)
        assert shape is not None
        inked = (shape.field < 0)[round(shape.top) + 9 : round(shape.bottom) - 9]
        areas.append(np.count_nonzero(inked, axis=1).mean())
    assert areas == pytest.approx([0.2 * UNIT, 0.3 * UNIT], abs=1)


def test_a_hand_finds_digits_that_lean_its_way(bank):
    def mean_slant(slant: float) -> float:
        hand = Hand(0, slant, 1.0, 0.1)
        return float(np.mean([lean for _, lean in bank.pick(rng(), "0123456789" * 5, hand)]))  # fmt: skip

    assert mean_slant(0.3) > mean_slant(-0.3) + 0.1


def test_joined_banks_draw_by_their_shares(bank):
    other = DigitBank(*stroke_digits(20), share=3)
    both = DigitBank.join([bank, other])
    assert len(both) == 600
    draw = rng()
    assert 0.65 < np.mean([both.pick_source(draw) for _ in range(400)]) < 0.85


@pytest.mark.parametrize(
    "images, labels, reason",
    [
        (np.zeros((10, 16, 16), np.uint8), np.arange(10), r"\(N, 28, 28\)"),
        (np.zeros((9, 28, 28), np.uint8), np.arange(9), "no image of 9"),
    ],
)
def test_a_bank_refuses_what_it_cannot_use(images, labels, reason):
    with pytest.raises(DataError, match=reason):
        DigitBank(images, labels)


def test_stretched_digits_get_their_proportions_back():
    square = np.full((6, 16, 16), 255, np.uint8)
    tiles = stretched(square, np.array([1, 1, 1, 0, 0, 0]), rng())
    widths = [(tile > 0).any(0).sum() for tile in tiles]
    assert tiles.shape == (6, SIDE, SIDE) and max(widths[:3]) < min(widths[3:])


def test_every_glyph_can_be_drawn():
    for char in GLYPHS:
        assert len(spelled(rng(), char, 0.1).hull) > 2
    assert [len(variants) > 2 for variants in DIGITS] == [True] * 10


def test_fonts_are_needed_where_they_are_asked_for(tmp_path):
    with pytest.raises(DataError, match="No font"):
        WordBank(tmp_path)


def make_font(path: Path, characters: str, broad: int = 200) -> None:
    """A font whose characters are plain bars, so broad: small letters half as high as digits, g below the line."""
    from fontTools.fontBuilder import FontBuilder
    from fontTools.pens.ttGlyphPen import TTGlyphPen

    names = {ord(char): f"c{ord(char)}" for char in characters}
    glyphs = {".notdef": TTGlyphPen(None).glyph()}
    for code, name in names.items():
        low = -200 if chr(code) == "g" else 0
        high = 700 if chr(code).isdigit() or chr(code) == "h" else 350
        pen = TTGlyphPen(None)
        pen.moveTo((100, low))
        for corner in ((100, high), (100 + broad, high), (100 + broad, low)):
            pen.lineTo(corner)
        pen.closePath()
        glyphs[name] = pen.glyph()
    font = FontBuilder(1000, isTTF=True)
    font.setupGlyphOrder(list(glyphs))
    font.setupCharacterMap(names)
    font.setupGlyf(glyphs)
    font.setupHorizontalMetrics({name: (400, 100) for name in glyphs})
    font.setupHorizontalHeader(ascent=800, descent=-200)
    font.setupNameTable({"familyName": "Bars", "styleName": "Regular"})
    font.setupOS2()
    font.setupPost()
    font.save(path)


@pytest.fixture
def letters_and_digits(tmp_path: Path) -> Path:
    """A folder with one font that has the digits and small letters."""
    pytest.importorskip("PIL", reason="pillow reads the fonts")
    pytest.importorskip("fontTools", reason="fonttools unpacks the fonts")
    make_font(tmp_path / "bars.ttf", "0123456789abcdefghijklmnopqrstuvwxyz")
    return tmp_path


def blank_font(path: Path) -> None:
    """A font of which all digits are blank."""
    from fontTools.pens.ttGlyphPen import TTGlyphPen
    from fontTools.ttLib import TTFont

    with TTFont(path.with_name("bars.ttf")) as font:
        for char in "0123456789":
            font["glyf"][f"c{ord(char)}"] = TTGlyphPen(None).glyph()
        font.save(path)


def signs_font(path: Path) -> None:
    """A font of signs, which maps no Unicode."""
    from fontTools.ttLib import TTFont

    with TTFont(path.with_name("bars.ttf")) as font:
        (table, *_) = font["cmap"].tables
        table.platformID, table.platEncID = 3, 0
        font["cmap"].tables = [table]
        font.save(path)


def page_font(path: Path) -> None:
    """What a browser saves where the font is gone."""
    path.write_text("<!DOCTYPE html><title>Not found</title>")


@pytest.mark.parametrize("spoil", [blank_font, signs_font, page_font])
def test_a_font_that_cannot_be_used_is_left_out(
    letters_and_digits: Path, spoil: Callable[[Path], None]
):
    spoil(letters_and_digits / "spoiled.ttf")
    assert len(WordBank(letters_and_digits)) == 1


def test_a_font_spells_only_what_it_has(letters_and_digits: Path):
    words = WordBank(letters_and_digits)
    assert words.spelled("hat", 0, 0.1) is not None
    assert [words.spelled(text, 0, 0.1) for text in ("Hat", "4€")] == [None, None]


def test_fonts_spell_words_and_give_digits(letters_and_digits: Path):
    make_font(letters_and_digits / "other-script.ttf", "\u0430\u0431\u0432")
    words = WordBank(letters_and_digits)
    assert len(words) == 1
    images, labels = words.digits()
    assert images.shape == (10, SIDE, SIDE) and labels.tolist() == list(range(10))
    shape = words.spelled("hag", words.pick_font(rng()), 0.1)
    assert shape is not None
    assert shape.hull[:, 1].max() > shape.bottom + 5  # the g hangs below the line
    assert abs(shape.hull[:, 1].min() - shape.top) < 3  # the h is as high as a digit


@pytest.mark.parametrize("pen", [0.03, 0.1])
def test_hairlines_do_not_break(letters_and_digits: Path, pen: float):
    make_font(letters_and_digits / "bars.ttf", "0123456789ahz", broad=25)
    shape = WordBank(letters_and_digits).spelled("h", 0, pen)
    assert shape is not None
    inked = (shape.field < 0).any(axis=1)
    assert inked[round(shape.top) + 1 : round(shape.bottom) - 1].all()


def test_shipped_pictures_go_with_their_labels():
    labels = json.loads((ROOT / "samples" / "labels.json").read_text("utf-8"))
    assert [item["file"] for item in labels] == [f"{s.name}.jpg" for s in samples.STILLS]  # fmt: skip
    for item, still in zip(labels, samples.STILLS):
        image = cv2.imread(str(ROOT / "samples" / item["file"]))
        assert image.shape[:2] == samples.SIZE
        want = sorted(char for row in still.rows for char in row if char.isdigit())
        assert sorted(d["digit"] for d in item["digits"]) == want


def test_shipped_clip_goes_with_its_truth():
    truth = json.loads((ROOT / "samples" / "clip.json").read_text("utf-8"))
    clip = cv2.VideoCapture(str(ROOT / "samples" / truth["file"]))
    count = 0
    while clip.grab():
        count += 1
    clip.release()
    assert count == len(truth["frames"]) == samples.CLIP_SECONDS * FPS
    want = sorted(char for row in samples.CLIP.rows for char in row if char.isdigit())
    assert all(sorted(d["digit"] for d in frame) == want for frame in truth["frames"])


def test_samples_stay_small():
    files = (ROOT / "samples").iterdir()
    sizes = [path.stat().st_size for path in files if ".camrec." not in path.name]
    assert sum(sizes) < 5_000_000


def test_the_camera_in_the_hand_moves_smoothly():
    times = np.arange(0, samples.CLIP_SECONDS, 1 / FPS)
    corner = np.array([samples.WORLD[1] / 2, samples.WORLD[0] / 2, 1.0])
    camera = HandHeld(samples.WORLD, samples.SIZE)
    path = np.array([camera.view(float(t)) @ corner for t in times])
    path = path[:, :2] / path[:, 2:]
    steps = np.linalg.norm(np.diff(path, axis=0), axis=1)
    assert 0.5 < np.median(steps) < 4 and 5 < steps.max() < 30


def test_a_sample_can_be_made_again():
    folder = SHARED / "data" / "mnist"
    if not folder.is_dir():
        pytest.skip(f"{folder} is absent: set CAMREC_SHARED to the folder that holds data/mnist")  # fmt: skip
    test = mnist("t10k", folder)
    page = samples.render_still(DigitBank(test.images, test.labels), samples.STILLS[0])
    labels = json.loads((ROOT / "samples" / "labels.json").read_text("utf-8"))
    assert [d.text for d in page.digits] == [d["digit"] for d in labels[0]["digits"]]
    boxes = np.array([d.box.as_list() for d in page.digits])
    assert np.abs(boxes - [d["box"] for d in labels[0]["digits"]]).max() <= 2
