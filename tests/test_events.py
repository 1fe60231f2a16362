"""Events: what happens to numbers is told once, when it is sure, and something is done about it."""

from __future__ import annotations

import json
import sys
import time as clock
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fakes import digit, frame, line

from camrec.elements import Box, Scene, Track
from camrec.errors import OutputError
from camrec.reading.numbers import group_digits
from camrec.settings import TrackingSettings
from camrec.stream.events import Event, NumberWatch
from camrec.stream.sinks.clipboard import clipboard_command
from camrec.stream.sinks.events import Copy, EventLines, EventSink, OnNumber, Until
from camrec.stream.sinks.programs import Programs

RATES = [5, 15, 30, 60]
PATIENCE_S = 20.0  # for another process on a busy machine


def scene(
    time: float, *texts: str, first: int = 0, read: bool = True, sure: float = 0.98
) -> Scene:
    """A number a line, each digit with a track; ids count from `first` on."""
    rows = [line(text, y=40 + 60 * k) for k, text in enumerate(texts)]
    digits = [digit(d.text, d.box, sure) for row in rows for d in row]
    numbers = group_digits(digits)
    shown = tuple(d for number in numbers for d in number.digits)
    seen = time if read else time - 0.1
    tracks = tuple(Track(first + k, d, 0.0, seen) for k, d in enumerate(shown))
    return Scene(frame(time=time), shown, numbers, tracks)


def told(fps: int, *acts: tuple[float, Callable[[float], Scene]]) -> list[Event]:
    """The events of scenes: each of the acts lasts for some seconds."""
    watch, events, start = NumberWatch(TrackingSettings()), [], 0
    for seconds, make in acts:
        frames = round(seconds * fps)
        for k in range(start, start + frames):
            events += watch.update(make(k / fps))
        start += frames
    return events


def kinds(events: list[Event]) -> list[tuple[str, str]]:
    return [(event.event, event.text) for event in events]


@pytest.mark.parametrize("fps", RATES)
def test_a_number_appears_once_and_leaves_once(fps: int) -> None:
    events = told(fps, (1.0, scene), (3.0, lambda t: scene(t, "4712")), (2.0, scene))
    assert kinds(events) == [("appeared", "4712"), ("left", "4712")]
    appeared, left = events
    assert appeared.since == 1.0
    assert 1.4 <= appeared.time <= 1.5 + 2 / fps
    assert 5.0 - 1 / fps <= left.time <= 5.0 + 1 / fps
    assert appeared.track == (0, 1, 2, 3)
    assert appeared.box == scene(0.0, "4712").numbers[0].box


@pytest.mark.parametrize("fps", RATES)
def test_a_number_that_grows_changes(fps: int) -> None:
    acts = [(1.0, lambda t, k=k: scene(t, "4712"[:k])) for k in (1, 2, 4)]
    events = told(fps, *acts)
    assert kinds(events) == [("appeared", "4"), ("changed", "47"), ("changed", "4712")]
    assert events[1].since == 1.0


@pytest.mark.parametrize("fps", RATES)
def test_two_numbers_are_told_apart(fps: int) -> None:
    events = told(fps, (2.0, lambda t: scene(t, "2021", "2019")))
    assert kinds(events) == [("appeared", "2021"), ("appeared", "2019")]


@pytest.mark.parametrize("fps", RATES)
def test_what_is_seen_for_a_moment_is_no_event(fps: int) -> None:
    assert told(fps, (0.3, lambda t: scene(t, "4712")), (2.0, scene)) == []


@pytest.mark.parametrize("fps", RATES)
def test_what_is_doubtful_is_no_event(fps: int) -> None:
    assert told(fps, (3.0, lambda t: scene(t, "47", sure=0.7))) == []


@pytest.mark.parametrize("fps", RATES)
def test_what_is_only_remembered_is_no_event(fps: int) -> None:
    assert told(fps, (3.0, lambda t: scene(t, "47", read=False))) == []


