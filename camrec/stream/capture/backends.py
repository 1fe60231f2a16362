"""The parts of OpenCV that open cameras: which of them, in what order, and what they are asked for."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator

import cv2

from camrec.errors import SourceError
from camrec.settings import BACKENDS, CaptureSettings

log = logging.getLogger(__name__)

ORDERS = {
    "linux": ("v4l2", "gstreamer"),
    "win32": (
        "msmf",
        "dshow",
    ),  # some cameras open with one of them and send pictures only with the other
    "darwin": ("avfoundation",),
}
"""Backends by platform, the one that suits most cameras first."""

_MJPG = cv2.VideoWriter.fourcc(*"MJPG")
_CODES = {name: getattr(cv2, f"CAP_{name.upper()}") for name in BACKENDS}


def openings(index: int, settings: CaptureSettings) -> Iterator[cv2.VideoCapture]:
    """The camera opened by one backend after the other, as asked for; those that cannot are left out."""
    for code in codes(settings.backend):
        capture = cv2.VideoCapture(index, code)
        if capture.isOpened():
            configure(capture, settings)
            yield capture
        else:
            capture.release()


def codes(backend: str = "auto") -> list[int]:
    """OpenCV's numbers of the backends to try, in order.

    Raises
    ------
    SourceError
        If this OpenCV has been built without the one that is asked for.
    """
    built = set(cv2.videoio_registry.getCameraBackends())
    if backend == "auto":
        order = [_CODES[name] for name in ORDERS.get(sys.platform, ())]
        return [code for code in order if code in built] or [cv2.CAP_ANY]
    if _CODES[backend] not in built:
        there = ", ".join(name for name, code in _CODES.items() if code in built)
        raise SourceError(
            f"this OpenCV opens no cameras by {backend}; it has {there or 'nothing that does'}"
        )
    return [_CODES[backend]]


def configure(capture: cv2.VideoCapture, settings: CaptureSettings) -> None:
    """Ask an opened camera for size and rate; one that has other ideas is told of in the log."""
    if settings.size is None and not settings.fps:
        return
    # Bare pictures of 1280x720 fill a USB 2 cable at 10 a second; JPEGs pass at 30. One that has none keeps what it has.
    capture.set(cv2.CAP_PROP_FOURCC, _MJPG)
    if settings.size is not None:
        _ask_size(capture, *settings.size)
    if settings.fps and not capture.set(cv2.CAP_PROP_FPS, settings.fps):
        log.warning("the camera cannot be asked for %g frames/s", settings.fps)


def _ask_size(capture: cv2.VideoCapture, width: int, height: int) -> None:
    capture.set(cv2.CAP_PROP_FRAME_WIDTH, width)
    capture.set(cv2.CAP_PROP_FRAME_HEIGHT, height)
    given = (
        round(capture.get(cv2.CAP_PROP_FRAME_WIDTH)),
        round(capture.get(cv2.CAP_PROP_FRAME_HEIGHT)),
    )
    if given != (width, height):
        log.warning("the camera gives %dx%d, not %dx%d", *given, width, height)
