"""Recorded video: every frame that can be decoded, and at the end a word on what could not.

Measured with OpenCV 5: a damaged frame is a read that fails while the next one succeeds, so one failure is not the
end; past the end reads fail at once (3 microseconds each). FRAME_COUNT says nothing about damage: whole files hold far
fewer frames than it states when pictures change seldom (68 of 444), when sound lasts longer than the pictures (100 of
200) or when the start was trimmed (67 of 100). So only lost bytes and failed reads count as damage.
"""

from __future__ import annotations

import logging
import math
import os
import threading
from collections.abc import Iterator

import cv2
import numpy as np

from camrec.elements import Frame
from camrec.errors import SourceError
from camrec.reading.pictures import describe, read_bytes
from camrec.stream.capture.claims import unlisted_frames
from camrec.stream.capture.containers import is_container, missing_bytes
from camrec.stream.capture.source import OnError, Source, read_image

log = logging.getLogger(__name__)

USUAL_FPS = 30.0  # of cameras and browsers, whose files often state no rate or 1000
HIGHEST_FPS = 999.0  # 1000 and more is a time base in milliseconds, not a rate
MOST_PIXELS = (
    2**26
)  # of a frame, twice those of 8K; some ten are held while others are decoded and written
FEW_FRAMES = 2**20  # that any file may claim; they take 24 MB of memory
HIGHEST_COUNT = 10**8  # 38 days at 30 frames/s; more is a guess gone wrong
PATIENCE = 1000  # failing reads in a row that may still be damage, not the end
_ROUNDING = (
    1e-6  # frames; 0.7 s at 30 frames/s is frame 21, which 0.7 * 30 falls short of
)
_TEXT_AS_VIDEO = cv2.VideoWriter.fourcc(*"ansi")  # FFmpeg plays .txt files as films


class RecordedSource(Source):
    """A video of finite length; nothing is dropped. ``Frame.time`` is index / fps.

    Parameters
    ----------
    capture : cv2.VideoCapture
        Open; belongs to the source from now on.
    name : str
        Path or address.
    lacking : int
        Bytes the file is short of, see :func:`missing_bytes`.
    on_error : callable or None
        See :class:`Source`.
    """

    def __init__(
        self,
        capture: cv2.VideoCapture,
        name: str,
        *,
        lacking: int = 0,
        on_error: OnError | None = None,
    ) -> None:
        fps, count = stated_fps(capture), stated_count(capture)
        super().__init__(name, fps=fps or USUAL_FPS, count=count, on_error=on_error)
        self._capture = capture
        self._lacking = lacking
        self._reading = threading.Lock()  # OpenCV crashes when released during a read
        self._closed = False
        self._index = 0
        self._damaged = 0

    def skip_to(self, time_s: float) -> None:
        """Go on with the frame of this time, or with an earlier one where the file cannot be searched."""
        index = math.ceil(time_s * self.fps - _ROUNDING)
        # OpenCV counts frames by the rate it states; where that is no rate, it would land anywhere.
        if index > 0 and stated_fps(self._capture) == self.fps:
            with self._reading:
                self._capture.set(cv2.CAP_PROP_POS_FRAMES, index)
                self._index = round(self._capture.get(cv2.CAP_PROP_POS_FRAMES))

    def _produce(self) -> Iterator[Frame]:
        failures = 0
        while failures < PATIENCE and not self._closed:
            image = self._read()
            if image is None:
                failures += 1
                continue
            self._damaged += failures
            self._index += failures
            failures = 0
            yield Frame(image, self._index, self._index / self.fps, self.name)
            self._index += 1
        if not self._closed and (problem := self._problem()):
            self._report(SourceError(f"{self.name} {problem}; copy or record it again"))

    def _read(self) -> np.ndarray | None:
        with self._reading:
            return None if self._closed else read_image(self._capture)

    def _problem(self) -> str:
        """What was wrong with the whole video; "" if nothing."""
        read, stated = self._index - self._damaged, self.count
        log.info("%s: %d frames read, %s stated", self.name, read, stated)
        if not read:
            return "is damaged: none of its frames can be decoded"
        if self._lacking and (stated is None or self._index < stated):
            return f"is cut short by {self._lacking} bytes: only its first {read} frames were read"
        if self._damaged:
            return f"is damaged: {self._damaged} of {self._index} frames cannot be decoded, the others were read"
        return ""

    def close(self) -> None:
        """Close the file, once a read under way is done."""
        self._closed = True
        with self._reading:
            self._capture.release()


def open_video(path: str, on_error: OnError | None = None) -> RecordedSource:
    """Open a video file.

    Raises
    ------
    SourceError
        If it cannot be read, or holds no video.
    """
    head = read_bytes(path, 512)
    if not head:
        raise SourceError(f"{path} is empty; copy or record it again")
    lacking = missing_bytes(path)
    _check_claims(path)
    # An absolute path: FFmpeg takes "a:b.mp4" for the address b.mp4 of protocol a.
    capture = cv2.VideoCapture(os.path.abspath(path), cv2.CAP_FFMPEG)
    if not capture.isOpened() or capture.get(cv2.CAP_PROP_FOURCC) == _TEXT_AS_VIDEO:
        capture.release()
        raise SourceError(f"{path} {_why_not(head, lacking)}")
    _check_pixels(capture, path)
    return RecordedSource(capture, path, lacking=lacking, on_error=on_error)


def _why_not(head: bytes, lacking: int) -> str:
    if lacking:
        return f"is cut short by {lacking} bytes and cannot be played; copy or record it again"
    if is_container(head):
        return "is damaged, unfinished or without pictures; copy or record it again"
    return describe(head)


def _check_claims(path: str) -> None:
    if unlisted_frames(path) > max(FEW_FRAMES, os.path.getsize(path)):
        raise SourceError(
            f"{path} claims more frames than it has bytes; copy or record it again"
        )


def _check_pixels(capture: cv2.VideoCapture, path: str) -> None:
    sides = cv2.CAP_PROP_FRAME_WIDTH, cv2.CAP_PROP_FRAME_HEIGHT
    width, height = (round(capture.get(side)) for side in sides)
    if width * height > MOST_PIXELS:
        capture.release()
        raise SourceError(
            f"{path} has frames of {width}x{height} pixels, more than can be read; scale it down"
        )


def stated_fps(capture: cv2.VideoCapture) -> float:
    """Frames a second as the capture states them; 0 where it does not or they cannot be true."""
    fps = capture.get(cv2.CAP_PROP_FPS)
    return fps if 0 < fps <= HIGHEST_FPS else 0.0


def stated_count(capture: cv2.VideoCapture) -> int | None:
    """Number of frames as the capture states it; None where it does not or it cannot be true."""
    count = capture.get(cv2.CAP_PROP_FRAME_COUNT)
    usable = 0 < count <= HIGHEST_COUNT and stated_fps(capture) > 0
    return round(count) if usable else None
