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
from typing import Any

import cv2
import numpy as np
import pytest
from drawing import sheet, write
from fakes import write_video

from camrec.reading.pictures import load_picture

TOOLS = ("Xvfb", "xdotool", "import")
MISSING = [tool for tool in TOOLS if shutil.which(tool) is None]
pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux") or bool(MISSING),
    reason=f"needs Linux and {', '.join(MISSING or TOOLS)} (Debian: xvfb xdotool imagemagick)",
)

CHECKOUT = str(Path(__file__).parents[1])
SIZE = 480, 240


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


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    """Half a minute of the number 4712, so that every test ends it and not its end."""
    path = tmp_path / "clip.mp4"
    image = sheet(SIZE[1], SIZE[0])
    write(image, "4712", 60, 80)
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), 20.0, SIZE)
    for _ in range(600):
        writer.write(image)
    writer.release()
    return path


class Live:
    """``camrec live`` on a display, and the hands of its user."""

    def __init__(self, display: str, *arguments: str | Path) -> None:
        self.environment = {**os.environ, "DISPLAY": display, "PYTHONPATH": CHECKOUT}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "camrec", "live", *map(str, arguments)],
            stderr=subprocess.PIPE,
            text=True,
            env=self.environment,
        )
        self.window = ""
        until(self._has_window)
        until(self._shows_a_frame)

    def _has_window(self) -> bool:
        assert self.process.poll() is None, self.process.communicate()
        self.window = self.run("xdotool", "search", "--name", "camrec").strip()
        return bool(self.window)

    def _shows_a_frame(self) -> bool:
        plate = self.picture()[:40, :80]  # where the frame rate stands
        return bool((plate > 180).any() and (plate < 60).any() and plate.mean() > 50)

    def run(self, *command: str) -> str:
        done = subprocess.run(
            command, env=self.environment, capture_output=True, text=True, check=False
        )
        return done.stdout

    def press(self, key: str, effect: Callable[[], Any]) -> None:
        """Press a key until it shows: on a busy machine the toolkit loses one now and then."""
        for _ in range(5):
            self.run("xdotool", "windowfocus", "--sync", self.window, "key", key)
            if happens(effect, 3.0):
                return
        raise AssertionError(f"the key {key} has no effect")

    def quit(self, key: str = "q") -> str:
        """End it by a key; returns what it said on standard error."""
        self.press(key, lambda: self.process.poll() is not None)
        return self.end()

    def status(self) -> np.ndarray:
        """The upper left corner of the screen."""
        return self.picture()[:40]

    def picture(self) -> np.ndarray:
        """What is on the screen, (800, 1280, 3)."""
        done = subprocess.run(
            ["import", "-window", "root", "png:-"],
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
    before = live.status()
    live.press("space", lambda: (live.status() != before).sum() > 600)


def test_the_window_shows_boxes_and_numbers(display: str, clip: Path) -> None:
    live = Live(display, clip)
    shown = live.picture()[: SIZE[1], : SIZE[0]].astype(int)
    blue, green, red = shown[..., 0], shown[..., 1], shown[..., 2]
    coloured = (abs(blue - red) > 60) | (abs(green - red) > 60)
    plates = (shown.max(axis=2) < 60).sum()
    assert coloured.sum() > 200  # lines around the digits
    assert plates > 1500  # labels, and the frame rate in the corner
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
    before, known = live.status(), set(debug.glob("*.png"))
    live.press("d", lambda: set(debug.glob("*.png")) - known)
    until(lambda: (live.status() != before).sum() > 600)  # where it went
    live.quit()
    first = debug / "clip-0-debug.camrec.png"  # unasked
    (pressed, *_) = set(debug.iterdir()) - known - {first}
    assert load_picture(first).shape[1] == load_picture(pressed).shape[1] == 1600


def test_h_shows_the_keys_and_hides_them(display: str, clip: Path) -> None:
    live = Live(display, clip)
    pause(live)
    before = live.picture()
    live.press("h", lambda: (live.picture() != before).sum() > 3000)
    live.press("h", lambda: (live.picture() == before).all())
    live.quit()


def test_a_network_camera_is_shown_live(display: str, mjpeg_server: Any) -> None:
    live = Live(display, mjpeg_server.address("live"))
    before = live.picture()
    until(lambda: (live.picture() != before).mean() > 0.01)
    live.quit()


def test_a_file_ends_by_itself(display: str, tmp_path: Path) -> None:
    Live(display, write_video(tmp_path / "short.mp4", 40)).end()
