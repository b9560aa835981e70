"""Serving: the API and what works on the runs over one Carelog, from the first signal to the last run in hand."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import typer

from carelog.app import Carelog
from carelog.cli.listening import address_of
from carelog.cli.reloading import reload_on_hangup
from carelog.cli.run_async import opened
from carelog.cli.server import Server, server_of
from carelog.cli.signals import on_signal
from carelog.cli.supervising import supervisor_of, told_to_systemd
from carelog.cli.supervisor import Supervisor
from carelog.cli.systemd import notify
from carelog.cli.working import working
from carelog.kit.garbage import calm
from carelog.settings import Settings
from carelog.telemetry.processes import share_counts


async def serve(settings: Settings, listening: socket.socket, *, worker: bool, workers: int | None, demo: bool) -> None:
    """Serve until SIGINT or SIGTERM, with so many `workers` in processes of their own, or else a `worker` in this one.

    Raises CancelledError when a signal comes before the server is there, and when a second one comes before all is
    done; what is in hand then goes back to the queue. Raises ConfigurationError when no worker process will work.
    """
    share_counts(settings.make_data_dir() / "metrics")
    whole = asyncio.current_task()
    assert whole is not None
    on_signal(whole.cancel)
    async with opened(settings) as carelog:
        server = server_of(carelog.api())
        calm()
        supervisor = supervisor_of(settings, workers) if workers else None
        address = address_of(listening)
        if demo:
            from carelog.cli.demo import show_demo

            await show_demo(carelog, address)
        else:
            typer.echo(f"Carelog listens on {address}\nThe API is described on {address}/docs")

        def stop() -> None:
            notify("STOPPING=1")
            server.should_exit = True
            if supervisor:
                supervisor.drain()

        on_signal(stop, again=whole.cancel)
        reload_on_hangup(carelog, supervisor.hang_up if supervisor else lambda: None)
        async with AsyncExitStack() as beside:
            if supervisor:
                await beside.enter_async_context(_supervising(supervisor, server))
            elif worker:
                await beside.enter_async_context(_working(carelog, server))
            ready = (server.answers.wait, supervisor.ready) if supervisor else (server.answers.wait,)
            await beside.enter_async_context(told_to_systemd(*ready))
            await server.serve(sockets=[listening])


@asynccontextmanager
async def _working(carelog: Carelog, server: Server) -> AsyncIterator[None]:
    """A worker beside the server. Should it end of itself, the server ends too: half a Carelog would accept what
    nobody works on."""
    async with working(carelog) as task:
        task.add_done_callback(lambda _: _end(server))
        yield


@asynccontextmanager
async def _supervising(supervisor: Supervisor, server: Server) -> AsyncIterator[None]:
    """The same with worker processes."""
    task = asyncio.create_task(supervisor.run())
    task.add_done_callback(lambda _: _end(server))
    try:
        yield
    except asyncio.CancelledError:
        supervisor.kill()
        raise
    finally:
        supervisor.drain()
        await task


def _end(server: Server) -> None:
    server.should_exit = True
