"""Reading in threads of its own, so that the server goes on answering; no more at once than there are readers."""

from __future__ import annotations

import asyncio
import queue
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from camrec.reading.reader import Reader
from camrec.web.problems import Problem

Answer = TypeVar("Answer")

RETRY_AFTER_S = 1  # in which a full queue has moved on by several pictures


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
    waiting : int
        How many more may wait; the next one is sent away.
    """

    def __init__(self, make: Callable[[], Reader], count: int, waiting: int) -> None:
        self._make = make
        self._most = count + waiting
        self._count = count
        self._busy = 0
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
            503 where too many wait already.
        """
        if self._busy >= self._most:
            raise too_busy()
        self._busy += 1
        asked = time.perf_counter()
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._threads, self._do, job, asked)
        finally:
            self._busy -= 1

    def close(self) -> None:
        """Wait for what is being done."""
        self._threads.shutdown()

    def _do(
        self, job: Callable[[Reader], Answer], asked: float
    ) -> tuple[Answer, float]:
        waited = time.perf_counter() - asked
        try:
            reader = self._idle.get_nowait()
        except queue.Empty:
            reader = self._make()
        try:
            return job(reader), waited
        finally:
            self._idle.put(reader)


def too_busy() -> Problem:
    """The answer to one more than can be served."""
    return Problem(
        503,
        "busy",
        "more pictures wait here than can be read soon",
        "send it again after the seconds in Retry-After",
        {"Retry-After": str(RETRY_AFTER_S)},
    )
