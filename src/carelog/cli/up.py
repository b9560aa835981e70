"""`carelog up`: the API and a worker in one process."""

from contextlib import suppress
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    import socket


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
    """Serve the API and work on what comes in, until Ctrl-C or SIGTERM.

    Both end it in good order: requests and runs in hand are finished first, and it ends with 0.
    """
    import asyncio

    from carelog.cli.logs import configure_logs
    from carelog.cli.run_async import run_loop
    from carelog.settings import load_settings

    settings = load_settings(host=host, port=port)
    configure_logs(settings.log_level)
    with _listen(settings.host, settings.port) as listening, suppress(asyncio.CancelledError):
        from carelog.cli.serving import serve

        run_loop(serve(settings, listening, worker=worker, demo=demo))
    typer.echo("Carelog has stopped.")


def _listen(host: str, port: int) -> "socket.socket":
    """Take the port before anything else, so that a taken one is told at once. Raises ConfigurationError."""
    import os
    import socket

    from carelog.kit.errors import ConfigurationError

    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        # Looking a host up has error numbers of its own, all below zero.
        why = os.strerror(error.errno) if error.errno and error.errno > 0 else error.strerror
        raise ConfigurationError(
            f"cannot listen on {host} port {port} ({why}): choose another with --port or CARELOG_PORT"
        ) from None
