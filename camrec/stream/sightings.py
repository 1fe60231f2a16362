"""Which numbers were in view, and for how long."""

from __future__ import annotations

from camrec.elements import Scene

LASTING_S = (
    0.5  # a number that is seen for a shorter time was being written, moved or misread
)


class Sightings:
    """Watches the scenes of one source.

    Parameters
    ----------
    forgetting : bool
        Numbers that have gone are forgotten: for months before a camera, of which nobody asks what stayed.

    Attributes
    ----------
    now : tuple of str
        Texts of the numbers in the last scene, in reading order.
    """

    def __init__(self, *, forgetting: bool = False) -> None:
        self._forgetting = forgetting
        self.now: tuple[str, ...] = ()
        self._seconds: dict[str, float] = {}  # in order of first appearance
        self._first: float | None = None
        self._last = 0.0

    def add(self, scene: Scene) -> bool:
        """Take a scene; returns whether its numbers are others than those of the scene before."""
        time = scene.frame.time
        self._first = time if self._first is None else self._first
        before, self.now = self.now, tuple(number.label for number in scene.numbers)
        for text in self.now:
            passed = max(0.0, time - self._last) if text in before else 0.0
            self._seconds[text] = self._seconds.get(text, 0.0) + passed
        if self._forgetting:
            self._seconds = {text: self._seconds[text] for text in self.now}
        self._last = time
        return self.now != before

    def lasting(self) -> list[str]:
        """Numbers that stayed, in order of first appearance; in a very short clip those of half its length."""
        length = self._last - (self._first or 0.0)
        least = min(LASTING_S, length / 2)
        return [text for text, seconds in self._seconds.items() if seconds >= least]
