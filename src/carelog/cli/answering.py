"""Answering: the API on a socket that several processes listen on."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from carelog.app import Carelog
from carelog.cli.server import server_of


@asynccontextmanager
async def answering(carelog: Carelog, listening: socket.socket) -> AsyncIterator["asyncio.Task[None]"]:
    """A server beside the block. After it, the requests in hand are finished."""
    server = server_of(carelog.api())
    task = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        yield task
    finally:
        server.should_exit = True
        await task
