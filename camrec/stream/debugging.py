"""Sheets that explain readings, written while pictures are read: which of them, and under what names."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from camrec.elements import Frame, Scene
from camrec.reading.inspection import Inspection
from camrec.stream.debug_sheet import draw_sheet
from camrec.stream.sinks.outputs import OutputNames
from camrec.stream.sinks.pictures import save_picture

EVERY_S = 1.0  # of video, in seconds of the source; nobody looks at more sheets
ENDING = "-debug.camrec.png"


class Inspects(Protocol):
    """What sheets need of a :class:`~camrec.reading.reader.Reader`."""

    def read(self, image: Frame, /) -> Scene:
        """Read one frame."""

    def inspect(self, image: Frame, /) -> Inspection:
        """Read one frame and explain it."""


class DebugSheets:
    """A reader that explains some of what it reads, and the sink that writes the explanations as pictures.

    A pipeline takes it as both: frames are read once, and sheets are drawn where all files are written.

    Parameters
    ----------
    reader : Inspects
    names : OutputNames
    moving : bool
        Frames are those of a video: the first one gets a sheet, and then at most one a second. Of stills each one does.
    """

    def __init__(self, reader: Inspects, names: OutputNames, *, moving: bool) -> None:
        self._reader = reader
        self._names = names
        self._moving = moving
        self._due_s: float | None = None
        self._closed = False
        self._waiting: dict[int, Inspection] = {}

    def read(self, image: Frame, /) -> Scene:
        """Read one frame, and keep what explains it where a sheet is due."""
        if self._closed or not self._is_due(image):
            return self._reader.read(image)
        inspection = self._reader.inspect(image)
        self._waiting[id(image)] = inspection
        return inspection.scene

    def write(self, scene: Scene) -> None:
        """Write the sheet of a scene, if it gets one."""
        inspection = self._waiting.pop(id(scene.frame), None)
        if inspection is not None:
            save_sheet(inspection, self._names, numbered=self._moving)

    def close(self) -> None:
        """Explain nothing from now on."""
        self._closed = True
        self._waiting.clear()

    def _is_due(self, frame: Frame) -> bool:
        if not self._moving:
            return True
        if self._due_s is not None and frame.time < self._due_s:
            return False
        self._due_s = frame.time + EVERY_S
        return True


def save_sheet(
    inspection: Inspection, names: OutputNames, *, numbered: bool, fresh: bool = False
) -> Path:
    """Write the sheet of one reading.

    Parameters
    ----------
    inspection : Inspection
    names : OutputNames
    numbered : bool
        The number of the frame is part of the name.
    fresh : bool
        Replace no sheet that is there.

    Returns
    -------
    Path
        ``<stem>-debug.camrec.png``, or ``<stem>-<frame>-debug.camrec.png``.

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    frame = inspection.scene.frame
    ending = f"-{frame.index}{ENDING}" if numbered else ENDING
    path = names.path(frame.source, ending, fresh=fresh)
    save_picture(path, draw_sheet(inspection))
    return path
