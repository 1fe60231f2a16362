"""Which readings are explained: the right frame's, once, at the pace of the source, and nothing is kept that nobody writes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from fakes import frame

from camrec import Frame, Reader, Scene
from camrec.reading.inspection import Inspection
from camrec.stream import debugging
from camrec.stream.debugging import ENDING, EVERY_S, DebugSheets, save_sheet
from camrec.stream.sinks.outputs import OutputNames


@pytest.fixture(scope="module")
def empty() -> Inspection:
    """The inspection of a picture without any ink."""
    return Reader().inspect(np.full((40, 40, 3), 230, np.uint8))


class Inspecting:
    """A reader that finds nothing and notes the frames that it explained."""

    def __init__(self, empty: Inspection) -> None:
        self._empty = empty
        self.explained: list[int] = []

    def read(self, image: Frame, /) -> Scene:
        return Scene(image)

    def inspect(self, image: Frame, /) -> Inspection:
        self.explained.append(image.index)
        return replace(self._empty, scene=Scene(image))


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[Inspection]:
    """Inspections of which a sheet was drawn; drawing takes longer than all else here."""
    seen: list[Inspection] = []

    def draw(inspection: Inspection) -> np.ndarray:
        seen.append(inspection)
        return np.zeros((4, 4, 3), np.uint8)

    monkeypatch.setattr(debugging, "draw_sheet", draw)
    return seen


@pytest.fixture
def reader(empty: Inspection) -> Inspecting:
    return Inspecting(empty)


def sheets_of(reader: Inspecting, folder: Path, moving: bool = True) -> DebugSheets:
    return DebugSheets(reader, OutputNames(folder), moving=moving)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def explained(reader: Inspecting, sheets: DebugSheets, times: list[float]) -> list[int]:
    """Frames at these times of which the reading was explained."""
    for index, time in enumerate(times):
        sheets.write(sheets.read(frame(index, time, "clip.mp4")))
    return reader.explained


def test_the_first_frame_counts_whenever_it_comes(reader, drawn, tmp_path: Path):
    times = [7.3, 7.3 + 0.9 * EVERY_S, 7.3 + EVERY_S, 7.4 + EVERY_S]
    assert explained(reader, sheets_of(reader, tmp_path), times) == [0, 2]
    assert len(drawn) == 2


def test_after_a_gap_sheets_do_not_catch_up(reader, drawn, tmp_path: Path):
    times = [0.0, 10 * EVERY_S, 10.1 * EVERY_S, 10.2 * EVERY_S, 11 * EVERY_S]
    assert explained(reader, sheets_of(reader, tmp_path), times) == [0, 1, 4]


def test_stills_of_one_time_are_all_explained(reader, drawn, tmp_path: Path):
    sheets = sheets_of(reader, tmp_path, moving=False)
    assert explained(reader, sheets, [0.0] * 3) == [0, 1, 2]


def test_a_frame_is_read_once(empty: Inspection, drawn, tmp_path: Path):
    calls: list[str] = []

    class Counting(Inspecting):
        def read(self, image: Frame, /) -> Scene:
            calls.append("read")
            return super().read(image)

        def inspect(self, image: Frame, /) -> Inspection:
            calls.append("inspect")
            return super().inspect(image)

    explained(Counting(empty), sheets_of(Counting(empty), tmp_path), [0.0, 0.1])
    sheets = sheets_of(Counting(empty), tmp_path)
    calls.clear()
    assert sheets.read(frame(0, 0.0)).frame.index == 0 and calls == ["inspect"]
    assert sheets.read(frame(1, 0.1)).frame.index == 1 and calls == ["inspect", "read"]


def test_a_sheet_is_that_of_its_frame_though_the_tracker_made_a_new_scene(
    reader, drawn, tmp_path: Path
):
    sheets = sheets_of(reader, tmp_path, moving=False)
    frames = [frame(k, 0.0, f"{name}.png") for k, name in enumerate("abc")]
    scenes = [sheets.read(one) for one in frames]
    for scene in (scenes[2], scenes[0], scenes[1]):  # as other threads may have it
        sheets.write(Scene(scene.frame))
    assert [inspection.scene.frame for inspection in drawn] == [frames[2], frames[0], frames[1]]  # fmt: skip
    assert names(tmp_path) == [f"{name}{ENDING}" for name in "abc"]


def test_a_scene_is_written_once_and_others_not_at_all(reader, drawn, tmp_path: Path):
    sheets = sheets_of(reader, tmp_path, moving=False)
    scene = sheets.read(frame())
    for one in (Scene(frame(9)), scene, scene):
        sheets.write(one)
    assert [inspection.scene.frame.index for inspection in drawn] == [0]


def test_what_waits_when_sheets_are_closed_is_let_go(reader, drawn, tmp_path: Path):
    sheets = sheets_of(reader, tmp_path, moving=False)
    scene = sheets.read(frame())
    sheets.close()
    sheets.write(scene)
    assert drawn == []
    assert sheets.read(frame(1)).frame.index == 1 and reader.explained == [0]


@pytest.mark.parametrize(
    ("numbered", "name"), [(False, f"clip{ENDING}"), (True, f"clip-12{ENDING}")]
)
def test_a_sheet_is_named_after_its_source(empty, drawn, tmp_path, numbered, name):
    inspection = replace(empty, scene=Scene(frame(12, 0.5, "films/clip.mp4")))
    path = save_sheet(inspection, OutputNames(tmp_path), numbered=numbered)
    assert path == tmp_path / name and names(tmp_path) == [name]


def test_an_earlier_sheet_is_replaced_unless_it_shall_not(empty, drawn, tmp_path):
    inspection = replace(empty, scene=Scene(frame(0, 0.0, "page.jpg")))
    for fresh, count in ((False, 1), (False, 1), (True, 2)):
        save_sheet(inspection, OutputNames(tmp_path), numbered=False, fresh=fresh)
        assert len(names(tmp_path)) == count
