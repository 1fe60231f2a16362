"""The browser of the desktop that a command runs on."""

from __future__ import annotations

import os
import sys
import webbrowser


def open_page(address: str) -> None:
    """Show a page in the browser; without effect where there is no desktop.

    Python would then start a browser for the terminal, in the way of everything else, and wait for its end.
    """
    desktop = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    if desktop or not sys.platform.startswith("linux"):
        webbrowser.open(address)
