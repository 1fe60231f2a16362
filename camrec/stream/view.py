"""The picture that a window shows: a scene the way its user wants to see it, and words beside it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from camrec.elements import Box, Digit, Scene
from camrec.stream.canvas import Layout, lay_out, shown
from camrec.stream.closeup import draw_closeup
from camrec.stream.hud import (
    Status,
    draw_bar,
    draw_help,
    draw_message,
    draw_trouble,
)
from camrec.stream.overlay import draw

NO_PICTURE = 640, 480  # px; the size of what is shown before there is a picture
_MESSAGE_S = 2.0  # how long a message stays at the least
_READING_S = 0.07  # how long a letter of it takes to be read
_SAME = 0.3  # overlap (IoU) from which a digit without a track is the one looked at
_NEAR = 4  # px beside a box that still hit it


class View:
    """Draws scenes for a window, and knows which digit the mouse points at.

    Parameters
    ----------
    classes : sequence of str
        Names in the order of every digit's scores.
    clock : callable
        Seconds, never going back.

    Attributes
    ----------
    mirrored, bare, help : bool
        Whether left and right are exchanged, boxes are hidden, the keys are shown.
    """

    def __init__(
        self, classes: Sequence[str], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.mirrored = self.bare = self.help = False
        self._classes = classes
        self._clock = clock
        self._message, self._message_until = "", 0.0
        self._layout: Layout | None = None
        self._picked: _Picked | None = None

    def say(self, message: str) -> None:
        """Show a message for as long as it takes to read it."""
        self._message = message
        stay_s = max(_MESSAGE_S, _READING_S * len(message))
        self._message_until = self._clock() + stay_s

    @property
    def outdated(self) -> bool:
        """Whether a message is shown that should be gone."""
        return bool(self._message) and self._clock() > self._message_until

    def draw(
        self, scene: Scene | None, status: Status, size: tuple[int, int]
    ) -> np.ndarray:
        """Draw a canvas.

        Parameters
        ----------
        scene : Scene or None
            None before there is a picture.
        status : Status
        size : (int, int)
            Width and height of the canvas, pixels.

        Returns
        -------
        numpy.ndarray
            (height, width, 3) uint8 BGR.
        """
        self._layout = lay_out(size, picture_size(scene), mirrored=self.mirrored)
        canvas = self._layout.blank()
        picture = self._layout.part(canvas)
        if scene is not None:
            picture[:] = self._drawn(scene, self._layout)
        self._tell(picture, self._layout, status)
        draw_bar(canvas, self._layout, status)
        return canvas

    def pick(self, scene: Scene, x: int, y: int) -> bool:
        """Look closely at the digit at (x, y) of the canvas; at none where none is, or where it is looked at already.

        Returns
        -------
        bool
            Whether a digit is looked at from now on.
        """
        before, self._picked = self._picked, None
        digit = self._at(scene, x, y)
        if digit is not None and digit is not _found(before, scene):
            self._picked = _Picked(_track_of(digit, scene), digit)
        return self._picked is not None

    def _drawn(self, scene: Scene, layout: Layout) -> np.ndarray:
        picture = shown(scene, layout)
        image = picture.frame.image.copy() if self.bare else draw(picture)
        self._follow(scene)
        if self._picked is not None:
            digit = self._picked.digit
            digit = replace(digit, box=layout.box(digit.box))
            draw_closeup(image, layout, digit, self._classes)
        return image

    def _tell(self, picture: np.ndarray, layout: Layout, status: Status) -> None:
        if status.health.trouble:
            draw_trouble(picture, layout, status.health.trouble)
        if self.outdated:
            self._message = ""
        if self._message:
            draw_message(picture, layout, self._message)
        if self.help:
            draw_help(picture, layout)

    def _follow(self, scene: Scene) -> None:
        """Find the digit that is looked at in a new scene."""
        digit = _found(self._picked, scene)
        if self._picked is None or digit is None:
            self._picked = None
            return
        if digit.crop is None:  # it was not read in this frame
            digit = replace(digit, crop=self._picked.digit.crop)
        self._picked = _Picked(_track_of(digit, scene), digit)

    def _at(self, scene: Scene, x: int, y: int) -> Digit | None:
        if self._layout is None:
            return None
        area = self._layout.area
        point = Box(x - area.x, y - area.y, 1, 1).expand(_NEAR)
        hit = [d for d in scene.digits if self._layout.box(d.box).intersect(point).area]
        return min(hit, key=lambda digit: digit.box.area, default=None)


def picture_size(scene: Scene | None) -> tuple[int, int]:
    """Width and height of what is shown, pixels."""
    return NO_PICTURE if scene is None else (scene.frame.width, scene.frame.height)


@dataclass(frozen=True, slots=True)
class _Picked:
    """The digit that is looked at, as it was last seen; its track is None where it has none."""

    track: int | None
    digit: Digit


def _found(picked: _Picked | None, scene: Scene) -> Digit | None:
    """The digit that is looked at, in another scene."""
    if picked is None:
        return None
    for track in scene.tracks:
        if track.id == picked.track:
            return track.digit
    if picked.track is not None and scene.tracks:
        return None  # it has gone
    box = picked.digit.box
    best = max(scene.digits, key=lambda d: d.box.iou(box), default=None)
    return best if best is not None and best.box.iou(box) >= _SAME else None


def _track_of(digit: Digit, scene: Scene) -> int | None:
    return next((t.id for t in scene.tracks if t.digit.box == digit.box), None)
