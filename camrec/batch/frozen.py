"""A decoder that hangs is ended like one that crashes."""

from __future__ import annotations

import faulthandler
from collections.abc import Callable, Iterator
from contextlib import contextmanager

FROZEN_S = 600.0  # for one picture or frame, on however busy a machine


@contextmanager
def unless_frozen() -> Iterator[Callable[[], None]]:
    """End this process where what follows takes longer than :data:`FROZEN_S`, counted anew with every call of what it yields.

    No signal reaches Python while a decoder written in C hangs. Who gave this process work takes its end for a crash.
    """

    def go_on() -> None:
        faulthandler.dump_traceback_later(FROZEN_S, exit=True)

    go_on()
    try:
        yield go_on
    finally:
        faulthandler.cancel_dump_traceback_later()
