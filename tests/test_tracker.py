"""The tracker: ids hold, labels are steady, and the frame rate changes nothing."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from camrec.elements import Box, Digit, Frame, Number, Scene
from camrec.reading.numbers import group_digits
from camrec.settings import TrackingSettings
from camrec.stream.matching import Marks, common_motion, match
from camrec.stream.tracker import OFTEN_S, Tracker

CLASSES = (*"0123456789", "none")
RATES = [5, 15, 30, 60]
PICTURE = np.zeros((720, 1280, 3), np.uint8)


def digit(text: str, x: float, y: float, sure: float = 0.95, height: int = 40) -> Digit:
    scores = np.full(len(CLASSES), (1 - sure) / (len(CLASSES) - 1), np.float32)
    scores[CLASSES.index(text)] = sure
    return Digit(text, sure, Box(round(x), round(y), 24, height), scores)


def scene(time: float, *digits: Digit) -> Scene:
    return Scene(Frame(PICTURE, round(time * 60), time), digits)


def tracker(**settings: float) -> Tracker:
    """One that shows digits at once, unless told otherwise."""
    return Tracker(TrackingSettings(**{"show_after_s": 0.0, **settings}), CLASSES)


def times(fps: int, end: float, start: float = 0.0) -> list[float]:
    return [start + k / fps for k in range(round((end - start) * fps) + 1)]


def page(time: float, sway: float = 60.0) -> list[Digit]:
    """Four rows of digits under a hand-held camera: it sways, turns and comes nearer."""
    dx = sway * math.sin(2.2 * time)
    dy = 0.6 * sway * math.sin(3.1 * time + 1)
    turn, zoom = 0.06 * math.sin(1.7 * time), 1 + 0.08 * math.sin(1.3 * time)
    digits = []
    for k in range(40):
        x, y = 40 * (k % 10) - 200, 80 * (k // 10) - 120
        u = zoom * (x * math.cos(turn) - y * math.sin(turn))
        v = zoom * (x * math.sin(turn) + y * math.cos(turn))
        digits.append(digit(str(k * 7 % 10), 640 + dx + u, 360 + dy + v))
    return digits


def shown(result: Scene) -> list[str]:
    return [d.text for d in result.digits]


@pytest.mark.parametrize("fps", RATES)
def test_ids_hold_while_the_camera_moves(fps: int) -> None:
    steady = tracker()
    for time in times(fps, 4.0):
        digits = page(time)
        result = steady.update(scene(time, *digits))
        by_place = {(t.digit.box.x, t.digit.box.y): t.id for t in result.tracks}
        assert [by_place[d.box.x, d.box.y] for d in digits] == list(range(40)), time


@pytest.mark.parametrize("fps", RATES)
def test_ids_hold_among_digits_that_all_look_alike(fps: int) -> None:
    steady = tracker()
    for time in times(fps, 2.0):
        row = [digit("1", 200 + 32 * k + 90 * time, 300) for k in range(12)]
        result = steady.update(scene(time, *row))
        tracks = sorted(result.tracks, key=lambda t: t.digit.box.x)
        assert [t.id for t in tracks] == list(range(12)), time


@pytest.mark.parametrize("fps", RATES)
def test_a_digit_missed_for_a_moment_is_still_shown(fps: int) -> None:
    steady = tracker(keep_s=0.25)
    for time in times(fps, 2.0):
        digits = page(time)
        missed = digits[1:] if 1.0 <= time < 1.2 else digits
        result = steady.update(scene(time, *missed))
        assert len(result.digits) == 40, time
        place = next(t.digit.box for t in result.tracks if t.id == 0)
        assert place.iou(digits[0].box) > 0.7, time


@pytest.mark.parametrize("fps", RATES)
def test_a_digit_that_is_gone_leaves_after_keep_s(fps: int) -> None:
    steady = tracker(keep_s=0.4)
    left = None
    for time in times(fps, 3.0):
        digits = [digit("3", 500, 300)] if time <= 1.0 else []
        if not steady.update(scene(time, *digits)).digits and left is None:
            left = time
    assert left is not None
    assert 1.4 <= left <= 1.4 + 1 / fps + 1e-6


@pytest.mark.parametrize("fps", RATES)
def test_a_new_digit_is_shown_at_once(fps: int) -> None:
    steady = tracker()
    for time in times(fps, 1.0):
        steady.update(scene(time, digit("3", 500, 300)))
    result = steady.update(
        scene(1.0 + 1 / fps, digit("3", 500, 300), digit("8", 700, 300))
    )
    assert shown(result) == ["3", "8"]
    assert result.tracks[-1].since == result.tracks[-1].seen == 1.0 + 1 / fps


@pytest.mark.parametrize("fps", RATES)
def test_a_short_misreading_changes_nothing(fps: int) -> None:
    steady = tracker(memory_s=0.5)
    for time in times(fps, 3.0):
        text = "7" if 1.0 <= time < 1.19 else "1"
        assert shown(steady.update(scene(time, digit(text, 500, 300)))) == ["1"], time


@pytest.mark.parametrize("fps", RATES)
def test_a_digit_that_was_rewritten_is_read_anew_after_the_same_time(fps: int) -> None:
    steady = tracker(memory_s=0.5)
    turned = None
    for time in times(fps, 4.0):
        text = "3" if time < 2.0 else "8"
        if (
            shown(steady.update(scene(time, digit(text, 500, 300)))) == ["8"]
            and turned is None
        ):
            turned = time
    assert turned is not None
    # The old readings weigh as much as the new ones after memory_s x ln 2, and a little more for the hysteresis.
    assert 2.0 + 0.5 * math.log(2) - 1 / fps <= turned <= 2.6 + 1 / fps


def test_without_memory_the_last_reading_counts() -> None:
    steady = tracker(memory_s=0.0)
    steady.update(scene(0.0, digit("3", 500, 300)))
    assert shown(steady.update(scene(0.1, digit("8", 500, 300)))) == ["8"]


def test_one_loud_misreading_does_not_silence_many_others() -> None:
    steady = tracker()
    for time in times(30, 0.2):
        steady.update(scene(time, digit("4", 500, 300, sure=0.6)))
    loud = digit("9", 500, 300, sure=1.0)
    assert shown(steady.update(scene(0.25, loud))) == ["4"]


def test_confidence_falls_when_readings_disagree_and_may_hide_a_digit() -> None:
    picky = Tracker(TrackingSettings(show_after_s=0.0), CLASSES, min_confidence=0.8)
    open_minded = tracker()
    for k, time in enumerate(times(30, 1.0)):
        read = scene(time, digit("179"[k % 3], 500, 300))
        hidden, result = picky.update(read), open_minded.update(read)
    assert hidden.digits == ()
    assert 0.2 < result.digits[0].confidence < 0.5


def test_an_old_reading_of_ink_that_is_now_read_otherwise_is_hidden() -> None:
    steady = tracker()
    steady.update(scene(0.0, digit("1", 500, 300), digit("1", 518, 300)))
    result = steady.update(
        scene(0.05, Digit("0", 0.9, Box(498, 300, 48, 40), digit("0", 0, 0).scores))
    )
    assert len(result.digits) == 1


def test_a_digit_that_left_the_picture_is_forgotten_at_once() -> None:
    steady = tracker(keep_s=1.0)
    for k in range(6):  # two digits go left; the first one is over the edge in the end
        row = [digit("5", x - 20 * k, 300) for x in (60, 400)]
        inside = [d for d in row if d.box.x >= 0]
        result = steady.update(scene(k / 30, *inside))
    assert len(result.digits) == 1


def test_time_that_goes_back_starts_anew() -> None:
    steady = tracker()
    steady.update(scene(5.0, digit("5", 500, 300)))
    result = steady.update(scene(0.0, digit("6", 900, 300)))
    assert shown(result) == ["6"]


def test_ids_belong_to_the_tracker() -> None:
    for steady in (tracker(), tracker()):
        assert steady.update(scene(0.0, digit("5", 500, 300))).tracks[0].id == 0


def test_every_shown_digit_is_in_one_number_and_one_track() -> None:
    result = tracker().update(scene(0.0, *page(0.0)))
    ids = {id(d) for d in result.digits}
    assert ids == {id(d) for n in result.numbers for d in n.digits}
    assert ids == {id(t.digit) for t in result.tracks}
    assert len(ids) == len(result.digits) == 40


def test_numbers_are_grouped_as_asked_and_what_is_in_none_is_not_shown() -> None:
    def pairs(digits: list[Digit], marks: tuple[Box, ...], held: object) -> tuple[Number, ...]:  # fmt: skip
        return tuple(n for n in group_digits(digits, marks) if len(n.text) == 2)

    follow = Tracker(TrackingSettings(show_after_s=0.0), CLASSES, group=pairs)
    digits = [digit("4", 0, 0), digit("7", 40, 0), digit("2", 400, 0)]
    result = follow.update(scene(0.0, *digits))
    assert [n.text for n in result.numbers] == ["47"]
    assert shown(result) == ["4", "7"]
    assert {id(track.digit) for track in result.tracks} == {id(d) for d in result.digits}  # fmt: skip


def marks(*places: tuple[float, float], label: int = 1) -> Marks:
    scores = np.zeros((len(places), len(CLASSES)), np.float32)
    scores[:, label] = 1
    centres = np.array(places, float).reshape(-1, 2)
    return Marks(centres, np.full(len(places), 40.0), scores)


def test_match_without_marks() -> None:
    still = np.zeros(2)
    assert match(marks(), marks((5, 5)), still, 0.1).pairs == []
    lost = match(marks((5, 5)), marks(), np.array([3.0, 4.0]), 0.1)
    assert lost.pairs == [] and lost.shifts.tolist() == [[3.0, 4.0]]


def test_match_pairs_each_mark_once() -> None:
    old = marks((100, 100), (110, 100))
    pairs = match(old, marks((104, 100)), np.zeros(2), 0.1).pairs
    assert pairs == [(0, 0)]


def test_match_keeps_off_what_is_far_or_of_another_size() -> None:
    old = marks((100, 100), (300, 100), (500, 100))
    small = marks((100, 100), (300, 100), (500, 100))
    small.heights[2] = 10
    assert match(old, small, np.zeros(2), 0.1).pairs == [(0, 0), (1, 1)]
    away = marks((100, 100), (300, 100), (500, 160))
    assert match(old, away, np.zeros(2), 0.1).pairs == [(0, 0), (1, 1)]


def test_common_motion_is_what_most_agree_on() -> None:
    rng = np.random.default_rng(1)
    places = rng.uniform(0, 700, (30, 2))
    moved = places + (50, -30)
    moved[:6] = rng.uniform(0, 700, (6, 2))  # a fifth went elsewhere
    motion = common_motion(marks(*places), marks(*moved), np.zeros(2), 0.2)
    assert np.allclose(motion, (50, -30), atol=6)


# --- when to read again


def test_what_is_as_was_believed_need_not_be_read_again() -> None:
    steady = tracker()
    assert steady.again_s() == math.inf
    for time in times(30, 1.0):
        steady.update(scene(time, digit("5", 500, 300), digit("6", 800, 300)))
    assert steady.again_s() == math.inf


@pytest.mark.parametrize(
    "news",
    [
        [digit("5", 500, 300), digit("7", 800, 500)],  # one came
        [digit("6", 500, 300)],  # it is another
        [],  # it is away
    ],
)
def test_news_are_to_be_confirmed_at_once(news: list[Digit]) -> None:
    steady = tracker(show_after_s=0.15, keep_s=1.0)
    for time in times(30, 1.0):
        steady.update(scene(time, digit("5", 500, 300)))
    steady.update(scene(1.1, *news))
    assert steady.again_s() == 0.0


def test_what_stays_in_doubt_is_read_now_and_then() -> None:
    steady = tracker(show_after_s=0.15)
    for time in times(30, 1.0):
        steady.update(scene(time, digit("5", 500, 300, 0.52)))
    assert steady.again_s() == OFTEN_S


def test_a_digit_that_was_missed_though_its_ink_is_there_does_not_hurry() -> None:
    steady, image = tracker(), np.full((720, 1280, 3), 200, np.uint8)
    image[300:340, 510:514] = 30
    frames = [Frame(image, k, k / 30) for k in range(12)]
    for frame in frames[:-1]:
        steady.update(Scene(frame, (digit("1", 500, 300),)))
    result = steady.update(Scene(frames[-1]))
    assert shown(result) == ["1"]
    assert steady.again_s() == OFTEN_S


# --- frames that were not read


def unread(time: float, *digits: Digit) -> Scene:
    return replace(scene(time, *digits), witness=False)


def test_what_is_carried_along_is_no_evidence() -> None:
    steady = tracker(show_after_s=0.15)
    steady.update(scene(0.0, digit("5", 500, 300)))
    for time in times(30, 2.0, 0.1):
        assert not steady.update(unread(time, digit("5", 500, 300))).digits


@pytest.mark.parametrize("fps", RATES)
def test_digits_go_where_they_are_carried(fps: int) -> None:
    steady = tracker(show_after_s=0.15)
    for time in times(fps, 1.0):
        steady.update(scene(time, digit("5", 500, 300)))
    for time in times(fps, 2.0, 1 + 1 / fps):
        there = digit("5", 500 + 60 * (time - 1), 300)
        result = steady.update(unread(time, there))
        (track,) = result.tracks
        assert (track.id, track.seen, track.digit.box) == (0, time, there.box)
    assert steady.again_s() == math.inf


def test_evidence_is_the_same_whether_others_are_carried_between() -> None:
    alone, among = tracker(show_after_s=0.5), tracker(show_after_s=0.5)
    for k in range(30):
        seen = scene(k / 10, digit("5", 500, 300, 0.8))
        one, other = alone.update(seen), among.update(seen)
        assert shown(one) == shown(other)
        assert [d.confidence for d in one.digits] == [d.confidence for d in other.digits]  # fmt: skip
        for time in (k / 10 + 0.03, k / 10 + 0.06):
            among.update(unread(time, digit("5", 500, 300, 0.8)))
