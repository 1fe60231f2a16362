"""What the tracker shows: digits within a blink, no clutter, and what the picture says is still there."""

from __future__ import annotations

import math

import cv2
import numpy as np
import pytest

from camrec.elements import Box, Digit, Frame, Scene
from camrec.reading.numbers import group_digits
from camrec.settings import TrackingSettings
from camrec.stream.appearance import find_patch, patch_of
from camrec.stream.tracker import Tracker

CLASSES = (*"0123456789", "none")
RATES = [5, 15, 30, 60]
BLANK = np.full((480, 640, 3), 200, np.uint8)


def digit(text: str, x: int, y: int, sure: float = 0.97) -> Digit:
    scores = np.full(len(CLASSES), (1 - sure) / (len(CLASSES) - 1), np.float32)
    scores[CLASSES.index(text)] = sure
    return Digit(text, sure, Box(x, y, 24, 40), scores)


def line(text: str, x: int, y: int, sure: float = 0.97) -> list[Digit]:
    return [digit(char, x + 32 * k, y, sure) for k, char in enumerate(text)]


def scene(time: float, *digits: Digit, image: np.ndarray = BLANK) -> Scene:
    return Scene(Frame(image, round(time * 60), time), digits, group_digits(digits))


def tracker(**settings: float) -> Tracker:
    return Tracker(TrackingSettings(**settings), CLASSES, min_confidence=0.5)


def times(fps: int, end: float) -> list[float]:
    return [k / fps for k in range(round(end * fps) + 1)]


def texts(result: Scene) -> list[str]:
    return [number.text for number in result.numbers]


def written(*places: tuple[int, int]) -> np.ndarray:
    """A picture with a figure 4 at each place, as large as the boxes above."""
    image = BLANK.copy()
    for x, y in places:
        points = np.array([(x + 6, y), (x, y + 26), (x + 24, y + 26)], np.int32)
        cv2.polylines(image, [points], False, (40, 40, 40), 3)
        cv2.line(image, (x + 18, y + 10), (x + 16, y + 39), (40, 40, 40), 3)
    return image


@pytest.mark.parametrize("fps", RATES)
def test_a_lone_digit_is_shown_within_a_blink(fps: int) -> None:
    steady = tracker()
    shown = [t for t in times(fps, 1.0) if steady.update(scene(t, digit("4", 50, 50))).digits]  # fmt: skip
    assert 0.15 <= shown[0] <= 0.18 + 1 / fps
    assert len(shown) == len(times(fps, 1.0)) - round(shown[0] * fps)


@pytest.mark.parametrize("fps", RATES)
def test_sure_digits_in_company_are_shown_at_once(fps: int) -> None:
    assert texts(tracker().update(scene(0.0, *line("4712", 50, 50)))) == ["4712"]


@pytest.mark.parametrize("fps", RATES)
def test_a_digit_that_joins_a_number_is_shown_at_once(fps: int) -> None:
    steady = tracker()
    for time in times(fps, 1.0):
        steady.update(scene(time, *line("47", 50, 50)))
    assert texts(steady.update(scene(1 + 1 / fps, *line("471", 50, 50)))) == ["471"]


@pytest.mark.parametrize("fps", RATES)
def test_clutter_that_flares_up_now_and_then_is_never_shown(fps: int) -> None:
    steady = tracker()
    for time in times(fps, 20.0):
        places = [k for k in range(6) if (time + 0.15 * k) % 0.9 < 1 / fps - 1e-6]
        flares = [digit("174925"[k], 20 + 100 * k, 137 * k % 400, 0.95) for k in places]  # fmt: skip
        assert not steady.update(scene(time, *flares)).digits, time


@pytest.mark.parametrize("fps", RATES)
def test_what_is_read_doubtfully_all_the_time_is_not_shown(fps: int) -> None:
    steady = tracker()
    for time in times(fps, 5.0):
        assert not steady.update(scene(time, digit("1", 50, 50, 0.55))).digits, time


@pytest.mark.parametrize("fps", RATES)
def test_a_number_missed_every_other_moment_is_shown_all_the_time(fps: int) -> None:
    steady, image = tracker(), written((50, 50), (82, 50), (114, 50))
    for time in times(fps, 5.0):
        read = line("444", 50, 50) if time % 0.8 < 0.3 else []
        result = steady.update(scene(time, *read, image=image))
        assert texts(result) == ["444"], time


@pytest.mark.parametrize("fps", RATES)
def test_unread_ink_is_followed(fps: int) -> None:
    steady = tracker()
    for time in times(fps, 1.5):
        x = 50 + round(12 * math.sin(2 * time))
        read = line("444", x, 50) if time < 0.6 else []
        image = written((x, 50), (x + 32, 50), (x + 64, 50))
        result = steady.update(scene(time, *read, image=image))
    assert texts(result) == ["444"]
    assert abs(result.numbers[0].box.x - x) <= 3


