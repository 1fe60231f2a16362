"""What is known of one digit that is followed: where it is, what its readings say, and how sure it is that it is one.

Time is all that counts here, not how many frames it was cut into.
"""

from __future__ import annotations

import math

import numpy as np

from camrec.elements import Box, Digit
from camrec.stream.appearance import find_patch, patch_of

FLOOR = 0.01  # a single reading never speaks more than 100 : 1 against a digit
RIVAL = 1.5  # another digit takes over when it is so many times as likely: a toss-up must not flicker
NO_LABEL = -1  # of a digit that is being read for the first time
FADE_S = 1.0  # evidence that there is a digit fades with this time constant
FULL_S = 0.6  # of evidence at the most, so that what is gone gives way within a blink however long it stood there
FRESH_S = 0.1  # how old a patch may grow while its digit is read; light and distance change no faster


class Life:
    """One digit through time.

    Attributes
    ----------
    id : int
        Unique within its tracker.
    since, seen : float
        When it was first and last read, seconds; of what was carried along with the page since, when that was.
    learned : float
        When its last reading was learned, seconds.
    agreed : float
        When it was last read as its label, seconds; carried along as `seen` is.
    label : int
        Index of the class it is shown as.
    odds : numpy.ndarray
        (classes,) float32 probabilities over its readings, the older the fainter. They choose the label.
    crop : numpy.ndarray or None
        What the network last saw of it, where the reader keeps that.
    evidence : float
        That there is a digit at all, in seconds of sure sight. A mark on a wall is read now and then, and doubtfully; a
        digit nearly always. Each reading counts for the time since the frame before, by how sure it and its company
        are.
    peak : float
        The highest confidence that it has had.
    shown : bool
        Whether it is, or would be if nothing better stood in its place.
    """

    __slots__ = (
        *(
            "_believed",
            "_carried",
            "_found",
            "_logs",
            "_patch",
            "_patched",
            "_sums",
            "_weight",
        ),
        *(
            "agreed",
            "crop",
            "evidence",
            "held",
            "id",
            "label",
            "learned",
            "odds",
            "peak",
            "seen",
            "shown",
            "since",
        ),
    )

    def __init__(self, id: int, digit: Digit, time: float, classes: int) -> None:
        self.id = id
        self.since = self.seen = self.learned = self.agreed = time
        self.label = NO_LABEL
        self.odds = np.zeros(classes, np.float32)
        self.evidence = self.peak = 0.0
        self.shown = self.held = False
        self.crop = digit.crop
        self._found = digit.box
        self._believed = time
        # Pixels since then; whole ones would round slow moves away.
        self._carried = (0.0, 0.0)
        self._logs = np.zeros(classes, np.float32)
        self._sums = np.zeros(classes, np.float32)
        self._weight = 0.0
        self._patch: np.ndarray | None = None
        self._patched = -math.inf

    @property
    def box(self) -> Box:
        """Where it is now."""
        return self._found.shift(round(self._carried[0]), round(self._carried[1]))

    @property
    def confidence(self) -> float:
        """Of its label, in [0, 1]."""
        return float(self.scores[self.label])

    @property
    def scores(self) -> np.ndarray:
        """(classes,) float32 confidence in each: the mean over its readings, the older the fainter."""
        return self._sums / self._weight

    def drift(self, dx: float, dy: float) -> None:
        """Go along with the page by (dx, dy) pixels, unseen."""
        self._carried = (self._carried[0] + dx, self._carried[1] + dy)

    def place(self, box: Box) -> None:
        """Be where it was found."""
        self._found, self._carried = box, (0.0, 0.0)

    def learn(self, digit: Digit, read: int, kept: float, labels: list[int]) -> None:
        """Add a reading as class `read`; `kept` in [0, 1] of the earlier ones still counts, one of `labels` is shown.

        Means and not sums: more frames a second show the same ink again, they are no further witnesses.
        """
        self.place(digit.box)
        self.crop = digit.crop
        scores = np.maximum(digit.scores, FLOOR)
        self._weight = kept * self._weight + 1
        self._logs = kept * self._logs + np.log(scores)
        # The reader's confidence knows more than the scores of one crop; the scores say what the others share of it.
        shares = np.minimum(1, digit.scores / scores[read])
        self._sums = kept * self._sums + digit.confidence * shares
        odds = np.exp(self._logs / self._weight)
        self.odds = odds / odds.sum()
        best = max(labels, key=lambda label: self.odds[label])
        if self.label == NO_LABEL or self.odds[best] > RIVAL * self.odds[self.label]:
            self.label = best
        self.peak = max(self.peak, self.confidence)

    def believe(self, weight: float, before: float, time: float) -> None:
        """Add the time from the frame `before` up to now with `weight`: 1 is one sure digit, more is good company.

        Half of it where it was not read in that frame: so it is when time is cut finer, too.
        """
        share = 1.0 if self._believed == before else 0.5
        self._believed = time
        self.vouch(share * weight * (time - before))

    def vouch(self, seconds: float) -> None:
        """Add evidence."""
        self.evidence = min(FULL_S, self.evidence + seconds)

    def fade(self, dt: float) -> None:
        """Let evidence grow old by `dt` seconds."""
        self.evidence *= math.exp(-dt / FADE_S)

    def look(self, image: np.ndarray, time: float) -> None:
        """Note what it looks like, if that was long ago."""
        if time - self._patched >= FRESH_S:
            self._patch, self._patched = patch_of(image, self._found), time

    def seek(self, image: np.ndarray) -> tuple[float, float] | None:
        """Look for its ink, unread, near where it should be, and go where it is.

        Returns
        -------
        (float, float) or None
            How far that was, pixels; None where the ink is not to be seen.
        """
        off = self._off(image)
        self.held = off is not None
        if off is not None:
            self.drift(*off)
        return off

    def sees_its_ink(self, image: np.ndarray) -> bool:
        """Whether what it looked like a moment ago is to be seen where it is now."""
        return self._off(image) is not None

    def _off(self, image: np.ndarray) -> tuple[float, float] | None:
        return None if self._patch is None else find_patch(image, self.box, self._patch)
