"""What tests of the page do with server and browser."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

import cv2

import camrec

SAMPLES = Path(camrec.__file__).parents[1] / "samples"
CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))),
    None,
)
BROWSER = ("--no-sandbox", "--disable-dev-shm-usage")
FAKE_DEVICE = "--use-fake-device-for-media-stream"
PATIENCE_MS = 60_000  # far beyond what anything takes, on a machine that does much else
CAMERA_FRAMES = 45
OTHER_NAME = "camrec.example"  # by which the server is known, but no browser trusts it with a camera


class Server:
    """`camrec serve` in a process of its own; it can go and come back at the same address."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        self._feedback = folder / "said.db"
        self._process: subprocess.Popen[str] | None = None

    @property
    def pid(self) -> int:
        """Of the process that serves."""
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Start, and wait until it says that it listens."""
        words = ["serve", "--port", str(self.port), "--allow-host", OTHER_NAME]
        words += ["--feedback", str(self._feedback), "--no-open"]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "camrec", *words],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        assert self.address in self._process.stdout.readline()
        urllib.request.urlopen(f"{self.address}/api/health", timeout=60).close()

    def stop(self) -> None:
        """End it as Ctrl-C would."""
        if self._process is not None:
            self._process.terminate()
            self._process.communicate(timeout=60)
            self._process = None


def launch(driver: Any, *arguments: str) -> Any:
    """Chromium with arguments of its own."""
    return driver.chromium.launch(executable_path=CHROMIUM, args=[*BROWSER, *arguments])


def write_film(path: Path, frames: int = CAMERA_FRAMES) -> Path:
    """The first frames of the sample clip as a film that Chromium takes for a camera: JPEG files end to end."""
    clip = cv2.VideoCapture(str(SAMPLES / "clip.mp4"))
    with path.open("wb") as film:
        for _ in range(frames):
            small = cv2.resize(clip.read()[1], (640, 480), interpolation=cv2.INTER_AREA)
            film.write(cv2.imencode(".jpg", small)[1].tobytes())
    clip.release()
    return path


def watch(page: Any, address: str, wrongs: list[str]) -> None:
    """Note everything that a good page does not do."""
    page.set_default_timeout(PATIENCE_MS)
    page.on("pageerror", lambda error: wrongs.append(f"threw {error}"))
    page.on("console", lambda said: _note_refused(said.text, wrongs))
    page.on("request", lambda asked: _note_foreign(asked.url, address, wrongs))


def _note_refused(text: str, wrongs: list[str]) -> None:
    if "Content Security Policy" in text:
        wrongs.append(text)


def _note_foreign(url: str, address: str, wrongs: list[str]) -> None:
    if not url.startswith((address, "blob:", "data:")):
        wrongs.append(f"asked {url}")


def wait(page: Any, condition: str, *arguments: Any) -> None:
    """Wait until a JavaScript function holds; without `eval`, which the page's policy forbids."""
    page.wait_for_function(condition, arg=arguments[0] if arguments else None)


def numbers(page: Any) -> list[str]:
    """The numbers in the side panel."""
    return [
        "".join(row.locator(".digit").all_inner_texts())
        for row in page.locator("#numbers .number").all()
    ]


def write(page: Any, strokes: list[list[tuple[float, float]]]) -> None:
    """Write strokes on the sheet of the Draw view; points in CSS pixels from its corner."""
    corner = page.locator("#draw-sheet").bounding_box()
    for (x, y), *rest in strokes:
        page.mouse.move(corner["x"] + x, corner["y"] + y)
        page.mouse.down()
        for x, y in rest:
            page.mouse.move(corner["x"] + x, corner["y"] + y, steps=5)
        page.mouse.up()


def seven(x: float, y: float) -> list[tuple[float, float]]:
    """A 7 of one stroke."""
    return [(x, y), (x + 62, y - 3), (x + 22, y + 110)]


def two(x: float, y: float) -> list[tuple[float, float]]:
    """A 2 of one stroke."""
    around = [(0, 18), (12, 3), (30, -2), (48, 6), (54, 24), (48, 46), (0, 106), (62, 104)]  # fmt: skip
    return [(x + dx, y + dy) for dx, dy in around]