@pytest.mark.parametrize("fps", RATES)
def test_a_misreading_for_a_moment_changes_nothing(fps: int) -> None:
    events = told(
        fps,
        (2.0, lambda t: scene(t, "4712")),
        (0.3, lambda t: scene(t, "4112")),
        (2.0, lambda t: scene(t, "4712")),
    )
    assert kinds(events) == [("appeared", "4712")]


@pytest.mark.parametrize("fps", RATES)
def test_a_number_that_comes_back_soon_was_never_away(fps: int) -> None:
    events = told(
        fps,
        (2.0, lambda t: scene(t, "4712")),
        (0.8, scene),
        (2.0, lambda t: scene(t, "4712", first=20)),
    )
    assert kinds(events) == [("appeared", "4712")]


@pytest.mark.parametrize("fps", RATES)
def test_a_number_that_falls_apart_for_a_moment_is_still_one(fps: int) -> None:
    events = told(
        fps,
        (2.0, lambda t: scene(t, "2019")),
        (0.2, lambda t: scene(t, "20")),
        (2.0, lambda t: scene(t, "2019")),
    )
    assert kinds(events) == [("appeared", "2019")]


def test_a_stall_does_not_make_a_number_stable() -> None:
    watch = NumberWatch(TrackingSettings())
    assert watch.update(scene(0.0, "47")) == watch.update(scene(9.0, "47")) == []


def test_a_source_that_begins_anew_is_told_anew() -> None:
    watch = NumberWatch(TrackingSettings(stable_s=0.0))
    texts = [kinds(watch.update(scene(t, "47"))) for t in (5.0, 5.1, 0.0)]
    assert texts == [[("appeared", "47")], [], [("appeared", "47")]]


def test_a_number_that_does_not_fit_is_no_event() -> None:
    from dataclasses import replace

    watch = NumberWatch(TrackingSettings(stable_s=0.0))
    shown = scene(0.0, "47")
    misfit = replace(shown, numbers=(replace(shown.numbers[0], fits=False),))
    assert watch.update(misfit) == []


def test_the_record_of_an_event() -> None:
    event = Event("appeared", "47", 3.2, 3.0, 0.98, Box(1, 2, 3, 4), (5, 6))
    assert event.record() == {
        "event": "appeared",
        "text": "47",
        "time": 3.2,
        "since": 3.0,
        "confidence": 0.98,
        "box": [1, 2, 3, 4],
        "track": [5, 6],
    }


def an_event(kind: str = "appeared", text: str = "47") -> Event:
    return Event(kind, text, 3.2, 3.0, 0.98, Box(1, 2, 3, 4), (5, 6))


