"""The cameras of this computer."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass

import cv2

from camrec.errors import SourceError
from camrec.settings import CaptureSettings
from camrec.stream.capture import backends
from camrec.stream.capture.names import camera_names, find_camera
from camrec.stream.capture.recorded import stated_fps

PROBED = 8  # indices tried where the platform keeps no list of cameras


@dataclass(frozen=True, slots=True)
class Camera:
    """A camera that can be opened.

    Parameters
    ----------
    index : int
        What to give to ``open_source``.
    name : str
        As the platform knows it; "" where it does not tell.
    width, height : int
        Size of its pictures, pixels.
    fps : float
        Frames a second; 0 where unknown.
    backend : str
        Part of OpenCV that opens it.
    """

    index: int
    name: str
    width: int
    height: int
    fps: float
    backend: str

    def __str__(self) -> str:
        name = f"{self.name}, " if self.name else ""
        return f"{self.index} ({name}{self.width}x{self.height})"


class Plug:
    """A camera as something to open, as often as need be; it is followed where it comes back under another index.

    Parameters
    ----------
    index : int
    settings : CaptureSettings

    Raises
    ------
    SourceError
        If there cannot be such an index or backend.
    """

    def __init__(self, index: int, settings: CaptureSettings) -> None:
        if index < 0:  # OpenCV crashes on -1
            raise SourceError(f"camera {index} cannot exist; indices start at 0")
        backends.codes(settings.backend)
        self.name = f"camera {index}"
        self._index = index
        self._known_as = camera_names().get(index, "")
        self._settings = settings

    def openings(self) -> Iterator[cv2.VideoCapture]:
        """The camera opened in one way after the other."""
        yield from backends.openings(self._where(), self._settings)

    def _where(self) -> int:
        if not self._known_as or camera_names().get(self._index) == self._known_as:
            return self._index
        elsewhere = find_camera(self._known_as)
        return self._index if elsewhere is None else elsewhere


def list_cameras() -> list[Camera]:
    """Every camera that can be opened now, by index."""
    names = camera_names()
    indices = names if sys.platform == "linux" else range(PROBED)
    cameras = (_probe(index, names.get(index, "")) for index in sorted(indices))
    return [camera for camera in cameras if camera]


def cameras_here() -> str:
    """What to do about a camera that is not there: the end of a sentence, naming those that are."""
    if cameras := list_cameras():
        return "cameras here: " + ", ".join(map(str, cameras))
    return why_no_camera()


def why_no_camera() -> str:
    """What to do where :func:`list_cameras` finds none; a sentence without its full stop."""
    if names := camera_names():
        some = ", ".join(f"{name} (/dev/video{i})" for i, name in names.items())
        return f"{some} refused: close programs that use it, or join the group 'video'"
    return "no camera was found: connect one, or give a video, a picture or an address"


def _probe(index: int, name: str) -> Camera | None:
    for capture in backends.openings(index, CaptureSettings()):
        try:
            return Camera(
                index,
                name,
                width=round(capture.get(cv2.CAP_PROP_FRAME_WIDTH)),
                height=round(capture.get(cv2.CAP_PROP_FRAME_HEIGHT)),
                fps=stated_fps(capture),
                backend=capture.getBackendName(),
            )
        finally:
            capture.release()
    return None
