"""`carelog up`: the API and a worker in one process."""

import asyncio
import logging
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    import uvicorn

    from carelog.app import Carelog

log = logging.getLogger(__name__)


def up(
    host: Annotated[
        str | None, typer.Option(metavar="HOST", help="The address to serve on. [CARELOG_HOST, 127.0.0.1]")
    ] = None,
    port: Annotated[
        int | None,
        typer.Option(metavar="PORT", min=0, max=65535, help="The port; 0 takes a free one. [CARELOG_PORT, 8080]"),
    ] = None,
    worker: Annotated[bool, typer.Option("--worker/--no-worker", help="Work on runs in this process too.")] = True,
    demo: Annotated[
        bool,
        typer.Option("--demo", help="Take in the sample conversations, show a record, make a key for this run."),
    ] = False,
) -> None:
    """Serve the API and work on what comes in, until Ctrl-C or SIGTERM, which both end it in good order, with 0."""
    from carelog.cli.logs import configure_logs
    from carelog.cli.run_async import opened, run_loop
    from carelog.settings import load_settings

    settings = load_settings(host=host, port=port)
    configure_logs(settings.log_level)
    with _listen(settings.host, settings.port) as listening:

        async def serve() -> None:
            with _until_signalled():
                async with opened(settings) as carelog:
                    if demo:
                        from carelog.cli.demo import show_demo

                        await show_demo(carelog, address_of(listening))
                    else:
                        typer.echo(f"Carelog listens on {address_of(listening)}  (API description: /docs)")
                    await _serve(carelog, listening, worker=worker)

        run_loop(serve())
    typer.echo("Carelog has stopped.")


def address_of(listening: socket.socket) -> str:
    host, port = listening.getsockname()[:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def _listen(host: str, port: int) -> socket.socket:
    """Take the port before anything else, so that a taken one is told at once. Raises ConfigurationError."""
    from carelog.kit.errors import ConfigurationError

    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        raise ConfigurationError(
            f"cannot listen on {host} port {port} ({error.strerror}): choose another with --port or CARELOG_PORT"
        ) from None


async def _serve(carelog: "Carelog", listening: socket.socket, *, worker: bool) -> None:
    import uvicorn

    from carelog.api import Services, create_app

    services = Services(
        clock=carelog.clock,
        databases={"health": carelog.health, "auth": carelog.auth},
        keyring=carelog.keyring,
        intake=carelog.intake,
        conversations=carelog.conversations,
        subjects=carelog.subjects,
        record=carelog.record,
        runs=carelog.runs,
    )
    app = create_app(services, max_body_bytes=carelog.settings.max_body_bytes)
    config = uvicorn.Config(app, log_config=None, access_log=False, timeout_graceful_shutdown=20, lifespan="off")
    server = uvicorn.Server(config)
    with _ending(server):
        if not worker:
            await server.serve(sockets=[listening])
            return
        async with _working(carelog, server):
            await server.serve(sockets=[listening])


@asynccontextmanager
async def _working(carelog: "Carelog", server: "uvicorn.Server") -> AsyncIterator[None]:
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
        await working
