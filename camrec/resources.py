"""Where the files lie that camrec ships, its models and its samples, and the models that a user has made."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Literal

from camrec.errors import DataError

_PACKAGE = Path(__file__).resolve().parent

# A wheel carries the folders inside the package; a checkout, and so an editable install, has them beside it.
_HOMES = (_PACKAGE, _PACKAGE.parent)


def shipped(kind: Literal["models", "samples"]) -> list[Path]:
    """Folders where shipped files of a kind may lie, the surest first."""
    return [home / kind for home in _HOMES]


def sample(name: str) -> Path:
    """Path of a shipped sample.

    Parameters
    ----------
    name : str
        File name, such as ``"clip.mp4"``.

    Raises
    ------
    DataError
        If it did not come with this installation.
    """
    for folder in shipped("samples"):
        if (folder / name).is_file():
            return folder / name
    raise DataError(
        f"samples/{name} did not come with this camrec, looked for in "
        f"{' and '.join(map(str, shipped('samples')))}; install camrec again"
    )


def user_models() -> Path:
    """Folder of the models that the user has made by name; the variable ``CAMREC_MODELS`` names another one.

    By default where each system keeps data of programs: under ``$XDG_DATA_HOME`` or ``~/.local/share`` (XDG Base Directory
    Specification), ``~/Library/Application Support``, or ``%LOCALAPPDATA%``.
    """
    named = os.environ.get("CAMREC_MODELS")
    return Path(named) if named else _data_home() / "camrec" / "models"


def _data_home() -> Path:
    home = Path(
        os.path.expanduser("~")
    )  # unlike Path.home, content where nobody has one
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or home / "AppData/Local")
    if sys.platform == "darwin":
        return home / "Library/Application Support"
    return Path(os.environ.get("XDG_DATA_HOME") or home / ".local/share")
