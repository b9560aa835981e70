"""The web server as one part of a process."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Final

import uvicorn

if TYPE_CHECKING:
    from starlette.applications import Starlette

_REQUESTS_SECONDS: Final = 10


class Server(uvicorn.Server):
    """uvicorn, without its signal handlers: after shutting down it would raise the signal again, and end the process
    while workers still have runs in hand. The command handles signals."""

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
    """A server that finishes the requests in hand when it is told to stop."""
    return Server(
        uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            server_header=False,
            # The API does this itself, for the proxies of the settings; uvicorn would trust this whole machine.
            proxy_headers=False,
            lifespan="off",
            timeout_graceful_shutdown=_REQUESTS_SECONDS,
        )
    )


@asynccontextmanager
async def served(app: "Starlette", listening: socket.socket) -> AsyncIterator["asyncio.Task[None]"]:
    """Serve while the block runs. Requests in hand are finished after it."""
    server = server_of(app)
    task = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        yield task
    finally:
        server.should_exit = True
        await task
