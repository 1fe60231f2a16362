"""The server itself: its patience with clients, and its end."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from camrec.errors import OutputError
from camrec.web.problems import Problem

HEAD_S = 10.0  # in which the head of a request has to come, and an answer to be taken
# Bytes a second of an answer that have to be taken, as a phone does on a bad day (0.5 Mbit/s).
SLOWEST = 2**16
FINISH_S = 10.0  # that what is in flight gets when the server ends
CONNECTIONS = 512  # at the same time

_FULL = Problem(
    503,
    "busy",
    "more are connected than can be served",
    "ask again after the seconds in Retry-After",
    {"Retry-After": "1", "Connection": "close"},
)


class Server(uvicorn.Server):
    """Serves until it is asked to stop, then finishes what is in flight.

    Parameters
    ----------
    app : ASGIApp
    stop : callable
        Asked ten times a second.
    certificate, key : Path, optional
        For HTTPS.

    Raises
    ------
    OutputError
        Where they are none, or do not belong together.
    """

    def __init__(
        self,
        app: ASGIApp,
        stop: Callable[[], bool],
        certificate: Path | None = None,
        key: Path | None = None,
    ) -> None:
        self._stop = stop
        super().__init__(
            uvicorn.Config(
                app,
                http=PatientProtocol,
                ws="none",
                log_config=None,
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=int(FINISH_S),
                ssl_certfile=certificate,
                ssl_keyfile=key,
            )
        )
        try:
            self.config.load()
        except OSError as error:  # of SSL too
            raise OutputError(
                f"{certificate}: no certificate that fits {key or 'the key in it'} ({error}); give both as PEM files"
            ) from error

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to the program, which asks by `stop` (called by uvicorn)."""
        yield

    async def on_tick(self, counter: int) -> bool:
        """Look whether to stop (called by uvicorn ten times a second)."""
        return self._stop() or await super().on_tick(counter)


class PatientProtocol(H11Protocol):
    """A connection that is given up where a request's head, or the taking of an answer, lasts too long.

    Uvicorn itself waits for both as long as the client likes. Bodies are the intake's. One connection too many is answered
    as everything else is, which uvicorn would do in words of its own.
    """

    _limit: asyncio.TimerHandle | None = None
    _left = 0  # bytes that the client had still to take when the watch began

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Wait for the first head."""
        super().connection_made(transport)
        if len(self.connections) > CONNECTIONS:
            self.app = _FULL.answer()
        _send_at_once(transport)
        _tell_of_all_that_waits(transport)
        self._watch()

    def data_received(self, data: bytes) -> None:
        """Take a part of a request."""
        super().data_received(data)
        if self.cycle is None or self.cycle.response_complete:
            if self._limit is None:
                self._watch()
        elif not self.flow.write_paused:
            self._rest()

    def pause_writing(self) -> None:
        """The client does not take its answer."""
        super().pause_writing()
        self._watch()

    def resume_writing(self) -> None:
        """It does; what comes next is the rest of the answer, or another head."""
        super().resume_writing()
        if self.cycle is None or self.cycle.response_complete:
            self._watch()
        else:
            self._rest()

    def connection_lost(self, exc: Exception | None) -> None:
        """It is over."""
        self._rest()
        super().connection_lost(exc)

    def _watch(self) -> None:
        self._rest()
        self._left = self.transport.get_write_buffer_size()
        self._limit = self.loop.call_later(HEAD_S, self._give_up)

    def _rest(self) -> None:
        if self._limit is not None:
            self._limit.cancel()
        self._limit = None

    def _give_up(self) -> None:
        transport: Any = self.transport
        if self._left - transport.get_write_buffer_size() >= SLOWEST * HEAD_S:
            return self._watch()  # a long answer over a slow line
        transport.abort()


def _tell_of_all_that_waits(transport: asyncio.Transport) -> None:
    """Have the protocol told of every byte that is not taken, not only of more than 64 KB: closing waits for it without end.

    Not under TLS: asyncio's layer of it takes 0 for always too much, and nothing would be sent; it ends a closing that lasts
    half a minute by itself (from Python 3.11 on).
    """
    if transport.get_extra_info("sslcontext") is None:
        transport.set_write_buffer_limits(high=0)


def _send_at_once(transport: asyncio.BaseTransport) -> None:
    """Have the body of an answer not wait until its head was acknowledged, which takes browsers 40 ms (Nagle, RFC 896).

    Asyncio would do so itself, but only for sockets that were made with the number of TCP.
    """
    connection: socket.socket = transport.get_extra_info("socket")
    with suppress(OSError):  # macOS, where the client has left already
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