@pytest.mark.parametrize("fps", RATES)
def test_ink_that_is_wiped_away_is_gone_after_keep_s(fps: int) -> None:
    steady, left = tracker(keep_s=0.25), None
    for time in times(fps, 3.0):
        there = time <= 1.0
        image = written((50, 50), (82, 50), (114, 50)) if there else BLANK
        read = line("444", 50, 50) if there else []
        if not steady.update(scene(time, *read, image=image)).digits and left is None:
            left = time
    assert left is not None and 1.25 <= left <= 1.25 + 2 / fps + 1e-6


@pytest.mark.parametrize("fps", RATES)
def test_ink_that_is_never_read_any_more_is_given_up(fps: int) -> None:
    steady, image = tracker(), written((50, 50), (82, 50), (114, 50))
    for time in times(fps, 5.0):
        read = line("444", 50, 50) if time <= 1.0 else []
        result = steady.update(scene(time, *read, image=image))
    assert not result.digits


@pytest.mark.parametrize("fps", RATES)
def test_an_exchanged_paper_is_read_anew_within_a_second(fps: int) -> None:
    steady, new = tracker(), None
    for time in times(fps, 3.0):
        text = "4712" if time < 1.0 else "8305"
        result = texts(steady.update(scene(time, *line(text, 50, 50))))
        if result == ["8305"] and new is None:
            new = time
    assert new is not None and new <= 2.0
    assert result == ["8305"]


@pytest.mark.parametrize("fps", RATES)
def test_a_piece_of_a_digit_does_not_take_its_place(fps: int) -> None:
    steady = tracker()
    for time in times(fps, 2.0):
        whole = [digit("0", 100, 50)]
        piece = Digit("1", 0.97, Box(100, 54, 8, 30), digit("1", 0, 0).scores)
        read = [piece] if 1.0 < time < 1.15 else whole
        assert [d.text for d in steady.update(scene(time, *read)).digits] in (["0"], []), time  # fmt: skip


@pytest.mark.parametrize("fps", RATES)
def test_ink_read_in_two_ways_keeps_one_label(fps: int) -> None:
    steady, image, shown = tracker(), written((50, 50)), set()
    for time in times(fps, 6.0):
        text = "4" if time % 1.2 < 0.8 else "9"
        result = steady.update(scene(time, digit(text, 50, 50, 0.8), image=image))
        if time >= 0.6:
            shown.add("".join(d.text for d in result.digits))
    assert shown == {"4"}


def test_a_threshold_that_is_raised_hides_what_is_below_it() -> None:
    steady = tracker()
    for time in times(30, 1.0):
        digits = [digit("4", 50, 50, 0.8), digit("7", 300, 50, 0.98)]
        result = steady.update(scene(time, *digits))
    assert len(result.digits) == 2
    steady.min_confidence = 0.9
    assert [d.text for d in steady.update(scene(1.1, *digits)).digits] == ["7"]


def test_a_gap_as_wide_as_it_may_be_does_not_part_and_join() -> None:
    steady = tracker()
    for k, time in enumerate(times(30, 2.0)):
        wide = 22 + 4 * (k % 2)  # in turns below and above what parts numbers
        digits = [*line("47", 50, 50), *line("12", 50 + 32 + wide, 50)]
        result = texts(steady.update(scene(time, *digits)))
        assert result == ["4712"], time


def test_a_confidence_is_that_of_the_readings() -> None:
    steady = tracker()
    for time in times(30, 1.0):
        result = steady.update(scene(time, *line("47", 50, 50, 0.97)))
    assert result.digits[0].confidence == pytest.approx(0.97, abs=0.001)


def test_a_patch_is_found_where_it_went() -> None:
    patch = patch_of(written((100, 100)), Box(100, 100, 24, 40))
    assert patch is not None
    off = find_patch(written((104, 97)), Box(100, 100, 24, 40), patch)
    assert off == pytest.approx((4, -3), abs=1.5)


def test_a_patch_is_not_found_on_paper_nor_in_another_figure() -> None:
    patch = patch_of(written((100, 100)), Box(100, 100, 24, 40))
    assert patch is not None
    assert find_patch(BLANK, Box(100, 100, 24, 40), patch) is None
    other = BLANK.copy()
    cv2.ellipse(other, (112, 120), (10, 18), 0, 0, 360, (40, 40, 40), 3)
    assert find_patch(other, Box(100, 100, 24, 40), patch) is None


def test_a_patch_at_the_edge_or_beyond_it() -> None:
    image = written((2, 2))
    patch = patch_of(image, Box(0, 0, 28, 44))
    assert patch is not None
    assert find_patch(image, Box(0, 0, 28, 44), patch) == pytest.approx((0, 0), abs=1)
    assert patch_of(image, Box(-90, 0, 28, 44)) is None
