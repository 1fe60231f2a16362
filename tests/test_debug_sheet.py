"""Sheets that explain readings: what they show, for which pictures they are written, and under what names."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from drawing import sheet, write
from fakes import frame

from camrec import Box, Frame, Reader, Scene
from camrec.errors import OutputError
from camrec.reading.inspection import Inspection
from camrec.reading.pictures import load_picture
from camrec.reading.reasons import Fate
from camrec.settings import ReadingSettings
from camrec.stream.debug_sheet import MOST_HOPELESS, draw_sheet
from camrec.stream.debug_sheet.canvas import FATES, INNER, WIDTH, fitted, told, width_of
from camrec.stream.debug_sheet.panels import CUT, REMOVED, draw_candidates, draw_ink
from camrec.stream.debug_sheet.tiles import TILE, draw_crop, draw_line
from camrec.stream.debugging import DebugSheets, save_sheet
from camrec.stream.pipeline import Pipeline
from camrec.stream.sinks.outputs import OutputNames


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader()


def page() -> np.ndarray:
    image = sheet(200, 480)
    write(image, "4712", 60, 60, 70)
    return image


def joined() -> np.ndarray:
    """A 3 and a 5 that touch."""
    image = sheet(200, 300)
    write(image, "35", 80, 60, 80)
    cv2.line(image, (128, 134), (166, 140), (40, 40, 40), 8)
    return image


def count(image: np.ndarray, colour: tuple[int, int, int]) -> int:
    """Pixels of exactly this colour."""
    return int((image == colour).all(axis=2).sum())


# --- what a sheet shows


@pytest.mark.parametrize("size", [(240, 480), (60, 900), (900, 60), (1, 1)])
def test_every_picture_has_a_sheet_of_one_width(reader: Reader, size: tuple[int, int]):
    drawn = draw_sheet(reader.inspect(sheet(*size)))
    assert drawn.shape[1:] == (WIDTH, 3) and drawn.dtype == np.uint8


def test_a_sheet_of_letters_is_drawn_too():
    settings = ReadingSettings(min_confidence=0.0)
    inspection = Reader("letters", settings).inspect(page())
    assert inspection.shapes
    assert draw_sheet(inspection).shape[1] == WIDTH


def test_what_is_read_has_a_box_of_its_colour_and_what_is_not_one_of_another(
    reader: Reader,
):
    inspection = reader.inspect(page())
    numbers = {k: k + 1 for k in range(len(inspection.shapes))}
    green = count(draw_candidates(inspection, INNER, numbers), FATES[Fate.READ])
    assert green > 500
    dropped = replace(
        inspection,
        shapes=tuple(replace(s, fate=Fate.COMPANY) for s in inspection.shapes),
    )
    image = draw_candidates(dropped, INNER, numbers)
    assert count(image, FATES[Fate.READ]) == 0
    assert count(image, FATES[Fate.COMPANY]) > 500


def test_cuts_are_lines_and_whole_digits_have_none(reader: Reader):
    cut = draw_candidates(reader.inspect(joined()), INNER, {})
    assert count(cut, CUT) > 20
    image = sheet(200, 300)
    write(image, "11", 80, 60, 80)
    assert count(draw_candidates(reader.inspect(image), INNER, {}), CUT) == 0


def test_a_digit_as_large_as_the_page_is_not_blown_up(reader: Reader):
    image = sheet(900, 1200)
    write(image, "4", 300, 60, 780)
    large = draw_candidates(reader.inspect(image), INNER, {})
    small = draw_candidates(reader.inspect(page()), INNER, {})
    assert large.shape[1] < small.shape[1] and large.shape[0] < 1200


def test_rules_that_were_taken_out_are_seen(reader: Reader):
    image = page()
    assert count(draw_ink(reader.inspect(image), 480), REMOVED) == 0
    image[60:180:30] = (170, 110, 110)
    assert count(draw_ink(reader.inspect(image), 480), REMOVED) > 200


def test_a_tile_shows_the_crop_and_a_bar_as_long_as_it_is_likely(reader: Reader):
    shape = next(s for s in reader.inspect(page()).shapes if s.fate is Fate.READ)
    tile = draw_crop(shape, 12, reader.classes)
    assert tile.shape[:2] == TILE[::-1]
    enlarged = 255 - tile[22:78:2, 8:64:2, 0].astype(int)
    # The rim of the crop is drawn over by its frame.
    inner = np.s_[1:-1, 1:-1]
    assert np.abs(enlarged - 255 * shape.crop)[inner].max() <= 1
    assert count(tile, FATES[Fate.READ]) >= 3 * TILE[1]


def test_a_line_has_a_row_for_each_witness(reader: Reader):
    (line,) = reader.inspect(joined()).lines
    full, bare = draw_line(line, 1), draw_line(replace(line, both=()), 1)
    assert full.shape == bare.shape
    changed = np.flatnonzero((full != bare).any(axis=(1, 2)))
    assert changed.min() > 20 + 2 * line.strip.shape[0]  # below the strip


def test_a_line_longer_than_the_sheet_is_shown_smaller(reader: Reader):
    (line,) = reader.inspect(joined()).lines
    long = replace(line, strip=np.zeros((32, 4000), np.uint8))
    assert draw_line(long, 1).shape[1] <= INNER


def test_clutter_without_hope_does_not_flood_a_sheet(reader: Reader):
    inspection = reader.inspect(page())
    shape = inspection.shapes[0]
    none = np.eye(len(reader.classes), dtype=np.float32)[-1]
    lost = replace(shape, alone=none, judged=none, fate=Fate.NONE, reason="none 1.00")
    some = replace(inspection, shapes=(lost,) * MOST_HOPELESS)
    many = replace(inspection, shapes=(lost,) * 5000)
    assert draw_sheet(many).shape == draw_sheet(some).shape


@pytest.mark.parametrize(
    "p, words", [(1.0, "0.999"), (0.9973, "0.997"), (0.62, "0.62"), (0.004, "0.004")]
)
def test_probabilities_are_told_as_exactly_as_it_matters(p: float, words: str):
    assert told(p) == words


def test_words_that_are_too_long_are_cut():
    short = fitted("a number that does not fit the pattern", 100)
    assert short.endswith("..") and width_of(short) <= 100
    assert fitted("none", 100) == "none"


# --- which pictures get one


class Inspecting:
    """A reader that finds nothing and notes what it was asked for."""

    def __init__(self, reader: Reader) -> None:
        self._empty = reader.inspect(sheet(40, 40))
        self.inspected: list[int] = []
        self.read_only: list[int] = []

    def read(self, image: Frame, /) -> Scene:
        self.read_only.append(image.index)
        return Scene(image)

    def inspect(self, image: Frame, /) -> Inspection:
        self.inspected.append(image.index)
        return replace(self._empty, scene=Scene(image))


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("fps", [5, 15, 60])
def test_a_video_gets_one_at_once_and_then_one_a_second(
    reader: Reader, tmp_path: Path, fps: int
):
    inspecting = Inspecting(reader)
    sheets = DebugSheets(inspecting, OutputNames(tmp_path), moving=True)
    with Pipeline(sheets, [sheets]) as pipeline:
        for k in range(3 * fps):
            pipeline.process(frame(k, k / fps, "clip.mp4"))
    assert inspecting.inspected == [0, fps, 2 * fps]
    assert len(inspecting.read_only) == 3 * fps - 3  # no frame is read twice
    assert len(names(tmp_path)) == 3
    assert f"clip-{fps}-debug.camrec.png" in names(tmp_path)


def test_every_still_gets_one(reader: Reader, tmp_path: Path):
    sheets = DebugSheets(Inspecting(reader), OutputNames(tmp_path), moving=False)
    with Pipeline(sheets, [sheets]) as pipeline:
        for name in ("a.jpg", "b.jpg", "other/a.jpg"):
            pipeline.process(frame(source=name))
    assert names(tmp_path) == [
        "a-2-debug.camrec.png",
        "a-debug.camrec.png",
        "b-debug.camrec.png",
    ]


def test_after_a_failure_reading_goes_on_without_sheets(reader: Reader, tmp_path: Path):
    (tmp_path / "file").write_bytes(b"")
    inspecting, first = Inspecting(reader), frame()
    sheets = DebugSheets(inspecting, OutputNames(tmp_path / "file"), moving=False)
    scene = sheets.read(first)
    with pytest.raises(OutputError, match="file"):
        sheets.write(scene)
    sheets.close()  # as the pipeline does with a sink that failed
    sheets.read(frame(7))
    assert (inspecting.inspected, inspecting.read_only) == ([0], [7])


def test_a_fresh_sheet_replaces_none(reader: Reader, tmp_path: Path):
    inspection = reader.inspect(Frame(page(), 12, 0.4, "clip.mp4"))
    output = OutputNames(tmp_path)
    paths = [save_sheet(inspection, output, numbered=True, fresh=True) for _ in "ab"]
    assert [path.name for path in paths] == [
        "clip-12-debug.camrec.png",
        "clip-2-12-debug.camrec.png",
    ]
    assert all(load_picture(path).shape[1] == WIDTH for path in paths)


# --- the command line

CHECKOUT = str(Path(__file__).parents[1])


def camrec(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": CHECKOUT}
    return subprocess.run(
        [sys.executable, "-m", "camrec", *map(str, arguments)],
        capture_output=True,
        text=True,
        env=environment,
        timeout=120,
        check=False,
    )


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "page.png"
    cv2.imwrite(str(path), page())
    return path


def test_image_writes_a_sheet_into_the_folder(picture: Path, tmp_path: Path):
    debug = tmp_path / "why" / "here"
    done = camrec("image", picture, "--no-save", "--debug", debug)
    assert done.returncode == 0 and done.stderr == f"{picture}: 4712\n"
    assert names(debug) == ["page-debug.camrec.png"]
    assert load_picture(debug / "page-debug.camrec.png").shape[1] == WIDTH


def test_a_folder_that_cannot_be_made_is_told_before_the_work(picture: Path):
    done = camrec("image", picture, "--no-save", "--debug", picture / "x")
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1 and "cannot be made" in done.stderr


def test_verbose_tells_the_reasons_with_and_without_sheets(
    picture: Path, tmp_path: Path
):
    for more in ([], ["--debug", tmp_path]):
        told = camrec("image", picture, "--no-save", "--verbose", *more).stderr
        reasons = [line for line in told.splitlines() if f"{picture}, frame 0: " in line]  # fmt: skip
        assert sum(line.endswith(": read") for line in reasons) == 4


def test_video_and_demo_write_sheets_of_their_frames(tmp_path: Path):
    clip = tmp_path / "clip.mp4"
    writer = cv2.VideoWriter(str(clip), cv2.VideoWriter.fourcc(*"mp4v"), 10.0, (480, 200))  # fmt: skip
    for _ in range(15):
        writer.write(page())
    writer.release()
    done = camrec("video", clip, "--no-save", "--debug", tmp_path / "why")
    assert done.returncode == 0
    assert names(tmp_path / "why") == [
        "clip-0-debug.camrec.png",
        "clip-10-debug.camrec.png",
    ]


def test_a_roi_is_the_part_that_the_sheet_shows():
    inspection = Reader(roi=Box(40, 40, 200, 120)).inspect(page())
    assert inspection.picture.shape[:2] == (120, 200)
