"""One port for several processes, and for nobody else."""

import socket
import sys

import pytest

from carelog.cli.listening import listen, listen_too
from carelog.kit.errors import ConfigurationError


def _taken(listening: socket.socket) -> int:
    """How many connections wait at this socket."""
    listening.setblocking(False)
    count = 0
    while True:
        try:
            connection, _ = listening.accept()
        except BlockingIOError:
            return count
        connection.close()
        count += 1


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux shares connections out")
def test_connections_are_shared_out_among_those_who_listen() -> None:
    with listen("127.0.0.1", 0, told_by="--port", shared=True) as first, listen_too(first.dup()) as second:
        callers = [socket.create_connection(first.getsockname()) for _ in range(64)]
        taken = _taken(first), _taken(second)
        for caller in callers:
            caller.close()
    assert sum(taken) == 64
    assert min(taken) > 0


@pytest.mark.parametrize("shared", [False, True])
def test_a_port_that_several_processes_share_is_taken_for_everybody_else(shared: bool) -> None:
    with (
        listen("127.0.0.1", 0, told_by="--port", shared=True) as first,
        pytest.raises(ConfigurationError, match="choose another with --port"),
    ):
        listen("127.0.0.1", first.getsockname()[1], told_by="--port", shared=shared)
