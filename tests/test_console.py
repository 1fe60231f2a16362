"""What a user's wishes come to: a window that is only a list of wishes, and everything else as it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from drawing import sheet, write
from fakes import frame, frames_in, scene

from camrec.elements import Frame, Scene
from camrec.errors import OutputError
from camrec.reading.reader import Reader
from camrec.settings import ReadingSettings, TrackingSettings
from camrec.stream.console import Console
from camrec.stream.dials import Dials, higher, lower
from camrec.stream.health import Health
from camrec.stream.sinks.outputs import OutputNames
from camrec.stream.sinks.recorder import Recorder
from camrec.stream.sinks.video import VideoFile
from camrec.stream.tracker import Tracker

SIZE = 640, 504


class Wishes:
    """Stands in for a window: hands out wishes, keeps what it was shown."""

    def __init__(self) -> None:
        self.wishes: list[str] = []
        self.shown: list[np.ndarray] = []
        self.clicked = (0, 0)

    def size(self, picture: tuple[int, int]) -> tuple[int, int]:
        return SIZE

    def show(self, canvas: np.ndarray) -> None:
        self.shown.append(canvas)

    def poll(self, wait_s: float = 0.0) -> str:
        return self.wishes.pop(0) if self.wishes else ""


class Desk:
    """A console with everything that belongs to it."""

    def __init__(self, folder: Path) -> None:
        self.window = Wishes()
        self.reader = Reader(settings=ReadingSettings(rotate="0"), threads=1)
        self.tracker = Tracker(TrackingSettings(), self.reader.classes)
        self.folder = folder
        self.recorder = Recorder(self.begin)
        dials = Dials(self.reader, self.tracker)
        names = OutputNames(folder)
        self.console = Console(self.window, dials, self.recorder, names, self.sheet)  # type: ignore[arg-type]

    def begin(self, shown: Scene) -> VideoFile:
        return VideoFile(self.folder / f"{shown.frame.index}.mp4", 10.0, live=True)

    def sheet(self, of: Frame) -> Path:
        raise OutputError("no room for a sheet; make some")

    def wish(self, *wishes: str) -> None:
        self.window.wishes += wishes
        for _ in wishes:
            self.console.attend()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path)
    yield made
    made.recorder.close()


def page() -> Frame:
    image = sheet(480, 640)
    write(image, "4712", 120, 180, 100)
    return Frame(image, 3, 0.1, "page.mp4")


def test_thresholds_step_by_twentieths_and_stay_in_range() -> None:
    assert [higher(0.5), higher(0.52), lower(0.5), lower(0.52)] == [0.55, 0.55, 0.45, 0.5]  # fmt: skip
    up, down = [0.0], [1.0]
    for _ in range(30):
        up.append(higher(up[-1]))
        down.append(lower(down[-1]))
    assert up[:3] == [0.0, 0.05, 0.1] and up[-1] == 0.95
    assert down[:3] == [1.0, 0.95, 0.9] and down[-1] == 0.0
    assert higher(0.99) == 0.99


def test_a_turned_threshold_reaches_reader_and_tracker(desk: Desk) -> None:
    desk.console.show(scene("4712"), Health())
    desk.wish("raise", "raise", "lower")
    assert desk.reader.settings.min_confidence == desk.tracker.min_confidence == 0.55


def test_what_stands_still_is_read_again_with_another_threshold(desk: Desk) -> None:
    still = Scene(page())
    desk.console.show(still, Health())
    before = desk.window.shown[-1]
    desk.wish("pause", "lower")
    assert desk.console.paused
    picture = slice(0, 440)  # neither bar nor message
    assert (desk.window.shown[-1][picture] != before[picture]).sum() > 2000


def test_crops_are_kept_once_a_digit_is_looked_at(desk: Desk) -> None:
    read = desk.reader.read(page())
    assert read.digits[0].crop is None
    desk.console.show(read, Health())
    desk.window.clicked = tuple(round(c) for c in read.digits[0].box.centre)  # type: ignore[assignment]
    desk.wish("click")
    again = desk.tracker.update(desk.reader.read(page()))
    assert again.digits and all(digit.crop is not None for digit in again.digits)


def test_a_click_beside_all_digits_asks_for_nothing(desk: Desk) -> None:
    desk.console.show(desk.reader.read(page()), Health())
    desk.window.clicked = (5, 5)
    desk.wish("click")
    assert not desk.reader.keep_crops


def test_a_snapshot_holds_the_frame_and_no_bar(desk: Desk, tmp_path: Path) -> None:
    desk.console.show(desk.reader.read(page()), Health())
    desk.wish("mirror", "boxes", "snapshot")
    (path,) = tmp_path.iterdir()
    saved = cv2.imread(str(path))
    assert path.name == "page-3.camrec.png"
    assert (saved == page().image).all()


def test_what_cannot_be_saved_is_told_and_the_view_goes_on(desk: Desk) -> None:
    desk.console.show(scene("4712"), Health())
    before = desk.window.shown[-1]
    desk.wish("debug")
    assert (desk.window.shown[-1] != before).sum() > 500
    assert not desk.console.done


def test_wishes_before_the_first_frame_do_no_harm(desk: Desk) -> None:
    everything = ("click", "snapshot", "debug", "raise", "boxes", "mirror", "help", "record")  # fmt: skip
    desk.wish(*everything, "resize", "pause", "quit")
    assert desk.console.done


def test_nothing_is_drawn_where_nothing_was_asked_for(desk: Desk) -> None:
    desk.console.show(scene("4712"), Health())
    desk.console.attend()
    assert len(desk.window.shown) == 1
    desk.wish("resize")
    assert len(desk.window.shown) == 2


def scenes(count: int, first: int = 0) -> Iterator[Scene]:
    for index in range(first, first + count):
        yield scene("47", of=frame(index, index / 10))


def test_each_recording_is_a_video_of_its_own(desk: Desk, tmp_path: Path) -> None:
    for first in (5, 30):
        assert desk.recorder.recorded_s(0.0) is None
        assert desk.recorder.toggle()
        for shown in scenes(8, first):
            desk.recorder.write(shown)
        assert desk.recorder.recorded_s(first / 10 + 0.7) == pytest.approx(0.7)
        assert not desk.recorder.toggle()
        desk.recorder.write(scene("47", of=frame(99, 9.9)))
        assert desk.recorder.news() == f"recorded {tmp_path / f'{first}.mp4'}"
        assert desk.recorder.news() == ""
        assert frames_in(tmp_path / f"{first}.mp4") == 8


def test_a_recording_ends_whole_with_the_run(desk: Desk, tmp_path: Path) -> None:
    desk.recorder.toggle()
    for shown in scenes(4):
        desk.recorder.write(shown)
    desk.recorder.close()
    assert frames_in(tmp_path / "0.mp4") == 4


def test_a_recording_that_fails_is_told_and_may_be_tried_again(desk: Desk) -> None:
    good, desk.folder = desk.folder, desk.folder / "not there"
    desk.recorder.toggle()
    desk.recorder.write(scene("47"))
    assert "not there" in desk.recorder.news()
    assert desk.recorder.recorded_s(1.0) is None
    desk.folder = good
    assert desk.recorder.toggle()
    desk.recorder.write(replace(scene("47"), frame=frame(7)))
    desk.recorder.close()
    assert frames_in(good / "7.mp4") == 1
