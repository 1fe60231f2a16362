"""The clipboard, through the programs that every platform has for it."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping

from camrec.errors import OutputError

WAYLAND = (("wl-copy",),)
X11 = (("xclip", "-selection", "clipboard"), ("xsel", "--clipboard", "--input"))
WINDOWS = (("clip",), ("clip.exe",))  # the second under Windows' Linux, too
MACOS = (("pbcopy",),)


def clipboard_command(
    platform: str = sys.platform, environment: Mapping[str, str] = os.environ
) -> tuple[str, ...]:
    """The program that puts its standard input on the clipboard, and its arguments.

    Parameters
    ----------
    platform : str
        As `sys.platform`.
    environment : mapping
        As `os.environ`; tells which kind of screen there is.

    Raises
    ------
    OutputError
        If there is none; it says what to install.
    """
    choices, remedy = _choices(platform, environment)
    for command in choices:
        if shutil.which(command[0], path=environment.get("PATH")):
            return command
    raise OutputError(f"nothing here can copy to the clipboard; {remedy}")


def _choices(
    platform: str, environment: Mapping[str, str]
) -> tuple[tuple[tuple[str, ...], ...], str]:
    if platform == "darwin":
        return MACOS, "pbcopy comes with macOS: see whether /usr/bin is on PATH"
    if platform == "win32":
        return WINDOWS, "clip comes with Windows: see whether System32 is on PATH"
    if environment.get("WSL_DISTRO_NAME"):
        return WINDOWS, "clip.exe comes with Windows: see whether its System32 is on PATH"  # fmt: skip
    if environment.get("WAYLAND_DISPLAY"):
        return WAYLAND, "install wl-clipboard (sudo apt install wl-clipboard)"
    if environment.get("DISPLAY"):
        return X11, "install xclip or xsel (sudo apt install xclip)"
    return (), "it belongs to a screen, and neither DISPLAY nor WAYLAND_DISPLAY names one"  # fmt: skip
