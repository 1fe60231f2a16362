"""A line's ink is brought to the height of a strip, and columns of the strip lead back to it."""

from __future__ import annotations

import numpy as np
import pytest

from camrec.reading.strips import INNER, MARGIN, TALL, frame_ink

SHAPES = [(10, 10), (28, 100), (31, 47), (64, 900), (90, 12), (500, 3), (11, 1300)]


@pytest.mark.parametrize("shape", SHAPES)
def test_every_strip_has_one_height_and_paper_around_its_ink(shape):
    strip = frame_ink(np.full(shape, 255, np.uint8))
    assert strip.ink.shape[0] == TALL and strip.ink.dtype == np.uint8
    above = (TALL - INNER) // 2
    assert strip.ink[above : above + INNER, MARGIN:-MARGIN].min() == 255
    assert strip.ink.sum() == 255 * INNER * (strip.ink.shape[1] - 2 * MARGIN)


@pytest.mark.parametrize("shape", SHAPES)
def test_proportions_are_kept_to_half_a_pixel(shape):
    height, width = shape
    inner = frame_ink(np.zeros(shape, np.uint8)).ink.shape[1] - 2 * MARGIN
    assert abs(inner - max(1, width * INNER / height)) <= 0.5


@pytest.mark.parametrize("shape", SHAPES)
def test_columns_lead_back_to_the_ink(shape):
    strip = frame_ink(np.zeros(shape, np.uint8))
    end = strip.ink.shape[1] - MARGIN
    assert strip.column(MARGIN) == 0
    assert strip.column(end) == pytest.approx(shape[1])
    there = [at * strip.scale + MARGIN for at in (0.0, 3.25, shape[1] / 2)]
    assert [strip.column(at) for at in there] == pytest.approx([0.0, 3.25, shape[1] / 2])  # fmt: skip


@pytest.mark.parametrize("at", [20, 133, 400, 571])
@pytest.mark.parametrize("height", [14, 28, 75])
def test_a_stroke_stands_where_its_column_says(at: int, height: int):
    ink = np.zeros((height, 600), np.uint8)
    ink[:, at : at + 8] = 255
    strip = frame_ink(ink)
    weight = strip.ink.sum(axis=0, dtype=float)
    centre = float(weight @ (np.arange(len(weight)) + 0.5) / weight.sum())
    assert strip.column(centre) == pytest.approx(at + 4, abs=0.5 / strip.scale)


def test_ink_of_the_right_height_is_left_as_it_is():
    ink = np.random.default_rng(0).integers(0, 256, (INNER, 50), np.uint8)
    above = (TALL - INNER) // 2
    framed = frame_ink(ink).ink[above : above + INNER, MARGIN:-MARGIN]
    assert np.array_equal(framed, ink)


def test_grey_is_averaged_where_a_line_is_tall():
    ink = np.indices((4 * INNER, 4 * INNER)).sum(axis=0) % 2
    framed = frame_ink((255 * ink).astype(np.uint8)).ink[10:20, 10:20]
    assert np.all(np.abs(framed.astype(int) - 127) <= 1)
