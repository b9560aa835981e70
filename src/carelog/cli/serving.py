"""Serving: the API, and the workers beside it, from the first signal to the last run in hand."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import typer

from carelog.app import Carelog
from carelog.cli.children import Children
from carelog.cli.data_folder import log_open_to_others
from carelog.cli.listening import address_of
from carelog.cli.reloading import reload_on_hangup
from carelog.cli.run_async import opened
from carelog.cli.server import Server, server_of
from carelog.cli.signals import cancelled_by_signal, on_signal
from carelog.cli.supervising import servers_of, told_to_systemd, workers_of
from carelog.cli.supervisor import Supervisor
from carelog.cli.systemd import notify
from carelog.cli.working import working
from carelog.kit.garbage import calm
from carelog.settings import Settings
from carelog.telemetry.processes import share_counts


async def serve(
    settings: Settings,
    listening: socket.socket,
    children: Children,
    *,
    servers: int,
    worker: bool,
    workers: int | None,
    demo: bool,
) -> None:
    """Serve until SIGINT or SIGTERM, in so many processes, of which this is one. Runs are worked on by so many
    `workers` in processes of their own, or by a `worker` in this one.

    Raises CancelledError when a signal comes before the server is up, or a second one before everything is done; what
    is in hand then goes back to the queue. Raises ConfigurationError when no child process can be brought to work.
    """
    share_counts(settings.make_data_dir() / "metrics")
    whole = cancelled_by_signal()
    async with opened(settings) as carelog:
        log_open_to_others(settings)
        server = server_of(carelog.api())
        calm()
        supervisors = [workers_of(settings, workers, children)] if workers else []
        if servers > 1:
            supervisors.append(servers_of(settings, servers - 1, children, listening))
        address = address_of(listening)
        if demo:
            from carelog.cli.demo import show_demo

            await show_demo(carelog, address)
        else:
            typer.echo(f"Carelog listens on {address}\nThe API is described on {address}/docs")

        def stop() -> None:
            notify("STOPPING=1")
            server.should_exit = True
            for supervisor in supervisors:
                supervisor.drain()

        def hang_up() -> None:
            for supervisor in supervisors:
                supervisor.hang_up()

        on_signal(stop, again=whole.cancel)
        reload_on_hangup(carelog, hang_up)
        async with AsyncExitStack() as beside:
            if worker and not workers:
                await beside.enter_async_context(_working(carelog, server))
            for supervisor in supervisors:
                await beside.enter_async_context(_supervising(supervisor, server))

            async def ready() -> None:
                await server.answers.wait()
                for supervisor in supervisors:
                    await supervisor.ready()
                if servers > 1:
                    typer.echo(f"Carelog answers in {servers} processes")

            await beside.enter_async_context(told_to_systemd(ready))
            await server.serve(sockets=[listening])


@asynccontextmanager
async def _working(carelog: Carelog, server: Server) -> AsyncIterator[None]:
    """A worker beside the server. If it ends by itself, so does the server, which would accept what nobody works on."""
    async with working(carelog) as task:
        task.add_done_callback(lambda _: _end(server))
        yield


@asynccontextmanager
async def _supervising(supervisor: Supervisor, server: Server) -> AsyncIterator[None]:
    """The same with child processes."""
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
