"""The speed table: what is measured, in what order, and how it is told."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from fakes import write_video

from camrec.checks import timing
from camrec.checks.film import Film
from camrec.checks.timing import STAGES, Stages, in_turn
from camrec.cli import bench, group
from camrec.cli.bench import Table
from camrec.cli.tables import show
from camrec.cli.targets import check_writable
from camrec.training.rendering.handwriting import DigitBank
from camrec.training.rendering.strokes import stroke_digits
from camrec.training.rendering.timed_pages import GRIDS, SIZES, timed_pages


@pytest.fixture(scope="module")
def pages():
    return timed_pages(DigitBank(*stroke_digits(2)))


def test_things_are_measured_in_turn_and_the_first_turn_does_not_count() -> None:
    order: list[str] = []
    answers = {"a": iter([900.0, 1.0, 5.0, 3.0]), "b": iter([9.0, None, 2.0, 2.0])}

    def measure(name: str):
        return lambda: (order.append(name), next(answers[name]))[1]

    assert in_turn([measure("a"), measure("b")], 3) == [3.0, None]
    assert "".join(order) == "abababab"


def test_pages_come_in_every_size_with_their_digits(pages) -> None:
    assert [page.image.shape[:2] for page in pages[::3]] == list(SIZES)
    assert [page.digits for page in pages[:3]] == sorted(GRIDS)
    assert pages[4].name == "1280x720, 50 digits"
    assert pages[0].image.dtype == np.uint8


def test_a_page_holds_as_many_digits_as_it_says(pages) -> None:
    table = bench.reading_table(pages[3:4], runs=1)
    (row,) = table.rows
    assert table.columns[2:] == list(STAGES)
    assert row[0] == "1280x720, 20 digits"
    assert 18 <= row[1] <= 22


def test_the_stages_make_up_the_whole(pages) -> None:
    *stages, whole = Stages(runs=3).milliseconds(pages[3].image)
    assert len(stages) == len(STAGES) - 1
    assert all(took > 0 for took in stages)
    assert 0.05 * whole < sum(stages) < 20 * whole  # a busy machine may do as it likes


def test_a_film_is_timed_stage_by_stage_and_at_once(tmp_path: Path) -> None:
    path = write_video(tmp_path / "film.mp4", 20)
    times = Film(path, 0.3).times((None, 1, 3), runs=1)  # six frames
    assert list(times.stages) == ["decode", "read", "track", "draw", "encode"]
    assert list(times.strides) == [None, 1, 3]
    assert all(took > 0 for took in (*times.stages.values(), *times.strides.values()))
    assert times.alone > 0
    assert [p.name for p in tmp_path.iterdir()] == ["film.mp4"]


def test_the_video_table_holds_ratios(monkeypatch: pytest.MonkeyPatch) -> None:
    from camrec.checks.film import FilmTimes

    class FakeFilm:
        def __init__(self, *_: object) -> None:
            pass

        def times(self, *_: object) -> FilmTimes:
            return FilmTimes({"read": 80.0}, 20.0, {None: 30.0, 10: 25.0})

    monkeypatch.setattr("camrec.checks.film.Film", FakeFilm)
    table = bench.video_table(Path("talk.mp4"))
    assert table.title == "Video (talk.mp4), ms a frame"
    assert table.rows[1:] == [
        ["decoding and encoding alone", 20.0, 1.0],
        ["camrec video --stride auto", 30.0, 1.5],
        ["camrec video --stride 10", 25.0, 1.25],
    ]


def test_start_up_is_held_against_the_libraries(monkeypatch) -> None:
    commands: list[list[str]] = []

    def fake(command: list[str], **_: object) -> None:
        commands.append(command)

    monkeypatch.setattr(timing.subprocess, "run", fake)
    table = bench.start_table(runs=1)
    assert [row[0] for row in table.rows] == ["camrec image one.jpg", "camrec --help"]
    assert [c[-1] for c in commands[:4]] == ["--no-save", "import cv2"] * 2


# --- the command


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    asked: list[Path] = []

    def tables(video: Path) -> list[Table]:
        asked.append(video)
        return [Table("Reading, ms", ["page", "whole"], [["640x480", 20.5], ["x", None]])]  # fmt: skip

    monkeypatch.setattr(bench, "_tables", tables)
    return asked


def test_the_command_prints_tables(measured: list[Path]) -> None:
    done = CliRunner().invoke(group, ["bench"])
    assert done.exit_code == 0
    assert [line.split() for line in done.stdout.splitlines()[3:]] == [
        ["page", "whole"],
        ["-------", "-----"],
        ["640x480", "20.5"],
        ["x", "-"],
    ]
    assert measured[0].name == "clip.mp4"


def test_the_command_writes_json(measured: list[Path], tmp_path: Path) -> None:
    film = write_video(tmp_path / "film.mp4", 3)
    done = CliRunner().invoke(group, ["bench", "--json", "-", "--video", str(film)])
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert told[0] == {"table": "Reading, ms", "columns": ["page", "whole"], "row": ["640x480", 20.5]}  # fmt: skip
    assert len(told) == 2 and measured == [film]
    assert CliRunner().invoke(group, ["bench", "--video", "no.mp4"]).exit_code == 2


def test_figures_that_cannot_be_written_are_told(
    measured: list[Path], tmp_path: Path
) -> None:
    target = tmp_path / "none" / "figures.jsonl"
    done = CliRunner().invoke(group, ["bench", "--json", str(target)])
    assert done.exit_code == 1
    assert f"the folder {target.parent} does not exist" in done.stderr
    assert (
        not measured and not done.stdout
    )  # told before the minutes, and not after them


@pytest.mark.parametrize("command", [["evaluate", "--json"], ["compare", "digits", "--csv"], ["compare", "digits", "--markdown"]])  # fmt: skip
def test_what_takes_long_tries_its_file_first(tmp_path: Path, command: list[str]) -> None:  # fmt: skip
    (tmp_path / "folder").mkdir()
    done = CliRunner().invoke(group, [*command, str(tmp_path / "folder")])
    assert done.exit_code == 1 and "folder: cannot be written (is a directory)" in done.stderr  # fmt: skip
    (tmp_path / "old.csv").write_text("kept")
    check_writable(str(tmp_path / "old.csv"), str(tmp_path / "new.csv"), "-", None)
    assert [path.name for path in sorted(tmp_path.iterdir())] == ["folder", "old.csv"]
    assert (tmp_path / "old.csv").read_text() == "kept"


def test_tables_are_aligned(capsys: pytest.CaptureFixture[str]) -> None:
    show("T", ["name", "n"], [["a", 1234.5], ["long name", 7]])
    assert capsys.readouterr().out.splitlines()[3:] == [
        "name          n",
        "---------  ----",
        "a          1234",
        "long name     7",
    ]
