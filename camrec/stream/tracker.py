"""Digits followed through time, so that what is shown is steady.

Time comes with the frames and is all that counts: the same scene at 5 and at 60 frames a second gives the same answer.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np

from camrec.elements import Box, Digit, Number, Scene, Track
from camrec.reading.numbers import group_digits
from camrec.settings import TrackingSettings
from camrec.stream.lives import NO_LABEL, Life
from camrec.stream.matching import Marks, Match, match

COVERED = 0.3  # overlap (IoU) of two boxes that cannot both be digits,
INSIDE = 0.7  # or the share of the smaller one that lies in the other: a piece of it
VOUCHING = 1.5  # sure digits beside a new one that show it at once; two that are nearly sure do
SAME_INK = 4.0  # times longer are readings remembered that the same ink now contradicts
LEAVING = 0.5  # of what it takes to be shown: what is shown stays until there is less, so that nothing flickers
NEWS_S = 0.3  # what was read otherwise than is shown for so long is news no more
OFTEN_S = 0.2  # apart do readings tell what is to be made of it: five a second tell what sixty do
DOUBTED = 0.5  # the same, of the least confidence: a digit that is read in two ways is one all the same

Group = Callable[
    [Sequence[Digit], Sequence[Box], Sequence[tuple[int, int]]], tuple[Number, ...]
]


class Tracker:
    """Follows digits from frame to frame and steadies their labels.

    A digit is shown after ``show_after_s`` of sure sight, one in a number of sure digits at once; what looks like one for
    a moment, or doubtfully, never is. Its label is the digit that its readings of the last ``memory_s`` or so make
    likeliest together. Where it is not read it is carried along with its neighbours: shown as long as its ink is to be
    seen there and it was not missed too long, or for ``keep_s`` where something hides the ink.

    Parameters
    ----------
    settings : TrackingSettings
    classes : sequence of str
        Names in the order of every digit's scores; those of one character are digits.
    min_confidence : float
        Digits less sure than this, taken over time, are not shown.
    group : callable
        Digits, the scene's marks, and pairs of indices that stood together before, to numbers; what is in none is not
        shown. A reader with a pattern has its own way.
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
        self._lives: list[Life] = []
        self._together: list[tuple[int, int]] = []  # ids of neighbours in numbers
        self._next_id = 0
        self._time = 0.0
        self._witnessed = self._before = 0.0  # the last frames that were read
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
        self._carry_on(result)
        if scene.witness:
            self._before, self._witnessed = self._witnessed, self._time
            self._weigh(scene, self._learn(scene, result))
        else:
            self._hold(scene, result)
        self._look(scene.frame.image, dt)
        self._decide()
        self._forget(scene)
        return self._scene(scene)

    def again_s(self) -> float:
        """How soon after the last frame another reading of the same picture would tell something new, seconds.

        Returns
        -------
        float
            0 where a digit has just come, been missed or been read otherwise; infinite where all was read as it is shown.
        """
        return min(map(self._again_s, self._lives), default=math.inf)

    def _again_s(self, life: Life) -> float:
        if life.shown == (life.agreed == self._time):
            return math.inf
        its_ink_is_there = life.held and life.seen < self._time
        since = life.agreed if life.shown else life.since
        return OFTEN_S if its_ink_is_there or self._time - since >= NEWS_S else 0.0

    def _advance(self, time: float) -> float:
        if time < self._time:
            self._lives, self._velocity = [], np.zeros(2)
            self._time = self._witnessed = time
        dt, self._time = time - self._time, time
        return dt

    def _match(self, digits: Sequence[Digit], dt: float) -> Match:
        old = _marks([life.box for life in self._lives], [v.odds for v in self._lives])
        new = _marks([d.box for d in digits], [d.scores for d in digits])
        result = match(old, new, self._velocity * dt, dt)
        if result.pairs and dt > 0:
            self._velocity = result.motion / dt
        return result

    def _carry_on(self, result: Match) -> None:
        for life, (dx, dy) in zip(self._lives, result.shifts, strict=True):
            life.drift(float(dx), float(dy))

    def _hold(self, scene: Scene, result: Match) -> None:
        """Put what was read before where it has gone since, and believe of it what was believed."""
        for index, found in result.pairs:
            life = self._lives[index]
            life.place(scene.digits[found].box)
            if life.agreed == life.seen:
                life.agreed = self._time
            life.seen = self._time

    def _learn(self, scene: Scene, result: Match) -> dict[int, Life]:
        """The life of each digit that was read; those not met before begin one."""
        lives = {found: self._lives[index] for index, found in result.pairs}
        for found, life in lives.items():
            self._read(life, scene.digits[found], scene.frame.image)
        for index, digit in enumerate(scene.digits):
            if index not in lives:
                lives[index] = Life(self._next_id, digit, self._time, len(self._classes))  # fmt: skip
                self._next_id += 1
                self._lives.append(lives[index])
                self._read(lives[index], digit, scene.frame.image)
        return lives

    def _read(self, life: Life, digit: Digit, image: np.ndarray) -> None:
        """Add one reading to what is known of a digit."""
        age, memory = self._time - life.learned, self.settings.memory_s
        if life.label != NO_LABEL and digit.text != self._classes[life.label]:
            # Ink that has not changed has become no other digit; a paper that was exchanged has.
            memory *= SAME_INK if life.sees_its_ink(image) else 1.0
        kept = math.exp(-age / memory) if memory else 0.0
        life.learn(digit, self._classes.index(digit.text), kept, self._labels)
        life.seen = life.learned = self._time
        if digit.text == self._classes[life.label]:
            life.agreed = self._time

    def _weigh(self, scene: Scene, lives: dict[int, Life]) -> None:
        """Judge anew how sure it is that each is a digit."""
        company = _company(scene)
        for life in self._lives:
            life.fade(self._time - self._before)
        for index, life in lives.items():
            own = _certainty(scene.digits[index])
            together = max(own, company.get(id(scene.digits[index]), own))
            if life.since < self._time:
                life.believe(together, self._before, self._time)
            else:  # how long it has been there nobody knows, but its neighbours vouch for it
                life.vouch((together - own) / VOUCHING * self.settings.show_after_s)

    def _look(self, image: np.ndarray, dt: float) -> None:
        unread = [life for life in self._lives if life.seen < self._time]
        for life in self._lives:
            if life.seen == self._time:
                life.look(image, self._time)
        off = [by for life in unread if life.shown and (by := life.seek(image))]
        if off and len(unread) == len(self._lives) and dt > 0:
            # Nothing was read: the ink alone tells how the page moves.
            self._velocity += np.median(off, axis=0) / dt

    def _forget(self, scene: Scene) -> None:
        patience = self.settings.keep_s + self.settings.memory_s
        self._lives = [
            life
            for life in self._lives
            if (self._time - life.seen <= patience or life.shown)
            and _in_view(life.box, scene)
        ]

    def _decide(self) -> None:
        """Settle which are shown, with less asked of those that are."""
        for life in self._lives:
            asked, least = self.settings.show_after_s, self.min_confidence
            if life.shown:
                asked *= LEAVING
            if (
                life.shown and life.peak >= least
            ):  # the user may have raised it meanwhile
                least *= DOUBTED
            sure = life.evidence >= asked and life.confidence >= least
            life.shown = sure and self._is_present(life)

    def _is_present(self, life: Life) -> bool:
        age = self._time - life.seen
        return age == 0 or life.shown and (age <= self.settings.keep_s or life.held)

    def _scene(self, scene: Scene) -> Scene:
        shown = [life for life in self._lives if life.shown]
        hidden = _beaten(shown)
        tracks = [
            Track(life.id, self._digit(life), life.since, life.seen)
            for life in shown
            if life.id not in hidden
        ]
        numbers = self._numbers(tracks, scene.marks)
        digits = tuple(digit for number in numbers for digit in number.digits)
        reported = {id(digit) for digit in digits}
        tracks = [track for track in tracks if id(track.digit) in reported]
        return Scene(scene.frame, digits, numbers, tuple(tracks), scene.marks)

    def _numbers(self, tracks: list[Track], marks: Sequence[Box]) -> tuple[Number, ...]:
        at = {track.id: index for index, track in enumerate(tracks)}
        held = [(at[a], at[b]) for a, b in self._together if a in at and b in at]
        numbers = self._group([track.digit for track in tracks], marks, held)
        ids = {id(track.digit): track.id for track in tracks}
        self._together = [
            (ids[id(a)], ids[id(b)])
            for number in numbers
            for a, b in pairwise(number.digits)
        ]
        return numbers

    def _digit(self, life: Life) -> Digit:
        name = self._classes[life.label]
        return Digit(name, life.confidence, life.box, life.scores, life.crop)


