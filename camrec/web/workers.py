"""Reading in threads of its own, so that the server goes on answering; no more at once than there are readers."""

from __future__ import annotations

import asyncio
import math
import queue
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar

from camrec.reading.reader import Reader
from camrec.web.problems import Problem

Answer = TypeVar("Answer")

FIRST_S = 0.1  # that a picture takes, before one was read: 1280x720 on two busy cores
NEWEST = 0.1  # the weight of the last picture in the mean time that one takes


class Workers:
    """A bounded pool of threads, each with a reader of its own while it works.

    Two readers on two cores read a sixth to a quarter more pictures than one whose threads take turns. One is opened at
    once, so that a model that cannot be used is told of before the server starts; the others when they are needed.

    Parameters
    ----------
    make : callable
        Opens a reader.
    count : int
        How many read at the same time.
    longest_s : float
        Who would have to wait longer is sent away; how long that will be is told by how long the last ones took.
    """

    def __init__(
        self, make: Callable[[], Reader], count: int, longest_s: float
    ) -> None:
        self._make = make
        self._count = count
        self._longest_s = longest_s
        self._busy = 0
        self._each_s = FIRST_S
        self._idle: queue.LifoQueue[Reader] = queue.LifoQueue()
        self._idle.put(make())
        self._threads = ThreadPoolExecutor(count, thread_name_prefix="reading")

    @property
    def waiting(self) -> int:
        """How many wait for a reader."""
        return max(0, self._busy - self._count)

    async def run(self, job: Callable[[Reader], Answer]) -> tuple[Answer, float]:
        """Do a job in a thread; called in the server's own.

        Returns
        -------
        (Answer, float)
            What the job returned, and the seconds it waited.

        Raises
        ------
        Problem
            503 where it would have to wait too long.
        """
        ahead_s = (self._busy - self._count + 1) * self._each_s / self._count
        if self._busy >= self._count and ahead_s > self._longest_s:
            raise too_busy(ahead_s)
        self._busy += 1
        asked = time.perf_counter()
        try:
            loop = asyncio.get_running_loop()
            do = partial(self._do, job, asked)
            answer, begun = await loop.run_in_executor(self._threads, do)
            self._learn(time.perf_counter() - begun)
            return answer, begun - asked
        finally:
            self._busy -= 1

    def close(self) -> None:
        """Wait for what is being done."""
        self._threads.shutdown()

    def _learn(self, took_s: float) -> None:
        self._each_s += NEWEST * (took_s - self._each_s)

    def _do(
        self, job: Callable[[Reader], Answer], asked: float
    ) -> tuple[Answer, float]:
        """Do it in a thread; the answer, and when it was begun.

        Where everything got slower meanwhile, what has waited too long is left undone: its client has lost patience, and the
        next one's could still be met.
        """
        begun = time.perf_counter()
        if begun - asked > self._longest_s + self._each_s:
            raise too_busy(self._longest_s)
        try:
            reader = self._idle.get_nowait()
        except queue.Empty:
            reader = self._make()
        try:
            return job(reader), begun
        finally:
            self._idle.put(reader)


def too_busy(wait_s: float = 0.0) -> Problem:
    """The answer to one more than can be served, which may come again in `wait_s` seconds."""
    return Problem(
        503,
        "busy",
        "more pictures wait here than can be read soon",
        "send it again after the seconds in Retry-After",
        {"Retry-After": str(max(1, math.ceil(wait_s)))},
    )
