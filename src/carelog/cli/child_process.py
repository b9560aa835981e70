"""`carelog worker-process` and `carelog server-process`: one process, as the supervisor starts it."""

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from carelog.cli.supervised import Part


def worker_process() -> None:
    """Work on runs, until SIGTERM or until standard input ends. `carelog worker` starts and watches these."""
    from carelog.cli.working import working

    _live(working)


def server_process(
    listening: Annotated[int, typer.Argument(metavar="FD", help="The socket of who starts it, open here already.")],
) -> None:
    """Answer requests, until SIGTERM or until standard input ends. `carelog up` starts and watches these."""
    import socket

    from carelog.cli.listening import listen_too
    from carelog.cli.server import served

    _live(lambda carelog: served(carelog.api(), listen_too(socket.socket(fileno=listening))))


def _live(part: "Part") -> None:
    import asyncio
    from contextlib import suppress

    from carelog.cli.logs import configure_logs
    from carelog.cli.run_async import run_loop
    from carelog.settings import load_settings

    settings = load_settings()
    configure_logs(settings.log_level)
    with suppress(asyncio.CancelledError):
        from carelog.cli.supervised import live_under_supervisor

        run_loop(live_under_supervisor(settings, part))
