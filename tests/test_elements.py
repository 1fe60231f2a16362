"""The words: boxes and their arithmetic, snapshots that nobody can change."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import numpy as np
import pytest

from camrec.elements import Box, Frame


def test_edges_are_excluded():
    box = Box(10, 20, 30, 40)
    assert (box.right, box.bottom, box.area) == (40, 60, 1200)
    assert box.centre == (25.0, 40.0)


def test_intersection_is_the_common_part():
    assert Box(0, 0, 10, 10).intersect(Box(6, 8, 10, 10)) == Box(6, 8, 4, 2)


@pytest.mark.parametrize("other", [Box(10, 0, 5, 5), Box(30, 30, 5, 5)])
def test_boxes_that_do_not_meet_have_nothing_in_common(other: Box):
    assert Box(0, 0, 10, 10).intersect(other).area == 0
    assert Box(0, 0, 10, 10).iou(other) == 0


def test_union_holds_both():
    assert Box(0, 5, 10, 10).union(Box(20, 0, 5, 5)) == Box(0, 0, 25, 15)


def test_around_holds_all():
    boxes = [Box(5, 5, 1, 1), Box(0, 9, 2, 2), Box(3, 1, 9, 1)]
    assert Box.around(boxes) == Box(0, 1, 12, 10)


def test_iou_is_one_with_itself_and_symmetric():
    a, b = Box(0, 0, 10, 10), Box(5, 0, 10, 10)
    assert a.iou(a) == 1
    assert a.iou(b) == b.iou(a) == pytest.approx(50 / 150)


def test_iou_of_empty_boxes_is_no_division_by_zero():
    assert Box(3, 3, 0, 0).iou(Box(3, 3, 0, 0)) == 0


def test_expand_grows_every_side_and_a_negative_margin_shrinks():
    assert Box(10, 10, 4, 6).expand(2) == Box(8, 8, 8, 10)
    assert Box(10, 10, 4, 6).expand(-1) == Box(11, 11, 2, 4)


def test_clip_keeps_the_part_inside_the_picture():
    assert Box(-5, 90, 20, 20).clip(100, 100) == Box(0, 90, 15, 10)
    assert Box(200, 0, 5, 5).clip(100, 100).area == 0


def test_shift_moves_without_growing():
    assert Box(1, 2, 3, 4).shift(10, -2) == Box(11, 0, 3, 4)


def test_a_record_gets_x_y_width_height():
    assert Box(1, 2, 3, 4).as_list() == [1, 2, 3, 4]


def test_frame_knows_its_size():
    frame = Frame(np.zeros((480, 640, 3), np.uint8))
    assert (frame.width, frame.height) == (640, 480)


def test_snapshots_are_frozen():
    with pytest.raises(FrozenInstanceError):
        Box(0, 0, 1, 1).x = 5  # type: ignore[misc]
