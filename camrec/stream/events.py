"""What happens to numbers: one appears, changes, leaves. Each is told once.

What is shown and what is an event have different bars. A picture may show a number that is just being written, or one
digit too few for a moment; an event has consequences, so a number must have stood for a while, surely and whole.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from camrec.elements import Box, Number, Scene
from camrec.settings import TrackingSettings

APPEARED, CHANGED, LEFT = "appeared", "changed", "left"

MOST = 0.5  # of the time that makes a number stable, at most, is credited to one frame: a stall proves nothing


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a number.

    Parameters
    ----------
    event : str
        "appeared", "changed" or "left".
    text : str
        Of the number: as it is now, or as it was when it left.
    time : float
        When it is told, seconds.
    since : float
        When this text was first seen, seconds.
    confidence : float
        Probability that all its digits are right, in [0, 1].
    box : Box
        Where it is, or was last; pixels of the full picture.
    track : tuple of int
        Ids of the tracks of its digits, in reading order.
    """

    event: str
    text: str
    time: float
    since: float
    confidence: float
    box: Box
    track: tuple[int, ...]

    def record(self) -> dict[str, Any]:
        """The event as one JSON-ready object; part of the public interface."""
        return {
            "event": self.event,
            "text": self.text,
            "time": round(self.time, 4),
            "since": round(self.since, 4),
            "confidence": round(float(self.confidence), 4),
            "box": [int(value) for value in self.box.as_list()],
            "track": list(self.track),
        }


class NumberWatch:
    """Watches the scenes of one source and tells what happens to its numbers.

    A number is known again by the tracks of its digits; where those are lost, as when a hand was in the way, by its
    text. One that stays away for ``gone_s`` has left.

    Parameters
    ----------
    settings : TrackingSettings
        ``stable_s`` and ``gone_s`` matter here.
    """

    def __init__(self, settings: TrackingSettings) -> None:
        self._settings = settings
        self._watched: list[_Watched] = []
        self._time = 0.0

    def update(self, scene: Scene) -> list[Event]:
        """Take one scene, with tracks; returns what happened, in order."""
        time, before = scene.frame.time, self._time
        if time < before:
            self._watched = []  # the source began anew
        self._time = time
        dt = min(max(0.0, time - before), MOST * self._settings.stable_s)
        numbers = list(_sighted(scene))
        found = self._assign(numbers)
        events = [*self._gone(time, set(found.values()))]
        for sighted in numbers:
            watched = found.get(sighted) or self._begin()
            events += watched.see(sighted, time, dt, self._settings.stable_s)
        return events

    def _begin(self) -> _Watched:
        self._watched.append(_Watched())
        return self._watched[-1]

    def _assign(self, numbers: list[_Sighted]) -> dict[_Sighted, _Watched]:
        """Who is who: most common tracks first, then the same text; each once."""
        pairs = sorted(
            (
                (watched.likeness(sighted), -row, -column)
                for row, sighted in enumerate(numbers)
                for column, watched in enumerate(self._watched)
            ),
            reverse=True,
        )
        found: dict[_Sighted, _Watched] = {}
        taken = set()
        for likeness, row, column in pairs:
            if likeness > 0 and numbers[-row] not in found and column not in taken:
                found[numbers[-row]] = self._watched[-column]
                taken.add(column)
        return found

    def _gone(self, time: float, here: set[_Watched]) -> Iterator[Event]:
        """Those that have been away too long; they are forgotten."""
        staying = []
        for watched in self._watched:
            # What was never told of need not be waited for.
            patience = self._settings.gone_s if watched.told else self._settings.keep_s
            if watched in here or time - watched.seen <= patience:
                staying.append(watched)
            elif watched.told:
                yield watched.event(LEFT, time)
        self._watched = staying


@dataclass(frozen=True, slots=True, eq=False)
class _Sighted:
    """A number in one scene, the ids of its tracks, and the share of them that were really read in it."""

    number: Number
    tracks: tuple[int, ...]
    read: float


def _sighted(scene: Scene) -> Iterator[_Sighted]:
    tracks = {id(track.digit): track for track in scene.tracks}
    for number in scene.numbers:
        own = [tracks[id(digit)] for digit in number.digits if id(digit) in tracks]
        if own and number.fits:
            read = sum(track.seen == scene.frame.time for track in own) / len(own)
            yield _Sighted(number, tuple(track.id for track in own), read)


class _Watched:
    """A number through time: what was told of it, and what it may be becoming."""

    def __init__(self) -> None:
        self.told = ""
        self.seen = 0.0
        self._told_since = 0.0
        self._text = ""  # as it is now
        self._since = 0.0
        self._stood_s = 0.0
        self._last: _Sighted | None = None

    def likeness(self, sighted: _Sighted) -> float:
        """How much speaks for `sighted` being this number; 0 is nothing."""
        if self._last is None:
            return 0.0
        common = len(set(self._last.tracks) & set(sighted.tracks))
        same = sighted.number.text in (self.told, self._text)
        return common + 0.5 * same

    def see(
        self, sighted: _Sighted, time: float, dt: float, stable_s: float
    ) -> Iterator[Event]:
        """Take note of where and what it is now."""
        number = sighted.number
        if number.text != self._text:
            self._text, self._since, self._stood_s, dt = number.text, time, 0.0, 0.0
        # What is only remembered, or doubtful, stands no longer for it: a toss-up is no evidence.
        self._stood_s += dt * sighted.read * max(0.0, 2 * number.confidence - 1)
        self._last, self.seen = sighted, time
        if self._text != self.told and self._stood_s >= stable_s:
            kind = CHANGED if self.told else APPEARED
            self.told, self._told_since = self._text, self._since
            yield self.event(kind, time)

    def event(self, kind: str, time: float) -> Event:
        """An event about what was told last."""
        assert self._last is not None
        number, tracks = self._last.number, self._last.tracks
        return Event(kind, self.told, time, self._told_since, number.confidence, number.box, tracks)  # fmt: skip
