"""Is a window really painted?"""

from __future__ import annotations

import time

import numpy as np

from camrec.stream.sinks.x11 import is_bare, map_again, picture_of

LOOK_S = 0.2  # from one look to the next
UNLIKE = 3  # looks in a row that find something else on the screen than what was shown
MOST_MENDS = 10  # of one window: on a screen whose colours are others than those shown it would never end


class PaintWatch:
    """Sees to it that a window on a bare X server is painted.

    Without a window manager the Qt of OpenCV 5.0 (5.15.19) may lose the X server's word that its window is on the screen, one
    time in three to eight under Xvfb on a busy machine. It then paints nothing for as long as it lives, whatever it is shown;
    only to be put on the screen once more helps.

    Parameters
    ----------
    title : str
        Of the window.
    """

    def __init__(self, title: str) -> None:
        self._title = title
        self._mends = MOST_MENDS if is_bare() else 0
        self._unlike = 0
        self._next = time.monotonic() + LOOK_S

    def look(self, shown: np.ndarray) -> None:
        """Compare window and `shown`, (H, W, 3) uint8 BGR, now and then; mend the window where they keep differing."""
        now = time.monotonic()
        if not self._mends or now < self._next:
            return
        self._next = now + LOOK_S
        seen = picture_of(self._title, (shown.shape[1], shown.shape[0]))
        same = seen is None or np.array_equal(seen, shown)
        self._unlike = 0 if same else self._unlike + 1
        if self._unlike == UNLIKE:
            self._unlike = 0
            self._mends -= 1
            map_again(self._title)
