"""Who may come in: hosts, origins and the token; and what every answer says to browsers."""

from __future__ import annotations

import hmac
import ipaddress
import logging
import time
from collections.abc import Iterable
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from urllib.parse import SplitResult, parse_qs, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from camrec.web.problems import Problem

access = logging.getLogger("camrec.web.access")

OPEN = frozenset({"/api/health"})  # tells nothing but that the server lives

HEADERS = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'none'; object-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}

_ENTERED = '<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="0;url=/"><title>camrec</title><a href="/">camrec</a>'
_LOCKED = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    "<title>camrec</title><h1>This camrec needs its token</h1>"
    "<p>Open the whole address that <code>camrec serve</code> printed when it started; it ends in <code>?token=</code> and letters.</p>"
)


@dataclass(frozen=True, slots=True)
class Admission:
    """Who is let in.

    Parameters
    ----------
    names : frozenset of str
        By which this server may be called, in lower case, beside addresses in numbers.
    token : str or None
        What a client has to show; None lets in everyone.
    """

    names: frozenset[str] = frozenset({"localhost"})
    token: str | None = None

    def knows(self, host: str) -> bool:
        """Whether a request for `host` (``name:port``) is meant for this server.

        A page of a stranger whose name suddenly leads here (DNS rebinding) still calls the server by that name; an address
        in numbers cannot be led anywhere.
        """
        name = (_parts(f"//{host}").hostname or "").rstrip(".")
        return name in self.names or _is_address(name)

    def opens(self, shown: Iterable[str]) -> bool:
        """Whether one of the tokens shown is the right one; takes as long for each that is not."""
        if self.token is None:
            return True
        right = self.token.encode()
        return any(hmac.compare_digest(one.encode(), right) for one in shown)


class Gate:
    """The outermost layer of the server.

    Parameters
    ----------
    app : ASGIApp
    admission : Admission
    """

    def __init__(self, app: ASGIApp, admission: Admission) -> None:
        self._app = app
        self._admission = admission

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection (called by the server)."""
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        status, since = 0, time.perf_counter()

        async def with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                _dress(MutableHeaders(scope=message), scope["path"])
            await send(message)

        answer = self._refusal(scope) or self._app
        try:
            await answer(scope, receive, with_headers)
        finally:
            _note(scope, status, time.perf_counter() - since)

    def _refusal(self, scope: Scope) -> Response | None:
        """The answer to a request that goes no further."""
        headers, path = Headers(scope=scope), scope["path"]
        host = headers.get("host", "")
        if not self._admission.knows(host):
            return Problem(421, "unknown_host", f"this server is not known as {host[:100]!r}", "use the address it printed, or start it with --allow-host NAME").answer()  # fmt: skip
        if not _is_own(scope, headers, host):
            return Problem(403, "foreign_origin", "another site's page asked for this", "open the page of this server itself").answer()  # fmt: skip
        if path in OPEN:
            return None
        return self._at_the_lock(scope, headers)

    def _at_the_lock(self, scope: Scope, headers: Headers) -> Response | None:
        if self._admission.token is None:
            return None
        if scope["path"] == "/" and (given := _in_address(scope)):
            if self._admission.opens([given]):
                return _entered(given, scope)
        elif self._admission.opens(_shown(headers)):
            return None
        if scope["path"].startswith(("/api/", "/openapi.json")):
            return Problem(401, "token", "the token is missing or wrong", "open the address that the server printed, or send `Authorization: Bearer TOKEN`", {"WWW-Authenticate": "Bearer"}).answer()  # fmt: skip
        return HTMLResponse(_LOCKED, 401)


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return False
    return True


def _parts(address: str) -> SplitResult:
    try:
        return urlsplit(address)
    except ValueError:  # brackets that do not close
        return urlsplit("")


def _is_own(scope: Scope, headers: Headers, host: str) -> bool:
    """Whether a request comes from this server's own page, or from no page at all.

    What a stranger's page sends has an Origin, or says in Sec-Fetch-Site that it is cross-site; it may only lead here.
    """
    origin = headers.get("origin")
    if origin is not None:
        return _parts(origin).netloc.lower() == host.lower()
    if headers.get("sec-fetch-site", "none") in ("none", "same-origin"):
        return True
    return (
        scope["method"] in ("GET", "HEAD")
        and headers.get("sec-fetch-mode") == "navigate"
    )


def _in_address(scope: Scope) -> str:
    query: dict[str, list[str]] = parse_qs(scope["query_string"].decode("latin-1"))
    return query.get("token", [""])[0]


def _shown(headers: Headers) -> list[str]:
    """Tokens in the header and in the cookie."""
    kind, _, token = headers.get("authorization", "").partition(" ")
    shown = [token.strip()] if kind.lower() == "bearer" else []
    name = _cookie_name(headers)
    try:
        cookies = SimpleCookie(headers.get("cookie", ""))
    except CookieError:
        return shown
    return shown + [cookies[name].value] if name in cookies else shown


def _cookie_name(headers: Headers) -> str:
    # Browsers give cookies to every port of a host, and there may be a server on each.
    port = headers.get("host", "").rpartition(":")[2]
    return f"camrec-{port}" if port.isdigit() else "camrec"


def _entered(token: str, scope: Scope) -> Response:
    # A redirect would still count as coming from the site that holds the link, and a strict cookie would stay behind.
    answer = HTMLResponse(_ENTERED)
    secure = scope["scheme"] == "https"
    name = _cookie_name(Headers(scope=scope))
    answer.set_cookie(name, token, httponly=True, samesite="strict", secure=secure)
    return answer


def _dress(headers: MutableHeaders, path: str) -> None:
    for name, value in HEADERS.items():
        headers[name] = value
    headers.setdefault("Cache-Control", "no-store" if path.startswith("/api/") else "no-cache")  # fmt: skip


def _note(scope: Scope, status: int, seconds: float) -> None:
    """A line a request; never its query, which may hold the token, nor its body."""
    client = scope["client"][0] if scope.get("client") else "-"
    access.info("%s %s %s %d %.0f ms", client, scope["method"], scope["path"].encode("unicode_escape").decode(), status, 1000 * seconds)  # fmt: skip
