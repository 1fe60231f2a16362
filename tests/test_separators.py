"""Points, commas and dashes hold a number together; dirt, patterns and apostrophes do not."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from drawing import sheet, write

from camrec import Reader
from camrec.elements import Box, Digit
from camrec.reading.ink import Ink
from camrec.reading.numbers import MARKED_GAP, group_digits
from camrec.reading.separators import between, find_marks

LEFT, RIGHT = Box(10, 20, 30, 50), Box(90, 20, 30, 50)


def ink_of(*strokes: tuple[int, int, int, int, int]) -> Ink:
    """Two solid digits of contrast 200 and strokes (x, y, width, height, contrast) beside them."""
    contrast = np.zeros((110, 150), np.uint8)
    for box in (LEFT, RIGHT):
        contrast[box.y : box.bottom, box.x : box.right] = 200
    for x, y, width, height, level in strokes:
        contrast[y : y + height, x : x + width] = level
    mask = np.where(contrast > 0, np.uint8(255), np.uint8(0))
    return Ink(contrast, mask, np.full_like(contrast, 20))


def marks_of(*strokes: tuple[int, int, int, int, int]) -> list[Box]:
    return find_marks(ink_of(*strokes), [RIGHT, LEFT], MARKED_GAP)


POINT, COMMA, DASH = (60, 64, 6, 6, 200), (60, 66, 5, 14, 200), (55, 44, 20, 4, 190)


@pytest.mark.parametrize("stroke", [POINT, COMMA, DASH], ids=["point", "comma", "dash"])
def test_a_lone_small_mark_is_found_where_it_stands(stroke):
    assert marks_of(stroke) == [Box(*stroke[:4])]


@pytest.mark.parametrize(
    "strokes",
    [
        (),
        ((60, 64, 1, 1, 200),),
        ((60, 22, 6, 6, 200),),
        ((60, 25, 5, 45, 200),),
        (POINT, (70, 64, 6, 6, 200)),
        ((40, 64, 6, 6, 200),),
        ((45, 45, 40, 4, 200),),
        ((60, 64, 6, 6, 90),),
    ],
    ids=["nothing", "dirt", "an apostrophe", "a 1", "two points", "a part of the digit", "a rule", "pale"],
)  # fmt: skip
def test_nothing_else_is_one(strokes):
    assert marks_of(*strokes) == []


def test_a_pale_pattern_does_not_hide_a_mark():
    pattern = [(50 + 9 * k, 30 + 5 * k, 6, 2, 80) for k in range(4)]
    assert marks_of(POINT, *pattern) == [Box(*POINT[:4])]


def test_digits_too_far_apart_or_on_other_lines_have_no_mark_between():
    assert find_marks(ink_of(POINT), [LEFT, RIGHT], 0.9) == []
    below = Box(90, 60, 30, 50)
    assert find_marks(ink_of(POINT), [LEFT, below], MARKED_GAP) == []


def test_a_mark_at_the_edge_of_the_picture():
    top, bottom = Box(10, -5, 30, 50), Box(90, 65, 30, 50)
    for box in (top, bottom):
        assert find_marks(ink_of(), [box, box.shift(80, 0)], MARKED_GAP) == []


def test_between_tells_left_from_right():
    boxes = np.array([LEFT.as_list(), RIGHT.as_list(), [90, 200, 30, 50]], float)
    found = between([Box(*POINT[:4])], boxes)
    assert found[0, 1] and found.sum() == 1
    assert not between([], boxes).any()


def digit_at(box: Box) -> Digit:
    return Digit("7", 0.9, box, np.full(11, 1 / 11, np.float32))


def test_a_mark_joins_what_its_gap_would_part():
    digits = [digit_at(LEFT), digit_at(RIGHT)]
    assert [n.text for n in group_digits(digits)] == ["7", "7"]
    assert [n.text for n in group_digits(digits, [Box(*POINT[:4])])] == ["77"]


@pytest.mark.parametrize("point", [True, False], ids=["with a point", "without"])
def test_a_picture_of_a_number_with_a_point(point: bool):
    image = sheet(200, 640)
    write(image, "12", 40, 60, 80)
    write(image, "867", 290, 60, 80)
    if point:
        cv2.circle(image, (240, 134), 6, (40, 40, 40), -1)
    scene = Reader().read(image)
    assert [n.text for n in scene.numbers] == (["12867"] if point else ["12", "867"])
    assert len(scene.marks) == point
