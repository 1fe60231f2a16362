"""The annotated video file."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from pathlib import Path

import cv2
import numpy as np

from camrec.elements import Scene
from camrec.errors import OutputError, UnfitError
from camrec.stream.capture.containers import missing_bytes
from camrec.stream.overlay import draw
from camrec.stream.sinks.behind import Behind
from camrec.stream.sinks.encoders import Encoder, open_encoder
from camrec.stream.sinks.outputs import WholeFile, write_error
from camrec.stream.sinks.sound import Sound, with_sound

SUFFIX = ".mp4"
DEFAULT_FPS = 30.0  # frames/s, for sources that do not tell their rate
_LARGEST_CLOCK = 65535  # MPEG-4 part 2 counts a second in at most this many ticks

# What must stay free on the disk, so that a file can still be finished when it fills: most formats write their table of
# contents last, and a file without one is lost.
_RESERVE = 2 * 2**20  # bytes; the pictures that an encoder holds back
_RESERVE_A_FRAME = 64  # bytes of the table of contents, and plenty


class VideoFile:
    """Writes the annotated picture of every scene to a video of the same size and rate.

    The finished file is read back. It takes its name in :meth:`close`, whatever ended the run; a file without a frame is
    not kept. Where the disk fills or the encoder fails, the file ends there, and what can be played is kept. Odd sizes are
    cut to even ones.

    Parameters
    ----------
    path : Path
        The final name, ending in ``.mp4``, or in ``.webm`` for VP8.
    fps : float
        Frames a second; 0 where unknown.
    live : bool
        The frames come when they come: put each where its time says, showing the one before until then.
    film : str
        Path of the film that the frames are of; where PyAV is installed its sound is kept. Empty for none.

    Raises
    ------
    OutputError
        From `write` and `close`, if the file cannot be made or continued, or did not become whole; it says what was kept.
    """

    def __init__(
        self, path: Path, fps: float, *, live: bool = False, film: str = ""
    ) -> None:
        self.path = path
        self.frames = 0
        self._fps = _writable_rate(fps)
        self._live = live
        self._film = film
        self._began = 0.0  # s, the time of the first frame
        self._file = WholeFile(
            path.absolute()
        )  # FFmpeg takes what stands before a colon for a protocol
        self._encoder: Encoder | None = None
        self._size = (0, 0)
        # One is drawn on while the other is written.
        self._picture: np.ndarray | None = None
        self._spare: np.ndarray | None = None

    def write(self, scene: Scene) -> None:
        """Draw and append one scene.

        Raises
        ------
        OutputError
            If the frame was not written; the file is closed then.
        """
        if self._encoder is None:
            self._encoder = self._open(scene.frame.width, scene.frame.height)
            self._began = scene.frame.time
        self._picture = draw(scene, self._picture)
        picture = self._fit(self._picture)
        copies = self._copies(scene.frame.time)
        for _ in range(copies):
            self._append(self._encoder, picture)
        if copies:
            self._picture, self._spare = self._spare, self._picture

    def close(self) -> None:
        """Finish the file and give it its name.

        Raises
        ------
        OutputError
            If it cannot be read back whole.
        """
        encoder, self._encoder = self._encoder, None
        if encoder is None:
            return
        try:
            encoder.close()
        except OSError as error:
            raise self._given_up(f"cannot be finished ({error})") from error
        if not _is_whole(self._file.part, self.frames):
            raise self._given_up("did not become whole")
        self._add_sound()
        self._file.commit()

    def _open(self, width: int, height: int) -> Encoder:
        self._size = (width, height)
        try:
            self._file.part.touch()  # for the reason, which encoders tell in words of their own
        except OSError as error:
            raise write_error(self.path, error) from error
        try:
            return Behind(open_encoder(self._file.part, self._fps, self._size))
        except OSError as error:
            raise self._given_up(
                f"cannot be made with {width} x {height} pixels at {self._fps:g} frames/s ({error})"
            ) from error

    def _add_sound(self) -> None:
        written_once = self._file.part == self.path  # a pipe, or what a link leads to
        if not self._film or written_once:
            return
        sound = Sound(self._film, self._began, self.frames / self._fps)
        whole = with_sound(self._file.part, sound)
        if whole is None:
            return
        if _is_whole(whole, self.frames):
            os.replace(whole, self._file.part)
        else:
            whole.unlink()

    def _append(self, encoder: Encoder, picture: np.ndarray) -> None:
        if self._lacks_room():
            self._stop("ends early, as the disk is full")
        try:
            encoder.write(picture)
        except OSError as error:
            self._stop(f"cannot be continued ({error})", error)
        self.frames += 1

    def _lacks_room(self) -> bool:
        width, height = self._size
        reserve = _RESERVE + 3 * width * height + _RESERVE_A_FRAME * self.frames
        return _free_bytes(self.path) < reserve

    def _stop(self, what: str, cause: OSError | None = None) -> None:
        """Finish the file before its time and say so."""
        encoder, self._encoder = self._encoder, None
        if encoder is not None:
            with suppress(OSError):  # it has told already what is wrong
                encoder.close()
        raise self._given_up(what) from cause

    def _fit(self, picture: np.ndarray) -> np.ndarray:
        # A stream may change its size on the way; a frame of another size would spoil the file.
        if (picture.shape[1], picture.shape[0]) == self._size:
            return picture
        return cv2.resize(picture, self._size, interpolation=cv2.INTER_AREA)

    def _copies(self, time: float) -> int:
        if not self._live:
            return 1
        return max(0, round((time - self._began) * self._fps) + 1 - self.frames)

    def _given_up(self, what: str) -> OutputError:
        """Keep what can be played; the error tells how much that is. With room on the disk it is about this video alone."""
        kind = OutputError if self._lacks_room() else UnfitError
        # One that was closed as it should be need not be decoded to be counted, which takes as long as reading it did.
        whole = _is_whole(self._file.part, self.frames)
        kept = self.frames if whole else _playable_frames(self._file.part)
        if kept:
            self._file.commit()
            what = f"{what}; its first {kept} frames are kept"
        else:
            self._file.discard()
        return kind(
            f"{self.path}: the video {what}; {_free_bytes(self.path) / 2**20:.0f} MB are free there: "
            "free some space, choose another folder with --out DIR, or use --no-save"
        )


def _writable_rate(fps: float) -> float:
    """The nearest rate that MPEG-4 can write: its clock counts hundredths or thousandths of a frame only so far."""
    if not 0 < fps <= _LARGEST_CLOCK:  # a NaN too
        return DEFAULT_FPS
    decimals = next(d for d in (3, 2, 1, 0) if fps * 10**d <= _LARGEST_CLOCK)
    return round(fps, decimals) or DEFAULT_FPS


def _free_bytes(path: Path) -> int:
    try:
        return shutil.disk_usage(path.absolute().parent).free
    except OSError:  # the folder is gone, as a stick that was pulled out
        return 0


def _is_whole(path: Path, frames: int) -> bool:
    """Whether a video holds so many frames, nothing of the file is missing, and its first frame can be decoded."""
    if not path.is_file() or missing_bytes(str(path)):
        return False
    capture = cv2.VideoCapture(str(path))
    try:
        # Matroska, and so WebM, tells its length in milliseconds only.
        stated = capture.get(cv2.CAP_PROP_FRAME_COUNT) + (path.suffix == ".webm")
        return stated >= frames and capture.grab()
    finally:
        capture.release()


def _playable_frames(path: Path) -> int:
    """How many frames of a video, whole or not, can be decoded from its beginning."""
    capture, count = cv2.VideoCapture(str(path)), 0
    while capture.grab():
        count += 1
    capture.release()
    return count
