"""Is there a screen to open a window on?

OpenCV's window toolkit aborts the whole process where there is none, and no `try` can catch that; so ask first.
"""

from __future__ import annotations

import ctypes
import os
import re
import sys
from functools import cache
from pathlib import Path

import cv2

from camrec.stream.sinks.x11 import connect

_FONT_FOLDERS = (
    "/usr/share/fonts/truetype/dejavu",
    "/usr/share/fonts/truetype",
    "/usr/share/fonts",
)

_PLUGINS = Path(cv2.__file__).parent / "qt/plugins/platforms"  # in the wheel from PyPI


def why_no_screen() -> str | None:
    """Why no window can be opened, as the middle of a sentence; None where one can."""
    if toolkit() in ("", "NONE"):
        return "this OpenCV is a headless build (install opencv-python in its place)"
    if not sys.platform.startswith("linux"):
        return None  # Windows and macOS raise an ordinary error, if any
    return _why_no_x_server() or _why_no_qt_plugin()


def prepare_platform() -> None:
    """Have Qt speak with an X server where it knows nothing else: the wheel has no Wayland, which many desktops ask for."""
    if _has_qt() and not _platforms():
        os.environ["QT_QPA_PLATFORM"] = "xcb"


def prepare_fonts() -> None:
    """Point Qt at fonts of the system; the wheel names a folder that it does not bring, and Qt complains aloud."""
    # Importing cv2 sets the variable, so a value that leads nowhere is no wish of the user's.
    if Path(os.environ.get("QT_QPA_FONTDIR", "")).is_dir():
        return
    folder = next((f for f in _FONT_FOLDERS if Path(f).is_dir()), None)
    if folder is not None:
        os.environ["QT_QPA_FONTDIR"] = folder


@cache
def toolkit() -> str:
    """What draws windows in this build of OpenCV: QT5, GTK3, WIN32UI, COCOA, WAYLAND, NONE.

    `cv2.currentUIFramework` is missing from Python in 4.9, and silent about the windows of some systems.
    """
    match = re.search(r"^ *GUI: +(\S+)", cv2.getBuildInformation(), re.MULTILINE)
    return match[1].upper() if match else ""


def _has_qt() -> bool:
    return toolkit().startswith("QT")


def _platforms() -> list[str]:
    """Platforms of Qt that are both wanted and there, the first choice first."""
    wanted = [name.split(":")[0] for name in os.environ.get("QT_QPA_PLATFORM", "").split(";")]  # fmt: skip
    wanted = [name for name in wanted if name] or ["xcb"]
    if not _PLUGINS.is_dir():
        return wanted  # not the wheel from PyPI: the system keeps its plugins together
    return [name for name in wanted if (_PLUGINS / f"libq{name}.so").is_file()]


def _needs_x_server() -> bool:
    if _has_qt():
        return _platforms()[:1] in ([], ["xcb"])
    return not os.environ.get("WAYLAND_DISPLAY")  # GTK speaks with either


def _why_no_x_server() -> str | None:
    if not _needs_x_server():
        return None
    if not os.environ.get("DISPLAY"):
        return "no screen is there (DISPLAY is not set)"
    if connect() is None:
        return f"the screen DISPLAY={os.environ['DISPLAY']} does not answer"
    return None


def _why_no_qt_plugin() -> str | None:
    """Qt aborts too where its plugin lacks a system library; loading the plugin tells which."""
    plugin = _PLUGINS / "libqxcb.so"
    if not plugin.is_file():
        return None  # not the wheel from PyPI: the system keeps its libraries together
    try:
        ctypes.CDLL(str(plugin))
    except OSError as error:
        return f"a library of the system is missing ({error})"
    return None
