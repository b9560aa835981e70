"""`carelog worker`: worker processes, and a supervisor that keeps them running."""

from contextlib import nullcontext
from pathlib import Path
from typing import Annotated

import typer


def worker(
    processes: Annotated[
        int, typer.Option("--processes", metavar="N", min=1, max=256, help="How many worker processes.")
    ] = 1,
    concurrency: Annotated[
        int | None,
        typer.Option(metavar="M", help="How many batches each has in hand at once. [CARELOG_WORKER_CONCURRENCY, 2]"),
    ] = None,
    drain_seconds: Annotated[
        float | None,
        typer.Option(
            "--drain-seconds",
            metavar="S",
            help="How long runs in hand may take to end when it is told to. [CARELOG_DRAIN_SECONDS, 30]",
        ),
    ] = None,
    conserver_config: Annotated[
        Path | None,
        typer.Option(
            "--conserver-config",
            metavar="FILE",
            help="Do what this config.yml of a vCon conserver says. [CARELOG_CONSERVER_CONFIG]",
        ),
    ] = None,
    health_port: Annotated[
        int | None,
        typer.Option(
            "--health-port",
            metavar="PORT",
            min=0,
            max=65535,
            help="Serve /health/live, /health/ready and /metrics here, on CARELOG_HOST; 0 takes a free port.",
        ),
    ] = None,
) -> None:
    """Work on runs, in processes that are started again when they die, until Ctrl-C or SIGTERM.

    Both end it in good order: batches in hand are finished, or go back to the queue. A second one kills.
    """
    import asyncio

    from carelog.cli.children import Children
    from carelog.cli.fork_server import start_fork_server
    from carelog.cli.loading import load_for_workers
    from carelog.cli.main import main

    children = Children(start_fork_server(main, load_for_workers))

    from carelog.cli.logs import configure_logs
    from carelog.cli.run_async import run_loop
    from carelog.settings import load_settings

    settings = load_settings(
        worker_concurrency=concurrency, drain_seconds=drain_seconds, conserver_config=conserver_config
    )
    configure_logs(settings.log_level)

    from carelog.cli.listening import listen

    listening = None
    if health_port is not None:
        listening = listen(settings.host, health_port, told_by="--health-port")
    killed = 0
    with listening or nullcontext():
        from carelog.cli.supervising import supervise_workers

        try:
            killed = run_loop(supervise_workers(settings, processes, children, listening))
        except asyncio.CancelledError:
            typer.echo("Carelog was stopped before it worked.")
            return
    typer.echo("Carelog has stopped.")
    if killed:
        raise typer.Exit(1)
