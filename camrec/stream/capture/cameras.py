"""The cameras of this computer."""

from __future__ import annotations

import logging
import re
import sys
from dataclasses import dataclass
from pathlib import Path

import cv2

from camrec.errors import SourceError
from camrec.stream.capture.recorded import stated_fps

log = logging.getLogger(__name__)

LINUX_CAMERAS = Path("/sys/class/video4linux")
PROBED = 8  # indices tried where the platform keeps no list of cameras
_BACKENDS = {
    "linux": (cv2.CAP_V4L2,),
    "win32": (cv2.CAP_MSMF, cv2.CAP_DSHOW),
    "darwin": (cv2.CAP_AVFOUNDATION,),
}


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


def list_cameras() -> list[Camera]:
    """Every camera that can be opened now, by index."""
    names = _names()
    indices = names if sys.platform == "linux" else range(PROBED)
    cameras = (_probe(index, names.get(index, "")) for index in sorted(indices))
    return [camera for camera in cameras if camera]


def find_camera(part: str) -> int | None:
    """Index of the first camera whose name contains `part`, in any case; None where there is none."""
    matching = (i for i, name in _names().items() if part.casefold() in name.casefold())
    return min(matching, default=None) if part else None


def open_camera(index: int) -> cv2.VideoCapture:
    """Open a camera by its index.

    Raises
    ------
    SourceError
        If there is none; the message lists those there are.
    """
    if index < 0:  # OpenCV crashes on -1
        raise SourceError(f"camera {index} cannot exist; indices start at 0")
    capture = _try(index)
    if capture is None:
        raise SourceError(f"camera {index} cannot be opened; {cameras_here()}")
    return capture


def cameras_here() -> str:
    """What to do about a camera that is not there: the end of a sentence, naming those that are."""
    if cameras := list_cameras():
        return "cameras here: " + ", ".join(map(str, cameras))
    return why_no_camera()


def why_no_camera() -> str:
    """What to do where :func:`list_cameras` finds none; a sentence without its full stop."""
    if names := _names():
        some = ", ".join(f"{name} (/dev/video{i})" for i, name in names.items())
        return f"{some} refused: close programs that use it, or join the group 'video'"
    return "no camera was found: connect one, or give a video, a picture or an address"


def _names() -> dict[int, str]:
    """Index and name of each video device, where the platform (Linux) tells."""
    names = {}
    for folder in LINUX_CAMERAS.glob("video*"):
        if match := re.fullmatch(r"video(\d+)", folder.name):
            try:
                names[int(match[1])] = (folder / "name").read_text().strip()
            except OSError as error:  # unplugged this instant
                log.debug("%s has no name: %s", folder, error)
    return names


def _try(index: int) -> cv2.VideoCapture | None:
    for backend in _BACKENDS.get(sys.platform, (cv2.CAP_ANY,)):
        capture = cv2.VideoCapture(index, backend)
        if capture.isOpened():
            return capture
    return None


def _probe(index: int, name: str) -> Camera | None:
    capture = _try(index)
    if capture is None:
        return None
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
