"""Words to people while a command runs: errors, summaries and a progress bar, all on standard error."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import click

from camrec.errors import CamrecError

_REDRAW_S = 0.1
_BAR = 24  # characters


class Report:
    """Speaks for one run, from any thread.

    Parameters
    ----------
    quiet : bool
        Say errors only.

    Attributes
    ----------
    errors : int
        How many things could not be read or written.
    """

    def __init__(self, quiet: bool = False) -> None:
        self.errors = 0
        self._quiet = quiet
        self._lock = threading.Lock()
        self._bar: Progress | None = None

    def error(self, error: CamrecError) -> None:
        """Say one failure; the run goes on, and its exit status will be 1."""
        self.errors += 1
        self._line(f"camrec: {error}")

    def say(self, text: str) -> None:
        """Say a line, unless the user wants quiet."""
        if not self._quiet:
            self._line(text)

    @contextmanager
    def progress(self, unit: str, total: int | None) -> Iterator[Progress]:
        """A progress bar, drawn where standard error is a terminal; `total` is None where unknown."""
        bar = Progress(unit, total)
        if sys.stderr.isatty() and not self._quiet:
            self._bar = bar
        try:
            yield bar
        finally:
            self._wipe()
            self._bar = None

    def advance(self, bar: Progress) -> None:
        """Count one more."""
        bar.done += 1
        with self._lock:
            if bar is self._bar and bar.is_due():
                click.echo("\r" + bar.line(_width()), err=True, nl=False)

    def _line(self, text: str) -> None:
        with self._lock:
            self._wipe()
            click.echo(text, err=True)

    def _wipe(self) -> None:
        if self._bar is not None and self._bar.drawn:
            click.echo("\r" + " " * (_width() - 1) + "\r", err=True, nl=False)
            self._bar.drawn = False


class Progress:
    """How far a run has come.

    Parameters
    ----------
    unit : str
        What is counted, in the plural.
    total : int or None
        How many there are; may be raised on the way.
    """

    def __init__(self, unit: str, total: int | None) -> None:
        self.unit = unit
        self.total = total
        self.done = 0
        self.drawn = False
        self._start = time.monotonic()
        self._next = 0.0

    @property
    def rate(self) -> float:
        """Units a second since the start."""
        return self.done / max(1e-9, time.monotonic() - self._start)

    def is_due(self) -> bool:
        """Whether it is time to draw; not for a single thing, and not more often than anybody can read."""
        now = time.monotonic()
        if self.total == 1 or (now < self._next and self.drawn):
            return False
        self._next, self.drawn = now + _REDRAW_S, True
        return True

    def line(self, width: int) -> str:
        """The bar in at most `width` - 1 columns."""
        rate = f"{self.done} {self.unit}, {self.rate:.1f}/s"
        if not self.total:
            return rate[: width - 1].ljust(width - 1)
        share = min(1.0, self.done / self.total)
        left = max(0, self.total - self.done) / max(1e-9, self.rate)
        full = round(share * _BAR)
        bar = "#" * full + "-" * (_BAR - full)
        text = f"[{bar}] {share:4.0%}  {self.done}/{self.total} {self.unit}, {self.rate:.1f}/s, {clock(left)} left"
        return text[: width - 1].ljust(width - 1)


def clock(seconds: float) -> str:
    """``1:02:03``, or ``2:03`` where there is no hour."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _width() -> int:
    try:
        return os.get_terminal_size(sys.stderr.fileno()).columns or 80
    except (OSError, ValueError):
        return 80
