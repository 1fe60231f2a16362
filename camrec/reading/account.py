"""All that was computed while one picture was read: what a reading leaves behind for those who ask why."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from camrec.elements import Box, Number, Scene
from camrec.reading.ink import Ink
from camrec.reading.pattern import Pattern
from camrec.reading.regions import Candidates
from camrec.reading.resolve import Resolved


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """What a picture shows before anything is decided.

    Parameters
    ----------
    picture : numpy.ndarray
        (H, W, 3) uint8 BGR, upright and at the scale of work.
    ink : Ink
    candidates : Candidates
    crops : numpy.ndarray
        (N, 28, 28, 1) float32, one for each candidate.
    scores : numpy.ndarray
        (N, classes) probabilities, each candidate judged alone.
    """

    picture: np.ndarray
    ink: Ink
    candidates: Candidates
    crops: np.ndarray
    scores: np.ndarray


@dataclass(frozen=True, slots=True, eq=False)
class Account:
    """How a scene came about; it holds what reading computed anyway and costs nothing.

    Parameters
    ----------
    scene : Scene
        What is reported.
    seen : Seen
    resolved : Resolved
    numbers : tuple of Number
        All that were found before anybody asked whether they fit the pattern; boxes at the scale of work.
    reported : tuple of Number
        Those of `scene`, with boxes at the scale of work; to fit the pattern, some may be read otherwise.
    classes : tuple of str
    least : float
        Probability from which a digit is reported.
    pattern : Pattern or None
        What numbers have to fit.
    full : callable
        From a box at the scale of work to one in pixels of the whole frame.
    """

    scene: Scene
    seen: Seen
    resolved: Resolved
    numbers: tuple[Number, ...]
    reported: tuple[Number, ...]
    classes: tuple[str, ...]
    least: float
    pattern: Pattern | None
    full: Callable[[Box], Box]
