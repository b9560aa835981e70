"""`carelog up`: the API and what works on the runs, on one machine."""

from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer


def up(
    host: Annotated[
        str | None, typer.Option(metavar="HOST", help="The address to serve on. [CARELOG_HOST, 127.0.0.1]")
    ] = None,
    port: Annotated[
        int | None,
        typer.Option(metavar="PORT", min=0, max=65535, help="The port; 0 takes a free one. [CARELOG_PORT, 8080]"),
    ] = None,
    servers: Annotated[
        int,
        typer.Option(metavar="N", min=1, max=256, help="Answer requests in so many processes, this one among them."),
    ] = 1,
    worker: Annotated[bool, typer.Option("--worker/--no-worker", help="Work on runs in this process too.")] = True,
    workers: Annotated[
        int | None,
        typer.Option(metavar="N", min=1, max=256, help="Work on runs in so many processes of their own instead."),
    ] = None,
    conserver_config: Annotated[
        Path | None,
        typer.Option(
            "--conserver-config",
            metavar="FILE",
            help="Do what this config.yml of a vCon conserver says. [CARELOG_CONSERVER_CONFIG]",
        ),
    ] = None,
    demo: Annotated[
        bool,
        typer.Option("--demo", help="Take in the sample conversations, show a record, make a key for this run."),
    ] = False,
) -> None:
    """Serve the API and work on what comes in, until Ctrl-C or SIGTERM.

    Both end it in good order: requests and runs in hand are finished first, and it ends with 0.
    """
    import asyncio

    if workers and not worker:
        raise typer.BadParameter("--workers and --no-worker say opposite things")

    from carelog.cli.children import Children
    from carelog.cli.fork_server import start_fork_server
    from carelog.cli.loading import load_for_servers, load_for_workers
    from carelog.cli.main import main

    load = []
    if workers:
        load.append(load_for_workers)
    if servers > 1:
        load.append(load_for_servers)
    children = Children(start_fork_server(main, *load) if load else None)

    from carelog.cli.logs import configure_logs
    from carelog.cli.run_async import run_loop
    from carelog.settings import load_settings

    settings = load_settings(host=host, port=port, conserver_config=conserver_config)
    configure_logs(settings.log_level)

    from carelog.cli.listening import listen

    told_by = "--port or CARELOG_PORT"
    with (
        listen(settings.host, settings.port, told_by=told_by, shared=servers > 1) as listening,
        suppress(asyncio.CancelledError),
    ):
        from carelog.cli.serving import serve

        run_loop(serve(settings, listening, children, servers=servers, worker=worker, workers=workers, demo=demo))
    typer.echo("Carelog has stopped.")
