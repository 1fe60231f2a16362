"""The window on the screen: pictures out, wishes in."""

from __future__ import annotations

import time
from collections import deque

import cv2
import numpy as np

from camrec.errors import OutputError
from camrec.stream.canvas import canvas_for
from camrec.stream.sinks.painting import PaintWatch
from camrec.stream.sinks.screen import prepare_fonts, prepare_platform, why_no_screen

KEYS = {
    "q": "quit",
    "\x1b": "quit",
    " ": "pause",
    "s": "snapshot",
    "r": "record",
    "d": "debug",
    "+": "raise",
    "=": "raise",  # the same key without shift, on many keyboards
    "-": "lower",
    "_": "lower",
    "m": "mirror",
    "b": "boxes",
    "h": "help",
}
"""What each key asks for; :mod:`camrec.stream.hud` tells the user."""

# The ratio is kept by whoever draws, on a canvas as large as the window: so all window systems do it alike, and words
# are drawn at the size they are seen.
_FLAGS = cv2.WINDOW_NORMAL | cv2.WINDOW_FREERATIO | cv2.WINDOW_GUI_NORMAL
_KEYPAD = {0xFFAB: "+", 0xFFAD: "-"}  # keysyms of X11, which GTK hands on
_CHARACTERS = 0x100  # arrows and their like have codes from here on
_POLL_MS = 15  # the longest wait of one poll: a key is answered at once, and the processor rests
_LEAST = 640  # px of width; a smaller picture is shown larger, so that words beside it can be read
_MOST = (1600, 900)  # px; a larger picture is shown smaller, the user may enlarge it


class Window:
    """One window; must be used from the main thread, as the window systems demand.

    Parameters
    ----------
    title : str
        Shown in its title bar.

    Attributes
    ----------
    clicked : (int, int)
        Where the mouse was last pressed, (x, y) on the canvas.

    Raises
    ------
    OutputError
        If there is no screen.
    """

    def __init__(self, title: str) -> None:
        prepare_platform()
        reason = why_no_screen()
        if reason is not None:
            raise OutputError(
                f"no window can be opened: {reason}; use --browser or --no-window"
            )
        prepare_fonts()
        self.clicked = (0, 0)
        self._title = title
        self._open = False
        self._size: tuple[int, int] | None = None
        self._asked: deque[str] = deque()
        self._shown: np.ndarray | None = None
        self._watch = PaintWatch(title)

    def size(self, picture: tuple[int, int]) -> tuple[int, int]:
        """Size of the canvas to draw, (width, height) in pixels: that of the window, or what a `picture` wants of a new one."""
        self._size = self._size_on_screen() or canvas_for(picture, _LEAST, _MOST)
        return self._size

    def show(self, canvas: np.ndarray) -> None:
        """Show a canvas, (H, W, 3) uint8 BGR; the first one opens the window."""
        if not self._open:
            self._create(canvas.shape[1], canvas.shape[0])
        cv2.imshow(self._title, canvas)
        self._shown = canvas

    def poll(self, wait_s: float = 0.0) -> str:
        """Let the window live for `wait_s` seconds, at least for a moment.

        Returns
        -------
        str
            What the user asked for: one of the values of :data:`KEYS`, "click" at :attr:`clicked`, "resize" where the
            canvas should be drawn anew, or "" for nothing. The close button asks to quit.
        """
        until = time.monotonic() + wait_s
        while True:
            left_ms = 1000 * (until - time.monotonic())
            code = cv2.waitKeyEx(max(1, min(_POLL_MS, round(left_ms))))
            if asked := asked_by(code):
                self._asked.append(asked)
            if self._shown is not None:
                self._watch.look(self._shown)
            if not self._visible():
                return "quit"
            if self._asked:
                return self._asked.popleft()
            if self._was_resized():
                return "resize"
            if left_ms <= _POLL_MS:
                return ""

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
                f"no window can be opened ({error.err}); use --browser or --no-window"
            ) from error
        cv2.resizeWindow(self._title, width, height)
        cv2.setMouseCallback(self._title, self._on_mouse)
        self._open = True

    def _on_mouse(self, event: int, x: int, y: int, *_: object) -> None:
        if event == cv2.EVENT_LBUTTONDOWN:
            self.clicked = (x, y)
            self._asked.append("click")

    def _size_on_screen(self) -> tuple[int, int] | None:
        """Width and height in pixels; None where there is no window, or nobody knows."""
        if not self._open:
            return None
        try:
            _, _, width, height = cv2.getWindowImageRect(self._title)
        except cv2.error:
            return None
        return (width, height) if width > 0 and height > 0 else None

    def _was_resized(self) -> bool:
        size = self._size_on_screen()
        return size is not None and size != self._size

    def _visible(self) -> bool:
        if not self._open:
            return True
        try:
            return cv2.getWindowProperty(self._title, cv2.WND_PROP_VISIBLE) >= 1
        except cv2.error:  # Qt has forgotten a window that was closed
            return False


def asked_by(code: int) -> str:
    """What a key asks for, by the code that the window system gives it; "" for nothing."""
    # GTK tells in the upper half which other keys are held; -1, for no key at all, becomes 0xFFFF.
    symbol = code & 0xFFFF
    character = chr(symbol) if symbol < _CHARACTERS else _KEYPAD.get(symbol, "")
    return KEYS.get(character.lower(), "")
