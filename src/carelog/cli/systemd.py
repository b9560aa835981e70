"""What systemd is told of a service with `Type=notify` (sd_notify(3), sd_watchdog_enabled(3))."""

import os
import socket
from contextlib import suppress
from typing import Final

_PATIENCE_SECONDS: Final = 1.0
"""A systemd that does not read must not hold up those that it watches."""


def notify(state: str) -> None:
    """Send a state, such as READY=1, to the socket that NOTIFY_SOCKET names. Nothing happens if nobody listens."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    if address.startswith("@"):  # an abstract socket, which has no file
        address = "\0" + address[1:]
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as talking:
        talking.settimeout(_PATIENCE_SECONDS)
        talking.connect(address)
        talking.sendall(state.encode())


def watchdog_seconds() -> float | None:
    """How often to send WATCHDOG=1: twice in the time after which systemd takes the service for hung. None where it is
    not watched."""
    if os.environ.get("WATCHDOG_PID") not in (None, str(os.getpid())):
        return None
    try:
        seconds = int(os.environ["WATCHDOG_USEC"]) / 2_000_000
    except (KeyError, ValueError):
        return None
    return seconds if seconds > 0 else None
