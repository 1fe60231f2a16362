"""A scene filmed by a camera in a hand: it sways, trembles and is nudged, and what moves while the shutter is open blurs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from camrec.training.rendering import optics
from camrec.training.rendering.scenes import (
    PageDigit,
    exposed,
    lights,
    moved,
    visible_digits,
)
from camrec.training.rendering.sheets import Sheet
from camrec.training.rendering.styles import Style

FPS = 30
EXPOSURE_S = 0.5 / FPS  # as a camera indoors: half of the time there is
SWAY = (
    ((24, 1.9, 0.0), (7, 5.3, 1.0)),
    ((15, 1.4, 2.0), (5, 6.1, 0.0)),
)  # px, rad/s, rad
NUDGES = ((3.1, 0.11, (34, -14)), (5.8, 0.12, (-12, 30)))  # when and how long, s; px
MOST_STEPS = 12  # pictures that are averaged for the blur of one frame


@dataclass(frozen=True, slots=True)
class HandHeld:
    """How a camera in a hand looks at a flat scene.

    Parameters
    ----------
    world, frame : tuple of int
        Height and width of the scene and of the picture, px.
    """

    world: tuple[int, int]
    frame: tuple[int, int]

    def view(self, time: float) -> np.ndarray:
        """From the scene to the frame at a time in seconds: (3, 3) float64."""
        angle = 0.028 * np.sin(1.1 * time + 0.5) + 0.007 * np.sin(4.7 * time)
        scale = 1.04 + 0.05 * np.sin(0.8 * time + 1)
        cos, sin = scale * np.cos(angle), scale * np.sin(angle)
        turn = np.array([[cos, -sin], [sin, cos]])
        # (x, y) of both middles, which lie on each other while the hand is still
        middle, target = np.array(self.world[::-1]) / 2, np.array(self.frame[::-1]) / 2
        shift = target - turn @ middle + _wander(time)
        lean = [2e-5 * np.sin(1.3 * time), 2e-5 * np.sin(1.7 * time + 1)]
        return np.vstack([np.column_stack([turn, shift]), [*lean, 1.0]])

    def expose(self, image: np.ndarray, time: float) -> np.ndarray:
        """What falls on the sensor while the shutter is open around a time."""
        start, end = time - EXPOSURE_S / 2, time + EXPOSURE_S / 2
        middle = np.array([self.world[::-1]]) / 2
        ends = [optics.seen(middle, self.view(t)) for t in (start, end)]
        steps = int(np.clip(np.linalg.norm(ends[1] - ends[0]), 1, MOST_STEPS))
        total = np.zeros((*self.frame, 3), np.float32)
        for t in np.linspace(start, end, steps + 2)[1:-1]:
            seen = cv2.warpPerspective(image, self.view(t), self.frame[::-1])
            cv2.accumulate(seen, total)
        return cv2.convertScaleAbs(total, alpha=1 / steps)


def _wander(time: float) -> np.ndarray:
    """How far the hand has moved the picture at a time: (x, y), px."""
    sway = [sum(a * np.sin(w * time + p) for a, w, p in axis) for axis in SWAY]
    nudges = [np.array(by) * np.exp(-(((time - t) / s) ** 2)) for t, s, by in NUDGES]
    moved: np.ndarray = np.array(sway) + sum(nudges)
    return moved


def film(
    rng: np.random.Generator,
    scene: Sheet,
    style: Style,
    size: tuple[int, int],
    seconds: float,
) -> Iterator[tuple[np.ndarray, dict[int, PageDigit]]]:
    """Frames of a scene, each with the digits that are seen in it.

    Parameters
    ----------
    rng : numpy.random.Generator
        Draws light and noise.
    scene : Sheet
        As it lies, larger than what the camera sees.
    style : Style
        Its light, lens and sensor.
    size : tuple of int
        Height and width of the frames, px.
    seconds : float
        Length at `FPS` frames a second.

    Yields
    ------
    image : numpy.ndarray
        (H, W, 3) uint8, BGR.
    digits : dict
        From an id that stays through the film to the digit.
    """
    world = scene.image.shape[0], scene.image.shape[1]
    camera = HandHeld(world, size)
    lit = optics.lit(scene.image, *lights(rng, world, style))
    for time in np.arange(round(seconds * FPS)) / FPS:
        image = exposed(rng, camera.expose(lit, time), style)
        marks = moved(scene.marks, camera.view(time))
        yield image, visible_digits(marks, size)