def _certainty(digit: Digit) -> float:
    """0 for a toss-up, 1 where there is no doubt."""
    return max(0.0, 2 * digit.confidence - 1)


def _company(scene: Scene) -> dict[int, float]:
    """By the ids of digits as objects: how sure their numbers are, in sure digits."""
    return {
        id(digit): sum(_certainty(other) for other in number.digits)
        for number in scene.numbers
        for digit in number.digits
    }


def _beaten(shown: list[Life]) -> set[int]:
    """Ids of those in whose place something better stands: of two readings of the same ink, the one with less evidence.

    What was last read in the same frame is ink side by side.
    """
    last = max((life.seen for life in shown), default=0.0)
    return {
        min(old, other, key=lambda life: life.evidence).id
        for old in shown
        if old.seen < last
        for other in shown
        if other.seen != old.seen and _collide(old.box, other.box)
    }


def _collide(a: Box, b: Box) -> bool:
    inside = a.intersect(b).area / max(1, min(a.area, b.area))
    return inside >= INSIDE or a.iou(b) >= COVERED


def _marks(boxes: Sequence[Box], scores: Sequence[np.ndarray]) -> Marks:
    if not boxes:
        return Marks(np.zeros((0, 2)), np.zeros(0), np.zeros((0, 0)))
    corners = np.array([box.as_list() for box in boxes], float)
    heights = np.maximum(corners[:, 3], 1)
    return Marks(corners[:, :2] + corners[:, 2:] / 2, heights, np.array(scores))


def _in_view(box: Box, scene: Scene) -> bool:
    x, y = box.centre
    return 0 <= x < scene.frame.width and 0 <= y < scene.frame.height
