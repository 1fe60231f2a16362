"""The cameras of pages, each followed through time by a tracker of its own."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import OrderedDict
from dataclasses import replace

import numpy as np

from camrec.elements import Frame, Scene
from camrec.reading.reader import Reader
from camrec.settings import TrackingSettings
from camrec.stream.attention import AttentiveReader
from camrec.stream.tracker import Tracker
from camrec.web.questions import Question

MOST = 64  # pages at the same time; the one that was silent longest is forgotten
IDLE_S = 60.0  # without a frame a page is forgotten; by then no digit of it is remembered anyway


class Follower:
    """One page's camera: frames in, steady scenes out."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._since = time.monotonic()
        self._count = 0
        self._question: Question | None = None
        self._reader: Reader | None = None
        self._tracker: Tracker | None = None
        self._attentive: AttentiveReader | None = None

    def follow(self, image: np.ndarray, reader: Reader, question: Question) -> Scene:
        """Read the next frame; frames of one page take turns.

        Parameters
        ----------
        image : numpy.ndarray
            (H, W, 3) uint8 BGR.
        reader : Reader
            That asks `question`.
        question : Question
        """
        with self._turn:
            self._reader = reader
            tracker, attentive = self._followed(question, reader)
            now = time.monotonic() - self._since
            frame = Frame(image, self._count, now, "camera")
            self._count += 1
            return tracker.update(attentive.read(frame))

    def read(self, image: Frame, /) -> Scene:
        """Read a frame by the reader that is at hand (called where it has to be)."""
        assert self._reader is not None
        return self._reader.read(image)

    def _followed(
        self, question: Question, reader: Reader
    ) -> tuple[Tracker, AttentiveReader]:
        """The tracker of before, unless something else is asked than before; more or less certainty is nothing else."""
        before, self._question = self._question, question
        if self._tracker is None or before is None or _topic(question) != _topic(before):  # fmt: skip
            self._tracker = Tracker(TrackingSettings(), reader.classes, group=reader.group)  # fmt: skip
        if (
            self._attentive is None or question != before
        ):  # what was read then is no answer now
            self._attentive = AttentiveReader(self, self._tracker.again_s)
        # What a pattern made of unsure digits is one number; without them it would be another.
        least = 0.0 if question.asks else question.settings.min_confidence
        self._tracker.min_confidence = least
        return self._tracker, self._attentive


def _topic(question: Question) -> Question:
    """A question without what may be turned while tracks go on."""
    settings = replace(question.settings, min_confidence=0.5)
    return replace(question, settings=settings, details=False)


class Followers:
    """Those of all pages, by ids that the pages choose; used from one thread.

    Parameters
    ----------
    most : int
        Kept at the same time.
    idle_s : float
        After which one is forgotten.
    """

    def __init__(self, most: int = MOST, idle_s: float = IDLE_S) -> None:
        self._most = most
        self._idle_s = idle_s
        self._pages: OrderedDict[str, tuple[Follower, float]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._pages)

    def of(self, page: str) -> Follower:
        """The follower of a page; a new one where it is not known any more."""
        now = time.monotonic()
        known = self._pages.pop(page, None)
        follower = Follower() if known is None else known[0]
        self._pages[page] = follower, now
        self._forget(now)
        return follower

    async def keep_forgetting(self) -> None:
        """Forget pages also while no other asks for anything; goes on until it is cancelled."""
        while True:
            await asyncio.sleep(self._idle_s)
            self._forget(time.monotonic())

    def _forget(self, now: float) -> None:
        while self._pages:
            page, (_, seen) = next(iter(self._pages.items()))
            if len(self._pages) <= self._most and now - seen <= self._idle_s:
                return
            del self._pages[page]
