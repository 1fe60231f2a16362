"""camrec reads handwritten digits in pictures, videos and live cameras.

>>> from camrec import Reader, open_source
>>> scene = Reader().read("page.jpg")
>>> [number.text for number in scene.numbers]
['4712', '2021']
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from camrec import environment

if TYPE_CHECKING:
    from camrec.batch.many import read_many
    from camrec.elements import Box, Digit, Frame, Number, Scene, Track
    from camrec.errors import (
        CamrecError,
        DataError,
        ModelError,
        OutputError,
        SourceError,
    )
    from camrec.reading.reader import Reader
    from camrec.stream.capture import open_source

__version__ = "1.0.0"

environment.prepare()  # before any module of the package can import cv2

_HOMES = {
    "Box": "camrec.elements",
    "Digit": "camrec.elements",
    "Frame": "camrec.elements",
    "Number": "camrec.elements",
    "Scene": "camrec.elements",
    "Track": "camrec.elements",
    "CamrecError": "camrec.errors",
    "DataError": "camrec.errors",
    "ModelError": "camrec.errors",
    "OutputError": "camrec.errors",
    "SourceError": "camrec.errors",
    "Reader": "camrec.reading.reader",
    "open_source": "camrec.stream.capture",
    "read_many": "camrec.batch.many",
}

__all__ = [
    "Box",
    "CamrecError",
    "DataError",
    "Digit",
    "Frame",
    "ModelError",
    "Number",
    "OutputError",
    "Reader",
    "Scene",
    "SourceError",
    "Track",
    "open_source",
    "read_many",
]


def __getattr__(name: str) -> Any:
    """Load public names on first use, so that `camrec --help` loads neither OpenCV nor numpy (PEP 562)."""
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'camrec' has no attribute {name!r}")
