"""What OpenCV must be told before it is imported.

OpenCV reads these variables once, while it loads, so the package sets them before any of its modules can import cv2.
A value that the user has set stays.
"""

from __future__ import annotations

import os
import re

MAX_PICTURE_PIXELS = 2**28
"""Largest picture that is decoded, pixels (16384 x 16384, 0.8 GB as BGR); a header may claim any size."""

_PIXELS = "OPENCV_IO_MAX_IMAGE_PIXELS"
_UNITS = {"": 1, "KB": 2**10, "MB": 2**20}
_VARIABLES = {
    "OPENCV_LOG_LEVEL": "SILENT",
    "OPENCV_FFMPEG_LOGLEVEL": "-8",  # AV_LOG_QUIET
    _PIXELS: str(MAX_PICTURE_PIXELS),
    # Media Foundation takes 12 s and more to open a camera while it looks for hardware transforms.
    "OPENCV_VIDEOIO_MSMF_ENABLE_HW_TRANSFORMS": "0",
}


def prepare() -> None:
    """Quieten and bound OpenCV; without effect once cv2 is imported."""
    for name, value in _VARIABLES.items():
        os.environ.setdefault(name, value)


def limit_pixels(most: int) -> None:
    """Decode no picture of more pixels; without effect once cv2 is imported."""
    os.environ[_PIXELS] = str(min(most, most_pixels()))


def most_pixels() -> int:
    """Pixels of the largest picture that is decoded; what the user set may end in KB or MB, as OpenCV takes it."""
    told = re.fullmatch(
        r"(\d+)(KB|MB)?", os.environ.get(_PIXELS, "").strip(), re.IGNORECASE
    )
    if told is None:
        return MAX_PICTURE_PIXELS
    return int(told[1]) * _UNITS[(told[2] or "").upper()]
