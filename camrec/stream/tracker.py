"""Digits followed through time, so that what is shown is steady.

Time comes with the frames and is all that counts: the same scene at 5 and at 60 frames a second gives the same answer.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np

from camrec.elements import Box, Digit, Number, Scene, Track
from camrec.reading.numbers import group_digits
from camrec.settings import TrackingSettings
from camrec.stream.matching import Marks, Match, match

FLOOR = 0.01  # a single reading never speaks more than 100 : 1 against a digit
RIVAL = 1.5  # another digit takes over when it is so many times as likely: a toss-up must not flicker
NO_LABEL = -1  # of a digit that is being read for the first time
COVERED = 0.3  # overlap (IoU) with a found digit that makes a missing one an old reading of the same ink

Group = Callable[[Sequence[Digit], Sequence[Box]], tuple[Number, ...]]


class Tracker:
    """Follows digits from frame to frame and steadies their labels.

    A new digit is shown at once. Its label is the digit that its readings of the last ``memory_s`` or so make likeliest
    together. Where it is not found it is still shown for ``keep_s``, carried along with its neighbours.

    Parameters
    ----------
    settings : TrackingSettings
    classes : sequence of str
        Names in the order of every digit's scores; those of one character are digits.
    min_confidence : float
        Digits less sure than this, taken over time, are not shown.
    group : callable
        Digits and the scene's marks to numbers; what is in none is not shown. A reader with a pattern has its own way.
    """

    def __init__(
        self,
        settings: TrackingSettings,
        classes: Sequence[str],
        *,
        min_confidence: float = 0.0,
        group: Group = group_digits,
    ) -> None:
        self.settings = settings
        self._classes = tuple(classes)
        self._labels = [k for k, name in enumerate(classes) if len(name) == 1]
        self.min_confidence = min_confidence
        self._group = group
        self._lives: list[_Life] = []
        self._next_id = 0
        self._time = 0.0
        self._velocity = np.zeros(2)  # of the page, pixels a second

    def update(self, scene: Scene) -> Scene:
        """Take the digits of one frame and give back the steady ones.

        Parameters
        ----------
        scene : Scene
            As it was read; ``scene.frame.time`` says when. A time before the last one starts anew.

        Returns
        -------
        Scene
            The same frame with steady digits, their numbers, and a track for each digit.
        """
        dt = self._advance(scene.frame.time)
        result = self._match(scene.digits, dt)
        self._carry_on(scene.digits, result)
        self._begin(scene.digits, result)
        self._forget(scene)
        return self._shown(scene)

    def _advance(self, time: float) -> float:
        dt = time - self._time
        if dt < 0:
            self._lives, self._velocity, dt = [], np.zeros(2), 0.0
        self._time = time
        return dt

    def _match(self, digits: Sequence[Digit], dt: float) -> Match:
        old = _marks([life.box for life in self._lives], [v.odds for v in self._lives])
        new = _marks([d.box for d in digits], [d.scores for d in digits])
        result = match(old, new, self._velocity * dt, dt)
        if result.pairs and dt > 0:
            self._velocity = result.motion / dt
        return result

    def _carry_on(self, digits: Sequence[Digit], result: Match) -> None:
        for life, (dx, dy) in zip(self._lives, result.shifts, strict=True):
            life.drift(float(dx), float(dy))
        for index, found in result.pairs:
            self._read(self._lives[index], digits[found])

    def _begin(self, digits: Sequence[Digit], result: Match) -> None:
        known = {found for _, found in result.pairs}
        for index, digit in enumerate(digits):
            if index not in known:
                life = _Life(self._next_id, digit, self._time, len(self._classes))
                self._next_id += 1
                self._lives.append(life)
                self._read(life, digit)

    def _read(self, life: _Life, digit: Digit) -> None:
        """Add one reading to what is known of a digit."""
        age, memory = self._time - life.seen, self.settings.memory_s
        kept = math.exp(-age / memory) if memory else 0.0
        life.learn(digit, self._classes.index(digit.text), kept)
        life.seen = self._time
        life.label = self._label(life)

    def _label(self, life: _Life) -> int:
        best = max(self._labels, key=lambda label: life.odds[label])
        if life.label == NO_LABEL or life.odds[best] > RIVAL * life.odds[life.label]:
            return best
        return life.label

    def _forget(self, scene: Scene) -> None:
        patience = self.settings.keep_s + self.settings.memory_s
        self._lives = [
            life
            for life in self._lives
            if self._time - life.seen <= patience and _in_view(life.box, scene)
        ]

    def _shown(self, scene: Scene) -> Scene:
        found = [life.box for life in self._lives if life.seen == self._time]
        tracks = [
            Track(life.id, digit, life.since, life.seen)
            for life in self._lives
            if self._is_shown(life, found)
            and (digit := self._digit(life)).confidence >= self.min_confidence
        ]
        numbers = self._group([track.digit for track in tracks], scene.marks)
        digits = tuple(digit for number in numbers for digit in number.digits)
        reported = {id(digit) for digit in digits}
        tracks = [track for track in tracks if id(track.digit) in reported]
        return Scene(scene.frame, digits, numbers, tuple(tracks), scene.marks)

    def _is_shown(self, life: _Life, found: list[Box]) -> bool:
        age = self._time - life.seen
        if age == 0:
            return True
        return age <= self.settings.keep_s and all(
            life.box.iou(box) < COVERED for box in found
        )

    def _digit(self, life: _Life) -> Digit:
        label = life.label
        return Digit(self._classes[label], float(life.odds[label]), life.box, life.odds)


class _Life:
    """What is known of one digit: where it is, and all its readings, the older the fainter."""

    __slots__ = (
        *("_carried", "_found", "_logs", "_sums", "_weight"),
        *("id", "label", "odds", "seen", "since", "sure"),
    )

    def __init__(self, id: int, digit: Digit, time: float, classes: int) -> None:
        self.id = id
        self._found = digit.box
        self._carried = (
            0.0,
            0.0,
        )  # pixels since then; whole ones would round slow moves away
        self.label = NO_LABEL
        self.since = self.seen = time
        self.odds = np.zeros(
            classes, np.float32
        )  # which digit? probabilities over its readings
        self.sure = np.zeros(
            classes, np.float32
        )  # confidence in each, mean over its readings
        self._logs = np.zeros(classes, np.float32)
        self._sums = np.zeros(classes, np.float32)
        self._weight = 0.0

    @property
    def box(self) -> Box:
        """Where it is now."""
        return self._found.shift(round(self._carried[0]), round(self._carried[1]))

    def drift(self, dx: float, dy: float) -> None:
        """Go along with the page by (dx, dy) pixels, unseen."""
        self._carried = (self._carried[0] + dx, self._carried[1] + dy)

    def learn(self, digit: Digit, read: int, kept: float) -> None:
        """Add a reading as class `read`; `kept` in [0, 1] of the earlier ones still counts.

        Means and not sums: more frames a second show the same ink again, they are no further witnesses.
        """
        self._found, self._carried = digit.box, (0.0, 0.0)
        scores = np.maximum(digit.scores, FLOOR)
        self._weight = kept * self._weight + 1
        self._logs = kept * self._logs + np.log(scores)
        odds = np.exp(self._logs / self._weight)
        self.odds = odds / odds.sum()
        # The reader's confidence knows more than the scores of one crop; the scores say what the others share of it.
        others = digit.confidence * np.minimum(1, scores / scores[read])
        self._sums = kept * self._sums + others
        self.sure = self._sums / self._weight


def _marks(boxes: Sequence[Box], scores: Sequence[np.ndarray]) -> Marks:
    if not boxes:
        return Marks(np.zeros((0, 2)), np.zeros(0), np.zeros((0, 0)))
    corners = np.array([box.as_list() for box in boxes], float)
    heights = np.maximum(corners[:, 3], 1)
    return Marks(corners[:, :2] + corners[:, 2:] / 2, heights, np.array(scores))


def _in_view(box: Box, scene: Scene) -> bool:
    x, y = box.centre
    return 0 <= x < scene.frame.width and 0 <= y < scene.frame.height
