"""Stand-ins for the parts that a test is not about."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

from camrec.elements import Box, Digit, Frame, Number, Scene, Track
from camrec.reading.numbers import group_digits

CLASSES = (*"0123456789", "none")


def digit(text: str, box: Box, confidence: float = 0.9) -> Digit:
    """A digit that was read with some confidence."""
    rest = (1 - confidence) / (len(CLASSES) - 1)
    scores = np.full(len(CLASSES), rest, np.float32)
    scores[CLASSES.index(text)] = confidence
    return Digit(text, confidence, box, scores)


def line(text: str, x: int = 60, y: int = 80, height: int = 40) -> list[Digit]:
    """Digits that stand side by side."""
    step = round(0.8 * height)
    return [
        digit(char, Box(x + k * step, y, round(0.6 * height), height))
        for k, char in enumerate(text)
    ]


def frame(
    index: int = 0,
    time: float = 0.0,
    source: str = "page.jpg",
    width: int = 320,
    height: int = 240,
    grey: int = 200,
) -> Frame:
    """An even grey picture."""
    image = np.full((height, width, 3), grey, np.uint8)
    return Frame(image, index, time, source)


def scene(*texts: str, of: Frame | None = None, tracked: bool = False) -> Scene:
    """A scene with a number a line."""
    digits = [d for k, t in enumerate(texts) for d in line(t, y=40 + 80 * k)]
    numbers: tuple[Number, ...] = group_digits(digits)
    shown = tuple(d for number in numbers for d in number.digits)
    tracks = tuple(Track(7 + k, d, 0.0, 0.0) for k, d in enumerate(shown))
    return Scene(of or frame(), shown, numbers, tracks if tracked else ())


class FakeReader:
    """Reads the same numbers in every frame, whatever is there."""

    classes = CLASSES

    def __init__(self, *texts: str, before: Callable[[Frame], None] | None = None):
        self._texts = texts
        self._before = before

    def read(self, image: Frame, /) -> Scene:
        if self._before is not None:
            self._before(image)
        return scene(*self._texts, of=image)


def write_video(
    path: Path, frames: int = 20, fps: float = 20.0, size: tuple[int, int] = (320, 240)
) -> Path:
    """A video whose grey level grows with the frame."""
    code = cv2.VideoWriter.fourcc(*"mp4v")
    writer = cv2.VideoWriter(str(path), code, fps, size)
    for index in range(frames):
        writer.write(np.full((size[1], size[0], 3), 100 + index % 100, np.uint8))
    writer.release()
    return path


def frames_in(path: Path) -> int:
    """How many frames of a video can really be decoded."""
    capture = cv2.VideoCapture(str(path))
    count = 0
    while capture.read()[0]:
        count += 1
    capture.release()
    return count
