"""Broad digits are found whole, and nothing else is taken for one: neither other pictures nor a sheet on a desk."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from drawing import sheet, write

from camrec import Reader
from camrec.reading.ink import find_ink
from camrec.reading.subject import find_subject
from camrec.training.rendering.strokes import stroke_digits

SIDE = 200


def eight(paper: int = 230, pen: int = 40, width: int = 20) -> np.ndarray:
    """Two rings of a fat pen on a (SIDE, SIDE) uint8 sheet."""
    page = np.full((SIDE, SIDE), paper, np.uint8)
    for row in (68, 132):
        cv2.circle(page, (100, row), 34, pen, width, cv2.LINE_AA)
    return page


def truth() -> np.ndarray:
    return eight(0, 255) > 127


def agreement(page: np.ndarray) -> float:
    found = find_ink(page, broad=True).mask > 0
    return np.count_nonzero(found & truth()) / np.count_nonzero(found | truth())


@pytest.mark.parametrize(("paper", "pen"), [(230, 40), (20, 240), (120, 80), (0, 255), (255, 0)])  # fmt: skip
def test_a_fat_digit_is_ink_all_through(paper: int, pen: int):
    page = eight(paper, pen)
    found = find_subject(page)
    assert found is not None and found.light is (pen > paper)
    assert abs(found.paper.astype(int) - paper).max() <= 1
    assert agreement(page) > 0.9


def test_the_light_of_the_paper_may_change():
    light = np.linspace(0.75, 1.0, SIDE)[:, None] * np.linspace(0.85, 1.0, SIDE)
    page = np.round(eight() * light).astype(np.uint8)
    assert find_subject(page) is not None
    assert agreement(page) > 0.85


def test_every_digit_that_fills_a_picture_is_a_subject_however_large():
    images, _ = stroke_digits(per_digit=3)
    for side in (28, 84, 140, 320):
        for image in images:
            page = cv2.resize(255 - image, (side, side), interpolation=cv2.INTER_CUBIC)
            assert find_subject(page) is not None


@pytest.mark.parametrize("width", [0.06, 0.08, 0.12])
@pytest.mark.parametrize("height", [0.25, 0.4, 0.7])
def test_what_a_broad_brush_paints_is_ink_wherever_it_stands(
    width: float, height: float
):
    side = 400
    page, truth = np.full((side, side), 255, np.uint8), np.zeros((side, side), np.uint8)
    for canvas, level in ((page, 0), (truth, 255)):
        top, bottom = round(150 - height * side / 4), round(150 + 3 * height * side / 4)
        cv2.line(canvas, (120, top), (220, bottom), level, round(width * side))
        cv2.line(canvas, (120, top), (260, top), level, round(width * side))
    found = find_ink(page, broad=True).mask > 0
    assert np.count_nonzero(found ^ (truth > 0)) < 0.1 * np.count_nonzero(truth)


def lined() -> np.ndarray:
    page = sheet(240, 320)[:, :, 0].copy()
    write(page, "20719", 20, 30, 40)
    write(page, "4835", 20, 130, 40)
    return page


def shadowed() -> np.ndarray:
    page = lined()
    page[:, :150] //= 3
    return page


@pytest.mark.parametrize(
    "page",
    [
        lined(),
        shadowed(),
        np.full((60, 80), 200, np.uint8),
        np.zeros((1, 1), np.uint8),
        np.tile(np.arange(256, dtype=np.uint8), (256, 1)),
        eight(200, 185),
        eight(width=4),
        eight()[:100, 30:170],
    ],
    ids=["lines", "shadow", "bare", "dot", "gradient", "faint", "fine pen", "cut"],
)
def test_any_other_picture_has_no_subject(page: np.ndarray):
    assert find_subject(page) is None


def note(wide: int, tall: int, turn: float, shade: bool) -> np.ndarray:
    """A white sheet with 4072 on a dark desk, half of it in shadow or none: (480, 640, 3) uint8."""
    page = sheet(tall, wide)
    write(page, "4072", wide // 8, round(0.35 * tall), round(0.3 * tall))
    onto = cv2.getRotationMatrix2D((wide / 2, tall / 2), turn, 1)
    onto[:, 2] += 320 - wide / 2, 240 - tall / 2
    desk = np.full((480, 640, 3), 45, np.uint8)
    cv2.warpAffine(page, onto, (640, 480), desk, cv2.INTER_LINEAR, cv2.BORDER_TRANSPARENT)  # fmt: skip
    if shade:
        desk[:, :330] = 0.55 * desk[:, :330]
    return cv2.GaussianBlur(desk, (0, 0), 0.7)


@pytest.mark.parametrize("shade", [False, True])
@pytest.mark.parametrize("turn", [0, 7])
@pytest.mark.parametrize(("wide", "tall"), [(220, 160), (260, 120), (380, 200)])
def test_a_sheet_on_a_dark_desk_is_read_though_it_is_as_broad_as_a_brush(
    wide: int, tall: int, turn: float, shade: bool
):
    page = note(wide, tall, turn, shade)
    assert find_ink(page, broad=True).subject is not None
    assert find_ink(page).subject is None
    assert any("4072" in number.text for number in Reader().read(page).numbers)


def test_a_board_on_a_light_wall_is_read_too():
    page = 255 - note(420, 260, 0, False)
    assert find_ink(page, broad=True).subject is not None
    assert "4072" in [number.text for number in Reader().read(page).numbers]


def test_a_silhouette_is_no_page_of_fine_strokes():
    page = np.full((240, 320), 235, np.uint8)
    cv2.ellipse(page, (160, 120), (90, 45), 10, 0, 360, 40, cv2.FILLED, cv2.LINE_AA)
    cv2.rectangle(page, (90, 130), (120, 215), 40, cv2.FILLED)
    cv2.rectangle(page, (200, 130), (235, 215), 40, cv2.FILLED)
    seen = Reader().inspect(page)
    assert seen.scene.digits == ()
    assert np.array_equal(seen.ink.mask, find_ink(page, broad=True).mask)
    assert not np.array_equal(seen.ink.mask, find_ink(page).mask)


def test_pictures_of_one_digit_are_read_in_black_and_in_white_at_any_size():
    images, labels = stroke_digits(per_digit=10)
    reader = Reader()
    for light in (False, True):
        for side in (28, 140, 560):
            right = 0
            for image, label in zip(images, labels):
                page = cv2.resize(image, (side, side), interpolation=cv2.INTER_CUBIC)
                scene = reader.read(page if light else 255 - page)
                right += [digit.text for digit in scene.digits] == [str(label)]
            assert right >= 0.75 * len(images), (light, side, right)
