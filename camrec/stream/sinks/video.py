"""The annotated video file."""

from __future__ import annotations

import shutil
from pathlib import Path

import cv2
import numpy as np

from camrec.elements import Scene
from camrec.errors import OutputError
from camrec.stream.overlay import draw
from camrec.stream.sinks.outputs import WholeFile, write_error

# MPEG-4 part 2 in MP4 is what every OpenCV wheel writes and every desktop player plays; H.264 is not in the wheels.
SUFFIX, _CODEC = ".mp4", "mp4v"
DEFAULT_FPS = 30.0  # frames/s, for sources that do not tell their rate
_LARGEST_CLOCK = 65535  # MPEG-4 part 2 counts a second in at most this many ticks


class VideoFile:
    """Writes the annotated picture of every scene to an MP4 file of the same size and rate.

    OpenCV's writer fails without a word, so every frame and the finished file are checked. The file takes its name
    in :meth:`close`, whatever ended the run; a file without a frame is not kept. OpenCV cuts odd sizes to even ones.

    Parameters
    ----------
    path : Path
        The final name, ending in ``.mp4``.
    fps : float
        Frames a second; 0 where unknown.
    live : bool
        The frames come when they come: put each where its time says, showing the one before until then.

    Raises
    ------
    OutputError
        From `write` and `close`, if the file cannot be made or did not become whole.
    """

    def __init__(self, path: Path, fps: float, *, live: bool = False) -> None:
        self.path = path
        self.frames = 0
        self._fps = _writable_rate(fps)
        self._live = live
        self._began: float | None = None
        self._file = WholeFile(path)
        self._writer: cv2.VideoWriter | None = None
        self._size = (0, 0)

    def write(self, scene: Scene) -> None:
        """Draw and append one scene.

        Raises
        ------
        OutputError
            If the frame was not written; what was is removed.
        """
        if self._writer is None:
            self._writer = self._open(scene.frame.width, scene.frame.height)
        picture = self._fit(draw(scene))
        for _ in range(self._copies(scene.frame.time)):
            self._append(self._writer, picture)

    def close(self) -> None:
        """Finish the file and give it its name.

        Raises
        ------
        OutputError
            If it cannot be read back whole; it is removed then.
        """
        if self._writer is None:
            return
        self._writer.release()
        self._writer = None
        if _count_frames(self._file.part) < self.frames:
            raise self._failure("did not become whole")
        self._file.commit()

    def _open(self, width: int, height: int) -> cv2.VideoWriter:
        self._size = (width, height)
        try:
            self._file.part.touch()  # for the reason, which OpenCV does not tell
        except OSError as error:
            raise write_error(self.path, error) from error
        code = cv2.VideoWriter.fourcc(*_CODEC)
        writer = cv2.VideoWriter(str(self._file.part), code, self._fps, self._size)
        if not writer.isOpened():
            raise self._failure(
                f"cannot be made with {width} x {height} pixels at {self._fps:g} frames/s"
            )
        return writer

    def _append(self, writer: cv2.VideoWriter, picture: np.ndarray) -> None:
        # OpenCV 5 says False when a frame was not written; 4 says nothing, and close() finds out.
        if writer.write(picture) is False:
            writer.release()
            self._writer = None
            raise self._failure(f"cannot be continued after {self.frames} frames")
        self.frames += 1

    def _fit(self, picture: np.ndarray) -> np.ndarray:
        # A stream may change its size on the way; a frame of another size would spoil the file.
        if (picture.shape[1], picture.shape[0]) == self._size:
            return picture
        return cv2.resize(picture, self._size, interpolation=cv2.INTER_AREA)

    def _copies(self, time: float) -> int:
        if not self._live:
            return 1
        self._began = time if self._began is None else self._began
        return max(0, round((time - self._began) * self._fps) + 1 - self.frames)

    def _failure(self, what: str) -> OutputError:
        self._file.discard()
        free = shutil.disk_usage(self.path.absolute().parent).free
        return OutputError(
            f"{self.path}: the video {what}; {free / 2**20:.0f} MB are free there: "
            "free some space, choose another folder with --out DIR, or use --no-save"
        )


def _writable_rate(fps: float) -> float:
    """The nearest rate that MPEG-4 can write: its clock counts hundredths or thousandths of a frame only so far."""
    if not 0 < fps <= _LARGEST_CLOCK:  # a NaN too
        return DEFAULT_FPS
    decimals = next(d for d in (3, 2, 1, 0) if fps * 10**d <= _LARGEST_CLOCK)
    return round(fps, decimals) or DEFAULT_FPS


def _count_frames(path: Path) -> int:
    capture = cv2.VideoCapture(str(path))
    try:
        return int(capture.get(cv2.CAP_PROP_FRAME_COUNT)) if capture.isOpened() else 0
    finally:
        capture.release()
