"""From what a user types to a source of frames."""

from __future__ import annotations

import os
import re
import stat
from dataclasses import dataclass

from camrec.errors import SourceError
from camrec.reading.pictures import PICTURE_SUFFIXES, is_picture, read_bytes
from camrec.settings import CaptureSettings
from camrec.stream.capture import pictures
from camrec.stream.capture.addresses import Address, is_address
from camrec.stream.capture.cameras import Plug, cameras_here
from camrec.stream.capture.live import LiveSource, Stop, Unopened, never
from camrec.stream.capture.names import find_camera
from camrec.stream.capture.orientation import Orientation
from camrec.stream.capture.recorded import RecordedSource, open_video, stated_count
from camrec.stream.capture.source import OnError, Source

_INDEX = re.compile(r"[+-]?\d+")
_DEVICE = re.compile(r"/dev/video(\d+)")
_NAMED = "camera:"  # what follows is part of a camera's name, whatever files there are
_GLOB = re.compile(r"[*?[]")
_JOINED_JPEGS = (".mjpeg", ".mjpg")  # films that begin like a picture
_SIGNATURE = 16  # bytes that tell a picture


def open_source(
    spec: int | str | os.PathLike[str],
    *,
    on_error: OnError | None = None,
    settings: CaptureSettings | None = None,
    stop: Stop = never,
) -> Source:
    """Open anything that pictures come from: the only function that takes a path or an address.

    Parameters
    ----------
    spec : int, str or os.PathLike
        A camera (its index, or on Linux and macOS part of its name, where need be as ``camera:NAME``), a picture, a
        video, a folder of pictures, a glob (``scans/*.png``), numbered pictures (``img_%04d.png``), ``-`` for one
        picture on standard input, or an address (``rtsp://``, ``http://``).
    on_error : callable or None
        Called with a :class:`SourceError` for each picture that cannot be read, while iteration goes on; without it
        the error is raised.
    settings : CaptureSettings or None
        What is asked of cameras, time limits of live sources, and how pictures are turned; None for the usual ones.
    stop : callable
        Asked again and again while a camera or an address is waited for; where it says True, the source has no frames.

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
    source = _open(spec, _Terms(settings, on_error, stop))
    source.orientation = Orientation.of(settings)
    return source


@dataclass(frozen=True, slots=True)
class _Terms:
    """What every kind of source is opened with; see :func:`open_source`."""

    settings: CaptureSettings
    on_error: OnError | None
    stop: Stop


def _open(spec: int | str | os.PathLike[str], terms: _Terms) -> Source:
    if isinstance(spec, int) or (isinstance(spec, str) and _INDEX.fullmatch(spec)):
        return _open_camera(int(spec), terms)
    text = os.fspath(spec)
    if text == pictures.STANDARD_INPUT:
        return pictures.PictureSource(text, [text], on_error=terms.on_error)
    if is_address(text):
        return _open_address(text, terms)
    if device := _DEVICE.fullmatch(text):
        return _open_camera(int(device[1]), terms)
    if text.startswith(_NAMED):
        return _open_named(text.removeprefix(_NAMED), terms)
    return _open_path(text, terms)


def _open_camera(index: int, terms: _Terms) -> Source:
    plug = Plug(index, terms.settings)
    try:
        return _live(plug, terms)
    except Unopened as error:
        # One that hangs must not be asked a second time for the list of those that do not.
        if error.opened or error.hangs:
            raise
        raise SourceError(f"{plug.name} cannot be opened; {cameras_here()}") from error


def _open_named(name: str, terms: _Terms) -> Source:
    index = find_camera(name)
    if index is None:
        raise SourceError(f"no camera is called {name!r}; {cameras_here()}")
    return _open_camera(index, terms)


def _open_address(text: str, terms: _Terms) -> Source:
    address = Address(text, terms.settings)
    capture = address.first(terms.stop)
    if capture is not None and stated_count(capture) is not None:
        return RecordedSource(capture, address.name, on_error=terms.on_error)
    return _live(address, terms)


def _live(opened: Plug | Address, terms: _Terms) -> Source:
    return LiveSource(
        opened.name, opened.openings, terms.settings, terms.on_error, terms.stop
    )


def _open_path(path: str, terms: _Terms) -> Source:
    on_error = terms.on_error
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
        return _open_camera(index, terms)
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
