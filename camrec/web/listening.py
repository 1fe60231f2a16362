"""The socket of the server; taken before anything is loaded that takes time."""

from __future__ import annotations

import errno
import socket

from camrec.errors import OutputError


def listen(host: str, port: int) -> socket.socket:
    """A socket that clients can reach.

    Parameters
    ----------
    host : str
        Name or address.
    port : int
        0 is any that is free.

    Raises
    ------
    OutputError
        Where the port is taken, or the address is not this machine's.
    """
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        both = host == "::" and socket.has_dualstack_ipv6()
        return socket.create_server((host, port), family=family, dualstack_ipv6=both)
    except (OSError, UnicodeError, OverflowError) as error:
        raise OutputError(_unreachable(host, port, error)) from error


def _unreachable(host: str, port: int, error: Exception) -> str:
    code = getattr(error, "errno", None)
    if code == errno.EADDRINUSE:
        return f"port {port} of {host} is taken by another program; stop it, or choose another with --port"
    if code == errno.EACCES:
        return f"port {port} of {host} is only for the system; choose one from 1024 on with --port"
    reason = getattr(error, "strerror", None) or error
    return f"{host}: no address of this machine ({reason}); use 127.0.0.1, or 0.0.0.0 for all its addresses"
