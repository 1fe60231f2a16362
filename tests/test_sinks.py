"""Sinks: files are whole or not there, names never meet, failures are told."""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from unittest.mock import Mock

import cv2
import numpy as np
import pytest
from fakes import frame, frames_in, scene
from full_disk import largest_file

from camrec.errors import OutputError
from camrec.reading.pictures import load_picture
from camrec.stream.sinks import outputs
from camrec.stream.sinks import video as video_module
from camrec.stream.sinks.outputs import (
    OutputNames,
    WholeFile,
    stem_of,
    write_whole,
    writing,
)
from camrec.stream.sinks.pictures import AnnotatedPictures, Crops, save_picture
from camrec.stream.sinks.text import CsvTable, JsonLines
from camrec.stream.sinks.video import DEFAULT_FPS, VideoFile, _writable_rate

FULL = Path("/dev/full")  # Linux: every write finds the disk full
needs_full_device = pytest.mark.skipif(
    not FULL.exists(), reason="this system has no /dev/full"
)
needs_permissions = pytest.mark.skipif(
    sys.platform == "win32" or os.geteuid() == 0,
    reason="permissions do not bind this user",
)


def left_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


# --- names


def test_outputs_lie_beside_their_inputs(tmp_path: Path) -> None:
    page = tmp_path / "page.jpg"
    page.touch()
    assert OutputNames().path(str(page), ".camrec.jpg") == tmp_path / "page.camrec.jpg"


def test_outputs_of_what_is_no_file_lie_in_the_current_folder() -> None:
    names = OutputNames()
    assert names.path("-", ".camrec.png") == Path("stdin.camrec.png")
    assert names.path("camera 0", ".camrec.mp4") == Path("camera-0.camrec.mp4")


def test_inputs_of_one_name_do_not_meet_in_one_folder(tmp_path: Path) -> None:
    names = OutputNames(tmp_path / "out")
    paths = [names.path(p, ".camrec.jpg") for p in ("a/page.jpg", "b/page.jpg")]
    assert [p.name for p in paths] == ["page.camrec.jpg", "page-2.camrec.jpg"]
    assert names.path("a/page.jpg", ".camrec.jpg") == paths[0]


def test_names_that_differ_in_case_alone_do_not_meet(tmp_path: Path) -> None:
    names = OutputNames(tmp_path)
    assert names.path("Page.jpg", ".camrec.jpg").name == "Page.camrec.jpg"
    assert names.path("page.jpg", ".camrec.jpg").name == "page-2.camrec.jpg"


def test_an_input_is_never_written_to(tmp_path: Path) -> None:
    inputs = [str(tmp_path / name) for name in ("page.jpg", "page.camrec.jpg")]
    names = OutputNames(tmp_path, inputs)
    assert names.path(inputs[0], ".camrec.jpg").name == "page-2.camrec.jpg"
    assert names.is_input(inputs[1])
    assert not names.is_input(str(tmp_path / "other.jpg"))


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_a_link_to_an_input_is_one(tmp_path: Path) -> None:
    (tmp_path / "records.json").symlink_to(tmp_path / "page.png")
    names = OutputNames(None, [str(tmp_path / "page.png")])
    assert names.is_input(str(tmp_path / "records.json"))


def test_an_earlier_output_is_replaced_unless_a_fresh_name_is_wanted(
    tmp_path: Path,
) -> None:
    (tmp_path / "page.camrec.png").touch()
    names = OutputNames(tmp_path)
    assert names.path("page.jpg", ".camrec.png").name == "page.camrec.png"
    fresh = names.path("page.jpg", ".camrec.png", fresh=True)
    assert fresh.name == "page-2.camrec.png"


@pytest.mark.parametrize(
    ("source", "stem"),
    [
        ("scans/page.one.jpg", "page.one"),
        ("-", "stdin"),
        ("camera 3", "camera-3"),
        ("rtsp://user@host:554/garden/cam?quality=1", "cam"),
        ("http://host:8080/", "host_8080"),
    ],
)
def test_every_source_has_a_stem(source: str, stem: str) -> None:
    assert stem_of(source) == stem


