"""Is there a screen to open a window on?

OpenCV's window toolkit aborts the whole process where there is none, and no `try` can catch that; so ask first.
"""

from __future__ import annotations

import ctypes
import os
import sys
from pathlib import Path

import cv2

from camrec.stream.sinks.x11 import connect

_FONT_FOLDERS = (
    "/usr/share/fonts/truetype/dejavu",
    "/usr/share/fonts/truetype",
    "/usr/share/fonts",
)


def why_no_screen() -> str | None:
    """Why no window can be opened, as the middle of a sentence; None where one can."""
    if not cv2.currentUIFramework() and not _has_native_windows():
        return "this OpenCV is a headless build (install opencv-python in its place)"
    if not sys.platform.startswith("linux"):
        return None  # Windows and macOS raise an ordinary error, if any
    return _why_no_x_server() or _why_no_qt_plugin()


def prepare_fonts() -> None:
    """Point Qt at fonts of the system; the wheel names a folder that it does not bring, and Qt complains aloud."""
    # Importing cv2 sets the variable, so a value that leads nowhere is no wish of the user's.
    if Path(os.environ.get("QT_QPA_FONTDIR", "")).is_dir():
        return
    folder = next((f for f in _FONT_FOLDERS if Path(f).is_dir()), None)
    if folder is not None:
        os.environ["QT_QPA_FONTDIR"] = folder


def _has_native_windows() -> bool:
    # Win32 and Cocoa builds name no framework in some versions; the build report always tells.
    return (
        "WIN32UI" in cv2.getBuildInformation() or "Cocoa" in cv2.getBuildInformation()
    )


def _why_no_x_server() -> str | None:
    if os.environ.get("QT_QPA_PLATFORM", "xcb") != "xcb":
        return None  # the user has chosen another platform of Qt, such as "offscreen"
    if not os.environ.get("DISPLAY"):
        return "no screen is there (DISPLAY is not set)"
    if connect() is None:
        return f"the screen DISPLAY={os.environ['DISPLAY']} does not answer"
    return None


def _why_no_qt_plugin() -> str | None:
    """Qt aborts too where its plugin lacks a system library; loading the plugin tells which."""
    plugin = Path(cv2.__file__).parent / "qt/plugins/platforms/libqxcb.so"
    if not plugin.is_file():
        return None  # not the wheel from PyPI: the system keeps its libraries together
    try:
        ctypes.CDLL(str(plugin))
    except OSError as error:
        return f"a library of the system is missing ({error})"
    return None
