"""Ink that was worn is that ink, less what is said to be gone, and the same for the same seed."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from camrec.training.rendering import wear
from camrec.training.rendering.wear import INKED, roughened

STROKES = np.zeros((64, 200), np.uint8)
for x in (30, 70, 110, 150):
    cv2.circle(STROKES, (x, 32), 14, 255, 4)


def rng(seed: int) -> np.random.Generator:
    return np.random.default_rng(seed)


@pytest.mark.parametrize("seed", range(30))
def test_strokes_stay_where_they_were_and_most_of_them_is_seen(seed: int):
    rough = roughened(rng(seed), STROKES.copy())
    assert rough.shape == STROKES.shape and rough.dtype == np.uint8
    assert np.array_equal(rough, roughened(rng(seed), STROKES.copy()))
    seen = (rough > INKED).astype(np.uint8)
    near = cv2.dilate(STROKES, np.ones((15, 15), np.uint8)) > 0
    assert seen.sum() > 0.4 * (STROKES > 0).sum()
    assert seen[near].sum() > 0.85 * seen.sum()  # noise may leave specks


def test_strokes_are_roughened_in_many_ways():
    assert len({roughened(rng(seed), STROKES.copy()).tobytes() for seed in range(30)}) > 25  # fmt: skip


@pytest.mark.parametrize("seed", range(10))
def test_worn_strokes_have_holes_and_no_more_ink(seed: int):
    canvas = np.full((64, 400), 255, np.uint8)
    worn = wear._worn(rng(seed), canvas)
    assert set(np.unique(worn)) == {0, 255} and 0.04 < np.mean(worn == 0) < 0.31
    assert np.array_equal(worn, wear._worn(rng(seed), canvas))
    holes = cv2.connectedComponents((worn == 0).astype(np.uint8))[0] - 1
    assert holes > 20 and canvas.all()
