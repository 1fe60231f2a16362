"""What has not moved is not read again, and what has moved is."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from fakes import CLASSES, FakeReader

from camrec.elements import Frame, Scene
from camrec.settings import TrackingSettings
from camrec.stream.tracker import Tracker
from camrec.stream.unmoved import AGAIN_S, UnmovedReader

PAPER = np.full((240, 320, 3), 180, np.uint8)


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
    """How many of the frames are really read."""
    counting = Counting()
    reader = UnmovedReader(counting)
    for frame in frames:
        assert reader.read(frame).frame is frame
    return counting.count


@pytest.mark.parametrize("sigma", [0, 2, 5])
def test_noise_is_no_motion(sigma: float) -> None:
    frames = [Frame(noisy(sigma, k), k, k / 60) for k in range(20)]
    assert reads(*frames) == 1


@pytest.mark.parametrize("fps", [5, 15, 30, 60])
def test_a_still_picture_is_read_now_and_then(fps: int) -> None:
    frames = [Frame(PAPER, k, k / fps) for k in range(4 * fps)]
    assert reads(*frames) == pytest.approx(4 / AGAIN_S, abs=2)


def test_a_thin_new_stroke_is_seen() -> None:
    written = PAPER.copy()
    cv2.line(written, (101, 50), (104, 80), (90, 90, 90), 2)
    assert reads(Frame(noisy(2, 0), 0, 0.0), Frame(noisy(2, 1, written), 1, 0.03)) == 2


def test_a_written_page_that_moves_by_a_pixel_is_read() -> None:
    page = PAPER.copy()
    for x in range(20, 300, 40):
        cv2.putText(page, "7", (x, 120), cv2.FONT_HERSHEY_SIMPLEX, 1.5, (30, 30, 30), 3)
    moved = np.roll(page, 1, axis=1)
    assert reads(Frame(page, 0, 0.0), Frame(moved, 1, 0.03)) == 2


def test_slow_changes_add_up() -> None:
    frames = [Frame(PAPER - 2 * k, k, k / 60) for k in range(12)]
    assert reads(*frames) == 4  # 2 levels a frame: each third is 6 off


def test_another_size_or_source_or_an_earlier_time_is_read() -> None:
    first = Frame(PAPER, 9, 0.3, "a")
    assert reads(first, Frame(PAPER[:200], 10, 0.31, "a")) == 2
    assert reads(first, Frame(PAPER, 10, 0.31, "b")) == 2
    assert reads(first, Frame(PAPER, 0, 0.0, "a")) == 2


def test_tracks_go_on_as_if_all_had_been_read() -> None:
    def tracked(reader: FakeReader | UnmovedReader) -> list[Scene]:
        follow = Tracker(TrackingSettings(), CLASSES)
        return [follow.update(reader.read(Frame(PAPER, k, k / 30))) for k in range(30)]

    both = zip(tracked(Counting()), tracked(UnmovedReader(Counting())), strict=True)
    for one, other in both:
        assert [n.text for n in one.numbers] == [n.text for n in other.numbers]
        assert [t.id for t in one.tracks] == [t.id for t in other.tracks]
        assert [t.seen for t in one.tracks] == [t.seen for t in other.tracks]
