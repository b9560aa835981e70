"""Supervising worker processes, from the first signal to the last, and telling their health."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager

import typer

from carelog.cli.children import Children
from carelog.cli.data_folder import log_new, log_open_to_others, missing_databases
from carelog.cli.listening import address_of
from carelog.cli.reloading import reload_on_hangup
from carelog.cli.run_async import opened
from carelog.cli.signals import cancelled_by_signal, on_signal
from carelog.cli.supervisor import SERVER, Supervisor
from carelog.cli.systemd import notify, watchdog_seconds
from carelog.kit.beside import beside
from carelog.settings import Settings
from carelog.telemetry.processes import share_counts


async def supervise_workers(
    settings: Settings, processes: int, children: Children, listening: socket.socket | None
) -> int:
    """Keep worker processes running until SIGINT or SIGTERM; a second signal kills them. Returns how many were killed.

    Raises ConfigurationError for what would stop every one of them, also when only their deaths show it, and
    CancelledError when a signal comes before they are started.
    """
    share_counts(settings.make_data_dir() / "metrics")
    cancelled_by_signal()
    async with AsyncExitStack() as open_now:
        missing = missing_databases(settings)
        carelog = await open_now.enter_async_context(opened(settings))
        log_new(missing)
        log_open_to_others(settings)
        supervisor = workers_of(settings, processes, children)

        def stop() -> None:
            notify("STOPPING=1")
            supervisor.drain()

        async def ready() -> None:
            await supervisor.ready()
            typer.echo(f"Carelog works, with {processes} worker process{'es' if processes > 1 else ''}")

        on_signal(stop, again=supervisor.kill)
        reload_on_hangup(carelog, supervisor.hang_up)
        if listening:
            from carelog.cli.health_server import health_told  # it loads the API, which nothing else here needs

            await open_now.enter_async_context(health_told(carelog, supervisor, listening))
            typer.echo(f"Health is told on {address_of(listening)}/health/ready")
        await open_now.enter_async_context(told_to_systemd(ready))
        return await supervisor.run()


def workers_of(settings: Settings, processes: int, children: Children) -> Supervisor:
    """A supervisor of processes that work on runs."""
    return Supervisor(processes, children, drain_seconds=settings.drain_seconds, environment=_said(settings))


def servers_of(settings: Settings, processes: int, children: Children, listening: socket.socket) -> Supervisor:
    """A supervisor of processes that answer requests on this socket."""
    shared = listening.fileno()
    return Supervisor(
        processes,
        children,
        drain_seconds=settings.drain_seconds,
        environment=_said(settings),
        arguments=(SERVER, str(shared)),
        name="server",
        inherited=[shared],
    )


def _said(settings: Settings) -> dict[str, str]:
    """Children read the same settings as this process; what was given on the command line is passed to them. So is the
    configuration file: one that starts while it is gone must not do without."""
    said = {"CARELOG_WORKER_CONCURRENCY": str(settings.worker_concurrency)}
    if settings.file:
        said["CARELOG_CONFIG"] = str(settings.file)
    if settings.conserver_config:
        said["CARELOG_CONSERVER_CONFIG"] = str(settings.conserver_config)
    return said


@asynccontextmanager
async def told_to_systemd(ready: Callable[[], Awaitable[object]]) -> AsyncIterator[None]:
    """Send READY=1 when this is over, then WATCHDOG=1 as often as systemd wants it."""

    async def tell() -> None:
        await ready()
        notify("READY=1")
        seconds = watchdog_seconds()
        while seconds:
            notify("WATCHDOG=1")
            await asyncio.sleep(seconds)

    async with beside(tell()):
        yield
