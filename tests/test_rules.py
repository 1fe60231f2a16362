"""Rules go however the page lies; what was written on them, and all that only looks a little like them, stays."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest
from drawing import sheet, write

from camrec import Reader
from camrec.reading.rules import find_rules, remove_rules
from camrec.settings import ReadingSettings

HEIGHT, WIDTH = 480, 800
Curve = Callable[[np.ndarray], np.ndarray]


def digits(text: str = "20719", x: int = 230, y: int = 190) -> np.ndarray:
    """A mask with digits on it."""
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    write(mask, text, x, y, 70, pen=255)
    return np.where(mask > 127, np.uint8(255), np.uint8(0))


def curves(*rows: float, bend: Curve, thick: int = 2) -> np.ndarray:
    """A mask of rules across the page, `bend` px lower at each column."""
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    x = np.arange(WIDTH, dtype=float)
    for row in rows:
        points = np.round(np.column_stack([x, row + bend(x)]) * 16).astype(np.int32)
        cv2.polylines(mask, [points], False, 255, thick, cv2.LINE_8, 4)
    return mask


def tilt(degrees: float) -> Curve:
    return lambda x: (x - WIDTH / 2) * np.tan(np.radians(degrees))


BENDS: dict[str, Curve] = {
    "level": lambda x: 0 * x,
    "tilted by 3 degrees": tilt(3),
    "tilted by -12 degrees": tilt(-12),
    "tilted by 16 degrees": tilt(16),
    "bowed": lambda x: 40 * ((x - WIDTH / 2) / (WIDTH / 2)) ** 2,
    "waving": lambda x: 10 * np.sin(x / WIDTH * 2 * np.pi),
    "folded": lambda x: np.where(x < 420, 0.02, 0.16) * (x - 420),
}
ROWS = (40, 120, 225, 300, 390)


def agreement(mask: np.ndarray, truth: np.ndarray) -> float:
    """Intersection over union of two masks."""
    found, wanted = mask > 0, truth > 0
    return np.count_nonzero(found & wanted) / np.count_nonzero(found | wanted)


def left_over(clean: np.ndarray, rules: np.ndarray, written: np.ndarray) -> float:
    """Share of the rules that is still there, apart from what touches the writing."""
    near = cv2.dilate(written, np.ones((15, 15), np.uint8)) > 0
    return np.count_nonzero(clean[~near]) / np.count_nonzero(rules[~near])


@pytest.mark.parametrize("name", BENDS)
def test_rules_go_and_digits_on_them_stay(name: str):
    written, rules = digits(), curves(*ROWS, bend=BENDS[name])
    both = written | rules
    clean = remove_rules(both, both)
    assert left_over(clean, rules, written) < 0.05
    assert agreement(clean, written) > 0.8


@pytest.mark.parametrize("name", BENDS)
def test_rules_from_top_to_bottom_go_too(name: str):
    written, rules = digits(), curves(*ROWS, bend=BENDS[name])
    both = cv2.transpose(rules) | cv2.copyMakeBorder(
        written[:, :HEIGHT], 0, WIDTH - HEIGHT, 0, 0, cv2.BORDER_CONSTANT
    )
    clean = remove_rules(both, both)
    written = both & ~cv2.transpose(rules)
    assert left_over(clean, cv2.transpose(rules), written) < 0.05


@pytest.mark.parametrize("thick", [1, 2, 4])
def test_a_rule_says_where_it_runs_and_how_broad_it_is(thick: int):
    bend = tilt(5)
    (rule,) = find_rules(curves(200, bend=bend, thick=thick))
    x, y = rule.path.T
    assert (np.diff(x) > 0).all() and x[0] <= 12 and x[-1] >= WIDTH - 12
    assert np.abs(y - (200 + bend(x))).max() <= 2
    assert rule.thickness == pytest.approx(thick, abs=1)
    assert rule.length == x[-1] - x[0]


@pytest.mark.parametrize("degrees", [-13, 13])
def test_a_fine_rule_of_which_some_is_lost_goes_though_the_page_lies_aslant(degrees):
    rules = np.zeros((720, 960), np.uint8)
    for y in (200, 500):
        rise = round(480 * np.tan(np.radians(degrees)))
        cv2.line(rules, (0, y - rise), (959, y + rise), 255, 2)
    rules[np.random.default_rng(0).random(rules.shape) < 0.1] = 0
    assert left_over(remove_rules(rules, rules), rules, np.zeros_like(rules)) < 0.03


def test_bars_of_digits_in_a_small_picture_are_no_rule():
    """As of 5, 7 and 2 side by side, each rising a little."""
    bars = np.zeros((64, 240), np.uint8)
    for x in range(20, 200, 23):
        cv2.line(bars, (x, 35), (x + 17, 29), 255, 3)
    assert np.array_equal(remove_rules(bars, bars), bars)


def test_an_upright_rule_is_not_level():
    assert find_rules(cv2.transpose(curves(200, 300, bend=tilt(4)))) == []


# --- What looks like a rule and is none.


def stroke(*points: tuple[int, int], thick: int) -> np.ndarray:
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    cv2.polylines(mask, [np.array(points, np.int32)], False, 255, thick)
    return mask


@pytest.mark.parametrize(
    "mask",
    [
        stroke((100, 200), (180, 200), thick=5),
        stroke((60, 240), (740, 240), thick=24),
        curves(240, bend=lambda x: 14 * np.sin(x / 9), thick=4),
        digits("1111177777"[:8], x=60),
        digits("00000000", x=60),
    ],
    ids=["a dash", "a beam", "a scribble", "ones and sevens", "zeros"],
)
def test_what_is_no_rule_is_left_as_it_is(mask: np.ndarray):
    assert np.array_equal(remove_rules(mask, mask), mask)


# --- Tables and cells.


def table(columns: tuple[int, ...], rows: tuple[int, ...]) -> np.ndarray:
    """The rules of a table with open sides."""
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    for y in rows:
        cv2.line(mask, (columns[0], y), (columns[-1], y), 255, 2)
    for x in columns:
        cv2.line(mask, (x, rows[0]), (x, rows[-1]), 255, 2)
    return mask


COLUMNS, CELL_ROWS = tuple(range(40, 780, 90)), (180, 272)


def test_the_sides_of_cells_go_and_what_stands_in_them_stays():
    # One row of cells: its sides are far too short to be rules by their length.
    rules, written = table(COLUMNS, CELL_ROWS), np.zeros((HEIGHT, WIDTH), np.uint8)
    for x, char in zip(COLUMNS, "41713"):
        write(written, char, x + 25, 196, 60, pen=255)
    written = np.where(written > 127, np.uint8(255), np.uint8(0))
    both = written | rules
    clean = remove_rules(both, both)
    assert left_over(clean, rules, written) < 0.03
    assert agreement(clean, written) > 0.97


def test_a_one_in_a_cell_stays():
    rules = table(COLUMNS, CELL_ROWS)
    for top, bottom in ((196, 257), (182, 256), (197, 271), (205, 245)):
        one = stroke((COLUMNS[2] + 45, top), (COLUMNS[2] + 45, bottom), thick=4)
        clean = remove_rules(rules | one, rules | one)
        assert agreement(clean & cv2.dilate(one, np.ones((9, 9), np.uint8)), one) > 0.9


def test_a_one_on_a_ruled_line_stays():
    rules = curves(150, 250, bend=BENDS["level"])
    one = stroke((300, 175), (300, 249), thick=5)
    clean = remove_rules(rules | one, rules | one)
    assert agreement(clean, one) > 0.85


@pytest.mark.parametrize("rows", [slice(190, None), slice(0, 262)])
def test_sides_of_cells_go_where_the_edge_of_the_picture_cuts_them(rows: slice):
    rules = table(COLUMNS, CELL_ROWS)
    written = stroke((COLUMNS[2] + 45, 200), (COLUMNS[2] + 45, 250), thick=4)
    both = np.ascontiguousarray((rules | written)[rows])
    clean = remove_rules(both, both)
    assert left_over(clean, rules[rows], written[rows]) < 0.03
    assert agreement(clean, written[rows]) > 0.9


@pytest.mark.parametrize(("top", "thick"), [(190, 5), (196, 2)])
def test_a_one_on_a_ruled_line_stays_though_the_edge_is_near(top: int, thick: int):
    """The one reaches it with a pen of some breadth, the other does not."""
    rules = curves(272, 380, bend=BENDS["level"])
    one = stroke((300, top), (300, 271), thick=thick)
    both = np.ascontiguousarray((rules | one)[190:])
    assert agreement(remove_rules(both, both), one[190:]) > 0.8


# --- Strokes along a rule.


def read(image: np.ndarray) -> list[str]:
    settings = ReadingSettings(rotate="0", lines="never")
    return [number.text for number in Reader(settings=settings).read(image).numbers]


@pytest.mark.parametrize("bar", [176, 178, 180, 182])
def test_a_seven_whose_bar_lies_on_a_rule_is_still_read(bar: int):
    image = sheet(HEIGHT, WIDTH)
    for y in range(30, HEIGHT, 50):
        cv2.line(image, (0, y), (WIDTH - 1, y), (190, 150, 150), 2)
    write(image, "4719", 250, bar, 76)
    assert read(image) == ["4719"]


def test_a_pen_blacker_than_the_rule_keeps_its_stroke_along_it():
    rules, pen = curves(200, bend=BENDS["level"]), stroke((300, 200), (360, 200), thick=4)  # fmt: skip
    contrast = np.maximum(rules // 3, pen)
    clean = remove_rules(rules | pen, contrast)
    assert np.count_nonzero(clean & pen) > 0.7 * np.count_nonzero(pen)
    assert not clean[:, :280].any() and not clean[:, 380:].any()


# --- Whatever the mask.


def random_mask(seed: int) -> np.ndarray:
    """Noise, strokes and frames of any kind, now and then inverted."""
    rng = np.random.default_rng(seed)
    shape = tuple(rng.integers(1, 260, 2).tolist())
    mask = (rng.random(shape) < rng.choice([0, 0.02, 0.5])).astype(np.uint8) * 255
    for _ in range(int(rng.integers(0, 25))):
        ends = rng.integers(-20, 280, (2, 2)).tolist()
        cv2.line(mask, *ends, 255, int(rng.integers(1, 7)))
    for _ in range(int(rng.integers(0, 5))):
        cv2.rectangle(mask, *rng.integers(-20, 280, (2, 2)).tolist(), 255, 2)
    return 255 - mask if rng.random() < 0.2 else mask


@pytest.mark.parametrize("seed", range(60))
def test_removing_never_adds_ink(seed: int):
    mask = random_mask(seed)
    contrast = np.random.default_rng(seed).integers(0, 256, mask.shape, np.uint8)
    before = mask.copy(), contrast.copy()
    clean = remove_rules(mask, contrast)
    assert clean.shape == mask.shape and clean.dtype == np.uint8
    assert set(np.unique(clean)) <= {0, 255}
    assert not (clean & ~mask).any()
    assert np.array_equal(mask, before[0]) and np.array_equal(contrast, before[1])