def test_lines_are_there_at_once(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    lines = EventLines(str(path))
    lines.hear("cam", an_event())
    assert json.loads(path.read_text())["text"] == "47"
    lines.hear("cam", an_event("left"))
    assert len(path.read_text().splitlines()) == 2
    lines.close()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a disk that is full")
def test_a_full_disk_is_told_once() -> None:
    lines = EventLines("/dev/full")
    with pytest.raises(OutputError, match="no space left"):
        lines.hear("cam", an_event())
    lines.close()


def test_lines_name_the_source_where_there_are_several(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    lines = EventLines(str(path), sources=True)
    lines.hear("b.mp4", an_event())
    lines.close()
    assert json.loads(path.read_text())["source"] == "b.mp4"


def test_a_file_that_cannot_be_made_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="does not exist"):
        EventLines(str(tmp_path / "no" / "events.jsonl"))


class Failing:
    def hear(self, source: str, event: Event) -> None:
        raise OutputError("the disk is full")


def test_a_listener_that_fails_is_told_of_once_and_the_others_go_on() -> None:
    errors: list[OutputError] = []
    until = Until(r"\d{2}")
    settings = TrackingSettings(stable_s=0.0)
    sink = EventSink(settings, [Failing(), until], errors.append)
    sink.write(scene(0.0, "1", "47"))
    assert [str(error) for error in errors] == ["the disk is full"]
    assert until.met


def test_until_wants_the_whole_number() -> None:
    until = Until(r"\d{4}")
    for event in (an_event(text="47123"), an_event("left", "4712")):
        until.hear("cam", event)
        assert not until.met
    until.hear("cam", an_event("changed", "4712"))
    assert until.met


@pytest.fixture
def programs() -> Iterator[tuple[Programs, list[OutputError]]]:
    errors: list[OutputError] = []
    programs = Programs(errors.append)
    yield programs, errors
    programs.close()


def wait_for(happened: Callable[[], bool]) -> None:
    deadline = clock.monotonic() + PATIENCE_S
    while not happened() and clock.monotonic() < deadline:
        clock.sleep(0.01)
    assert happened()


WRITE = "import sys, pathlib; pathlib.Path(sys.argv[1]).write_text('|'.join(sys.argv[2:]))"  # fmt: skip


def test_a_program_gets_the_number_as_one_argument_and_no_shell_sees_it(
    programs: tuple[Programs, list[OutputError]], tmp_path: Path
) -> None:
    path = tmp_path / "seen"
    command = [sys.executable, "-c", WRITE, str(path), "{}", "n={}", "; exit 1"]
    listener = OnNumber(command, programs[0])
    listener.hear("cam", an_event("left"))
    listener.hear("cam", an_event(text="0047"))
    wait_for(lambda: path.exists() and bool(path.read_text()))
    assert path.read_text() == "0047|n=0047|; exit 1"


def test_a_program_that_takes_long_holds_nobody_up(
    programs: tuple[Programs, list[OutputError]],
) -> None:
    sleeper = [sys.executable, "-c", "import sys; sys.stdin.read()"]
    begun = clock.monotonic()
    for _ in range(3):
        programs[0].start(sleeper)
    assert clock.monotonic() - begun < PATIENCE_S / 2
    assert programs[1] == []


def test_failures_are_told_once(
    programs: tuple[Programs, list[OutputError]],
) -> None:
    runner, errors = programs
    for _ in range(3):
        runner.start([sys.executable, "-c", "raise SystemExit(3)"])

    def all_ended() -> bool:
        runner.poll()
        return bool(errors) and not runner.running

    wait_for(all_ended)
    assert len(errors) == 1
    assert "status 3" in str(errors[0])


def test_a_program_that_cannot_be_run_is_told(
    programs: tuple[Programs, list[OutputError]], tmp_path: Path
) -> None:
    programs[0].start([str(tmp_path / "nothing")])
    assert "cannot be run" in str(programs[1][0])


def test_copying_hands_the_number_to_a_program(
    programs: tuple[Programs, list[OutputError]], tmp_path: Path
) -> None:
    path = tmp_path / "board"
    read = "import sys, pathlib; pathlib.Path(sys.argv[1]).write_text(sys.stdin.read())"
    copy = Copy([sys.executable, "-c", read, str(path)], programs[0])
    copy.hear("cam", an_event(text="815"))
    wait_for(lambda: path.exists() and path.read_text() == "815")


@pytest.mark.parametrize(
    ("platform", "environment", "name"),
    [
        ("linux", {"WAYLAND_DISPLAY": "wayland-0"}, "wl-copy"),
        ("linux", {"DISPLAY": ":0"}, "xclip"),
        ("linux", {"DISPLAY": ":0"}, "xsel"),
        ("linux", {"WSL_DISTRO_NAME": "Debian"}, "clip.exe"),
        ("darwin", {}, "pbcopy"),
    ],
)
@pytest.mark.skipif(sys.platform == "win32", reason="makes programs as POSIX does")
def test_the_clipboard_of_each_platform(
    platform: str, environment: dict[str, str], name: str, tmp_path: Path
) -> None:
    tool = tmp_path / name
    tool.write_text("#!/bin/sh\n")
    tool.chmod(0o755)
    there = {**environment, "PATH": str(tmp_path)}
    assert clipboard_command(platform, there)[0] == name
    tool.unlink()
    with pytest.raises(OutputError, match="install|comes with"):
        clipboard_command(platform, there)


def test_without_a_screen_there_is_no_clipboard() -> None:
    with pytest.raises(OutputError, match="DISPLAY"):
        clipboard_command("linux", {"PATH": ""})
