"""The command line, as a user meets it: what is printed where, exit statuses, files, and every way to stop."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click
import cv2
import numpy as np
import pytest
from drawing import sheet, write
from fakes import frames_in, write_video

from camrec.cli import group
from camrec.cli.window import open_window
from camrec.reading.pictures import load_picture

posix = pytest.mark.skipif(
    sys.platform == "win32", reason="signals and limits are POSIX's here"
)


CHECKOUT = str(Path(__file__).parents[1])
COMMAND = [sys.executable, "-m", "camrec"]


def environment(**more: str) -> dict[str, str]:
    """This one, with camrec in reach of any folder and without a screen."""
    own = {name: value for name, value in os.environ.items() if name != "DISPLAY"}
    return {**own, "PYTHONPATH": CHECKOUT, **more}


def camrec(*arguments: str | Path, **more: Any) -> subprocess.CompletedProcess[str]:
    """Run the real command line to its end."""
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    options |= {"timeout": 120, "env": environment()} | more
    return subprocess.run([*COMMAND, *map(str, arguments)], check=False, **options)


def start(*arguments: str | Path, **more: Any) -> subprocess.Popen[str]:
    """Start the real command line."""
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    options |= {"env": environment()} | more
    return subprocess.Popen([*COMMAND, *map(str, arguments)], **options)


def until(condition: Callable[[], bool], limit_s: float = 30.0) -> None:
    deadline = time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)


def records(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def one_sentence(text: str, *parts: str) -> None:
    """Standard error holds one line that names the parts, and no traceback."""
    assert text.count("\n") == 1 and text.startswith("camrec: "), text
    for part in parts:
        assert part in text, text


@pytest.fixture
def page(tmp_path: Path) -> Path:
    """A picture with the number 4712."""
    image = sheet()
    write(image, "4712", 60, 80)
    path = tmp_path / "page.png"
    cv2.imwrite(str(path), image)
    return path


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    """Two seconds of the number 4712, swaying a little."""
    path = tmp_path / "clip.mp4"
    writer = cv2.VideoWriter(
        str(path), cv2.VideoWriter.fourcc(*"mp4v"), 20.0, (480, 240)
    )
    for k in range(40):
        image = sheet()
        write(image, "4712", round(60 + 10 * np.sin(k / 5)), 80)
        writer.write(image)
    writer.release()
    return path


# --- image


def test_image_tells_the_numbers_and_draws_them_beside_the_input(page: Path) -> None:
    done = camrec("image", page)
    assert done.returncode == 0
    assert done.stdout == ""
    assert done.stderr == f"{page}: 4712\n"
    assert names(page.parent) == ["page.camrec.png", "page.png"]
    assert (load_picture(page.parent / "page.camrec.png") != load_picture(page)).any()


def test_standard_output_carries_records_and_nothing_else(page: Path) -> None:
    done = camrec("image", page, "--json", "-", "--no-save", "--quiet")
    (record,) = records(done.stdout)
    assert record["source"] == str(page)
    assert [n["text"] for n in record["numbers"]] == ["4712"]
    assert [d["digit"] for d in record["digits"]] == list("4712")
    assert done.stderr == ""
    assert names(page.parent) == ["page.png"]


def test_a_picture_without_digits_is_no_failure(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "blank.png"), sheet())
    done = camrec("image", tmp_path / "blank.png", "--no-save")
    assert (done.returncode, done.stderr) == (
        0,
        f"{tmp_path / 'blank.png'}: no digit\n",
    )


def test_image_reads_standard_input_and_writes_to_the_current_folder(
    page: Path, tmp_path: Path
) -> None:
    here = tmp_path / "here"
    here.mkdir()
    with open(page, "rb") as file:
        done = camrec("image", "-", "--json", "-", cwd=here, stdin=file)
    assert records(done.stdout)[0]["numbers"][0]["text"] == "4712"
    assert names(here) == ["stdin.camrec.png"]


def test_folders_and_globs_and_two_pages_of_one_name(
    page: Path, tmp_path: Path
) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "page.png").write_bytes(page.read_bytes())
    out, table = tmp_path / "out", tmp_path / "table.csv"
    paths = (tmp_path / "a", tmp_path / "b" / "*.png")
    done = camrec("image", *paths, "--out", out, "--csv", table, "--crops", tmp_path / "crops")  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert names(out) == ["page-2.camrec.png", "page.camrec.png"]
    with open(table, newline="", encoding="utf-8") as file:
        assert [row["digit"] for row in csv.DictReader(file)] == list("4712" * 2)
    assert len(names(tmp_path / "crops")) == 8
    assert "page-0-0-4.png" in names(tmp_path / "crops")


def test_what_cannot_be_read_is_named_and_the_rest_is_done(page: Path) -> None:
    bad = page.parent / "bad.jpg"
    bad.write_text("no picture")
    missing = page.parent / "missing.png"
    done = camrec("image", bad, missing, page, "--json", "-", "--no-save")
    assert done.returncode == 1
    assert len(records(done.stdout)) == 1
    lines = done.stderr.splitlines()
    assert [line.startswith("camrec: ") for line in lines] == [True, True, False]
    assert str(bad) in lines[0] and str(missing) in lines[1]


def test_image_sends_a_video_to_its_own_command(clip: Path) -> None:
    done = camrec("image", clip)
    assert done.returncode == 1
    one_sentence(done.stderr, "clip.mp4", "camrec video")


def test_region_and_pattern_choose_what_is_read(page: Path) -> None:
    left = camrec("image", page, "--roi", "0,0,180,240", "--json", "-", "--no-save")
    assert records(left.stdout)[0]["numbers"][0]["text"] == "47"
    none = camrec("image", page, "--pattern", r"\d{3}", "--json", "-", "--no-save")
    assert records(none.stdout)[0]["numbers"] == []


def test_numbers_of_so_many_digits_are_reported_and_others_where_they_are_wanted(
    page: Path,
) -> None:
    def numbers(*more: str) -> list[dict[str, Any]]:
        done = camrec("image", page, *more, "--json", "-", "--no-save", "--quiet")
        return records(done.stdout)[0]["numbers"]

    assert [n["text"] for n in numbers("--digits", "4")] == ["4712"]
    assert [n["text"] for n in numbers("--digits", "3-5", "--pattern", "4.*")] == ["4712"]  # fmt: skip
    assert numbers("--digits", "3-5", "--pattern", "5.*") == []
    (kept,) = numbers("--digits", "7", "--keep-misfits")
    assert (kept["text"], kept["fits"]) == ("4712", False)
    assert "fits" not in numbers("--digits", "4", "--keep-misfits")[0]


def test_a_number_that_does_not_fit_is_told_with_a_question_mark(page: Path) -> None:
    done = camrec("image", page, "--digits", "7", "--keep-misfits", "--csv", "-", "--no-save")  # fmt: skip
    assert done.stderr == f"{page}: 4712?\n"
    rows = list(csv.DictReader(done.stdout.splitlines()))
    assert [(row["text"], row["fits"]) for row in rows] == [("4712", "false")] * 4


def test_the_verbose_log_says_what_did_not_fit(page: Path) -> None:
    done = camrec("image", page, "--digits", "7", "--no-save", "--verbose")
    assert "4712 does not fit 7 digits" in done.stderr


def test_an_input_is_not_overwritten_by_records(page: Path) -> None:
    before = page.read_bytes()
    done = camrec("image", page, "--json", page)
    assert done.returncode == 1
    one_sentence(done.stderr, str(page), "is an input")
    assert page.read_bytes() == before


@pytest.mark.parametrize("option", ["--json", "--csv", "--events"])
def test_a_film_that_is_watched_is_not_overwritten(clip: Path, option: str) -> None:
    before = clip.read_bytes()
    done = camrec("live", clip, "--no-window", option, clip)
    assert done.returncode == 1
    one_sentence(done.stderr, str(clip), "is an input")
    assert clip.read_bytes() == before


def test_a_picture_of_a_folder_is_not_overwritten(page: Path) -> None:
    before = page.read_bytes()
    done = camrec("image", page.parent, "--no-save", "--json", page)
    assert done.returncode == 1
    one_sentence(done.stderr, str(page), "is a picture")
    assert page.read_bytes() == before


@pytest.mark.parametrize(
    "arguments",
    [
        ["image"],
        ["image", "page.png", "--roi", "1,2,3"],
        ["image", "page.png", "--roi", "0,0,0,9"],
        ["image", "page.png", "--pattern", "("],
        ["image", "page.png", "--digits", "0"],
        ["image", "page.png", "--digits", "6-4"],
        ["image", "page.png", "--digits", "some"],
        ["image", "page.png", "--keep-misfits"],
        ["image", "page.png", "--min-confidence", "2"],
        ["image", "page.png", "--min-confidence", "nan"],
        ["image", "page.png", "--json", "-", "--csv", "-"],
        ["image", "page.png", "--json", "told.txt", "--csv", "./told.txt"],
        ["video", "clip.mp4", "--start", "nan"],
        ["live", "--json", "told.txt", "--events", "./told.txt"],
        ["compare", "digits", "--csv", "told.txt", "--markdown", "./told.txt"],
        ["image", "page.png", "--unknown"],
        ["live", "--unknown"],
        ["unknown"],
    ],
)
def test_wrong_usage_exits_2(arguments: list[str]) -> None:
    done = camrec(*arguments)
    assert done.returncode == 2
    assert "Usage: camrec" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_model_that_is_not_there_is_told(page: Path) -> None:
    done = camrec("image", page, "--model", "missing.tflite", "--json", "r.jsonl")
    assert done.returncode == 1
    one_sentence(done.stderr, "missing.tflite")
    assert names(page.parent) == ["page.png"]


@posix
def test_an_output_folder_that_cannot_be_is_told(page: Path) -> None:
    done = camrec("image", page, page, "--out", "/dev/null/out")
    assert done.returncode == 1
    one_sentence(done.stderr, "/dev/null/out", "cannot be made")
    nowhere = camrec("image", page, "--json", page.parent / "no" / "r.jsonl")
    assert nowhere.returncode == 1
    one_sentence(nowhere.stderr, "r.jsonl", "does not exist")


@posix
def test_a_full_disk_is_told(page: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    done = camrec("image", page, "--no-save", "--json", "/dev/full")
    assert done.returncode == 1
    assert "camrec: /dev/full: cannot be written (no space left" in done.stderr
    assert "Traceback" not in done.stderr
    with open("/dev/full", "w") as full:
        piped = camrec("image", page, "-q", "--json", "-", stdout=full)
    assert piped.returncode == 1
    one_sentence(piped.stderr, "standard output", "no space left")


@posix
def test_a_reader_that_has_seen_enough_ends_it_without_a_word(page: Path) -> None:
    process = start("image", *[page] * 400, "--json", "-", "--no-save", "--quiet")
    assert process.stdout is not None and process.stderr is not None
    process.stdout.readline()
    process.stdout.close()
    assert process.wait(60) == 1
    assert process.stderr.read() == ""
    process.stderr.close()


# --- video


def test_video_keeps_every_frame_and_tells_the_numbers(clip: Path) -> None:
    done = camrec("video", clip, "--json", "-")
    assert done.returncode == 0
    seen = records(done.stdout)
    assert [r["frame"] for r in seen] == list(range(40))
    assert seen[20]["time"] == 1.0
    assert all("track" in d for r in seen for d in r["digits"])
    right = sum([n["text"] for n in r["numbers"]] == ["4712"] for r in seen)
    assert right >= 38
    assert done.stderr.startswith(f"{clip}: 4712 (40 frames")
    assert names(clip.parent) == ["clip.camrec.mp4", "clip.mp4"]
    assert frames_in(clip.parent / "clip.camrec.mp4") == 40


def test_video_reports_only_numbers_that_fit(clip: Path) -> None:
    fitting = camrec("video", clip, "--no-save", "--digits", "4", "--json", "-")
    assert fitting.returncode == 0
    seen = [[n["text"] for n in r["numbers"]] for r in records(fitting.stdout)]
    assert seen.count(["4712"]) >= 38 and all(row in ([], ["4712"]) for row in seen)
    none = camrec("video", clip, "--no-save", "--digits", "7", "--json", "-")
    assert all(r["digits"] == r["numbers"] == [] for r in records(none.stdout))


def test_video_reads_several_files_into_one_table(clip: Path) -> None:
    other = clip.with_name("other.mp4")
    other.write_bytes(clip.read_bytes())
    bad = clip.with_name("bad.mp4")
    bad.write_text("no video")
    table = clip.with_name("table.jsonl")
    done = camrec("video", clip, bad, other, "--no-save", "--json", table)
    assert done.returncode == 1
    seen = records(table.read_text())
    assert [r["source"] for r in seen] == [str(clip)] * 40 + [str(other)] * 40
    assert [line for line in done.stderr.splitlines() if "bad.mp4" in line]


def test_video_sends_a_picture_to_its_own_command(page: Path) -> None:
    done = camrec("video", page)
    assert done.returncode == 1
    one_sentence(done.stderr, "page.png", "camrec image")


def test_a_video_that_is_cut_short_keeps_what_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "film.avi"
    code = cv2.VideoWriter.fourcc(*"MJPG")
    writer = cv2.VideoWriter(str(path), code, 20.0, (320, 240))
    for k in range(60):
        writer.write(np.full((240, 320, 3), 100 + k, np.uint8))
    writer.release()
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    done = camrec("video", path, "--json", "-")
    assert done.returncode == 1
    assert "film.avi" in done.stderr and "Traceback" not in done.stderr
    kept = frames_in(tmp_path / "film.camrec.mp4")
    assert 20 <= kept < 60
    assert len(records(done.stdout)) == kept


@posix
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("times", [1, 2])
def test_a_video_that_is_stopped_is_playable(
    tmp_path: Path, number: int, times: int
) -> None:
    film = write_video(tmp_path / "film.mp4", 3000)
    table = tmp_path / "r.jsonl"
    process = start("video", film, "--json", table, cwd=tmp_path)
    until(lambda: any(p.stat().st_size > 0 for p in tmp_path.glob(".*.part.mp4")))
    for _ in range(times):  # as `timeout` does: to the process, then to its group
        process.send_signal(number)
    _, words = process.communicate(timeout=60)
    assert process.returncode == 128 + number
    assert "stopped early" in words and "Traceback" not in words
    assert names(tmp_path) == ["film.camrec.mp4", "film.mp4", "r.jsonl"]
    kept = frames_in(tmp_path / "film.camrec.mp4")
    assert 0 < kept < 3000
    assert len(records(table.read_text())) == kept


# --- live without a window, demo, the rest


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="X is Linux's here")
@pytest.mark.parametrize("display", ["", ":987", "nowhere.invalid:1"])
def test_live_without_a_screen_says_so(clip: Path, display: str) -> None:
    done = camrec("live", clip, env=environment(DISPLAY=display))
    assert done.returncode == 1
    one_sentence(done.stderr, "no window can be opened", "--no-window")


def test_the_title_of_the_window_tells_no_password(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    titles: list[str] = []
    monkeypatch.setattr("camrec.stream.sinks.window.Window", titles.append)
    open_window("rtsp://me:secret@10.0.0.5/cam")
    assert len(titles) == 1
    assert "secret" not in titles[0] and "10.0.0.5/cam" in titles[0]


def test_live_plays_a_file_at_its_own_pace_and_tells_changes(clip: Path) -> None:
    begin = time.monotonic()
    done = camrec("live", clip, "--no-window", "--json", "-")
    assert time.monotonic() - begin > 1.9
    assert done.returncode == 0
    assert "4712" in done.stderr
    seen = records(done.stdout)
    assert {n["text"] for r in seen for n in r["numbers"]} >= {"4712"}
    assert seen == sorted(seen, key=lambda r: r["frame"])
    assert names(clip.parent) == ["clip.mp4"]


@posix
def test_live_replaces_no_earlier_recording(clip: Path) -> None:
    earlier = clip.parent / "clip.camrec.mp4"
    earlier.write_bytes(b"seen yesterday")
    done = camrec("live", clip, "--no-window", "--save")
    assert done.returncode == 0, done.stderr
    assert earlier.read_bytes() == b"seen yesterday"
    assert frames_in(clip.parent / "clip-2.camrec.mp4") > 0


def test_what_programs_say_is_heard_beside_event_lines(clip: Path) -> None:
    say = "import sys; print('seen', sys.argv[1]); print('and told', file=sys.stderr)"
    command = f'"{sys.executable}" -c "{say}" {{}}'
    done = camrec("live", clip, "--no-window", "--quiet", "--events", "-", "--on-number", command)  # fmt: skip
    assert done.returncode == 0
    assert {"seen 4712", "and told"} <= set(done.stderr.splitlines())
    assert all(event["text"] for event in records(done.stdout))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_live_ends_well_by_a_signal(
    mjpeg_server: Any, tmp_path: Path, number: int
) -> None:
    table = tmp_path / "r.jsonl"
    process = start(
        *("live", mjpeg_server.address("live"), "--no-window", "--save"),
        *("--json", table),
        cwd=tmp_path,
    )
    until(
        lambda: any(p.suffix == ".mp4" and p.stat().st_size for p in tmp_path.iterdir())
    )
    time.sleep(1.0)
    process.send_signal(number)
    _, words = process.communicate(timeout=60)
    assert process.returncode == 0, words
    assert names(tmp_path) == ["live.camrec.mp4", "r.jsonl"]
    assert records(table.read_text())
    assert frames_in(tmp_path / "live.camrec.mp4") > 1


@pytest.mark.parametrize("source", ["77", "-1", "no-such-camera.mp4"])
def test_live_names_a_source_that_is_not_there(source: str) -> None:
    done = camrec("live", source, "--no-window")
    assert done.returncode == 1
    one_sentence(done.stderr, source)


def test_commands_tell_of_themselves() -> None:
    done = camrec("--help")
    for command in ("live", "video", "image", "demo", "cameras", "train", "evaluate"):
        assert f"  {command} " in done.stdout
        told = camrec(command, "--help")
        assert told.returncode == 0
        assert "Examples:" in told.stdout
    assert camrec("--version").stdout.startswith("camrec, version ")


def commands(within: click.Group) -> Iterator[click.Command]:
    """All commands of a group, and of the groups in it."""
    context = click.Context(within)
    for name in within.list_commands(context):
        command = within.get_command(context, name)
        assert command is not None
        yield command
        if isinstance(command, click.Group):
            yield from commands(command)


def test_every_command_has_an_example() -> None:
    for command in commands(group):
        assert "Examples:" in (command.epilog or ""), command.name
