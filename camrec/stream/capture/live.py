"""Cameras and network streams: the newest frame waits, older ones are dropped, and what was lost is opened anew."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from camrec.elements import Frame
from camrec.errors import SourceError
from camrec.settings import CaptureSettings
from camrec.stream.capture.connection import Connection, Openings
from camrec.stream.capture.keeper import Keeper
from camrec.stream.capture.newest import NewestFrame
from camrec.stream.capture.source import OnError, Source

_POLL_S = 0.1  # between questions whether it has ended

Stop = Callable[[], bool]


def never() -> bool:
    """Nobody asks to stop."""
    return False


class LiveSource(Source):
    """A camera or network stream that has sent its first frame.

    ``Frame.index`` counts the frames captured, so a gap shows how many were dropped; ``Frame.time`` is when a frame
    was captured, in seconds since the first. Both go on where the source was lost and has come back.

    Parameters
    ----------
    name : str
        Camera or address.
    openings : Openings
        Opens it, each time it has to be.
    settings : CaptureSettings
    on_error : callable or None
        See :class:`Source`; called when the source was lost and is given up.
    stop : callable
        Asked again and again while the first frame is waited for; where it says True the source has no frames.

    Raises
    ------
    Unopened
        If no frame comes within ``settings.open_timeout_s``.
    """

    live = True

    def __init__(
        self,
        name: str,
        openings: Openings,
        settings: CaptureSettings,
        on_error: OnError | None = None,
        stop: Stop = never,
    ) -> None:
        super().__init__(name, on_error=on_error)
        self._newest = NewestFrame(name)
        self._keeper = Keeper(name, openings, self._newest, settings)
        self._ended = False
        try:
            first = self._keeper.start(stop)
            if not first.sending and not stop():
                raise Unopened(name, first)
        except BaseException:  # Ctrl-C, too
            self._keeper.close()
            raise
        self._ended = not first.sending
        self.fps = first.fps

    @property
    def trouble(self) -> str:
        """What is wrong at this moment, in words for people; "" while pictures come."""
        return self._keeper.trouble

    @property
    def ended(self) -> bool:
        """Nothing more will come: it was closed, or lost and given up."""
        return self._ended

    def take(self, timeout_s: float) -> Frame | None:
        """The newest frame; None where none came within `timeout_s` seconds, or the source has ended.

        Raises
        ------
        SourceError
            If the source was lost and is given up, and there is no ``on_error``.
        """
        frame = self._take(timeout_s)
        return None if frame is None else self._upright(frame)

    def age_s(self, frame: Frame) -> float:
        """Seconds since a frame of this source was captured."""
        return self._newest.age_s(frame)

    @property
    def interval_s(self) -> float:
        """The usual time between two frames, seconds; infinite before there were two."""
        return self._newest.interval_s

    def _produce(self) -> Iterator[Frame]:
        while not self._ended:
            frame = self._take(_POLL_S)
            if frame is not None:
                yield frame

    def _take(self, timeout_s: float) -> Frame | None:
        frame = self._newest.take(timeout_s)
        if self._keeper.gave_up and not self._ended:
            self._ended = True
            self._report(
                SourceError(
                    f"{self.name} has sent no picture for {self._keeper.silent_s():.3g} s;"
                    " check the cable, the network or the camera's power"
                )
            )
        return frame

    def close(self) -> None:
        """Let go of the camera; does not wait long for a driver that hangs."""
        self._ended = True
        self._newest.close()
        self._keeper.close()


class Unopened(SourceError):
    """A live source sends no first picture.

    Attributes
    ----------
    opened : bool
        It can be opened all the same.
    hangs : bool
        Its driver has not come back.
    """

    def __init__(self, name: str, connection: Connection) -> None:
        super().__init__(
            f"{name} opens but sends no picture; see whether another program uses it"
            if connection.opened
            else f"{name} does not answer; unplug it and plug it in again, or allow it more with --open-timeout"
        )
        self.opened = connection.opened
        self.hangs = not connection.done
