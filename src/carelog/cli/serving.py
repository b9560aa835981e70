"""Serving: the API and a worker over one Carelog, from the first signal to the last run in hand."""

import asyncio
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Final

import typer
import uvicorn

from carelog.app import Carelog
from carelog.cli.run_async import opened
from carelog.settings import Settings

_REQUESTS_SECONDS: Final = 10
_RUNS_SECONDS: Final = 10


class Server(uvicorn.Server):
    """uvicorn raises a signal again once it has shut down, which would end the process while the worker still has
    runs in hand. Here signals are `serve`'s alone."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def serve(settings: Settings, listening: socket.socket, *, worker: bool, demo: bool) -> None:
    """Serve until SIGINT or SIGTERM. Raises CancelledError when one comes before the server is there, and when a
    second one comes before all is done; what is in hand then goes back to the queue."""
    whole = asyncio.current_task()
    assert whole is not None
    _on_signal(whole.cancel)
    async with opened(settings) as carelog:
        server = _server(carelog)
        address = address_of(listening)
        if demo:
            from carelog.cli.demo import show_demo

            await show_demo(carelog, address)
        else:
            typer.echo(f"Carelog listens on {address}\nThe API is described on {address}/docs")

        def stop() -> None:
            if server.should_exit:
                whole.cancel()
            server.should_exit = True

        _on_signal(stop)
        if not worker:
            await server.serve(sockets=[listening])
            return
        async with _working(carelog, server):
            await server.serve(sockets=[listening])


def address_of(listening: socket.socket) -> str:
    host, port = listening.getsockname()[:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def _server(carelog: Carelog) -> Server:
    return Server(
        uvicorn.Config(
            carelog.api(),
            log_config=None,
            access_log=False,
            lifespan="off",
            timeout_graceful_shutdown=_REQUESTS_SECONDS,
        )
    )


@asynccontextmanager
async def _working(carelog: Carelog, server: Server) -> AsyncIterator[None]:
    """A worker beside the server. Should it end of itself, the server ends too: half a Carelog would accept what
    nobody works on."""
    working = asyncio.create_task(carelog.worker.run())

    def ended(_: "asyncio.Task[None]") -> None:
        server.should_exit = True

    working.add_done_callback(ended)
    try:
        yield
    finally:
        carelog.worker.stop()
        # A link that hangs is cancelled, and its runs go back to the queue.
        with suppress(TimeoutError):
            await asyncio.wait_for(working, _RUNS_SECONDS)


def _on_signal(act: Callable[[], object]) -> None:
    """Do this on SIGINT and SIGTERM. Where the loop hears no signals, on Windows, Ctrl-C cancels the whole."""
    if sys.platform != "win32":
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, act)
