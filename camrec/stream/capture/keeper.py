"""Keeps a live source connected: notices when it is lost or silent, and opens it anew."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from itertools import chain, repeat

from camrec.settings import CaptureSettings
from camrec.stream.capture.connection import LOST_S, Connection, Openings
from camrec.stream.capture.newest import NewestFrame

log = logging.getLogger(__name__)

PAUSES_S = (
    0.0,
    0.25,
    0.5,
    1.0,
    2.0,
    5.0,
)  # before each attempt; the last one again and again
_POLL_S = 0.1  # between questions whether to stop
_FIRST_SHARE = (
    1 / 3
)  # of the time to open, after which one that opens but sends nothing is tried in another way
_FAREWELL_S = 1.0  # a device that is not free by then is left to its driver: nobody who quits likes to wait


class Keeper:
    """Watches one live source from a thread, until it is closed or gives the source up.

    Parameters
    ----------
    name : str
        Camera or address, for the log.
    openings : Openings
    newest : NewestFrame
        Gets the pictures of all its connections.
    settings : CaptureSettings

    Attributes
    ----------
    gave_up : bool
        The source was lost, and did not come back in time.
    """

    def __init__(
        self,
        name: str,
        openings: Openings,
        newest: NewestFrame,
        settings: CaptureSettings,
    ) -> None:
        self._name = name
        self._openings = openings
        self._newest = newest
        self._settings = settings
        self._wake = threading.Event()
        self._closing = threading.Event()
        self._lost = self.gave_up = False
        self._connection = self._connect()
        self._thread = threading.Thread(target=self._keep, name="keeper", daemon=True)

    def start(self, stop: Callable[[], bool]) -> Connection:
        """Wait for the first picture or the failure to get one, at most ``open_timeout_s``, and begin to watch.

        Parameters
        ----------
        stop : callable
            Ends the wait where it says True.

        Returns
        -------
        Connection
            What has become of the first one.
        """
        deadline = time.monotonic() + self._settings.open_timeout_s
        first = self._connection
        while not (first.sending or first.done or stop()):
            if time.monotonic() > deadline:
                break
            self._rest(_POLL_S)
        if first.sending:
            self._thread.start()
        return first

    @property
    def trouble(self) -> str:
        """What is wrong at this moment, "" while pictures come."""
        if not self._lost:
            return ""
        silent = self.silent_s()
        left = max(0.0, self._settings.reconnect_for_s - silent)
        return f"no picture for {silent:.0f} s: connecting again, giving up in {left:.0f} s"

    def silent_s(self) -> float:
        """Seconds since the last picture."""
        last = self._newest.last
        return 0.0 if last is None else time.monotonic() - last

    def close(self) -> None:
        """End the thread and let go of the device; does not wait long for one that hangs."""
        self._closing.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join()
        self._connection.dismiss(_FAREWELL_S)

    def _keep(self) -> None:
        while self._watch():
            log.warning("%s sends no picture any more; connecting again", self._name)
            self._lost = True
            if not self._bring_back():
                break
            log.warning("%s is back", self._name)
            self._lost = False
        self.gave_up = not self._closing.is_set()
        self._newest.close()

    def _watch(self) -> bool:
        """Wait until the connection is lost or silent; False where the source is closed."""
        stale_after_s = self._settings.stale_after_s
        while not self._closing.is_set():
            left_s = stale_after_s - self.silent_s()
            if self._connection.done or left_s < 0:
                return True
            self._rest(left_s + 0.01)
        return False

    def _bring_back(self) -> bool:
        """Connect until pictures come; False where that takes too long, or the source is closed."""
        for pause_s in _pauses():
            self._closing.wait(min(pause_s, self._left_s()))
            if self._is_over():
                return False
            self._connection.dismiss(LOST_S)
            self._connection = self._connect()
            while not (self._connection.sending or self._connection.done):
                self._rest(self._left_s())
                if self._is_over():
                    return False
            if self._connection.sending:
                return True
        raise AssertionError("the pauses do not end")

    def _connect(self) -> Connection:
        patience_s = _FIRST_SHARE * self._settings.open_timeout_s
        return Connection(self._openings, self._newest, patience_s, self._wake)

    def _left_s(self) -> float:
        return max(0.0, self._settings.reconnect_for_s - self.silent_s())

    def _is_over(self) -> bool:
        return self._closing.is_set() or self._left_s() == 0

    def _rest(self, limit_s: float) -> None:
        """Wait until something happens, or for `limit_s` seconds."""
        self._wake.wait(limit_s)
        if not self._closing.is_set():
            self._wake.clear()


def _pauses() -> Iterator[float]:
    return chain(PAUSES_S, repeat(PAUSES_S[-1]))
