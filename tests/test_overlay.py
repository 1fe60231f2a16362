"""The overlay: what is drawn can be seen, and the ink stays free."""

from __future__ import annotations

import numpy as np
import pytest
from fakes import digit, frame, line, scene

from camrec.elements import Box, Scene
from camrec.reading.numbers import group_digits
from camrec.stream.overlay import DOUBTFUL, LIKELY, SURE, colour_of, draw, draw_lines


def changed(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    return (before != after).any(axis=2)


def dense_page(width: int, height: int, size: int) -> Scene:
    """Rows of numbers with little more than a digit's height between them."""
    digits = []
    for y in range(2 * size, height - 2 * size, 2 * size):
        for x in range(size, width - 5 * size, 5 * size):
            digits += line("4712", x, y, size)
    numbers = group_digits(digits)
    return Scene(frame(width=width, height=height), tuple(digits), numbers)


def test_the_frame_itself_stays_as_it_was() -> None:
    shown = scene("47")
    before = shown.frame.image.copy()
    drawn = draw(shown)
    assert (shown.frame.image == before).all()
    assert drawn.shape == before.shape and drawn.dtype == np.uint8


def test_nothing_is_drawn_where_nothing_was_read() -> None:
    empty = scene()
    assert (draw(empty) == empty.frame.image).all()


@pytest.mark.parametrize("grey", [0, 128, 255])
def test_lines_and_labels_stand_out_on_any_ground(grey: int) -> None:
    shown = scene("4712", of=frame(grey=grey))
    difference = np.abs(draw(shown).astype(int) - grey).max(axis=2)
    assert (difference > 90).sum() > 500


@pytest.mark.parametrize("size", [24, 40, 80])
def test_labels_keep_off_the_ink(size: int) -> None:
    page = dense_page(1280, 720, size)
    touched = changed(page.frame.image, draw(page))
    for box in (d.box for d in page.digits):
        inside = box.expand(-2)  # the line around the digit may graze its box
        part = touched[inside.y : inside.bottom, inside.x : inside.right]
        assert not part.any(), box


def test_a_number_stands_above_its_line_and_confidences_below() -> None:
    shown = scene("4712", of=frame(width=640, height=480))
    rows = np.flatnonzero(changed(shown.frame.image, draw(shown)).any(axis=1))
    number = shown.numbers[0].box
    assert rows.min() < number.y - 10
    assert rows.max() > number.bottom + 8


def test_labels_at_the_edge_stay_in_the_picture() -> None:
    corners = [Box(0, 0, 20, 30), Box(300, 210, 20, 30), Box(-5, 100, 20, 30)]
    digits = tuple(digit("8", box) for box in corners)
    shown = Scene(frame(), digits, group_digits(digits))
    assert changed(shown.frame.image, draw(shown)).any()


@pytest.mark.parametrize("size", [(1, 1), (3, 200), (20, 20)])
def test_tiny_pictures_do_not_break_it(size: tuple[int, int]) -> None:
    seen = digit("1", Box(0, 0, 1, 1))
    tiny = frame(width=size[0], height=size[1])
    shown = Scene(tiny, (seen,), group_digits([seen]))
    assert draw(shown).shape == tiny.image.shape


def test_lines_and_labels_grow_with_the_picture() -> None:
    def share(width: int, height: int, size: int) -> float:
        digits = line("4712", 4 * size, 4 * size, size)
        shown = Scene(
            frame(width=width, height=height), tuple(digits), group_digits(digits)
        )
        return float(changed(shown.frame.image, draw(shown)).mean())

    small, large = share(1280, 720, 60), share(3840, 2160, 180)
    assert large == pytest.approx(small, rel=0.35)


def test_colours_tell_how_sure_a_digit_is() -> None:
    assert [colour_of(p) for p in (1.0, 0.9, 0.8, 0.3)] == [
        SURE,
        SURE,
        LIKELY,
        DOUBTFUL,
    ]


def test_lines_of_text_stand_one_below_the_other() -> None:
    image = np.full((240, 320, 3), 200, np.uint8)
    one = np.flatnonzero((draw_lines(image.copy(), ["gj"]) != 200).any(axis=(1, 2)))
    two = np.flatnonzero(
        (draw_lines(image.copy(), ["gj", "gj"]) != 200).any(axis=(1, 2))
    )
    assert two.max() - one.max() == one.max() - one.min() + 1
