"""The window on the screen."""

from __future__ import annotations

import time

import cv2
import numpy as np

from camrec.errors import OutputError
from camrec.stream.sinks.screen import prepare_fonts, why_no_screen
from camrec.stream.sinks.x11 import is_bare, map_again

KEYS = {
    "q": "quit",
    "\x1b": "quit",
    " ": "pause",
    "s": "snapshot",
    "d": "debug",
    "h": "help",
}
HELP = (
    "q or Esc: end",
    "space: pause",
    "s: save a snapshot",
    "d: save a sheet that explains this reading",
    "h: show or hide these keys",
)

_FLAGS = cv2.WINDOW_NORMAL | cv2.WINDOW_KEEPRATIO | cv2.WINDOW_GUI_NORMAL
_POLL_MS = 15  # the longest wait of one poll: a key is answered at once, and the processor rests
_SETTLE_MS = 250  # words sent sooner get lost too, once in 30
_LARGEST = (
    1600,
    900,
)  # px; a larger picture is shown smaller, the user may enlarge the window


class Window:
    """One window; must be used from the main thread, as the window systems demand.

    Parameters
    ----------
    title : str
        Shown in its title bar.

    Raises
    ------
    OutputError
        If there is no screen.
    """

    def __init__(self, title: str) -> None:
        reason = why_no_screen()
        if reason is not None:
            raise OutputError(f"no window can be opened: {reason}; use --no-window")
        prepare_fonts()
        self._title = title
        self._open = False

    def show(self, image: np.ndarray) -> None:
        """Show a picture, (H, W, 3) uint8 BGR; the first one opens the window."""
        if not self._open:
            self._create(image.shape[1], image.shape[0])
        cv2.imshow(self._title, image)

    def poll(self, wait_s: float = 0.0) -> str:
        """Let the window live for `wait_s` seconds, at least for a moment.

        Returns
        -------
        str
            What the user asked for: one of the values of :data:`KEYS`, or "" for nothing.
            The close button asks to quit.
        """
        until = time.monotonic() + wait_s
        while True:
            left_ms = 1000 * (until - time.monotonic())
            code = cv2.waitKey(max(1, min(_POLL_MS, round(left_ms))))
            asked = KEYS.get(chr(code & 0xFF).lower(), "") if code != -1 else ""
            if not self._visible():
                return "quit"
            if asked or left_ms <= _POLL_MS:
                return asked

    def close(self) -> None:
        """Take the window from the screen."""
        if self._open:
            self._open = False
            cv2.destroyAllWindows()
            cv2.waitKey(1)  # the toolkit takes it away when it is next asked for keys

    def _create(self, width: int, height: int) -> None:
        try:
            cv2.namedWindow(self._title, _FLAGS)
        except cv2.error as error:
            raise OutputError(
                f"no window can be opened ({error.err}); use --no-window"
            ) from error
        scale = min(1.0, _LARGEST[0] / width, _LARGEST[1] / height)
        cv2.resizeWindow(self._title, round(scale * width), round(scale * height))
        self._open = True
        if is_bare():
            # When the machine is busy, the Qt of OpenCV 5.0 may lose the X server's word that the window is there, and
            # paints nothing for as long as it lives: 22 times of 60 under Xvfb.
            cv2.waitKey(_SETTLE_MS)
            map_again(self._title)

    def _visible(self) -> bool:
        if not self._open:
            return True
        try:
            return cv2.getWindowProperty(self._title, cv2.WND_PROP_VISIBLE) >= 1
        except cv2.error:  # Qt has forgotten a window that was closed
            return False
