"""From what a user types to a source of frames."""

from __future__ import annotations

import os
import re
import stat

import cv2

from camrec.errors import SourceError
from camrec.reading.pictures import PICTURE_SUFFIXES, is_picture, read_bytes
from camrec.settings import CaptureSettings
from camrec.stream.capture import pictures
from camrec.stream.capture.cameras import cameras_here, find_camera, open_camera
from camrec.stream.capture.live import LiveSource
from camrec.stream.capture.recorded import RecordedSource, open_video, stated_count
from camrec.stream.capture.source import OnError, Source

SCHEMES = frozenset(
    {"http", "https", "rtsp", "rtsps", "rtmp", "rtmps", "rtp", "srt", "udp", "tcp"}
)
"""Addresses that are opened; FFmpeg's others reach local files in surprising ways."""

_SCHEME = re.compile(r"([a-z][a-z0-9+.-]+)://", re.IGNORECASE)
_INDEX = re.compile(r"[+-]?\d+")
_DEVICE = re.compile(r"/dev/video(\d+)")
_PASSWORD = re.compile(r"(?<=://)([^/@:]*):[^/]*@")
_GLOB = re.compile(r"[*?[]")
_JOINED_JPEGS = (".mjpeg", ".mjpg")  # films that begin like a picture
_SIGNATURE = 16  # bytes that tell a picture


def open_source(
    spec: int | str | os.PathLike[str],
    *,
    on_error: OnError | None = None,
    settings: CaptureSettings | None = None,
) -> Source:
    """Open anything that pictures come from: the only function that takes a path or an address.

    Parameters
    ----------
    spec : int, str or os.PathLike
        A camera (its index, or on Linux part of its name), a picture, a video, a folder of pictures, a glob
        (``scans/*.png``), numbered pictures (``img_%04d.png``), ``-`` for one picture on standard input, or an
        address (``rtsp://``, ``http://``).
    on_error : callable or None
        Called with a :class:`SourceError` for each picture that cannot be read, while iteration goes on; without it
        the error is raised.
    settings : CaptureSettings or None
        Time limits of live sources; None for the usual ones.

    Returns
    -------
    Source
        A context manager that yields :class:`Frame` objects.

    Raises
    ------
    SourceError
        If there is no such thing, or nothing in it can be read.

    Examples
    --------
    >>> with open_source("page.jpg") as source:
    ...     for frame in source:
    ...         print(frame.source, frame.width, frame.height)
    page.jpg 1280 720
    """
    settings = settings or CaptureSettings()
    if isinstance(spec, int) or (isinstance(spec, str) and _INDEX.fullmatch(spec)):
        return _open_camera(int(spec), settings, on_error)
    text = os.fspath(spec)
    if text == pictures.STANDARD_INPUT:
        return pictures.PictureSource(text, [text], on_error=on_error)
    if scheme := _SCHEME.match(text):
        return _open_address(text, scheme[1].lower(), settings, on_error)
    if device := _DEVICE.fullmatch(text):
        return _open_camera(int(device[1]), settings, on_error)
    return _open_path(text, settings, on_error)


def _open_camera(
    index: int, settings: CaptureSettings, on_error: OnError | None
) -> Source:
    return LiveSource(open_camera(index), f"camera {index}", settings, on_error)


def _open_address(
    address: str, scheme: str, settings: CaptureSettings, on_error: OnError | None
) -> Source:
    name = _PASSWORD.sub(r"\1:***@", address)  # names end up in records and messages
    if scheme not in SCHEMES:
        raise SourceError(
            f"{name} cannot be opened; give a path, or an address that begins with rtsp:// or http://"
        )
    limits = [
        *(cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, round(1000 * settings.open_timeout_s)),
        *(cv2.CAP_PROP_READ_TIMEOUT_MSEC, round(1000 * settings.stale_after_s)),
    ]
    capture = cv2.VideoCapture(address, cv2.CAP_FFMPEG, limits)
    if not capture.isOpened():
        raise SourceError(
            f"{name} does not answer, or sends no video; check the address, the password and the network"
        )
    if stated_count(capture) is None:
        return LiveSource(capture, name, settings, on_error)
    return RecordedSource(capture, name, on_error=on_error)


def _open_path(
    path: str, settings: CaptureSettings, on_error: OnError | None
) -> Source:
    if os.path.isdir(path):
        return pictures.PictureSource(path, pictures.in_folder(path), on_error=on_error)
    if os.path.exists(path):
        return _open_file(path, on_error)
    if pictures.is_numbered(path):
        numbers, paths = pictures.numbered(path)
        return pictures.PictureSource(path, paths, numbers=numbers, on_error=on_error)
    if _GLOB.search(path):
        return _open_matches(path, on_error)
    if (index := find_camera(path)) is not None:
        return _open_camera(index, settings, on_error)
    raise SourceError(_missing(path))


def _open_matches(pattern: str, on_error: OnError | None) -> Source:
    paths = pictures.matching(pattern)
    if pictures.is_input_picture(paths[0]):
        return pictures.PictureSource(pattern, paths, on_error=on_error)
    if len(paths) == 1:
        return _open_file(paths[0], on_error)
    raise SourceError(
        f"{pattern} matches {len(paths)} files but no picture; give videos one by one"
    )


def _open_file(path: str, on_error: OnError | None) -> Source:
    if _is_pipe(path) or _holds_picture(path):
        return pictures.PictureSource(path, [path], on_error=on_error)
    return open_video(path, on_error)


def _is_pipe(path: str) -> bool:
    """Whether `path` is a pipe, like the shell's ``<(command)``, which can be read only once."""
    return stat.S_ISFIFO(os.stat(path).st_mode)


def _holds_picture(path: str) -> bool:
    suffix = os.path.splitext(path)[1].lower()
    if suffix in PICTURE_SUFFIXES or suffix in _JOINED_JPEGS:
        return suffix in PICTURE_SUFFIXES
    return is_picture(read_bytes(path, _SIGNATURE))


def _missing(path: str) -> str:
    """What to say of a name that stands for nothing; a bare word may have been meant as a camera's name."""
    if not path.isalnum():
        return f"{path or 'the empty name'} does not exist; check the path"
    return f"{path} is neither a file nor a camera; {cameras_here()}"
