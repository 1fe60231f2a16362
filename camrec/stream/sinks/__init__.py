"""Where scenes go: files, standard output, a window. One kind of sink a file."""

from __future__ import annotations

from typing import Protocol

from camrec.elements import Scene


class Sink(Protocol):
    """Takes every scene of a run.

    `write` raises :class:`~camrec.errors.OutputError` when this sink cannot go on; it is closed and gets no more
    scenes then. `close` finishes what was written, gives files their final names, and may be called twice.
    """

    def write(self, scene: Scene) -> None:
        """Take one scene."""

    def close(self) -> None:
        """Finish; raises `OutputError` where what was written did not become whole."""
