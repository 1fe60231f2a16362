"""Where the server is reached, and who is let in there."""

from __future__ import annotations

import ipaddress
import secrets
import socket
from collections.abc import Iterable
from dataclasses import dataclass

from camrec.errors import OutputError
from camrec.web.gate import Admission

TOKEN_BYTES = 16  # nobody guesses 128 bits
SHORTEST_TOKEN = 12  # characters of one that a person thought out


@dataclass(frozen=True, slots=True)
class Entrance:
    """An open socket, and the address to hand out.

    Parameters
    ----------
    listening : socket.socket
    host : str
        By which it was asked for.
    admission : Admission
    secure : bool
        By HTTPS.
    """

    listening: socket.socket
    host: str
    admission: Admission
    secure: bool

    @property
    def address(self) -> str:
        """What a person opens; with the token, if there is one."""
        return self._address(_own_address())

    @property
    def own_address(self) -> str:
        """The same for this machine, to which browsers give their camera without HTTPS."""
        return self._address("127.0.0.1")

    @property
    def is_private(self) -> bool:
        """Whether only this machine can reach it."""
        return is_private(self.listening)

    def _address(self, everywhere: str) -> str:
        """`everywhere` stands for a socket that is bound to every address."""
        bound, port = self.listening.getsockname()[:2]
        host = everywhere if ipaddress.ip_address(bound).is_unspecified else self.host
        scheme = "https" if self.secure else "http"
        query = f"?token={self.admission.token}" if self.admission.token else ""
        return f"{scheme}://{f'[{host}]' if ':' in host else host}:{port}/{query}"


def entrance(
    listening: socket.socket,
    host: str,
    *,
    token: str | None = None,
    public: bool = False,
    names: Iterable[str] = (),
    secure: bool = False,
) -> Entrance:
    """Decide who is let in: without being told otherwise, this machine alone or whoever has the token.

    Parameters
    ----------
    listening : socket.socket
    host : str
    token : str, optional
        Asked of everyone; one is made where others can reach the socket.
    public : bool
        No token is made.
    names : iterable of str
        By which the server may be called too.
    secure : bool

    Raises
    ------
    OutputError
        Where the token is too short to keep anyone out.
    """
    if token is not None and (len(token) < SHORTEST_TOKEN or not _is_plain(token)):
        raise OutputError(
            f"the token is no secret; give {SHORTEST_TOKEN} or more letters, digits, - and _, or leave it out and one is made"
        )
    if token is None and not public and not is_private(listening):
        token = secrets.token_urlsafe(TOKEN_BYTES)
    own = {"localhost", host, socket.gethostname(), f"{socket.gethostname()}.local", *names}  # fmt: skip
    known = frozenset(name.lower().rstrip(".") for name in own)
    return Entrance(listening, host, Admission(known, token), secure)


def is_private(listening: socket.socket) -> bool:
    """Whether only this machine can reach a socket."""
    return ipaddress.ip_address(listening.getsockname()[0]).is_loopback


def _is_plain(token: str) -> bool:
    """Whether it can stand in an address and in a cookie as it is."""
    return token.isascii() and token.replace("-", "").replace("_", "").isalnum()


def _own_address() -> str:
    """This machine's address in its network; nothing is sent to find it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # TEST-NET-1, RFC 5737
        except OSError:  # there is no network
            return "127.0.0.1"
        return str(probe.getsockname()[0])
