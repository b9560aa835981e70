"""Taking the port before anything else, so that one that is in use is told at once."""

import os
import socket
import sys
from typing import Final

from carelog.kit.errors import ConfigurationError

_WAITING: Final = 2048
# Elsewhere the system gives all connections to one of the sockets.
_SHARED_OUT: Final = sys.platform == "linux"


def listen(host: str, port: int, *, told_by: str, shared: bool = False) -> socket.socket:
    """A socket that listens; port 0 takes a free one. If `shared`, `listen_too` can open more on the same port. Raises
    ConfigurationError, which says how the port is chosen (`told_by`, such as "--port or CARELOG_PORT")."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
    except OSError as error:
        raise ConfigurationError(f"there is no host {host} to listen on ({error.strerror})") from None
    try:
        if shared and port:
            socket.create_server(
                (host, port), family=family
            ).close()  # fails if another program has the port, which would be shared otherwise
        return socket.create_server((host, port), family=family, backlog=_WAITING, reuse_port=shared and _SHARED_OUT)
    except OSError as error:
        why = os.strerror(error.errno or 0)
        raise ConfigurationError(
            f"cannot listen on {host} port {port} ({why}): choose another with {told_by}"
        ) from None


def listen_too(shared: socket.socket) -> socket.socket:
    """This process's own socket on the port of a shared one. The system then spreads connections evenly; with one
    socket for all, whichever process wakes first takes every connection that is waiting."""
    if not _SHARED_OUT:
        return shared
    with shared:
        return socket.create_server(shared.getsockname()[:2], family=shared.family, backlog=_WAITING, reuse_port=True)


def address_of(listening: socket.socket) -> str:
    """The URL to reach it by."""
    host, port = listening.getsockname()[:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"
