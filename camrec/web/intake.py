"""Bodies of requests: counted while they come in, bounded in size, in time, and all of them together."""

from __future__ import annotations

import time

import anyio
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from camrec.web.problems import Problem
from camrec.web.workers import too_busy

SMALL_BYTES = 2**16  # of what is no picture: a crop and its scores take 2 kB
TOGETHER = 12  # of the largest bodies are held at the same time at the most


class Intake:
    """Middleware; a body that is too much is a :class:`Problem` where it is read.

    Parameters
    ----------
    app : ASGIApp
    largest : int
        Bytes of a picture's file.
    pictures : frozenset of str
        Paths that take pictures.
    patience_s : float
        In which a whole body has to come.
    """

    def __init__(
        self, app: ASGIApp, largest: int, pictures: frozenset[str], patience_s: float
    ) -> None:
        self._app = app
        self._largest = largest
        self._pictures = pictures
        self._patience_s = patience_s
        self._room = TOGETHER * largest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection (called by the server)."""
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        body = _Body(receive, scope, self._limit(scope), self._patience_s)
        try:
            await self._app(scope, lambda: self._next(body), send)
        finally:
            self._room += body.taken

    def _limit(self, scope: Scope) -> int:
        return self._largest if scope["path"] in self._pictures else SMALL_BYTES

    async def _next(self, body: _Body) -> Message:
        message = await body.receive()
        self._room -= len(message.get("body", b""))
        if self._room < 0:
            raise too_busy()
        return message


class _Body:
    """The body of one request."""

    def __init__(
        self, receive: Receive, scope: Scope, limit: int, patience_s: float
    ) -> None:
        self.taken = 0
        self._receive = receive
        self._limit = limit
        self._claimed = _claimed(scope)
        self._until = time.monotonic() + patience_s
        self._whole = False

    async def receive(self) -> Message:
        if self._whole:  # what comes now is that the client has left
            return await self._receive()
        if self._claimed > self._limit:
            raise _too_large(self._limit)
        message = await _in_time(self._receive, self._until)
        self._whole = not message.get("more_body", False)
        size = len(message.get("body", b""))
        if self.taken + size > self._limit:
            raise _too_large(self._limit)
        self.taken += size  # what was refused has taken no room, and gives none back
        return message


async def _in_time(receive: Receive, until: float) -> Message:
    try:
        with anyio.fail_after(max(0.0, until - time.monotonic())):
            return await receive()
    except TimeoutError:
        raise Problem(408, "too_slow", "the request did not come in time", "send it again over a faster connection") from None  # fmt: skip


def _claimed(scope: Scope) -> int:
    """The size that the request says it has; 0 where it does not say."""
    value = dict(scope["headers"]).get(b"content-length", b"0")
    return int(value) if value.isdigit() else 0


def _too_large(limit: int) -> Problem:
    return Problem(413, "too_large", f"the request is larger than {limit / 1e6:g} MB", "send a smaller picture, or start the server with a larger --max-upload")  # fmt: skip
