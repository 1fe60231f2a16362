"""Programs that turn pictures into video files, the best that is installed first.

OpenCV's wheels write MPEG-4 part 2, which desktop players show and browsers do not, and VP8 at a fifteenth of the speed
of the same library asked to hurry. PyAV and the FFmpeg that imageio-ffmpeg brings write H.264, which everything shows.
"""

from __future__ import annotations

import logging
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

import cv2
import numpy as np

log = logging.getLogger(__name__)

# veryfast takes 16 ms of processor time for a 1280x720 frame, medium 39 ms, for files of the same size; at 20 pen strokes
# on paper look as they did.
_H264 = {"preset": "veryfast", "crf": "20"}
# Hurried, and in one thread, libvpx takes 9 ms for such a frame; 30 ms unhurried; its threads wait for each other by
# spinning, which cost 137 ms where other programs wanted the processor too.
_VP8 = {"deadline": "realtime", "cpu-used": "6", "crf": "10", "b": "8M", "threads": "1"}
# While it grows an MP4 file is a row of fragments, each playable; closed, it is an ordinary file. FFmpeg 7.1 and later.
_MP4 = {"movflags": "hybrid_fragmented"}
_KEY_EVERY_S = 2.0  # seconds between pictures that stand alone: players jump to these
_BT601 = 6  # AVCOL_SPC_SMPTE170M: the colours that FFmpeg's conversion makes; players take HD for BT.709 unless told
_PATIENCE_S = 30.0  # for a process that has no more to write than what it holds back


class Encoder(Protocol):
    """One file that grows by a picture at a time.

    Its constructor takes path, rate in frames/s and size (width, height); like both methods it raises `OSError` where
    the file cannot be made, continued or finished.
    """

    def write(self, image: np.ndarray) -> None:
        """Append one picture, (H, W, 3) uint8 BGR."""

    def close(self) -> None:
        """Finish the file; to be called once, also after an error."""


@dataclass(frozen=True, slots=True)
class Codec:
    """A way to write video.

    Parameters
    ----------
    name : str
        For people: ``"H.264 by PyAV"``.
    suffix : str
        Of the files it writes.
    module : str
        What has to be installed for it.
    encoder : type
        An :class:`Encoder`.
    """

    name: str
    suffix: str
    module: str
    encoder: type[Any]

    @property
    def installed(self) -> bool:
        """Whether its package is there, which is not to say that it works."""
        return find_spec(self.module) is not None

    def open(self, path: Path, fps: float, size: tuple[int, int]) -> Encoder:
        """Begin a file; raises `OSError` where that fails for whatever reason."""
        try:
            encoder: Encoder = self.encoder(path, self.suffix, fps, size)
        except OSError:
            raise
        except Exception as error:  # a broken package fails in ways of its own
            raise OSError(f"{type(error).__name__}: {error}") from error
        return encoder


def codecs(suffix: str) -> Iterator[Codec]:
    """The ways to write files of a suffix that are installed, the best first."""
    return (codec for codec in CODECS if codec.suffix == suffix and codec.installed)


def open_encoder(path: Path, fps: float, size: tuple[int, int]) -> Encoder:
    """Begin a video with the best codec that works here.

    Parameters
    ----------
    path : Path
        Ends in one of :data:`SUFFIXES`.
    fps : float
        Frames a second.
    size : (int, int)
        Width and height, pixels.

    Raises
    ------
    OSError
        If none of them can begin it.
    """
    reason = "no codec is installed for it"
    if min(size) < 2:
        raise OSError("a video has two rows and two columns at least")
    for codec in codecs(path.suffix.lower()):
        try:
            encoder = codec.open(path, fps, size)
        except OSError as error:
            reason = str(error)
            log.info("%s cannot begin %s: %s", codec.name, path, error)
        else:
            log.info("%s: %s", path, codec.name)
            return encoder
    raise OSError(reason)


class _ByPyAV:
    """FFmpeg's libraries in this process."""

    def __init__(
        self, path: Path, suffix: str, fps: float, size: tuple[int, int]
    ) -> None:
        import av

        self._av = av
        webm = suffix == ".webm"
        self._file: Any = av.open(str(path), "w", options={} if webm else _MP4)
        self._holds_something = False
        self._stream: Any = self._file.add_stream(
            "libvpx" if webm else "libx264",
            rate=Fraction(fps).limit_denominator(1001),  # 30000/1001 is 29.97
            options=_VP8 if webm else _H264,
        )
        self._size = _even(size)
        self._stream.width, self._stream.height = self._size
        self._stream.pix_fmt = "yuv420p"
        self._stream.codec_context.colorspace = _BT601
        self._stream.codec_context.gop_size = max(1, round(_KEY_EVERY_S * fps))
        self._file.start_encoding()  # now, and not with the first picture: so that another codec can step in

    def write(self, image: np.ndarray) -> None:
        width, height = self._size
        picture = np.ascontiguousarray(image[:height, :width])
        self._mux(self._av.VideoFrame.from_ndarray(picture, format="bgr24"))

    def close(self) -> None:
        try:
            self._mux(None)
        finally:
            # FFmpeg 8 crashes when it ends a hybrid MP4 file that holds nothing; such a file is of no use anyway.
            if self._holds_something:
                self._file.close()
            self._file = self._stream = None

    def _mux(self, frame: Any) -> None:
        for packet in self._stream.encode(frame):
            self._file.mux(packet)
            self._holds_something = True


