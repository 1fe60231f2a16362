"""Where the files that camrec ships lie: its models and its samples."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from camrec.errors import DataError, ModelError

_PACKAGE = Path(__file__).resolve().parent

# A wheel carries the folders inside the package; a checkout, and so an editable install, has them beside it.
_HOMES = (_PACKAGE, _PACKAGE.parent)


def resource(kind: Literal["models", "samples"], name: str) -> Path:
    """Path of a shipped file.

    Parameters
    ----------
    kind : {"models", "samples"}
        The folder it was shipped in.
    name : str
        File name inside that folder, such as ``"digits.tflite"``.

    Raises
    ------
    ModelError, DataError
        If no such model or sample came with this installation.
    """
    for home in _HOMES:
        path = home / kind / name
        if path.is_file():
            return path
    error = ModelError if kind == "models" else DataError
    raise error(
        f"{kind}/{name} did not come with this camrec, looked for in "
        f"{' and '.join(str(home) for home in _HOMES)}; install camrec again"
    )
