"""Taking a port, before anything else, so that one that is taken is told at once."""

import os
import socket

from carelog.kit.errors import ConfigurationError


def listen(host: str, port: int, *, told_by: str) -> socket.socket:
    """A socket that listens; port 0 takes a free one. Raises ConfigurationError, which names what the port was
    `told_by`, such as "--port or CARELOG_PORT"."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        # Looking a host up has error numbers of its own, all below zero.
        why = os.strerror(error.errno) if error.errno and error.errno > 0 else error.strerror
        raise ConfigurationError(
            f"cannot listen on {host} port {port} ({why}): choose another with {told_by}"
        ) from None


def address_of(listening: socket.socket) -> str:
    """The URL to reach it by."""
    host, port = listening.getsockname()[:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"