class _ByProcess:
    """A process of its own, which takes bare pictures through a pipe."""

    def __init__(
        self, path: Path, suffix: str, fps: float, size: tuple[int, int]
    ) -> None:
        import imageio_ffmpeg

        given = ["-f", "rawvideo", "-pix_fmt", "bgr24", "-s", "{}x{}".format(*size)]
        width, height = _even(size)
        wanted = [
            *("-vf", f"crop={width}:{height}:0:0", "-pix_fmt", "yuv420p"),
            *("-colorspace", "smpte170m", "-g", str(max(1, round(_KEY_EVERY_S * fps)))),
            *_arguments({"c": "libvpx", **_VP8} if suffix == ".webm" else {"c": "libx264", **_H264, **_MP4}),
        ]  # fmt: skip
        self._process = subprocess.Popen(
            [imageio_ffmpeg.get_ffmpeg_exe(), "-y", "-loglevel", "error", *given, "-r", f"{fps:.6f}", "-i", "-", *wanted, str(path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            **_out_of_reach(),
        )  # fmt: skip

    def write(self, image: np.ndarray) -> None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(np.ascontiguousarray(image).data)
        except OSError as error:  # it has ended, and says why
            raise OSError(self._end() or str(error)) from error

    def close(self) -> None:
        if reason := self._end():
            raise OSError(reason)

    def _end(self) -> str:
        """Let the process finish; returns what it has to complain of."""
        if self._process.returncode is not None:
            return ""
        try:
            _, told = self._process.communicate(timeout=_PATIENCE_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.communicate()
            return "FFmpeg does not end"
        if self._process.returncode == 0:
            return ""
        lines = told.decode(errors="replace").strip().splitlines()
        return lines[-1] if lines else f"FFmpeg ended with {self._process.returncode}"


class _ByOpenCV:
    """OpenCV's own writer, which is always there and says little."""

    def __init__(
        self, path: Path, suffix: str, fps: float, size: tuple[int, int]
    ) -> None:
        # MPEG-4 part 2, the only one that every wheel writes into an MP4 file.
        code = cv2.VideoWriter.fourcc(*("VP80" if suffix == ".webm" else "mp4v"))
        self._writer = cv2.VideoWriter(str(path), cv2.CAP_FFMPEG, code, fps, size)
        if not self._writer.isOpened():
            raise OSError("OpenCV does not tell why")

    def write(self, image: np.ndarray) -> None:
        # OpenCV 5 says False when a frame was not written; 4 says nothing, and whoever closes the file finds out.
        if self._writer.write(image) is False:
            raise OSError("OpenCV does not tell why")

    def close(self) -> None:
        self._writer.release()


def _even(size: tuple[int, int]) -> tuple[int, int]:
    """Half the colours are enough for a video, so it has an even number of rows and columns; OpenCV cuts them too."""
    return size[0] // 2 * 2, size[1] // 2 * 2


def _arguments(options: dict[str, str]) -> list[str]:
    pairs = ((f"-{name}:v" if name in "cb" else f"-{name}", value) for name, value in options.items())  # fmt: skip
    return [word for pair in pairs for word in pair]


def _out_of_reach() -> dict[str, Any]:
    """Ctrl-C goes to all processes of a terminal; this one has to finish its file."""
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
    return {"start_new_session": True}


CODECS = (
    Codec("H.264 by PyAV", ".mp4", "av", _ByPyAV),
    Codec("H.264 by imageio-ffmpeg", ".mp4", "imageio_ffmpeg", _ByProcess),
    Codec("MPEG-4 part 2 by OpenCV", ".mp4", "cv2", _ByOpenCV),
    Codec("VP8 by PyAV", ".webm", "av", _ByPyAV),
    Codec("VP8 by imageio-ffmpeg", ".webm", "imageio_ffmpeg", _ByProcess),
    Codec("VP8 by OpenCV", ".webm", "cv2", _ByOpenCV),
)
SUFFIXES = tuple(dict.fromkeys(codec.suffix for codec in CODECS))
