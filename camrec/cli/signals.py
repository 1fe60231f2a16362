"""Ctrl-C and SIGTERM end a run the same way: once, with all files closed."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
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


@contextmanager
def stop_on_signals() -> Iterator[None]:
    """Turn the signals that ask to stop into one :class:`Stopped`.

    More of them are ignored for a moment, so that nothing breaks into the closing of files; after that one ends the
    process at once. Signals that were ignored from outside, as by nohup, stay ignored.
    """
    handler = _Handler()
    before = {}
    for name in _NAMES:
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            before[number] = signal.signal(number, handler)
    try:
        yield
    finally:
        for number, old in before.items():
            signal.signal(number, old)


class _Handler:
    """Raises once; later, when patience has an end, gives way to the system's own handling."""

    def __init__(self) -> None:
        self._since: float | None = None

    def __call__(self, number: int, frame: FrameType | None) -> None:
        if self._since is None:
            self._since = time.monotonic()
            raise Stopped(number)
        if time.monotonic() - self._since > PATIENCE_S:
            signal.signal(number, signal.SIG_DFL)
            signal.raise_signal(number)
