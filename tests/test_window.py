"""The window, for real: an X server without a screen, real keys, pictures of what is shown."""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, ClassVar

import cv2
import numpy as np
import pytest
from drawing import sheet, write
from fakes import frames_in, write_video

from camrec.elements import Box
from camrec.reading.pictures import load_picture
from camrec.stream.canvas import canvas_for, lay_out
from camrec.stream.hud import RECORDING, WARN
from camrec.stream.plates import PLATE, Colour
from camrec.stream.sinks.window import asked_by

TOOLS = ("Xvfb", "xdotool", "import")
MISSING = [tool for tool in TOOLS if shutil.which(tool) is None]
pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux") or bool(MISSING),
    reason=f"needs Linux and {', '.join(MISSING or TOOLS)} (Debian: xvfb xdotool imagemagick)",
)

CHECKOUT = str(Path(__file__).parents[1])
SIZE = 720, 360  # px of the clip; the window shows it as it is
CANVAS = canvas_for(SIZE, 640, (1600, 900))
DIGITS: list[Box] = []  # of the clip, as they were written


@pytest.fixture(scope="module")
def display() -> Iterator[str]:
    """An X server with an empty screen of 1280 x 800."""
    reading, writing = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1280x800x24"],
        pass_fds=[writing],
        stderr=subprocess.DEVNULL,
    )
    os.close(writing)
    with open(reading) as told:
        name = f":{told.readline().strip()}"
    yield name
    server.terminate()
    server.wait(10)


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A minute of the number 4712, so that every test ends it and not its end."""
    path = tmp_path_factory.mktemp("film") / "clip.mp4"
    image = sheet(SIZE[1], SIZE[0])
    DIGITS[:] = write(image, "4712", 120, 120, 90)
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), 10.0, SIZE)
    for _ in range(600):
        writer.write(image)
    writer.release()
    return path


@pytest.fixture
def clip(film: Path, tmp_path: Path) -> Path:
    """The film in a folder of its own."""
    return Path(shutil.copy(film, tmp_path))


@pytest.fixture(autouse=True)
def nobody_left() -> Iterator[None]:
    """End what a failed test has left: its window would lie over those of the others."""
    yield
    for process in Live.started:
        process.kill()
        process.wait(10)
    Live.started.clear()


PATIENCE_S = 8.0  # pressed again too early, a key would undo what it did


class Live:
    """``camrec live`` on a display, and the hands of its user."""

    started: ClassVar[list[subprocess.Popen[str]]] = []

    def __init__(self, display: str, *arguments: str | Path) -> None:
        self.environment = {**os.environ, "DISPLAY": display, "PYTHONPATH": CHECKOUT}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "camrec", "live", *map(str, arguments)],
            stderr=subprocess.PIPE,
            text=True,
            env=self.environment,
        )
        self.started.append(self.process)
        self.window = ""
        until(self._has_window)
        until(self._shows_a_frame)

    def _has_window(self) -> bool:
        assert self.process.poll() is None, self.process.communicate()
        self.window = self.run("xdotool", "search", "--name", "camrec").strip()
        return bool(self.window)

    def _shows_a_frame(self) -> bool:
        shown = self.picture()
        bar = (shown == PLATE).all(axis=2).sum()
        return bool(bar > 2000 and (shown > 90).all(axis=2).sum() > 10000)

    def run(self, *command: str) -> str:
        done = subprocess.run(
            command, env=self.environment, capture_output=True, text=True, check=False
        )
        return done.stdout

    def press(self, key: str, effect: Callable[[], Any]) -> None:
        """Press a key until it shows: on a busy machine the toolkit loses one now and then."""
        for _ in range(5):
            self.run("xdotool", "windowfocus", "--sync", self.window, "key", key)
            if happens(effect, PATIENCE_S):
                return
        raise AssertionError(f"the key {key} has no effect")

    def quit(self, key: str = "q") -> str:
        """End it by a key; returns what it said on standard error."""
        self.press(key, lambda: self.process.poll() is not None)
        return self.end()

    def count(self, colour: Colour) -> int:
        """How many pixels of the screen have about this colour: letters are thin, and soft at their edges."""
        away = np.abs(self.picture().astype(int) - colour).max(axis=2)
        return int((away < 60).sum())

    def click(self, x: int, y: int, effect: Callable[[], Any]) -> None:
        """Click on a place of the window until it shows."""
        where = "--window", self.window, str(x), str(y)
        for _ in range(5):
            self.run("xdotool", "mousemove", *where, "click", "1")
            if happens(effect, PATIENCE_S):
                return
        raise AssertionError("the click has no effect")

    def picture(self) -> np.ndarray:
        """What is on the screen, (800, 1280, 3)."""
        done = subprocess.run(
            ["import", "-window", "root", "pnm:-"],
            env=self.environment,
            capture_output=True,
            check=True,
        )
        data = np.frombuffer(done.stdout, np.uint8)
        return cv2.imdecode(data, cv2.IMREAD_COLOR)

    def end(self) -> str:
        """Wait for its end; returns what it said on standard error."""
        try:
            words = self.process.communicate(timeout=20)[1]
        finally:
            self.process.kill()
        assert self.process.returncode == 0, words
        return words


def happens(condition: Callable[[], Any], limit_s: float) -> bool:
    deadline = time.monotonic() + limit_s
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def until(condition: Callable[[], Any]) -> None:
    assert happens(condition, 30.0), "it did not happen"


def press_close_button(live: Live) -> None:
    """Send what a window manager sends when its close button is pressed (ICCCM 4.2.8.1)."""
    x11 = ctypes.CDLL("libX11.so.6")
    x11.XOpenDisplay.restype = ctypes.c_void_p
    x11.XInternAtom.restype = ctypes.c_ulong
    screen = ctypes.c_void_p(x11.XOpenDisplay(live.environment["DISPLAY"].encode()))
    event = (ctypes.c_long * 24)()  # an XClientMessageEvent inside an XEvent
    event[0] = 33  # ClientMessage
    event[4] = int(live.window)
    event[5] = x11.XInternAtom(screen, b"WM_PROTOCOLS", 0)
    event[6] = 32  # bits an item
    event[7] = x11.XInternAtom(screen, b"WM_DELETE_WINDOW", 0)
    x11.XSendEvent(screen, ctypes.c_ulong(int(live.window)), 0, 0, ctypes.byref(event))
    x11.XCloseDisplay(screen)


def pause(live: Live) -> None:
    live.press("space", lambda: live.count(WARN) > 20)


def part_of(screen: np.ndarray, canvas: tuple[int, int] = CANVAS) -> np.ndarray:
    """The picture in a window of the size of `canvas`."""
    area = lay_out(canvas, SIZE).area
    return screen[area.y : area.bottom, area.x : area.right]


def coloured(live: Live) -> int:
    """Pixels of the picture that are not grey: the clip is."""
    shown = part_of(live.picture()).astype(int)
    blue, green, red = shown[..., 0], shown[..., 1], shown[..., 2]
    return int(((abs(blue - red) > 60) | (abs(green - red) > 60)).sum())


def shape_of_ink(screen: np.ndarray) -> float:
    """Width over height of the number written in the clip, as it is seen on the screen."""
    ink = screen.max(axis=2) < 120
    _, _, width, height = cv2.boundingRect(ink.astype(np.uint8))
    return width / height


def test_the_window_shows_boxes_and_numbers(display: str, clip: Path) -> None:
    live = Live(display, clip)
    until(lambda: coloured(live) > 200)  # lines around the digits
    plates = (part_of(live.picture()) == PLATE).all(axis=2).sum()
    assert plates > 1000  # labels
    live.quit()


@pytest.mark.parametrize("key", ["q", "Escape"])
def test_a_key_ends_it_with_its_files_whole(display: str, clip: Path, key: str) -> None:
    table, out = clip.with_name("r.jsonl"), clip.with_name("out")
    live = Live(display, clip, "--json", table, "--save", "--out", out)
    assert not table.exists()
    assert live.quit(key) == ""
    assert '"text": "4712"' in table.read_text()
    assert [path.name for path in out.iterdir()] == ["clip.camrec.mp4"]


def test_the_close_button_ends_it(display: str, clip: Path) -> None:
    live = Live(display, clip)
    for _ in range(5):
        press_close_button(live)
        if happens(lambda: live.process.poll() is not None, 3.0):
            break
    live.end()


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_a_signal_ends_it(display: str, clip: Path, name: str) -> None:
    live = Live(display, clip)
    live.process.send_signal(getattr(signal, name))
    assert live.end() == ""


def test_space_pauses_and_goes_on(display: str, clip: Path) -> None:
    table = clip.with_name("r.csv")
    live = Live(display, clip, "--csv", table)
    (part,) = clip.parent.glob(".*.part.csv")
    pause(live)
    time.sleep(0.5)
    size, paused = part.stat().st_size, live.picture()
    time.sleep(2.0)  # without a pause the file would grow by some buffers
    assert part.stat().st_size == size
    assert (live.picture() == paused).all()
    live.press("space", lambda: part.stat().st_size > size)
    live.quit()


def test_s_saves_snapshots_and_replaces_none(display: str, clip: Path) -> None:
    out = clip.with_name("out")
    live = Live(display, clip, "--out", out)
    pause(live)  # the same frame twice
    for count in (1, 2):
        live.press("s", lambda count=count: len(list(out.glob("*.png"))) >= count)
    live.quit("Escape")
    first, second, *_ = (load_picture(path) for path in sorted(out.iterdir()))
    assert first.shape == (SIZE[1], SIZE[0], 3)
    assert (first == second).all()


def test_d_saves_a_sheet_that_explains_the_frame(display: str, clip: Path) -> None:
    debug = clip.with_name("why")
    live = Live(display, clip, "--debug", debug)
    pause(live)
    before, known = live.picture(), set(debug.glob("*.png"))
    live.press("d", lambda: set(debug.glob("*.png")) - known)
    until(lambda: (live.picture() != before).sum() > 600)  # where it went
    live.quit()
    first = debug / "clip-0-debug.camrec.png"  # unasked
    (pressed, *_) = set(debug.iterdir()) - known - {first}
    assert load_picture(first).shape[1] == load_picture(pressed).shape[1] == 1600


def test_keys_change_the_view_and_change_it_back(display: str, clip: Path) -> None:
    live = Live(display, clip)
    pause(live)
    before = live.picture()
    live.press("h", lambda: live.count(WARN) > 300)
    live.press("h", lambda: (live.picture() == before).all())
    live.press("b", lambda: coloured(live) == 0)
    bare = part_of(live.picture())
    live.press("m", lambda: (part_of(live.picture())[:, ::-1] == bare).all())
    live.press("m", lambda: (part_of(live.picture()) == bare).all())
    live.press("b", lambda: (live.picture() == before).all())
    live.quit()


def test_the_window_may_be_resized_and_the_picture_keeps_its_shape(
    display: str, clip: Path
) -> None:
    live = Live(display, clip)
    pause(live)
    live.press("b", lambda: coloured(live) == 0)
    shape = shape_of_ink(part_of(live.picture()))
    for width, height in (1000, 400), (400, 600), (CANVAS[0], CANVAS[1]):
        live.run("xdotool", "windowsize", live.window, str(width), str(height))
        until(lambda h=height, w=width: same_plate(live.picture(), w, h))
        seen = part_of(live.picture(), (width, height))
        assert shape_of_ink(seen) == pytest.approx(shape, rel=0.03)
    live.quit()


def same_plate(screen: np.ndarray, width: int, height: int) -> bool:
    """Whether the bar reaches along the foot of a window of this size, and not farther."""
    foot = screen[height - 1]
    return bool((foot[:width] == PLATE).all() and not (foot[width:] == PLATE).any())


def test_the_threshold_acts_at_once_even_on_what_stands_still(
    display: str, clip: Path
) -> None:
    live = Live(display, clip, "--min-confidence", "1")
    pause(live)
    assert coloured(live) == 0
    live.press("minus", lambda: coloured(live) > 200)
    live.quit()


def test_a_click_on_a_digit_shows_its_crop_and_one_beside_it_hides_it(
    display: str, clip: Path
) -> None:
    live = Live(display, clip)
    x, y = (round(c) for c in DIGITS[1].centre)

    def whites() -> int:
        return int((part_of(live.picture()) == 255).all(axis=2).sum())

    live.click(
        x, y, lambda: whites() > 4000
    )  # the paper of the crop; the clip's is greyer
    live.click(x, SIZE[1] - 10, lambda: whites() < 4000)
    live.quit()


def test_r_records_until_it_is_pressed_again(display: str, clip: Path) -> None:
    out = clip.with_name("out")
    live = Live(display, clip, "--out", out)
    live.press("r", lambda: live.count(RECORDING) > 20)
    time.sleep(0.5)
    live.press("r", lambda: live.count(RECORDING) == 0)
    until(lambda: list(out.glob("clip-*.camrec.mp4")))
    live.quit()
    (video,) = out.iterdir()
    assert frames_in(video) >= 5


def test_arrows_are_no_letters(display: str, clip: Path) -> None:
    # X11's codes of the arrows end in those of Q, R, S and T.
    live = Live(display, clip, "--out", clip.parent)
    for key in "Left", "Up", "Right", "Down":
        live.run("xdotool", "windowfocus", "--sync", live.window, "key", key)
    pause(live)
    assert live.count(RECORDING) == 0
    assert not list(clip.parent.glob("*.png"))
    live.quit()


@pytest.mark.parametrize(
    ("code", "wish"),
    [
        (-1, ""),
        (ord("q"), "quit"),
        (0x100000 | ord("Q"), "quit"),  # GTK, with NumLock
        (0xFF51, ""),  # left arrow
        (0x250000, ""),  # left arrow on Windows
        (0xF702, ""),  # left arrow on macOS
        (0xFFAB, "raise"),  # of the keypad, GTK
        (ord("="), "raise"),
        (27, "quit"),
    ],
)
def test_what_the_codes_of_keys_mean(code: int, wish: str) -> None:
    assert asked_by(code) == wish


@pytest.mark.parametrize(
    "screen", [{}, {"DISPLAY": ":987"}, {"QT_QPA_PLATFORM": "wayland"}]
)
def test_without_a_screen_it_says_what_to_do(
    clip: Path, screen: dict[str, str]
) -> None:
    environment = {**os.environ, "PYTHONPATH": CHECKOUT}
    environment.pop("DISPLAY", None)
    done = subprocess.run(
        [sys.executable, "-m", "camrec", "live", str(clip)],
        env={**environment, **screen},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert "--no-window" in done.stderr


def test_a_desktop_that_asks_for_wayland_gets_a_window(
    display: str, clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QT_QPA_PLATFORM", "wayland")  # the wheel cannot: Qt would abort
    Live(display, clip).quit()


def test_a_network_camera_is_shown_live(display: str, mjpeg_server: Any) -> None:
    live = Live(display, mjpeg_server.address("live"))
    before = live.picture()
    until(lambda: (live.picture() != before).mean() > 0.01)
    live.quit()


def test_a_file_ends_by_itself(display: str, tmp_path: Path) -> None:
    Live(display, write_video(tmp_path / "short.mp4", 40)).end()
