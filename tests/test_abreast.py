"""Reading beside the view: nobody waits for a slow reader, and boxes stay on their digits meanwhile."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import cv2
import numpy as np
import pytest
from drawing import sheet, write
from fakes import line

from camrec.elements import Box, Frame, Scene, Track
from camrec.errors import OutputError
from camrec.reading.numbers import group_digits
from camrec.stream.abreast import ReadingAbreast, ReadingInTurn, reading_of
from camrec.stream.capture import LiveSource
from camrec.stream.carrying import Carrier

HIGH, WIDE = 480, 640


def page(dx: int = 0, dy: int = 0, texts: tuple[str, ...] = ("4712",)) -> np.ndarray:
    """A sheet of paper that has moved by (dx, dy) pixels."""
    image = sheet(HIGH, WIDE)
    for row, text in enumerate(texts):
        write(image, text, 200 + dx, 120 + 150 * row + dy)
    return image


def ink_boxes(image: np.ndarray) -> list[Box]:
    """Where each digit's ink is, from left to right and line by line."""
    dark = (cv2.cvtColor(image, cv2.COLOR_BGR2GRAY) < 100).astype(np.uint8)
    _, _, stats, _ = cv2.connectedComponentsWithStats(dark)
    boxes = [Box(*(int(v) for v in row[:4])) for row in stats[1:] if row[4] > 30]
    return sorted(boxes, key=lambda box: (box.y // 100, box.x))


def read(frame: Frame) -> Scene:
    """A scene as a reader would give it: a box around the ink of each digit."""
    boxes = ink_boxes(frame.image)
    texts = line("4712" * 4)[: len(boxes)]
    digits = [
        type(digit)(digit.text, digit.confidence, box, digit.scores)
        for digit, box in zip(texts, boxes, strict=True)
    ]
    numbers = group_digits(digits)
    shown = tuple(digit for number in numbers for digit in number.digits)
    tracks = tuple(Track(k, digit, 0.0, frame.time) for k, digit in enumerate(shown))
    return Scene(frame, shown, numbers, tracks)


def frame(image: np.ndarray, index: int = 0) -> Frame:
    return Frame(image, index, index / 30)


# --- carrying


@pytest.mark.parametrize(("dx", "dy"), [(0, 0), (3, -2), (17, 9), (-25, 14)])
def test_boxes_go_along_with_their_digits(dx: int, dy: int) -> None:
    scene = read(frame(page()))
    later = frame(page(dx, dy), 1)
    carried = Carrier().carry(scene, later)
    assert carried.frame is later
    for digit, box in zip(carried.digits, ink_boxes(later.image), strict=True):
        assert abs(digit.box.x - box.x) <= 2 and abs(digit.box.y - box.y) <= 2
    (number,) = carried.numbers
    assert number.digits == carried.digits
    assert number.box == Box.around([digit.box for digit in carried.digits])
    assert [track.digit for track in carried.tracks] == list(carried.digits)
    assert [track.id for track in carried.tracks] == [0, 1, 2, 3]


def test_numbers_that_move_apart_are_followed_each(  # two sheets of paper
) -> None:
    texts = ("4712", "4712")
    scene = read(frame(page(texts=texts)))
    image = page(texts=texts)
    image[250:] = np.roll(image[250:], 20, axis=1)
    carried = Carrier().carry(scene, frame(image, 1))
    first, second = (number.box.x for number in carried.numbers)
    assert first == pytest.approx(200, abs=12)
    assert second - first == pytest.approx(20, abs=2)


def test_what_cannot_be_followed_stays_where_it_was() -> None:
    scene = read(frame(page()))
    black = frame(np.zeros((HIGH, WIDE, 3), np.uint8), 1)
    carried = Carrier().carry(scene, black)
    moved = [(a.box.x - b.box.x) for a, b in zip(carried.digits, scene.digits)]
    assert max(map(abs, moved)) <= 5


def test_nothing_is_carried_to_a_picture_of_another_size() -> None:
    scene = read(frame(page()))
    other = frame(np.zeros((100, 100, 3), np.uint8), 1)
    assert Carrier().carry(scene, other).digits == ()
    assert Carrier().carry(None, other).frame is other


def test_what_was_read_of_a_frame_is_not_touched() -> None:
    scene = read(frame(page()))
    assert Carrier().carry(scene, scene.frame) is scene


# --- abreast


class Source(LiveSource):
    """A camera of 10 frames a second, as far as readings are concerned."""

    def __init__(self) -> None:
        self.born: dict[int, float] = {}

    interval_s = 0.1

    def age_s(self, frame: Frame) -> float:
        born = self.born.setdefault(id(frame), time.monotonic())
        return time.monotonic() - born


class SlowReader:
    """Reads a frame when it is let."""

    def __init__(self) -> None:
        self.may = threading.Semaphore(0)
        self.began = threading.Semaphore(0)
        self.seen: list[int] = []

    def __call__(self, image: Frame) -> Scene:
        self.seen.append(image.index)
        self.began.release()
        assert self.may.acquire(timeout=20)
        return read(image)


@pytest.fixture
def reader() -> Iterator[SlowReader]:
    slow = SlowReader()
    yield slow
    slow.may.release(1000)


def wait_for_digits(reading: ReadingAbreast, image: Frame) -> Scene:
    deadline = time.monotonic() + 20
    while not (scene := reading.scene(image)).digits:
        assert time.monotonic() < deadline
    return scene


def test_a_slow_reader_keeps_nobody_waiting(reader: SlowReader) -> None:
    with ReadingAbreast(reader, Source()) as reading:
        first = reading.scene(frame(page()))
        assert first.digits == ()  # shown without what is not known yet
        assert reader.began.acquire(timeout=20)
        for index in range(1, 5):
            assert reading.scene(frame(page(3 * index), index)).frame.index == index
        reader.may.release()
        assert reader.began.acquire(timeout=20)  # the newest one, and none between
        assert reader.seen == [0, 4]
        carried = reading.scene(frame(page(20), 5))
        assert carried.digits[0].box.x == pytest.approx(220, abs=12)
        reader.may.release(1000)


def test_a_fast_reader_shows_what_is_in_each_frame() -> None:
    with ReadingAbreast(read, Source()) as reading:
        wait_for_digits(reading, frame(page()))
        scenes = [reading.scene(frame(page(5 * k), k)) for k in range(1, 6)]
    exact = [scene.digits[0].box == read(scene.frame).digits[0].box for scene in scenes]
    assert sum(exact) >= 3  # all of them, but for a busy machine


def test_beside_slow_readings_only_what_needs_none_is_waited_for() -> None:
    def process(image: Frame) -> Scene:
        time.sleep(0.1 if image.index % 4 == 0 else 0)  # the others are carried
        return read(image)

    images = [frame(page(3 * index), index) for index in range(13)]
    took, scenes = [], []
    with ReadingAbreast(process, Source()) as reading:
        wait_for_digits(reading, images[0])
        for image in images[1:]:
            time.sleep(0.12)
            begin = time.monotonic()
            scenes.append(reading.scene(image))
            took.append(time.monotonic() - begin)
    exact = [s.digits[0].box == read(s.frame).digits[0].box for s in scenes]
    assert np.median(took[3::4]) < 0.05
    assert sum(exact) >= 5  # 9 that need none, but for a busy machine


def test_what_goes_wrong_while_reading_is_raised() -> None:
    def fail(image: Frame) -> Scene:
        raise OutputError("full")

    with (
        pytest.raises(OutputError, match="full"),
        ReadingAbreast(fail, Source()) as reading,
    ):
        for index in range(1000):
            reading.scene(frame(page(), index))


def test_what_goes_wrong_with_the_last_frame_is_raised_in_the_end(
    reader: SlowReader,
) -> None:
    def fail(image: Frame) -> Scene:
        reader(image)
        raise OutputError("full")

    reading = ReadingAbreast(fail, Source())
    reading.scene(frame(page()))
    assert reader.began.acquire(timeout=20)
    reader.may.release()
    with pytest.raises(OutputError, match="full"):
        reading.close()


def test_recorded_frames_are_read_in_turn() -> None:
    class Film:
        live = False

    reading = reading_of(Film(), read)  # type: ignore[arg-type]
    assert isinstance(reading, ReadingInTurn)
    assert reading.scene(frame(page())).digits