def test_a_crop_never_takes_the_place_of_an_input(tmp_path: Path) -> None:
    own = tmp_path / "page-3-0-4.png"
    own.write_bytes(b"mine")
    sink = Crops(tmp_path, [str(own)])
    with pytest.raises(OutputError, match="page-3-0-4.png is an input"):
        sink.write(scene("47", of=frame(index=3, source="a/page.jpg")))
    assert own.read_bytes() == b"mine" and left_in(tmp_path) == [own.name]


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="file.*cannot be made"):
        OutputNames(tmp_path / "file" / "out").path("page.jpg", ".camrec.jpg")


# --- whole files


def test_a_file_has_its_name_only_when_whole(tmp_path: Path) -> None:
    file = WholeFile(tmp_path / "a.txt")
    file.part.write_text("half")
    assert not file.path.exists() and file.part.suffix == ".txt"
    file.commit()
    assert left_in(tmp_path) == ["a.txt"]


def test_a_discarded_file_leaves_the_old_one(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("old")
    file = WholeFile(tmp_path / "a.txt")
    file.part.write_text("half")
    file.discard()
    assert left_in(tmp_path) == ["a.txt"]
    assert (tmp_path / "a.txt").read_text() == "old"


def test_a_file_cannot_take_the_name_of_a_folder(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    with pytest.raises(OutputError, match="cannot be written"):
        write_whole(tmp_path / "a", b"data")
    assert left_in(tmp_path) == ["a"]


def test_a_missing_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="does not exist: make it first"):
        write_whole(tmp_path / "no" / "a.txt", b"data")


@pytest.mark.parametrize("lasting", [False, True])
@pytest.mark.parametrize("error", [OSError("gone"), KeyboardInterrupt()])
def test_of_a_file_that_is_not_finished_nothing_is_left(tmp_path: Path, lasting: bool, error: BaseException) -> None:  # fmt: skip
    (tmp_path / "a.txt").write_text("old")
    expected = OutputError if isinstance(error, OSError) else KeyboardInterrupt
    with (
        pytest.raises(expected),
        writing(tmp_path / "a.txt", lasting=lasting) as out,
    ):
        out.write(b"half")
        raise error
    assert left_in(tmp_path) == ["a.txt"]
    assert (tmp_path / "a.txt").read_text() == "old"


@needs_full_device
def test_a_device_is_written_to_and_not_replaced() -> None:
    with pytest.raises(OutputError, match="no space left"):
        write_whole(FULL, b"data")
    assert FULL.is_char_device()


@needs_permissions
def test_a_folder_without_permission_is_told(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(OutputError, match="permission denied.*--out DIR"):
        write_whole(tmp_path / "a.txt", b"data")


# --- records


def test_json_lines_are_there_when_closed(tmp_path: Path) -> None:
    sink = JsonLines(str(tmp_path / "r.jsonl"))
    for index in range(3):
        sink.write(scene("47", of=frame(index=index)))
    assert "r.jsonl" not in left_in(tmp_path)
    sink.close()
    sink.close()
    lines = (tmp_path / "r.jsonl").read_text().splitlines()
    assert [json.loads(line)["frame"] for line in lines] == [0, 1, 2]
    assert left_in(tmp_path) == ["r.jsonl"]


def test_csv_opens_in_a_spreadsheet(tmp_path: Path) -> None:
    sink = CsvTable(str(tmp_path / "r.csv"))
    sink.write(scene("47", of=frame(source='odd, "name".jpg')))
    sink.write(scene("4", of=frame(source="=1+2.jpg")))
    sink.close()
    with open(tmp_path / "r.csv", newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["digit"] for row in rows] == ["4", "7", "4"]
    assert rows[0]["source"] == 'odd, "name".jpg'
    assert rows[2]["source"] == "'=1+2.jpg"


@pytest.mark.skipif(sys.platform == "win32", reason="names there are always Unicode")
def test_names_that_are_no_unicode_come_out_as_they_went_in(tmp_path: Path) -> None:
    name = os.fsdecode(b"caf\xe9.jpg")
    for kind, target in ((JsonLines, "r.jsonl"), (CsvTable, "r.csv")):
        sink = kind(str(tmp_path / target))
        sink.write(scene("1", of=frame(source=name)))
        sink.close()
    assert b"caf\xe9.jpg" in (tmp_path / "r.csv").read_bytes()
    assert json.loads((tmp_path / "r.jsonl").read_text())["source"] == name


def test_names_come_out_whatever_standard_output_can_hold() -> None:
    program = """
import sys
sys.path[:0] = ["tests"]
from fakes import frame, scene
from camrec.stream.sinks.text import CsvTable
sink = CsvTable("-")
sink.write(scene("4", of=frame(source="\u5199\u771f.jpg")))
sink.close()
"""
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=Path(__file__).parents[1],
        env={**os.environ, "PYTHONIOENCODING": "cp1252"},  # as in a pipe on Windows
        check=True,
        capture_output=True,
        timeout=60,
    )
    assert "\u5199\u771f.jpg" in done.stdout.decode("utf-8")


def test_records_on_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    sink = JsonLines("-")
    sink.write(scene("47"))
    assert json.loads(capsys.readouterr().out)["numbers"][0]["text"] == "47"
    sink.close()
    print("still open")
    assert capsys.readouterr().out == "still open\n"


@pytest.mark.parametrize("kind", [JsonLines, CsvTable])
def test_a_folder_for_records_must_exist(
    tmp_path: Path, kind: type[JsonLines | CsvTable]
) -> None:
    with pytest.raises(OutputError, match="does not exist"):
        kind(str(tmp_path / "no" / "r"))


@needs_full_device
def test_a_full_disk_is_told_once() -> None:
    sink = JsonLines(str(FULL))
    with pytest.raises(OutputError, match="no space left on device"):
        sink.write(scene("47"))
    sink.write(scene("47"))
    sink.close()


@pytest.mark.parametrize("kind", [JsonLines, CsvTable])
def test_a_disk_that_fills_keeps_the_lines_that_are_whole(tmp_path: Path, kind: type[JsonLines | CsvTable]) -> None:  # fmt: skip
    path = tmp_path / "records"
    sink = kind(str(path))
    with largest_file(100_000):
        with pytest.raises(OutputError, match="what was written before is kept"):
            for index in range(5000):
                sink.write(scene("47", of=frame(index)))
        sink.close()
    text = path.read_text(encoding="utf-8")
    lines = text.splitlines()
    assert left_in(tmp_path) == ["records"] and 90_000 < len(text) <= 100_000
    assert text.endswith("\n") and {len(line) // 8 for line in lines[-20:]} == {len(lines[-1]) // 8}  # fmt: skip


# --- pictures


def test_annotated_pictures_keep_their_format(tmp_path: Path) -> None:
    sink = AnnotatedPictures(OutputNames(tmp_path), pytest.fail)
    for name in ("a.jpg", "b.PNG", "c.gif", "-"):
        sink.write(scene("47", of=frame(source=name)))
    assert left_in(tmp_path) == [
        "a.camrec.jpg",
        "b.camrec.PNG",
        "c.camrec.png",
        "stdin.camrec.png",
    ]
    image = load_picture(tmp_path / "a.camrec.jpg")
    assert image.shape == (240, 320, 3)
    assert np.abs(image.astype(int) - 200).max() > 90  # something is drawn


@pytest.mark.parametrize(
    ("size", "written"),
    [((28, 28), (224, 224)), ((140, 40), (280, 80)), ((200, 90), (200, 90))],
)
def test_tiny_pictures_are_annotated_enlarged(
    tmp_path: Path, size: tuple[int, int], written: tuple[int, int]
) -> None:
    sink = AnnotatedPictures(OutputNames(tmp_path), pytest.fail)
    sink.write(scene("7", of=frame(source="a.png", width=size[0], height=size[1])))
    image = load_picture(tmp_path / "a.camrec.png")
    assert image.shape == (written[1], written[0], 3)
    assert np.abs(image.astype(int) - 200).max() > 90  # something is drawn


def test_one_picture_that_cannot_be_written_does_not_stop_the_others(
    tmp_path: Path,
) -> None:
    (tmp_path / "a.camrec.jpg").mkdir()
    errors: list[OutputError] = []
    sink = AnnotatedPictures(OutputNames(tmp_path), errors.append)
    for name in ("a.jpg", "b.jpg"):
        sink.write(scene("47", of=frame(source=name)))
    assert [str(tmp_path / "a.camrec.jpg") in str(error) for error in errors] == [True]
    assert left_in(tmp_path) == ["a.camrec.jpg", "b.camrec.jpg"]


def test_a_picture_too_large_for_its_format_is_told(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="cannot be written as .webp"):
        save_picture(tmp_path / "a.webp", np.zeros((10, 20000, 3), np.uint8))
    assert left_in(tmp_path) == []


def test_crops_are_named_by_stem_frame_place_and_digit(tmp_path: Path) -> None:
    sink = Crops(tmp_path / "crops")
    sink.write(scene("47", of=frame(index=3, source="a/page.jpg")))
    sink.write(scene("1", of=frame(source="b/page.png")))
    names = ["page-2-0-0-1.png", "page-3-0-4.png", "page-3-1-7.png"]
    assert left_in(tmp_path / "crops") == names
    crop = load_picture(tmp_path / "crops" / "page-3-0-4.png")
    assert crop.shape == (50, 34, 3)  # 40 x 24 with an eighth of 40 around


# --- video


def write_all(video: VideoFile, times: list[float], width: int = 320) -> None:
    for index, time in enumerate(times):
        video.write(scene("47", of=frame(index, time, width=width)))


def probe(path: Path) -> tuple[float, int, int]:
    capture = cv2.VideoCapture(str(path))
    values = (
        round(capture.get(cv2.CAP_PROP_FPS), 2),
        int(capture.get(cv2.CAP_PROP_FRAME_WIDTH)),
        int(capture.get(cv2.CAP_PROP_FRAME_HEIGHT)),
    )
    capture.release()
    return values


@pytest.mark.parametrize("fps", [5.0, 23.976, 29.97, 30.0, 59.94, 61.069, 66.667])
def test_a_video_keeps_size_rate_and_frames(tmp_path: Path, fps: float) -> None:
    video = VideoFile(tmp_path / "a.mp4", fps)
    write_all(video, [k / fps for k in range(12)])
    assert "a.mp4" not in left_in(tmp_path)
    video.close()
    video.close()
    rate, width, height = probe(tmp_path / "a.mp4")
    assert (width, height) == (320, 240)
    assert rate == pytest.approx(fps, abs=0.01)
    assert frames_in(tmp_path / "a.mp4") == video.frames == 12
    assert left_in(tmp_path) == ["a.mp4"]


@pytest.mark.parametrize("fps", [0.0, -1.0, float("nan"), 90000.0])
def test_a_rate_that_makes_no_sense_becomes_the_usual_one(fps: float) -> None:
    assert _writable_rate(fps) == DEFAULT_FPS


def test_a_live_video_keeps_time(tmp_path: Path) -> None:
    video = VideoFile(tmp_path / "a.mp4", 20.0, live=True)
    write_all(video, [5.0, 5.01, 5.1, 5.5, 6.0])  # irregular, and not from 0 on
    video.close()
    assert frames_in(tmp_path / "a.mp4") == 21  # a second, both ends included


def test_a_frame_of_another_size_does_not_spoil_the_file(tmp_path: Path) -> None:
    video = VideoFile(tmp_path / "a.mp4", 20.0)
    write_all(video, [0.0, 0.05])
    write_all(video, [0.1, 0.15], width=200)
    video.close()
    assert frames_in(tmp_path / "a.mp4") == 4


def test_a_video_without_frames_is_no_file(tmp_path: Path) -> None:
    VideoFile(tmp_path / "a.mp4", 20.0).close()
    assert left_in(tmp_path) == []


def test_a_video_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    video = VideoFile(tmp_path / "no" / "a.mp4", 20.0)
    with pytest.raises(OutputError, match="does not exist"):
        video.write(scene("47"))
    tiny = VideoFile(tmp_path / "a.mp4", 20.0)
    with pytest.raises(OutputError, match="cannot be made with 1 x 1 pixels"):
        tiny.write(scene(of=frame(width=1, height=1)))
    tiny.close()
    assert left_in(tmp_path) == []


def test_a_folder_that_vanishes_is_told(tmp_path: Path) -> None:
    (tmp_path / "stick").mkdir()
    video = VideoFile(tmp_path / "stick" / "a.mp4", 20.0)
    write_all(video, [0.0, 0.05])
    shutil.rmtree(tmp_path / "stick")
    with pytest.raises(OutputError, match="0 MB are free"):
        write_all(video, [0.1])


def test_what_was_closed_well_is_not_decoded_to_be_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    monkeypatch.setattr(video_module, "_playable_frames", Mock(side_effect=AssertionError))  # fmt: skip
    video = VideoFile(tmp_path / "a.mp4", 20.0)
    write_all(video, [0.0, 0.05, 0.1])
    monkeypatch.setattr(video_module, "_free_bytes", lambda path: 0)
    with pytest.raises(OutputError, match="disk is full; its first 3 frames are kept"):
        write_all(video, [0.15])
    assert left_in(tmp_path) == ["a.mp4"]


@pytest.mark.skipif(os.name == "nt", reason="no name has a colon here")
def test_a_folder_may_have_a_colon_in_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    folder = Path("2026-11-22T12:30")
    folder.mkdir()
    video = VideoFile(folder / "a.mp4", 20.0)
    write_all(video, [0.0, 0.05])
    video.close()
    assert left_in(folder) == ["a.mp4"]


def test_a_writer_that_loses_frames_is_found_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    video = VideoFile(tmp_path / "a.mp4", 20.0)
    write_all(video, [0.0, 0.05])
    video._file.part.write_bytes(b"")  # the disk was full; OpenCV 4 says nothing
    with pytest.raises(OutputError, match="did not become whole;.* [0-9]+ MB are free"):
        video.close()
    assert left_in(tmp_path) in ([], ["a.mp4"])  # OpenCV 4 writes the frames only now


def test_unfinished_files_do_not_meet(tmp_path: Path) -> None:
    files = [WholeFile(tmp_path / "a.txt") for _ in range(2)]
    assert files[0].part != files[1].part
    assert all(file.part.name.startswith(".") for file in files)
    # Not by the number of the process, which is 1 in every container: chance alone keeps them apart.
    assert len({outputs._beside(tmp_path / "a.txt") for _ in range(1000)}) == 1000


@pytest.mark.parametrize("error", [PermissionError(13, "no"), FileNotFoundError(2, "gone")])  # fmt: skip
def test_a_part_that_cannot_be_removed_hides_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: OSError):  # fmt: skip
    def refuse(self: Path, missing_ok: bool = False) -> None:
        raise error

    with pytest.raises(OutputError, match="no space left"), writing(tmp_path / "a.txt"):
        monkeypatch.setattr(Path, "unlink", refuse)
        raise OSError(28, "No space left on device")
