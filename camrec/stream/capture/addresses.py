"""Addresses on the network: cameras and streams, and now and then a recording."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator

import cv2

from camrec.errors import SourceError
from camrec.settings import CaptureSettings

SCHEMES = frozenset(
    {"http", "https", "rtsp", "rtsps", "rtmp", "rtmps", "rtp", "srt", "udp", "tcp"}
)
"""Addresses that are opened; FFmpeg's others reach local files in surprising ways."""

_SCHEME = re.compile(r"([a-z][a-z0-9+.-]+)://", re.IGNORECASE)
_PASSWORD = re.compile(r"(?<=://)([^/@:]*):[^/]*@")
_POLL_S = 0.1  # between questions whether to stop
_SLACK_S = 1.0  # FFmpeg keeps to its time limit; some systems look up names for longer


class Address:
    """What can be opened by an address, as often as need be.

    Parameters
    ----------
    address : str
    settings : CaptureSettings

    Attributes
    ----------
    name : str
        The address without its password: names end up in records and messages.

    Raises
    ------
    SourceError
        If it is of a kind that is not opened.
    """

    def __init__(self, address: str, settings: CaptureSettings) -> None:
        self.name = without_password(address)
        self._address = address
        limit_ms = round(1000 * settings.open_timeout_s)
        self._limit_s = settings.open_timeout_s
        # A read gets as long as opening: the first picture of a stream may be some seconds off. Silence later on is
        # noticed by the clock, whatever FFmpeg does.
        self._terms = [
            *(cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, limit_ms),
            *(cv2.CAP_PROP_READ_TIMEOUT_MSEC, limit_ms),
            # Each further thread of FFmpeg's holds one more frame back: sixteen cores would show half a second ago.
            *(cv2.CAP_PROP_N_THREADS, 1),
        ]
        self._first: cv2.VideoCapture | None = None
        scheme = _SCHEME.match(address)
        if scheme is None or scheme[1].lower() not in SCHEMES:
            raise SourceError(
                f"{self.name} cannot be opened; give a path, or an address that begins with rtsp:// or http://"
            )

    def openings(self) -> Iterator[cv2.VideoCapture]:
        """The address opened, if it can be."""
        first, self._first = self._first, None
        capture = first or self._open()
        if capture.isOpened():
            yield capture
        else:
            capture.release()

    def first(self, stop: Callable[[], bool]) -> cv2.VideoCapture | None:
        """Open it and wait for that; what comes is also the first of :meth:`openings`.

        Returns
        -------
        cv2.VideoCapture or None
            None where `stop` said True.

        Raises
        ------
        SourceError
            If it cannot be opened.
        """
        opened: list[cv2.VideoCapture] = []
        # In a thread, as opening cannot be interrupted and somebody may press Ctrl-C.
        thread = threading.Thread(
            target=lambda: opened.append(self._open()), name="opening", daemon=True
        )
        thread.start()
        deadline = time.monotonic() + self._limit_s + _SLACK_S
        while thread.is_alive() and time.monotonic() < deadline and not stop():
            thread.join(_POLL_S)
        if opened and opened[0].isOpened():
            self._first = opened[0]
        elif not stop():
            raise SourceError(
                f"{self.name} does not answer, or sends no video; check the address, the password and the network"
            )
        return self._first

    def _open(self) -> cv2.VideoCapture:
        return cv2.VideoCapture(self._address, cv2.CAP_FFMPEG, self._terms)


def is_address(text: str) -> bool:
    """Whether `text` is an address rather than a path."""
    return _SCHEME.match(text) is not None


def without_password(address: str) -> str:
    """What an address is called in records and messages."""
    return _PASSWORD.sub(r"\1:***@", address)
