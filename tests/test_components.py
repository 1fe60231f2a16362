"""Connected strokes: what is kept, in which order, and that no picture has too many."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from camrec.reading.components import Components, find_components
from camrec.reading.ink import Ink

MOST = 500


def components_of(mask: np.ndarray, most: int = MOST) -> Components:
    """Of strokes that are all sure."""
    return find_components(Ink(mask, mask, np.full_like(mask, 40)), most)


def paper(height: int = 200, width: int = 300) -> np.ndarray:
    return np.zeros((height, width), np.uint8)


def test_boxes_areas_and_masks_are_those_of_the_strokes_the_tallest_first():
    mask = paper()
    cv2.rectangle(mask, (20, 30), (31, 49), 255, cv2.FILLED)
    cv2.rectangle(mask, (100, 30), (103, 79), 255, cv2.FILLED)
    found = components_of(mask)
    assert found.boxes.tolist() == [[100, 30, 4, 50], [20, 30, 12, 20]]
    assert found.areas.tolist() == [200, 240]
    assert found.mask(1).shape == (20, 12) and (found.mask(1) == 255).all()


def test_a_mask_leaves_out_other_strokes_in_the_box():
    mask = paper()
    cv2.ellipse(mask, (80, 80), (40, 40), 0, 0, 270, 255, 5)  # open: no frame
    cv2.line(mask, (80, 65), (80, 95), 255, 5)
    found = components_of(mask)
    assert found.mask(0)[40, 40] == 0
    assert [np.count_nonzero(found.mask(k)) for k in (0, 1)] == found.areas.tolist()


@pytest.mark.parametrize(
    ("reach", "tall", "left"),
    [(360, 30, 1), (270, 30, 2), (360, 14, 2)],
    ids=["frame", "open", "dotted zero"],
)
def test_what_is_drawn_around_others_is_a_frame(reach: int, tall: int, left: int):
    mask = paper()
    cv2.ellipse(mask, (80, 80), (40, 40), 0, 0, reach, 255, 5)
    cv2.line(mask, (80, 80 - tall // 2), (80, 80 + tall // 2), 255, 5)
    found = components_of(mask)
    assert len(found) == left
    assert abs(found.boxes[-1][3] - tall) < 10


def test_a_stroke_in_the_box_of_another_and_beside_it_is_in_no_frame():
    mask = paper()
    cv2.ellipse(mask, (60, 80), (20, 30), 0, 0, 360, 255, 5)  # a hole, and a long foot
    cv2.line(mask, (60, 108), (140, 108), 255, 5)
    cv2.line(mask, (110, 70), (110, 98), 255, 5)
    assert len(components_of(mask)) == 2


def test_faint_strokes_need_a_strong_pixel():
    mask = paper()
    cv2.line(mask, (40, 40), (40, 90), 255, 4)
    cv2.line(mask, (90, 40), (90, 90), 255, 4)
    contrast = np.minimum(mask, 50)
    contrast[60, 90] = 200
    found = find_components(Ink(contrast, mask, np.full_like(mask, 40)), MOST)
    assert [box[0] for box in found.boxes.tolist()] == [88]


@pytest.mark.parametrize(("x", "y", "kept"), [(60, 66, True), (60, 90, False), (85, 50, False)])  # fmt: skip
def test_crumbs_are_kept_beside_strokes_alone(x: int, y: int, kept: bool):
    mask = paper()
    cv2.rectangle(mask, (55, 20), (65, 60), 255, cv2.FILLED)
    cv2.rectangle(mask, (x, y), (x + 3, y + 3), 255, cv2.FILLED)
    assert len(components_of(mask)) == 1 + kept


def test_more_strokes_than_sixteen_bits_can_number():
    mask = paper(700, 700)
    mask[::2, ::2] = 255  # 122,500 specks
    mask[300:400, 300:400] = 0
    cv2.rectangle(mask, (340, 320), (350, 380), 255, cv2.FILLED)
    found = components_of(mask)
    assert found.boxes.tolist() == [[340, 320, 11, 61]]
    assert (found.mask(0) == 255).all()


@pytest.mark.parametrize("shape", [(1, 1), (1, 300), (300, 1)])
def test_pictures_one_pixel_wide_or_high(shape: tuple[int, int]):
    assert len(components_of(np.zeros(shape, np.uint8))) == 0
