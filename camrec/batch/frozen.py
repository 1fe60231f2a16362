"""A decoder that hangs is ended like one that crashes."""

from __future__ import annotations

import faulthandler
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic

FROZEN_S = 600.0  # for one picture or frame, on however busy a machine
_LEAST_S = 0.01  # a timer takes no time that is over

# The interpreter has one timer, and a worker may have several threads: it is set for the one whose time ends first.
_ends: dict[int, float] = {}  # thread to the end of its time, s of the monotonic clock
_setting = threading.Lock()


@contextmanager
def unless_frozen() -> Iterator[Callable[[], None]]:
    """End this process where what follows takes longer than :data:`FROZEN_S`, counted anew with every call of what it yields.

    No signal reaches Python while a decoder written in C hangs. Who gave this process work takes its end for a crash.
    """
    thread = threading.get_ident()

    def go_on() -> None:
        with _setting:
            _ends[thread] = monotonic() + FROZEN_S
            _set_timer()

    go_on()
    try:
        yield go_on
    finally:
        with _setting:
            del _ends[thread]
            _set_timer()


def _set_timer() -> None:
    if _ends:
        left_s = max(_LEAST_S, min(_ends.values()) - monotonic())
        faulthandler.dump_traceback_later(left_s, exit=True)
    else:
        faulthandler.cancel_dump_traceback_later()
