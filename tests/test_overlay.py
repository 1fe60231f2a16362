"""The overlay: what is drawn can be seen, and the ink stays free."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from fakes import digit, frame, line, scene

from camrec.elements import Box, Scene
from camrec.reading.numbers import group_digits
from camrec.stream.overlay import (
    DOUBTFUL,
    LIKELY,
    NUMBER,
    SURE,
    colour_of,
    draw,
)
from camrec.stream.plates import PLATE


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


def test_a_picture_that_is_not_needed_any_more_is_drawn_over() -> None:
    first, second = scene("47"), scene("12", of=frame(grey=90))
    spare = draw(first)
    assert (draw(second, spare) == draw(second)).all()
    assert draw(second, spare) is spare
    assert draw(scene("1", of=frame(width=400)), spare) is not spare


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


def crowd(words: str, height: int, count: int) -> Scene:
    """Rows of digits without room between them, in a picture that they fill."""
    digits = []
    for row in range(count):
        digits += line(words, 0, row * height, height)
    width = max(d.box.right for d in digits)
    picture = frame(width=width, height=count * height)
    return Scene(picture, tuple(digits), group_digits(digits))


@pytest.mark.parametrize(("width", "height"), [(320, 240), (1280, 720), (400, 60)])
@pytest.mark.parametrize(("x", "y"), [(0, 0), (-3, 0.4), (1, 1), (0.5, 0.4)])
def test_no_label_ever_lies_over_the_ink_it_names(
    width: int, height: int, x: float, y: float
) -> None:
    size = height // 2
    left, top = round(x * (width - 3 * size)), round(y * (height - size))
    digits = line("471", max(-10, left), top, size)
    shown = Scene(frame(width=width, height=height), tuple(digits), group_digits(digits))  # fmt: skip
    touched = changed(shown.frame.image, draw(shown))
    for box in (d.box.expand(-3).clip(width, height) for d in digits):
        assert not touched[box.y : box.bottom, box.x : box.right].any()


def test_a_number_without_room_around_it_is_told_all_the_same() -> None:
    for full in (crowd("4712", 60, 1), crowd("4712", 60, 3)):
        drawn = draw(full)
        plates = (drawn == PLATE).all(axis=2)
        assert plates.mean() > 0.05
        assert (drawn == 255).all(axis=2).any()


def test_ink_that_fills_the_picture_is_covered_where_there_is_least_of_it() -> None:
    picture = frame(width=120, height=80, grey=230)
    picture.image[::3, :60] = 30  # all of it on the left
    seen = digit("8", Box(0, 0, 120, 80))
    drawn = draw(Scene(picture, (seen,), group_digits([seen])))
    words = (drawn[5:-5, 5:-5] > 250).all(axis=2)
    assert words[:, 60:].any() and not words[:, :55].any()


def test_labels_of_close_rows_stand_above_their_own_numbers() -> None:
    page = dense_page(1280, 720, 60)
    sheet, touched = draw(page), []
    for number in page.numbers[:4]:
        box = number.box
        above = sheet[box.y - 30 : box.y - 4, box.x : box.right]
        touched.append((above == PLATE).all(axis=2).sum())
    assert min(touched) > 200


def test_confidences_are_left_out_beside_tiny_digits_and_never_number_labels() -> None:
    digits = line("47", 60, 80, 14)
    shown = Scene(frame(), tuple(digits), group_digits(digits))
    rows = np.flatnonzero(changed(shown.frame.image, draw(shown)).any(axis=1))
    assert rows.max() <= 80 + 14 + 3
    assert rows.min() < 80 - 8


def test_doubtful_boxes_are_dashed() -> None:
    def rim(confidence: float) -> float:
        seen = digit("8", Box(100, 60, 60, 90), confidence)
        drawn = draw(Scene(frame(), (seen,), group_digits([seen])))
        return float((drawn == colour_of(confidence)).all(axis=2).sum())

    assert 0.3 * rim(0.99) < rim(0.4) < 0.75 * rim(0.99)


# Vienot, Brettel and Mollon (1999): linear RGB as it is seen without red or without green cones.
BLIND = {
    "protan": [[0.11238, 0.88762, 0], [0.11238, 0.88762, 0], [0.00401, -0.00401, 1]],
    "deutan": [[0.29275, 0.70725, 0], [0.29275, 0.70725, 0], [-0.02234, 0.02234, 1]],
}


@pytest.mark.parametrize("kind", sorted(BLIND))
def test_colour_blind_eyes_tell_the_colours_apart(kind: str) -> None:
    linear = (np.array([SURE, LIKELY, DOUBTFUL, NUMBER])[:, ::-1] / 255) ** 2.2
    seen = np.clip(linear @ np.array(BLIND[kind]).T, 0, 1) ** (1 / 2.2)
    lab = cv2.cvtColor(seen[None].astype(np.float32), cv2.COLOR_RGB2LAB)[0]
    apart = np.linalg.norm(lab[:, None] - lab, axis=2)[~np.eye(4, dtype=bool)]
    assert apart.min() > 15  # a difference of about 2 can just be seen
