"""What has only moved is not read again, and what has changed is."""

from __future__ import annotations

import math

import cv2
import numpy as np
import pytest
from drawing import sheet, write
from fakes import CLASSES, FakeReader, line

from camrec.elements import Box, Frame, Scene
from camrec.reading.numbers import group_digits
from camrec.settings import TrackingSettings
from camrec.stream.attention import AGAIN_S, HURRY_S, AttentiveReader
from camrec.stream.tracker import Tracker

PAPER = np.full((240, 320, 3), 180, np.uint8)
RATES = [5, 15, 30, 60]


class Counting(FakeReader):
    """Counts what it reads."""

    def __init__(self) -> None:
        self.count = 0
        super().__init__("4712", before=self._note)

    def _note(self, frame: Frame) -> None:
        self.count += 1


def noisy(sigma: float, seed: int, image: np.ndarray = PAPER) -> np.ndarray:
    noise = np.random.default_rng(seed).normal(0, sigma, image.shape)
    return np.clip(image + noise, 0, 255).astype(np.uint8)


def reads(*frames: Frame) -> int:
    """How many of the frames are really read where no reading is doubted."""
    counting = Counting()
    reader = AttentiveReader(counting, again_s=lambda: math.inf)
    for frame in frames:
        assert reader.read(frame).frame is frame
    return counting.count


@pytest.mark.parametrize("sigma", [0, 2, 5])
def test_noise_is_no_motion(sigma: float) -> None:
    frames = [Frame(noisy(sigma, k), k, k / 60) for k in range(20)]
    assert reads(*frames) == 1


@pytest.mark.parametrize("fps", RATES)
def test_a_still_picture_is_read_now_and_then(fps: int) -> None:
    frames = [Frame(PAPER, k, k / fps) for k in range(4 * fps)]
    assert reads(*frames) == pytest.approx(4 / AGAIN_S, abs=2)


def test_a_thin_new_stroke_is_seen() -> None:
    written = PAPER.copy()
    cv2.line(written, (101, 50), (104, 80), (90, 90, 90), 2)
    assert reads(Frame(noisy(2, 0), 0, 0.0), Frame(noisy(2, 1, written), 1, 0.03)) == 2


def test_slow_changes_add_up() -> None:
    frames = [Frame(PAPER - 2 * k, k, k / 60) for k in range(12)]
    assert reads(*frames) == 4  # 2 levels a frame: each third is 6 off


def test_another_size_or_source_or_an_earlier_time_is_read() -> None:
    first = Frame(PAPER, 9, 0.3, "a")
    assert reads(first, Frame(PAPER[:200], 10, 0.31, "a")) == 2
    assert reads(first, Frame(PAPER, 10, 0.31, "b")) == 2
    assert reads(first, Frame(PAPER, 0, 0.0, "a")) == 2


@pytest.mark.parametrize("size", [(1, 600), (600, 1), (3, 5000), (20, 8000)])
def test_a_picture_of_any_shape_is_looked_at(size: tuple[int, int]) -> None:
    one, other = noisy(40, 0, np.full((*size, 3), 180, np.uint8)), np.zeros((*size, 3), np.uint8)  # fmt: skip
    assert reads(Frame(one, 0, 0.0), Frame(one, 1, 0.03), Frame(other, 2, 0.06)) == 2


# --- a page that moves


WORLD = sheet(600, 900)
INK = [box for y in (120, 260, 400) for box in write(WORLD, "20489", 150, y, 70)]


def looking(time: float) -> tuple[int, int]:
    """Where on the page the corner of the picture lies, px: a hand sways by up to 90 px a second."""
    return round(60 + 30 * math.sin(3 * time)), round(60 + 20 * math.cos(2 * time))


def picture(k: int, fps: int, world: np.ndarray = WORLD) -> Frame:
    x, y = looking(k / fps)
    return Frame(world[y : y + 480, x : x + 640], k, k / fps)


class Knowing:
    """Reads what is known to be on the page, and notes when."""

    def __init__(self, ink: list[Box] = INK) -> None:
        self.times: list[float] = []
        self.ink = ink

    def read(self, image: Frame, /) -> Scene:
        self.times.append(image.time)
        return self.truth(image)

    def truth(self, frame: Frame) -> Scene:
        x, y = looking(frame.time)
        texts = line("20489" * 4)[: len(self.ink)]
        digits = [
            type(one)(one.text, one.confidence, box.shift(-x, -y), one.scores)
            for one, box in zip(texts, self.ink, strict=True)
        ]
        return Scene(frame, tuple(digits), group_digits(digits))


