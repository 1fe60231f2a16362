"""What cloth is, and that ink on it is told from it."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from camrec.reading.components import find_components
from camrec.reading.ink import find_ink
from camrec.reading.texture import texture

MOST = 3000
FAINT, BLACK = 40, 110


def cloth(sigma: float, height: int = 720, width: int = 1280) -> np.ndarray:
    """Of threads two pixels thick, `sigma` grey levels darker or lighter, about a mid grey."""
    rng = np.random.default_rng(0)
    threads = cv2.GaussianBlur(rng.normal(0, 1, (height, width)), (0, 0), 1.0)
    return 128 + sigma / threads.std() * threads


def picture(table: np.ndarray) -> np.ndarray:
    return cv2.cvtColor(table.clip(0, 255).astype(np.uint8), cv2.COLOR_GRAY2BGR)


@pytest.mark.parametrize("sigma", [8.0, 16.0])
def test_cloth_has_two_fifths_of_its_deviation(sigma: float):
    contrast = (cloth(sigma) - 128).clip(0, 255).astype(np.uint8)
    assert texture(contrast).mean() == pytest.approx(0.43 * sigma, rel=0.1)


def test_writing_is_no_texture():
    contrast = np.zeros((360, 640), np.uint8)
    for row in range(60, 340, 60):
        cv2.putText(contrast, "0123456789 0123456789", (10, row), cv2.FONT_HERSHEY_SIMPLEX, 1.6, 200, 5)  # fmt: skip
    assert texture(contrast).max() == 0


@pytest.mark.parametrize(("height", "width"), [(1, 1), (28, 28), (9, 700), (721, 1283)])
def test_pictures_of_any_size_have_one(height: int, width: int):
    assert texture(np.full((height, width), 9, np.uint8)).tolist()[0][0] == 9


def test_cloth_has_few_strokes():
    assert len(find_components(find_ink(picture(cloth(16))), MOST)) < 50


@pytest.mark.parametrize("pen", [FAINT, BLACK])
def test_ink_on_fine_cloth_is_found(pen: int):
    table = cloth(4)
    ink = np.zeros(table.shape, np.uint8)
    cv2.putText(ink, "5", (500, 400), cv2.FONT_HERSHEY_SIMPLEX, 2.4, 255, 6)  # fmt: skip
    table -= pen * (cv2.GaussianBlur(ink, (0, 0), 1) / 255.0)
    found = find_components(find_ink(picture(table)), MOST)
    assert found.boxes[0][3] >= 48 and 495 < found.boxes[0][0] < 515
