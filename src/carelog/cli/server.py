"""The web server, as a part of a process that has other things to do."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import uvicorn

if TYPE_CHECKING:
    from starlette.applications import Starlette

_REQUESTS_SECONDS: Final = 10


class Server(uvicorn.Server):
    """uvicorn raises a signal again once it has shut down, which would end the process while workers still have runs
    in hand. Here signals are the command's alone."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.answers = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.answers.set()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def server_of(app: "Starlette") -> Server:
    """A server that lets requests in hand finish when it is told to end."""
    return Server(
        uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            server_header=False,
            # Ours believes the proxies that are named in the settings; uvicorn's whatever comes from this machine.
            proxy_headers=False,
            lifespan="off",
            timeout_graceful_shutdown=_REQUESTS_SECONDS,
        )
    )
