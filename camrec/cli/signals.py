"""Ctrl-C and SIGTERM end a run the same way: once, with all files closed."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

PATIENCE_S = 2.0  # `timeout` and shells send a signal twice at once; a second one after this long is meant

# Windows has Ctrl-Break but neither SIGHUP nor a SIGTERM from outside.
_NAMES = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")


class Stopped(BaseException):
    """Raised in the main thread by the first signal that asks to stop; no `except Exception` swallows it."""

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name)
        self.status = 128 + number  # what shells report for it


class _Handler:
    """Raises once, or notes that it has to; after that it gives way to the system's own handling.

    More signals are ignored for a moment, so that nothing breaks into the closing of files.
    """

    def __init__(self) -> None:
        self.deferring = False
        self.asked: int | None = None
        self._since = 0.0

    def __call__(self, number: int, frame: FrameType | None) -> None:
        if self.asked is None:
            self.asked, self._since = number, time.monotonic()
            if not self.deferring:
                raise Stopped(number)
        elif time.monotonic() - self._since > PATIENCE_S:
            signal.signal(number, signal.SIG_DFL)
            signal.raise_signal(number)


_handler = _Handler()


@contextmanager
def stop_on_signals() -> Iterator[None]:
    """Turn the signals that ask to stop into one :class:`Stopped`.

    Signals that were ignored from outside, as by nohup, stay ignored.
    """
    before = {}
    for name in _NAMES:
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            before[number] = signal.signal(number, _handler)
    try:
        yield
    finally:
        for number, old in before.items():
            signal.signal(number, old)


@contextmanager
def deferred() -> Iterator[Callable[[], bool]]:
    """Hold :class:`Stopped` back until the end of the block, whose loop asks whether to stop.

    An exception that comes from a signal may come in the middle of anything, such as between taking a lock and noting
    that it is taken; where threads work together, that would stop them for good.

    Yields
    ------
    callable
        Tells whether somebody asked to stop.
    """
    _handler.deferring = True
    try:
        yield lambda: _handler.asked is not None
    finally:
        _handler.deferring = False
    if _handler.asked is not None:
        raise Stopped(_handler.asked)
