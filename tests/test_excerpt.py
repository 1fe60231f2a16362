"""Parts of videos, and frames that are not read: every frame in its place, digits on their way."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from click.testing import CliRunner
from drawing import sheet, write
from fakes import FakeReader, digit, frame, frames_in, scene, write_video

from camrec.cli import group
from camrec.elements import Box, Scene, Track
from camrec.errors import SourceError
from camrec.reading.numbers import group_digits
from camrec.reading.reader import Reader
from camrec.stream import pipeline as pipelines
from camrec.stream.between import between
from camrec.stream.capture import open_source
from camrec.stream.excerpt import Excerpt
from camrec.stream.pipeline import Pipeline

FPS, COUNT = 20.0, 90


@pytest.fixture(scope="module", params=[".mp4", ".avi", ".webm"])
def film(request: pytest.FixtureRequest, tmp_path_factory) -> Path:
    """Each frame a little lighter than the one before."""
    from camrec.stream.sinks.encoders import open_encoder

    path = tmp_path_factory.mktemp("film") / f"film{request.param}"
    if request.param == ".avi":
        return write_video(path, COUNT, FPS)
    encoder = open_encoder(path, FPS, (320, 240))
    for k in range(COUNT):
        encoder.write(frame(grey=100 + k).image)
    encoder.close()
    return path


@pytest.mark.parametrize(
    ("start_s", "end_s", "first", "last"),
    [
        (0.0, 99.0, 0, 89),
        (1.0, 2.0, 20, 39),
        (0.7, 0.75, 14, 14),  # 0.7 * 20 is not 14 in floating point
        (1.01, 1.11, 21, 22),
        (4.45, 99.0, 89, 89),
    ],
)
def test_an_excerpt_has_the_frames_of_its_time(
    film: Path, start_s: float, end_s: float, first: int, last: int
) -> None:
    part = Excerpt(start_s, end_s)
    with open_source(film) as source:
        count = part.count(source)
        frames = list(part.frames(source))
    assert [f.index for f in frames] == [*range(first, last + 1)]
    assert [f.time for f in frames] == pytest.approx([f.index / FPS for f in frames])
    # What is found by searching is what one comes to by looking at all of it.
    with open_source(film) as source:
        whole = list(source)
    assert all(np.array_equal(f.image, whole[f.index].image) for f in frames)
    assert count is not None and abs(count - len(frames)) <= (film.suffix == ".webm")


def test_an_excerpt_after_the_end_is_told(film: Path) -> None:
    with (
        open_source(film) as source,
        pytest.raises(SourceError, match="ends before 60 s"),
    ):
        list(Excerpt(60.0).frames(source))


# --- between readings


def tracked(boxes: dict[int, Box], time: float) -> Scene:
    digits = {id: digit("7", box) for id, box in boxes.items()}
    tracks = tuple(Track(id, d, 0.0, time) for id, d in digits.items())
    numbers = group_digits(list(digits.values()))
    shown = tuple(d for n in numbers for d in n.digits)
    return Scene(frame(round(20 * time), time), shown, numbers, tracks)


def boxes_of(seen: Scene) -> dict[int, Box]:
    return {track.id: track.digit.box for track in seen.tracks}


def test_digits_are_on_their_way_between_two_readings() -> None:
    before = tracked({1: Box(10, 20, 20, 40), 2: Box(40, 20, 20, 40)}, 1.0)
    after = tracked({1: Box(30, 60, 24, 48), 2: Box(60, 60, 20, 40)}, 2.0)
    shown = between(before, after, frame(25, 1.25))
    assert shown.frame.index == 25
    assert boxes_of(shown) == {1: Box(15, 30, 21, 42), 2: Box(45, 30, 20, 40)}
    assert {id(d) for n in shown.numbers for d in n.digits} == {
        id(d) for d in shown.digits
    }
    assert {id(t.digit) for t in shown.tracks} == {id(d) for d in shown.digits}
    assert shown.numbers[0].text == "77"
    assert shown.numbers[0].box == Box.around([d.box for d in shown.digits])


def test_a_digit_that_has_gone_moves_with_the_others() -> None:
    before = tracked({1: Box(10, 20, 20, 40), 2: Box(40, 20, 20, 40)}, 1.0)
    after = tracked({1: Box(20, 20, 20, 40)}, 2.0)
    shown = between(before, after, frame(30, 1.5))
    assert boxes_of(shown) == {1: Box(15, 20, 20, 40), 2: Box(45, 20, 20, 40)}


@pytest.mark.parametrize("others", [scene(), scene("12")])
def test_without_tracks_digits_stay(others: Scene) -> None:
    before = scene("47")
    after = replace(others, frame=frame(9, 2.0))
    shown = between(before, after, frame(4, 1.0))
    assert [d.box for d in shown.digits] == [d.box for d in before.digits]


class Collected:
    """A sink that remembers."""

    def __init__(self) -> None:
        self.frames: list[int] = []

    def write(self, seen: Scene) -> None:
        self.frames.append(seen.frame.index)

    def close(self) -> None:
        pass


@pytest.mark.parametrize("held_bytes", [2**28, 1])
def test_skipped_frames_are_drawn_in_order_and_leave_no_record(
    monkeypatch: pytest.MonkeyPatch, held_bytes: int
) -> None:
    monkeypatch.setattr(pipelines, "_HELD_BYTES", held_bytes)
    read: list[int] = []
    reader = FakeReader("47", before=lambda one: read.append(one.index))
    drawn, records = Collected(), Collected()
    with Pipeline(reader, [drawn], shared=[records]) as pipeline:
        for k in range(12):
            (pipeline.skip if k % 5 else pipeline.process)(frame(k, k / FPS))
    assert drawn.frames == [*range(12)]
    assert read == records.frames == [0, 5, 10]


def test_without_a_film_to_draw_skipped_frames_are_dropped() -> None:
    records = Collected()
    with Pipeline(FakeReader("47"), shared=[records]) as pipeline:
        pipeline.process(frame(0))
        for k in range(1, 5):
            pipeline.skip(frame(k, k / FPS))
        assert not pipeline._held
    assert records.frames == [0]


# --- as a user meets it


def run(*arguments: str | Path) -> tuple[int, str]:
    done = CliRunner().invoke(group, ["video", *map(str, arguments)])
    return done.exit_code, done.output


def test_the_command_reads_a_part_with_a_stride(tmp_path: Path) -> None:
    film, table = write_video(tmp_path / "film.mp4", 60, FPS), tmp_path / "r.jsonl"
    status, words = run(film, "--start", "1", "--end", "2", "--stride", "6", "--json", table)  # fmt: skip
    assert status == 0, words
    assert "(20 frames" in words
    told = [json.loads(line) for line in table.read_text().splitlines()]
    assert [record["frame"] for record in told] == [20, 26, 32, 38]
    assert frames_in(tmp_path / "film.camrec.mp4") == 20


def test_the_command_tells_of_every_frame_though_it_reads_few(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[int] = []
    whole = Reader.read
    monkeypatch.setattr(Reader, "read", lambda self, one: read.append(one.index) or whole(self, one))  # fmt: skip
    film, table = tmp_path / "film.mp4", tmp_path / "r.jsonl"
    write_film(film, 60)
    for arguments in ((), ("--stride", "auto")):
        status, words = run(film, "--json", table, *arguments)
        assert status == 0, words
        told = [json.loads(line) for line in table.read_text().splitlines()]
        assert [record["frame"] for record in told] == [*range(60)]
        assert [r["numbers"][0]["text"] for r in told[1:]] == ["4712"] * 59
        boxes = [r["numbers"][0]["box"] for r in told[1:]]
        assert boxes[-1][0] - boxes[0][0] == pytest.approx(58, abs=3)
    assert len(read) <= 2 * 20
    read.clear()
    assert run(film, "--stride", "1", "--no-save")[0] == 0
    assert read == [*range(60)]


def write_film(path: Path, count: int) -> None:
    """A written sheet that goes to the right, a pixel a frame."""
    world = sheet(480, 800)
    write(world, "4712", 250, 200, 70)
    code = cv2.VideoWriter.fourcc(*"mp4v")
    writer = cv2.VideoWriter(str(path), code, FPS, (640, 480))
    for k in range(count):
        writer.write(world[:, 100 - k : 740 - k])
    writer.release()


def test_the_command_writes_webm_by_name(tmp_path: Path) -> None:
    film = write_video(tmp_path / "film.mp4", 12, FPS)
    status, words = run(film, "--format", "webm", "--stride", "12")
    assert status == 0, words
    assert frames_in(tmp_path / "film.camrec.webm") == 12


def test_mistakes_are_told(tmp_path: Path) -> None:
    film = write_video(tmp_path / "film.mp4", 12, FPS)
    status, words = run(film, "--start", "3", "--end", "2")
    assert status == 2 and "--end 2 is not after --start 3" in words
    status, words = run(film, "--start", "7")
    assert status == 1 and "film.mp4 ends before 7 s" in words
    assert not (tmp_path / "film.camrec.mp4").exists()
    for wrong in ("0", "-1", "1.5", "now"):
        status, words = run(film, "--stride", wrong)
        assert status == 2 and "neither auto nor a number" in words


def test_a_live_source_has_no_parts(mjpeg_server, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    status, words = run(mjpeg_server.address("live"), "--start", "1")
    assert status == 1 and "is live and has no --start or --end" in words
