"""Where annotated pictures and videos of a batch go: a folder that mirrors where their sources lie."""

from __future__ import annotations

import re
from pathlib import Path

from camrec.batch.files import File, suffix_of
from camrec.elements import Scene
from camrec.stream.overlay import draw
from camrec.stream.sinks import Sink
from camrec.stream.sinks.outputs import make_folder
from camrec.stream.sinks.pictures import WRITABLE, save_picture
from camrec.stream.sinks.video import VideoFile

_PARTS = re.compile(r"[/\\]+")
_UNFIT = re.compile(r'[:*?"<>|\x00-\x1f]')  # in names on Windows


def saved_beside(folder: str, file: File, fps: float | None = None) -> list[Sink]:
    """What writes the annotated picture of a file, or its video where there is a rate; nothing where there is no folder.

    Raises
    ------
    OutputError
        If its folder cannot be made.
    """
    if not folder:
        return []
    own = suffix_of(file.name)
    if fps is not None:
        path = mirrored(folder, file.name, ".mp4")
    else:
        path = mirrored(folder, file.name, own if own in WRITABLE else ".png")
    make_folder(path.parent)
    return [_Annotated(path)] if fps is None else [VideoFile(path, fps)]


def mirrored(folder: str, name: str, suffix: str) -> Path:
    """Where the output of a source goes: ``scans/a/page.jpg`` to ``folder/scans/a/page.camrec.jpg``.

    Two sources never meet, so that no worker has to know of another: where the suffix changes, the old one stays in the
    name. The way up does not lead out of the folder, as the names in a stranger's archive might.
    """
    parts = [_UNFIT.sub("_", part) for part in _PARTS.split(name)]
    *above, last = [part for part in parts if part not in ("", ".", "..")]
    own = suffix_of(name)
    stem = last[: -len(own)] if own == suffix and last.lower().endswith(own) else last
    return Path(folder, *above, f"{stem}.camrec{suffix}")


class _Annotated:
    """Writes the annotated picture of one scene."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def write(self, scene: Scene) -> None:
        """Draw and write."""
        save_picture(self._path, draw(scene))

    def close(self) -> None:
        """Nothing is left open."""