@pytest.mark.parametrize("fps", RATES)
def test_digits_go_with_the_page(fps: int) -> None:
    knowing = Knowing()
    reader = AttentiveReader(knowing, again_s=lambda: math.inf)
    for k in range(3 * fps):
        frame = picture(k, fps)
        found, meant = reader.read(frame), knowing.truth(frame)
        assert found.frame is frame
        assert [d.text for d in found.digits] == [d.text for d in meant.digits]
        for one, other in zip(found.digits, meant.digits, strict=True):
            assert abs(one.box.x - other.box.x) <= 1
            assert abs(one.box.y - other.box.y) <= 1
        assert [n.text for n in found.numbers] == [n.text for n in meant.numbers]
    assert len(knowing.times) <= 3 / AGAIN_S + 4  # more where a side came into view


@pytest.mark.parametrize("fps", RATES)
def test_what_is_written_on_a_moving_page_is_read_at_once(fps: int) -> None:
    written, knowing = WORLD.copy(), Knowing()
    write(written, "7", 620, 260, 50)
    reader = AttentiveReader(knowing, again_s=lambda: math.inf)
    for k in range(2 * fps):
        reader.read(picture(k, fps, written if k / fps >= 1.2 else WORLD))
    first = min(time for time in knowing.times if time >= 1.2)
    assert first - 1.2 <= HURRY_S + 1 / fps


@pytest.mark.parametrize("fps", RATES)
def test_a_page_in_unsteady_light_is_read_often_enough(fps: int) -> None:
    knowing = Knowing()
    reader = AttentiveReader(knowing, again_s=lambda: math.inf)
    for k in range(fps):
        reader.read(picture(k, fps, WORLD // 10 * (10 - k % 4)))
    gaps = np.diff(knowing.times)
    assert gaps.max() <= HURRY_S + 1 / fps


@pytest.mark.parametrize(
    ("again_s", "meant"), [(math.inf, [True] * 3), (0.0, [True, False, False])]
)
def test_only_what_is_not_doubted_bears_witness_twice(
    again_s: float, meant: list[bool]
) -> None:
    reader = AttentiveReader(Knowing(), again_s=lambda: again_s)
    assert [reader.read(picture(k, 60)).witness for k in range(3)] == meant


def test_a_frame_that_shows_more_is_no_witness() -> None:
    written = WORLD.copy()
    write(written, "7", 620, 260, 50)
    reader = AttentiveReader(Knowing(), again_s=lambda: math.inf)
    frames = [picture(0, 60), picture(1, 60), picture(2, 60, written)]
    assert [reader.read(one).witness for one in frames] == [True, True, False]


@pytest.mark.parametrize("fps", RATES)
def test_what_is_doubted_is_read_again_soon(fps: int) -> None:
    knowing = Knowing()
    reader = AttentiveReader(knowing, again_s=lambda: 0.0)
    for k in range(fps):
        reader.read(picture(k, fps))
    assert np.diff(knowing.times).max() <= HURRY_S + 1 / fps


def test_digits_leave_at_the_side() -> None:
    (x, y), world = looking(0.0), WORLD.copy()
    knowing = Knowing([*write(world, "2", x + 6, 320, 50), *INK])
    reader = AttentiveReader(knowing, again_s=lambda: math.inf)
    before = reader.read(picture(0, 30, world))
    after = reader.read(Frame(world[y : y + 480, x + 12 : x + 652], 1, 0.03))
    assert len(knowing.times) == 1
    assert len(before.digits) - len(after.digits) == 1
    assert all(digit.box.x >= 0 for digit in after.digits)


# --- with a tracker


def followed(fps: int, reader: FakeReader, seconds: float) -> list[Scene]:
    """A still picture through a tracker."""
    tracker = Tracker(TrackingSettings(), CLASSES, min_confidence=0.5)
    attentive = AttentiveReader(reader, tracker.again_s)
    frames = [Frame(PAPER, k, k / fps) for k in range(round(seconds * fps))]
    return [tracker.update(attentive.read(frame)) for frame in frames]


@pytest.mark.parametrize("fps", RATES)
def test_a_lone_digit_is_shown_within_a_blink(fps: int) -> None:
    scenes = followed(fps, FakeReader("4"), 1.0)
    shown = [scene.frame.time for scene in scenes if scene.digits]
    assert shown[0] <= 0.15 + HURRY_S + 2 / fps
    assert len(shown) == len([s for s in scenes if s.frame.time >= shown[0]])


class Erring(FakeReader):
    """Reads something else now and then: each fifth of its readings."""

    def __init__(self, usual: str, other: str) -> None:
        super().__init__(usual)
        self._other = FakeReader(other)
        self.count = 0

    def read(self, image: Frame, /) -> Scene:
        self.count += 1
        return (self._other if self.count % 5 == 4 else super()).read(image)


@pytest.mark.parametrize("fps", [15, 30, 60])
@pytest.mark.parametrize(("usual", "other"), [("47", "41"), ("47", ""), ("", "7")])
def test_a_misreading_is_not_carried_on(fps: int, usual: str, other: str) -> None:
    scenes = followed(fps, Erring(usual, other), 6.0)
    texts = {n.text for s in scenes[fps:] for n in s.numbers}
    assert texts == ({usual} if usual else set())
    assert all(bool(scene.digits) == bool(usual) for scene in scenes[fps:])
