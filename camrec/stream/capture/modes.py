"""What a camera can do: the sizes it offers, and the rate at which its pictures really come."""

from __future__ import annotations

import time
from dataclasses import dataclass

import cv2

from camrec.settings import CaptureSettings
from camrec.stream.capture import backends
from camrec.stream.capture.recorded import stated_fps

# No part of OpenCV lists what a camera offers, but each takes wishes; these are the sizes that cameras come with.
USUAL_SIZES = (
    (320, 240),
    (640, 480),
    (800, 600),
    (1280, 720),
    (1280, 960),
    (1920, 1080),
    (2560, 1440),
    (3840, 2160),
)

_MJPG = cv2.VideoWriter.fourcc(*"MJPG")
_WARM_UP_S = 1.0  # auto-exposure settles, and the first pictures come in a bunch
_NO_PICTURE_S = 3.0


@dataclass(frozen=True, slots=True, order=True)
class Mode:
    """A way in which a camera sends pictures.

    Parameters
    ----------
    width, height : int
        Pixels.
    fps : float
        Frames a second as the camera states them; 0 where it does not.
    """

    width: int
    height: int
    fps: float

    def __str__(self) -> str:
        rate = f" at {self.fps:g}/s" if self.fps else ""
        return f"{self.width}x{self.height}{rate}"


def find_modes(index: int) -> tuple[Mode, ...]:
    """What camera `index` gives when it is asked for the usual sizes, each mode once, the smallest first.

    Empty where the camera cannot be opened. What it sends unasked is among them.
    """
    for capture in backends.openings(index, CaptureSettings()):
        try:
            return tuple(sorted({_mode(capture), *_offers(capture)}))
        finally:
            capture.release()
    return ()


def measure_rate(index: int, size: tuple[int, int] | None, over_s: float) -> float:
    """Pictures a second that camera `index` really sends, measured over so many seconds; 0 where none come.

    Cameras halve their rate in dim light, whatever they state. `size` is asked for first; None leaves it.
    """
    for capture in backends.openings(index, CaptureSettings(size=size)):
        try:
            rate = _rate(capture, over_s)
        finally:
            capture.release()
        if rate:
            return rate
    return 0.0


def _offers(capture: cv2.VideoCapture) -> set[Mode]:
    # Bare pictures of large sizes come at a few a second through USB 2; JPEGs pass.
    capture.set(cv2.CAP_PROP_FOURCC, _MJPG)
    offers = set()
    for width, height in USUAL_SIZES:
        capture.set(cv2.CAP_PROP_FRAME_WIDTH, width)
        capture.set(cv2.CAP_PROP_FRAME_HEIGHT, height)
        offers.add(_mode(capture))
    return offers


def _mode(capture: cv2.VideoCapture) -> Mode:
    return Mode(
        round(capture.get(cv2.CAP_PROP_FRAME_WIDTH)),
        round(capture.get(cv2.CAP_PROP_FRAME_HEIGHT)),
        stated_fps(capture),
    )


def _rate(capture: cv2.VideoCapture, over_s: float) -> float:
    begin = time.monotonic()
    times: list[float] = []
    while (now := time.monotonic()) - begin < _WARM_UP_S + over_s:
        if not capture.grab():
            if not times and now - begin > _NO_PICTURE_S:
                return 0.0
            time.sleep(0.01)
        elif time.monotonic() - begin >= _WARM_UP_S:
            times.append(time.monotonic())
    passed = times[-1] - times[0] if times else 0.0
    return (len(times) - 1) / passed if passed else 0.0
