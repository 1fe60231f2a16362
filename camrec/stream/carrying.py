"""What was read in one frame, carried to a later one: boxes that stay on their digits while nothing is read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import cv2
import numpy as np

from camrec.elements import Box, Digit, Frame, Number, Scene

_SIDE = 640  # px, the longest; finer motion than its pixels nobody sees
_WINDOW = (21, 21)  # px of that: about a digit
_LEVELS = 3  # of the pyramid: motion of up to a window's half at an eighth of the size, 80 px, is found
_WORST = 20.0  # grey levels a pixel by which what was followed may look different


class Carrier:
    """Carries the scene that was read last to the frames that come after it.

    Each number goes where most of its digits go, by the optical flow of the ink (pyramidal Lucas and Kanade). 3 ms at
    1280x720 with twenty digits, a tenth of reading them.
    """

    def __init__(self) -> None:
        self._scene: Scene | None = None
        self._small = np.zeros((1, 1), np.uint8)

    def carry(self, scene: Scene | None, frame: Frame) -> Scene:
        """What is known of `frame` by what was read before.

        Parameters
        ----------
        scene : Scene or None
            As it was read, of this frame or an earlier one; None where nothing was.
        frame : Frame

        Returns
        -------
        Scene
            Of `frame`; `scene` itself where it is of this frame, without digits where it is of another size.
        """
        if scene is None or _size(scene.frame) != _size(frame):
            return Scene(frame)
        if scene.frame is frame:
            return scene
        if not scene.digits:
            return replace(scene, frame=frame)
        if scene is not self._scene:
            self._scene, self._small = scene, _small(scene.frame)
        return _moved(scene, frame, self._flow(scene, frame))

    def _flow(self, scene: Scene, frame: Frame) -> np.ndarray:
        """(digits, 2) pixels that each digit has moved since; NaN where it was not found."""
        scale = _scale(frame)
        centres = [digit.box.centre for digit in scene.digits]
        points = np.array(centres, np.float32) * np.float32(scale)
        there, found, errors = cv2.calcOpticalFlowPyrLK(
            self._small, _small(frame), points, points.copy(), winSize=_WINDOW, maxLevel=_LEVELS
        )  # fmt: skip
        shifts = (there - points) / scale
        shifts[(found[:, 0] == 0) | (errors[:, 0] > _WORST)] = np.nan
        return shifts


def carried(scene: Scene, frame: Frame, place: Callable[[Box], Box]) -> Scene:
    """A scene as a later frame shows it.

    Parameters
    ----------
    scene : Scene
    frame : Frame
    place : callable
        Where a box of `scene` lies in `frame`.

    Returns
    -------
    Scene
        Of `frame`, without what does not lie in it as a whole any more.
    """
    boxes = {id(digit): place(digit.box) for digit in scene.digits}
    inside = {key: box for key, box in boxes.items() if _is_in(box, frame)}
    marks = (place(mark) for mark in scene.marks)
    there = tuple(mark for mark in marks if _is_in(mark, frame))
    return replace(_placed(scene, frame, inside), marks=there)


def _moved(scene: Scene, frame: Frame, shifts: np.ndarray) -> Scene:
    """The scene where each number has gone along with its digits, and those that were not found with the page."""
    page = _middle(shifts, np.zeros(2))
    place = {id(digit): k for k, digit in enumerate(scene.digits)}
    boxes = {id(digit): digit.box for digit in scene.digits}
    for number in scene.numbers:
        own = [place[id(digit)] for digit in number.digits]
        shift = _middle(shifts[own], page)
        for digit in number.digits:
            boxes[id(digit)] = _shifted(digit.box, shift)
    return _placed(scene, frame, boxes)


def _placed(scene: Scene, frame: Frame, boxes: Mapping[int, Box]) -> Scene:
    """The scene with its digits in other boxes, by their ids as objects; those without one are left out."""
    digits = {
        id(digit): replace(digit, box=boxes[id(digit)])
        for digit in scene.digits
        if id(digit) in boxes
    }
    numbers = (_number(number, digits) for number in scene.numbers)
    return replace(
        scene,
        frame=frame,
        digits=tuple(digits.values()),
        numbers=tuple(number for number in numbers if number.digits),
        tracks=tuple(
            replace(track, digit=digits[id(track.digit)])
            for track in scene.tracks
            if id(track.digit) in digits
        ),
    )


def _number(number: Number, digits: Mapping[int, Digit]) -> Number:
    """The number of those of its digits that are left."""
    own = tuple(digits[id(digit)] for digit in number.digits if id(digit) in digits)
    text = "".join(digit.text for digit in own)
    around = Box.around([digit.box for digit in own]) if own else number.box
    return replace(number, text=text, box=around, digits=own)


def _is_in(box: Box, frame: Frame) -> bool:
    return box.clip(frame.width, frame.height) == box


def _middle(shifts: np.ndarray, otherwise: np.ndarray) -> np.ndarray:
    """Median of those (n, 2) that are known."""
    known = shifts[~np.isnan(shifts).any(axis=1)]
    return np.median(known, axis=0) if len(known) else otherwise


def _shifted(box: Box, shift: np.ndarray) -> Box:
    return box.shift(round(float(shift[0])), round(float(shift[1])))


def _size(frame: Frame) -> tuple[int, int]:
    return frame.width, frame.height


def _scale(frame: Frame) -> float:
    return min(1.0, _SIDE / max(frame.width, frame.height))


def _small(frame: Frame) -> np.ndarray:
    scale = _scale(frame)
    size = round(scale * frame.width), round(scale * frame.height)
    small = cv2.resize(frame.image, size, interpolation=cv2.INTER_AREA)
    return cv2.cvtColor(small, cv2.COLOR_BGR2GRAY)
