"""Where annotated pictures and videos of a batch go: a folder that mirrors where their sources lie."""

from __future__ import annotations

import os
import re
from hashlib import sha256
from pathlib import Path

from camrec.batch.files import MEDIA, File, suffix_of
from camrec.elements import Scene
from camrec.stream.overlay import annotate
from camrec.stream.sinks import Sink
from camrec.stream.sinks.outputs import make_folder
from camrec.stream.sinks.pictures import WRITABLE, save_picture
from camrec.stream.sinks.video import VideoFile

_PARTS = re.compile(r"[/\\]+")
_ROOT = re.compile(r"\A(?:\./|/+|[a-z]:/|[a-z][a-z0-9+.-]+://)+", re.IGNORECASE)
_LONGEST = 255  # bytes of a name, on most disks
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
    name, and where a name had to change so that another might become the same, it ends in a digest of what it was. Only the
    root is lost without a trace: ``/scans`` and ``scans``, ``s3://scans`` and ``s3_/scans`` are one. The way up does not
    lead out of the folder, as the names in a stranger's archive might.
    """
    parts = [_UNFIT.sub("_", part) for part in _PARTS.split(name)]
    *above, last = [part for part in parts if part not in ("", ".", "..")] or [""]
    stem = last.removesuffix(suffix)
    ending = f".camrec{suffix}"
    if not (_is_kept(name, above, last) and _is_alone(stem, last)) or _size(stem + ending) > _LONGEST:  # fmt: skip
        ending = f"-{sha256(_bytes(name)).hexdigest()[:8]}{ending}"
    stem = _cut(stem, _LONGEST - _size(ending))
    return Path(folder, *(_cut(part, _LONGEST) for part in above), stem + ending)


def _is_kept(name: str, above: list[str], last: str) -> bool:
    """Whether the parts are all that a name has below its root."""
    below = _ROOT.sub("", name.replace(os.sep, "/"))
    kept = "/".join([*above, last])
    return kept == below or kept.endswith(f"/{below}")


def _is_alone(stem: str, last: str) -> bool:
    """Whether no other name of a picture or video has this output: ``a.gif`` would have that of ``a.gif.png``, ``a`` that of ``a.png``."""
    if stem == last:
        return suffix_of(last) in MEDIA
    return suffix_of(stem) not in MEDIA


def _size(name: str) -> int:
    return len(_bytes(name))


def _cut(name: str, most: int) -> str:
    """As much of a name as fits into so many bytes."""
    data = _bytes(name)
    return name if len(data) <= most else data[:most].decode("utf-8", "ignore")


def _bytes(name: str) -> bytes:
    # Names on disk may hold halves of characters.
    return name.encode("utf-8", "surrogatepass")


class _Annotated:
    """Writes the annotated picture of one scene."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def write(self, scene: Scene) -> None:
        """Draw and write."""
        save_picture(self._path, annotate(scene))

    def close(self) -> None:
        """Nothing is left open."""
