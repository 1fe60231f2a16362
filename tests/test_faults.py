"""What happens to a machine in a month of running: nothing is lost, and what is wrong is said in a sentence."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from drawing import sheet, write
from fakes import CLASSES, digit, line

from camrec.elements import Frame, Scene
from camrec.reading.numbers import group_digits
from camrec.settings import TrackingSettings
from camrec.stream.events import Event, NumberWatch
from camrec.stream.tracker import Tracker

ROOT = str(Path(__file__).parents[1])
HOUR = 3600.0  # s
UNWRITABLE = Path("/sys/kernel")  # for root, too

linux = pytest.mark.skipif(sys.platform != "linux", reason="paths of Linux")


def camrec(
    *arguments: str | Path, env: dict[str, str] | None = None, **more: Any
) -> subprocess.CompletedProcess[str]:
    """Run the command line with `env` in place of this environment."""
    command = [sys.executable, "-m", "camrec", *map(str, arguments)]
    own = {**os.environ} if env is None else env
    return subprocess.run(
        command,
        env={**own, "PYTHONPATH": ROOT},
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
        **more,
    )


@pytest.fixture
def page(tmp_path: Path) -> Path:
    image = sheet()
    write(image, "4712", 60, 80)
    path = tmp_path / "page.png"
    cv2.imwrite(str(path), image)
    return path


# --- the clock


def watched(times: list[float], *texts: str) -> tuple[list[Scene], list[Event]]:
    """Scenes and events of a number that is seen at these times; of the last text where there are more times."""
    settings, events = TrackingSettings(), []
    tracker, watch = Tracker(settings, CLASSES), NumberWatch(settings)
    image, scenes = np.full((240, 320, 3), 200, np.uint8), []
    for k, time in enumerate(times):
        text = texts[min(k, len(texts) - 1)]
        digits = [digit(d.text, d.box, 0.98) for d in line(text, x=60, y=60)]
        seen = Scene(Frame(image, k, time), tuple(digits), group_digits(digits))
        scenes.append(tracker.update(seen))
        events += watch.update(scenes[-1])
    return scenes, events


def test_a_machine_that_slept_an_hour_tells_of_what_is_there_now():
    before = [k / 30 for k in range(60)]
    after = [before[-1] + HOUR + time for time in before]
    scenes, events = watched(before + after, *["4712"] * 60, "309")
    assert [event.text for event in events] == ["4712", "309"]
    assert events[1].time - after[0] < 1 and events[1].since >= after[0]
    # Nothing that was seen before is shown as if it were still there.
    assert all(d.text in "309" for scene in scenes[60:] for d in scene.digits)
    assert "".join(d.text for d in scenes[-1].digits) == "309"


def test_what_is_still_there_after_an_hour_is_not_told_again():
    before = [k / 30 for k in range(60)]
    after = [before[-1] + HOUR + time for time in before]
    _, events = watched(before + after, "4712")
    assert [(event.event, event.text) for event in events] == [("appeared", "4712")]


@pytest.mark.parametrize("back", [0.02, 5.0, HOUR])
def test_where_time_goes_back_a_source_begins_anew(back: float):
    before = [10 * HOUR + k / 30 for k in range(60)]
    after = [before[-1] - back + time - before[0] for time in before]
    scenes, events = watched(before + after, "4712")
    assert [(event.event, event.text) for event in events] == [("appeared", "4712")] * 2
    assert "".join(d.text for d in scenes[-1].digits) == "4712"
    assert all(0 <= d.confidence <= 1 for scene in scenes for d in scene.digits)
    assert len(scenes[-1].tracks) == 4


# --- folders, names, homes


@linux
@pytest.mark.parametrize(
    "options",
    [
        ("image", "page.png", "--out", UNWRITABLE),
        ("image", "page.png", "--out", UNWRITABLE / "new"),
        ("image", "page.png", "--no-save", "--csv", UNWRITABLE / "table.csv"),
        ("image", "page.png", "--no-save", "--crops", UNWRITABLE / "crops"),
        ("image", "page.png", "--no-save", "--debug", UNWRITABLE / "why"),
    ],
    ids=lambda options: " ".join(map(str, options[2:])),
)
def test_a_folder_that_cannot_be_written_is_named(page: Path, options: tuple[Any, ...]):
    done = camrec(*options, cwd=page.parent)
    assert done.returncode == 1
    (told,) = [line for line in done.stderr.splitlines() if line.startswith("camrec: ")]
    assert str(UNWRITABLE) in told and "Traceback" not in done.stderr


def test_names_of_any_script_are_read_in_any_locale(page: Path):
    folder = page.parent / "été 日本"
    folder.mkdir()
    path = page.rename(folder / "pägé 数 'x'.png")
    plain = {k: v for k, v in os.environ.items() if not k.startswith(("LC_", "LANG", "PYTHONUTF8", "PYTHONIO"))}  # fmt: skip
    done = camrec("image", path, "--json", "-", "--quiet", env={**plain, "LC_ALL": "C"})  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["source"] == str(path)
    assert (folder / "pägé 数 'x'.camrec.png").is_file()


@linux
def test_no_home_is_needed(page: Path):
    bare = {"PATH": os.environ["PATH"]}
    done = camrec("image", page, "--no-save", "--json", "-", env=bare)
    assert done.returncode == 0, done.stderr
    assert [n["text"] for n in json.loads(done.stdout)["numbers"]] == ["4712"]


def test_runs_that_write_into_one_folder_leave_whole_files(page: Path):
    out = page.parent / "out"
    command = [sys.executable, "-m", "camrec", "image", page, "--out", out, "--json", out / "records.jsonl"]  # fmt: skip
    env = {**os.environ, "PYTHONPATH": ROOT}
    runs = [subprocess.Popen(list(map(str, command)), env=env, stderr=subprocess.DEVNULL) for _ in range(4)]  # fmt: skip
    assert [run.wait(120) for run in runs] == [0] * 4
    assert sorted(path.name for path in out.iterdir()) == ["page.camrec.png", "records.jsonl"]  # fmt: skip
    (record,) = map(json.loads, (out / "records.jsonl").read_text("utf-8").splitlines())
    assert [number["text"] for number in record["numbers"]] == ["4712"]
    assert cv2.imread(str(out / "page.camrec.png")) is not None
