"""Candidates: every digit on a sheet is among them, whole, and hypotheses know what they share."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from drawing import sheet, write

from camrec.elements import Box
from camrec.reading.components import SMALLEST
from camrec.reading.ink import find_ink
from camrec.reading.regions import Candidates, find_candidates

MOST = 500


def candidates_of(image: np.ndarray, most: int = MOST) -> Candidates:
    return find_candidates(find_ink(image), most)


def best_iou(found: Candidates, box: Box) -> float:
    return max((item.region.box.iou(box) for item in found.items), default=0.0)


@pytest.mark.parametrize("height", [14, 30, 60, 120])
def test_every_digit_is_a_candidate(height: int):
    image = sheet(2 * height + 120, 12 * height + 120)
    boxes = write(image, "0123456789", 60, 60, height)
    found = candidates_of(image)
    assert min(best_iou(found, box) for box in boxes) > 0.8


def test_touching_digits_are_among_the_pieces():
    image = sheet()
    boxes = write(image, "3825", 60, 60, 70, advance=0.78)
    found = candidates_of(image)
    assert len(found.items) > len(boxes)
    assert min(best_iou(found, box) for box in boxes) > 0.7


def test_a_broken_digit_is_joined():
    image = sheet()
    (box,) = write(image, "0", 100, 60, 90)
    middle = round(box.centre[0])
    image[:, middle - 3 : middle + 3] = sheet()[:, :6]  # a 0 whose walls are apart
    assert best_iou(candidates_of(image), box) > 0.85


def test_the_cap_of_a_five_is_joined_to_its_body():
    image = sheet()
    (box,) = write(image, "5", 100, 60, 90)
    bar = image[: box.y + 14].copy()
    image[: box.y + 14] = sheet()[: box.y + 14]
    image[0 : box.y + 4] = bar[10 : box.y + 14]  # ten pixels higher
    whole = Box(box.x, box.y - 10, box.width, box.height + 10)
    assert best_iou(candidates_of(image), whole) > 0.85


def test_parts_of_a_broken_digit_are_joined_however_often_they_are_cut():
    image = sheet(300, 400)
    cv2.ellipse(image, (200, 200), (52, 36), 0, 0, 360, (40, 40, 40), 3)
    cv2.ellipse(image, (215, 160), (66, 85), 0, 185, 270, (40, 40, 40), 3)
    six = Box(146, 73, 109, 166)
    found = candidates_of(image)
    assert [len(weights) > 7 for weights in found.weights] == [True]
    assert best_iou(found, six) > 0.95


@pytest.mark.parametrize(("width", "whole"), [(96, True), (120, False)])
def test_a_zero_that_lies_on_its_side_is_found_whole(width: int, whole: bool):
    image = sheet(300, 400)
    cv2.ellipse(image, (200, 150), (width // 2, 32), -10, 0, 360, (40, 40, 40), 5)
    found = candidates_of(image)
    assert len(found.weights[0]) > 1  # it is cut, too
    assert (best_iou(found, Box(199 - width // 2, 116, width + 3, 69)) > 0.9) == whole


def test_a_digit_that_begins_with_a_flat_foot_is_found_whole():
    image = sheet()
    # A 2 whose stem stands at the right end of a long loop: all before it is wider than a digit may be.
    points = (141, 92), (150, 80), (160, 84), (161, 100), (153, 128), (138, 146), (112, 148), (101, 138), (112, 126), (134, 138), (162, 146)  # fmt: skip
    cv2.polylines(image, [np.array(points, np.int32)], False, (40, 40, 40), 5, cv2.LINE_AA)  # fmt: skip
    found = candidates_of(image)
    assert best_iou(found, Box(98, 77, 67, 74)) > 0.9


def test_a_region_holds_its_ink_at_full_strength():
    image = sheet(paper=200)
    (box,) = write(image, "8", 100, 60, 90, pen=120)
    found = candidates_of(image)
    region = max((i.region for i in found.items), key=lambda r: r.box.iou(box))
    assert region.ink.shape == (region.box.height, region.box.width)
    assert region.ink.max() > 200 and np.mean(region.ink == 0) > 0.3


def test_neighbours_are_not_in_a_candidates_ink():
    image = sheet()
    _left, right = write(image, "11", 100, 60, 90, advance=0.45)
    found = candidates_of(image)
    region = max((i.region for i in found.items), key=lambda r: r.box.iou(right))
    assert cv2.connectedComponents(np.minimum(region.ink, 1))[0] == 2  # paper and pen


def test_shares_of_a_chain_sum_to_one_and_ranges_stay_inside():
    image = sheet(240, 700)
    write(image, "2083", 60, 60, 70, advance=0.72)
    write(image, "57", 450, 60, 70)
    found = candidates_of(image)
    assert [float(w.sum()) for w in found.weights] == pytest.approx(
        [1] * len(found.weights)
    )
    for item in found.items:
        assert 0 <= item.first < item.last <= len(found.weights[item.chain])


def test_digits_far_apart_never_share_a_chain():
    image = sheet(240, 700)
    write(image, "4", 60, 60)
    write(image, "4", 500, 60)
    found = candidates_of(image)
    left = {i.chain for i in found.items if i.region.box.x < 300}
    right = {i.chain for i in found.items if i.region.box.x >= 300}
    assert left and right and not left & right


def test_dust_is_no_candidate():
    image = sheet()
    rng = np.random.default_rng(0)
    for x, y in rng.integers(10, 230, (60, 2)):
        cv2.circle(image, (int(x), int(y)), 1, (40, 40, 40), -1)
    for item in candidates_of(image).items:
        assert item.region.box.height >= SMALLEST


def test_a_frame_around_everything_is_no_candidate():
    image = sheet()
    cv2.rectangle(image, (20, 20), (460, 220), (40, 40, 40), 3)
    (box,) = write(image, "3", 200, 80, 80)
    found = candidates_of(image)
    assert best_iou(found, box) > 0.8
    assert all(item.region.box.width < 200 for item in found.items)


def test_of_too_many_components_the_tallest_are_kept():
    image = sheet(300, 900)
    small = write(image, "1212121212", 40, 200, 30)
    tall = write(image, "08", 100, 40, 90)
    found = candidates_of(image, most=2)
    assert min(best_iou(found, box) for box in tall) > 0.8
    assert max(best_iou(found, box) for box in small) < 0.2


def test_an_empty_sheet_has_no_candidates():
    found = candidates_of(sheet())
    assert found.items == () and found.weights == ()


def test_the_same_picture_gives_the_same_candidates():
    image = sheet()
    write(image, "20719", 40, 60, 70, advance=0.7)
    a, b = candidates_of(image), candidates_of(image)
    assert [i.region.box for i in a.items] == [i.region.box for i in b.items]
