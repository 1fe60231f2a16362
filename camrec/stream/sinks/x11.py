"""The few words that camrec itself speaks with an X server, through libX11 by ctypes.

On other systems, and where libX11 is missing, there is simply no connection.
"""

from __future__ import annotations

import ctypes
import sys
import time
from dataclasses import dataclass
from functools import cache

import numpy as np

TRIES, RETRY_S = 3, 0.1
_ALL_PLANES, _Z_PIXMAP = 0xFFFFFFFF, 2  # of X.h


@dataclass(frozen=True, slots=True)
class Connection:
    """An open connection: the library and its handle of the display."""

    library: ctypes.CDLL
    display: ctypes.c_void_p


class _XImage(ctypes.Structure):
    """The head of Xlib's structure of this name."""

    _fields_ = (
        ("width", ctypes.c_int),
        ("height", ctypes.c_int),
        ("xoffset", ctypes.c_int),
        ("format", ctypes.c_int),
        ("data", ctypes.c_void_p),
        ("byte_order", ctypes.c_int),
        ("bitmap_unit", ctypes.c_int),
        ("bitmap_bit_order", ctypes.c_int),
        ("bitmap_pad", ctypes.c_int),
        ("depth", ctypes.c_int),
        ("bytes_per_line", ctypes.c_int),
        ("bits_per_pixel", ctypes.c_int),
    )


def _ignore(display: int, error: int) -> int:
    """In place of Xlib's own answer to an error, which is to end the process: a window may have gone meanwhile."""
    return 0


# Xlib calls it as long as the process lives, so it must not go.
_IGNORE = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)(_ignore)


@cache
def connect() -> Connection | None:
    """Connect the way window toolkits do, DISPLAY and permissions included; None where they could not either.

    It takes about 2 ms and stays open as long as the process lives: a bare server such as Xvfb starts anew when its last
    client leaves, and would do so just when the window toolkit comes.
    """
    if not sys.platform.startswith("linux"):
        return None
    try:
        library = ctypes.CDLL("libX11.so.6")
    except OSError:
        return None
    library.XOpenDisplay.restype = ctypes.c_void_p
    library.XDefaultRootWindow.restype = ctypes.c_ulong
    library.XInternAtom.restype = ctypes.c_ulong
    library.XGetSelectionOwner.restype = ctypes.c_ulong
    library.XGetImage.restype = ctypes.POINTER(_XImage)
    library.XSetErrorHandler(_IGNORE)
    display = _open_display(library)
    return Connection(library, ctypes.c_void_p(display)) if display else None


def _open_display(library: ctypes.CDLL) -> int | None:
    for _ in range(TRIES):
        display: int | None = library.XOpenDisplay(None)
        if display:
            return display
        time.sleep(
            RETRY_S
        )  # a bare server may just be starting anew after another client
    return None


def is_bare() -> bool:
    """Whether there is an X server without a window manager, as in a test or a kiosk."""
    server = connect()
    if server is None:
        return False
    # Whoever manages windows owns this selection (ICCCM 4.3).
    atom = ctypes.c_ulong(server.library.XInternAtom(server.display, b"WM_S0", 0))
    return not server.library.XGetSelectionOwner(server.display, atom)


def map_again(title: str) -> None:
    """Take a window off the screen and put it back, so that its owner is told once more that it is there."""
    server = connect()
    window = _find_window(server, title) if server else None
    if server and window:
        server.library.XUnmapWindow(server.display, window)
        server.library.XMapWindow(server.display, window)
        server.library.XFlush(server.display)


def picture_of(title: str, size: tuple[int, int]) -> np.ndarray | None:
    """What a window shows.

    Parameters
    ----------
    title : str
    size : (int, int)
        Width and height of the window, px.

    Returns
    -------
    numpy.ndarray or None
        (H, W, 3) uint8 BGR; None where it cannot be told, as of a window that reaches over the edge of the screen.
    """
    server = connect()
    window = _find_window(server, title) if server else None
    if not server or not window:
        return None
    image = server.library.XGetImage(server.display, window, 0, 0, *size, ctypes.c_ulong(_ALL_PLANES), _Z_PIXMAP)  # fmt: skip
    if not image:
        return None
    try:
        return _pixels(image.contents)
    finally:
        server.library.XDestroyImage(image)


def _pixels(image: _XImage) -> np.ndarray | None:
    if image.bits_per_pixel != 32 or image.byte_order != 0:
        return None
    data = ctypes.string_at(image.data, image.height * image.bytes_per_line)
    rows = np.frombuffer(data, np.uint8).reshape(image.height, image.bytes_per_line)
    return rows[:, : 4 * image.width].reshape(image.height, image.width, 4)[..., :3]


def _find_window(server: Connection, title: str) -> ctypes.c_ulong | None:
    for window in _top_windows(server):
        name = ctypes.c_char_p()
        server.library.XFetchName(server.display, window, ctypes.byref(name))
        found = name.value == title.encode()
        server.library.XFree(name)
        if found:
            return window
    return None


def _top_windows(server: Connection) -> list[ctypes.c_ulong]:
    root = ctypes.c_ulong(server.library.XDefaultRootWindow(server.display))
    windows, count = ctypes.POINTER(ctypes.c_ulong)(), ctypes.c_uint()
    unused = ctypes.byref(ctypes.c_ulong())
    found, number = ctypes.byref(windows), ctypes.byref(count)
    server.library.XQueryTree(server.display, root, unused, unused, found, number)
    top = [ctypes.c_ulong(window) for window in windows[: count.value]]
    server.library.XFree(windows)
    return top
