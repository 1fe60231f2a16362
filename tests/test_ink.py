"""Ink is found whatever the light, the polarity and the ruling; bare surfaces have none."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from drawing import sheet, write

from camrec.reading.ink import find_ink, shrink
from camrec.reading.rules import remove_rules

HEIGHT, WIDTH = 360, 640
ROW = {"x": 180, "y": 60, "height": 70}


def written(paper: int = 235, pen: int = 40) -> tuple[np.ndarray, np.ndarray]:
    """A sheet with digits on it, and where they are (True is pen)."""
    image = sheet(HEIGHT, WIDTH, paper)
    write(image, "20719", **ROW, pen=pen)
    truth = np.zeros((HEIGHT, WIDTH), np.uint8)
    write(truth, "20719", **ROW, pen=255)
    return image, truth > 127


def agreement(mask: np.ndarray, truth: np.ndarray) -> float:
    """Intersection over union of two masks."""
    found = mask > 0
    return np.count_nonzero(found & truth) / np.count_nonzero(found | truth)


def shadow(image: np.ndarray) -> np.ndarray:
    """The picture with its right half in a soft shadow that takes 60 % of the light."""
    light = np.where(np.arange(WIDTH) < WIDTH // 2, 1.0, 0.4).astype(np.float32)
    light = cv2.GaussianBlur(light[None, :], (0, 0), 25)[0]
    return np.round(image * light[None, :, None]).astype(np.uint8)


@pytest.mark.parametrize(
    ("paper", "pen"),
    [(235, 40), (235, 170), (30, 220), (60, 130)],
    ids=["pen", "pencil", "chalk", "faint chalk"],
)
def test_strokes_are_ink_on_light_and_on_dark(paper: int, pen: int):
    image, truth = written(paper, pen)
    assert agreement(find_ink(image).mask, truth) > 0.8


def test_a_shadow_is_no_ink_and_hides_none():
    image, truth = written()
    assert agreement(find_ink(shadow(image)).mask, truth) > 0.75


def test_beside_the_hard_edge_of_a_shadow_pens_stay_darker_than_paper():
    image, truth = written(105, 88)
    desk = np.full_like(image, 35)
    desk[30:-30, 40:-40] = image[30:-30, 40:-40]
    edge = [(330, 0), (WIDTH, 0), (WIDTH, HEIGHT), (360, HEIGHT), (300, 250), (380, 120)]  # fmt: skip
    dark = cv2.fillPoly(np.zeros(truth.shape, np.uint8), [np.array(edge)], 255) > 0
    desk[dark] = np.round(desk[dark] * 0.6)
    mask = find_ink(cv2.GaussianBlur(desk, (0, 0), 1.5)).mask
    for columns in (slice(170, 320), slice(400, 560)):
        window = np.s_[50:140, columns]
        assert agreement(mask[window], truth[window]) > 0.8


@pytest.mark.parametrize(("paper", "pen"), [(235, 40), (30, 220)])
def test_a_pen_as_broad_as_a_digit_in_a_small_picture_has_is_a_pen(paper, pen):
    image, truth = sheet(HEIGHT, WIDTH, paper), np.zeros((HEIGHT, WIDTH), np.uint8)
    for canvas, level in ((image, (pen,) * 3), (truth, 255)):
        cv2.ellipse(canvas, (320, 180), (90, 130), 0, 0, 360, level, 44)
    assert agreement(find_ink(image).mask, truth > 0) > 0.8


@pytest.mark.parametrize(("paper", "pen"), [(110, 70), (150, 105), (60, 130)])
def test_where_strokes_cross_in_a_small_picture_they_are_ink(paper: int, pen: int):
    side, width = 140, 8
    image, truth = sheet(side, side, paper), np.zeros((side, side), np.uint8)
    cv2.rectangle(image, (0, 0), (side - 1, side - 1), (pen,) * 3, 2 * width)  # a cell
    corners = np.array([(40, 30), (100, 30), (40, 110), (100, 110)])
    for canvas, level in ((image, (pen,) * 3), (truth, 255)):
        cv2.polylines(canvas, [corners], True, level, width)
    mask = find_ink(image).mask
    assert agreement(mask[55:85, 55:85], truth[55:85, 55:85] > 0) > 0.9
    assert agreement(mask[20:120, 20:120], truth[20:120, 20:120] > 0) > 0.9


def test_pen_on_paper_and_chalk_on_a_board_are_found_in_one_frame():
    paper, on_paper = written()
    board, on_board = written(paper=30, pen=220)
    mask = find_ink(np.hstack([paper, board])).mask
    assert agreement(mask[:, : WIDTH - 20], on_paper[:, :-20]) > 0.8
    assert agreement(mask[:, WIDTH + 60 :], on_board[:, 60:]) > 0.8


def noisy(sigma: float) -> np.ndarray:
    """A dim bare sheet seen by a camera whose noise has `sigma` grey levels."""
    noise = np.random.default_rng(0).normal(0, sigma, (HEIGHT, WIDTH, 1))
    image = sheet(HEIGHT, WIDTH, 90) + noise
    return np.clip(image, 0, 255).astype(np.uint8)


def hatched(image: np.ndarray, level: int) -> np.ndarray:
    """The picture on paper with fine printed lines at a slope, as on cheques."""
    lines = np.zeros(image.shape[:2], np.uint8)
    for y in range(-WIDTH, HEIGHT, 10):
        cv2.line(lines, (0, y), (WIDTH, y + WIDTH // 3), 255, 2, cv2.LINE_AA)
    printed = np.where(lines > 127, level, 255).astype(np.uint8)
    return np.minimum(image, printed[..., None] if image.ndim == 3 else printed)


def test_the_pattern_of_printed_paper_is_no_ink_beside_strokes():
    image, truth = written()
    mask = find_ink(hatched(image, level=200)).mask
    near = cv2.dilate(truth.astype(np.uint8), np.ones((121, 121), np.uint8)) > 0
    assert agreement(mask * near, truth) > 0.75


def test_stripes_that_come_near_a_pen_stay_whole_or_go():
    image = sheet(HEIGHT, WIDTH)
    for x in range(5, WIDTH - 40, 20):
        cv2.line(image, (x, 130), (x + 30, 230), (195, 195, 195), 3, cv2.LINE_AA)
    write(image, "2", x=300, y=210, height=90)
    count, _, stats, _ = cv2.connectedComponentsWithStats(find_ink(image).mask)
    assert 5 < count < 25
    assert stats[:, cv2.CC_STAT_HEIGHT].min() > 90


def test_pencil_is_ink_though_as_faint_as_a_pattern():
    image, truth = written(pen=200)
    assert agreement(find_ink(image).mask, truth) > 0.7


def test_little_of_the_noise_of_a_dim_camera_passes_for_ink():
    assert np.mean(find_ink(noisy(6)).mask > 0) < 0.15


@pytest.mark.parametrize("sigma", [12, 20])
def test_a_faint_pen_in_strong_noise_is_found(sigma: float):
    image, truth = written(110, 60)
    grain = np.random.default_rng(0).normal(0, sigma, (HEIGHT, WIDTH, 1))
    mask = find_ink(np.clip(image + grain, 0, 255).astype(np.uint8)).mask
    window = np.s_[50:140, 170:560]
    assert agreement(mask[window], truth[window]) > 0.85


def test_the_threshold_rises_with_the_noise():
    calm, restless = (float(np.mean(find_ink(noisy(s)).threshold)) for s in (0, 3))
    assert calm < restless


@pytest.mark.parametrize("level", [0, 128, 255])
def test_a_bare_surface_has_no_ink(level: int):
    assert not find_ink(sheet(HEIGHT, WIDTH, level)).mask.any()


def test_contrast_says_how_black_the_pen_is():
    image, truth = written(paper=200, pen=50)
    contrast = find_ink(image).contrast
    core = cv2.erode(truth.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    assert np.median(contrast[core]) == pytest.approx(255 * 150 / 200, abs=3)
    assert np.median(contrast[~truth]) == 0


def test_every_map_has_the_size_of_the_picture():
    ink = find_ink(sheet(97, 203))
    for part in (ink.contrast, ink.mask, ink.threshold):
        assert part.shape == (97, 203) and part.dtype == np.uint8


def test_grey_and_colour_give_the_same():
    image, _ = written()
    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    assert np.array_equal(find_ink(image).mask, find_ink(grey).mask)


@pytest.mark.parametrize(
    "shape", [(1, 1), (1, 50), (50, 1), (3, 3), (7, 900), (900, 7)]
)
def test_the_smallest_and_the_oddest_pictures_are_taken(shape: tuple[int, int]):
    rng = np.random.default_rng(0)
    assert find_ink(rng.integers(0, 256, (*shape, 3), np.uint8)).mask.shape == shape


def with_lines(mask: np.ndarray, ends: list[tuple[int, int, int, int]]) -> np.ndarray:
    """The mask with lines two pixels thick from (x, y) to (x, y)."""
    ruled = mask.astype(np.uint8) * 255
    for x, y, x2, y2 in ends:
        cv2.line(ruled, (x, y), (x2, y2), 255, 2)
    return ruled


def left_over(mask: np.ndarray, ruled: np.ndarray, truth: np.ndarray) -> float:
    """Share of the rules that is still there, apart from the digits and what touches them."""
    near = cv2.dilate(truth.astype(np.uint8), np.ones((15, 15), np.uint8)) > 0
    return np.count_nonzero(mask[~near]) / np.count_nonzero(ruled[~near])


@pytest.mark.parametrize("drop", [0, 3, 12], ids=["level", "tilted", "more tilted"])
def test_rules_go_and_the_digits_on_them_stay(drop: int):
    _, truth = written()
    ruled = with_lines(truth, [(0, y, WIDTH - 1, y + drop) for y in (95, 200, 300)])
    clean = remove_rules(ruled, ruled)
    assert agreement(clean, truth) > 0.85
    assert left_over(clean, ruled, truth) < 0.03


def test_a_squared_sheet_loses_both_kinds_of_rule():
    _, truth = written()
    level = [(0, y, WIDTH - 1, y) for y in range(20, HEIGHT, 75)]
    upright = [(x, 0, x, HEIGHT - 1) for x in range(45, WIDTH, 75)]
    squared = with_lines(truth, level + upright)
    clean = remove_rules(squared, squared)
    assert agreement(clean, truth) > 0.8
    assert left_over(clean, squared, truth) < 0.03


def test_a_mask_without_rules_is_left_as_it_is():
    _, truth = written()
    mask = truth.astype(np.uint8) * 255
    assert np.array_equal(remove_rules(mask, mask), mask)


def test_shrinking_keeps_the_aspect_and_never_enlarges():
    assert shrink(np.zeros((600, 1200), np.uint8), 300).shape == (150, 300)
    assert shrink(np.zeros((60, 120), np.uint8), 300).shape == (60, 120)
    assert shrink(np.zeros((1, 5000), np.uint8), 96).shape == (1, 96)
