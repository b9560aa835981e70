"""`carelog dead-letters`: see the runs that used up their tries, and decide what becomes of them."""

from typing import Annotated
from uuid import UUID

import typer

from carelog.cli.parameters import Json, Limit

app = typer.Typer(help="See runs that used up their tries; drive them again or discard them.", no_args_is_help=True)

Which = Annotated[
    UUID | None,
    typer.Argument(metavar="RUN", help="One run's id; leave it out and say --all for all.", show_default=False),
]
All = Annotated[bool, typer.Option("--all", help="All of them.")]
OfChain = Annotated[str | None, typer.Option("--chain", metavar="CHAIN", help="Of this chain only.")]


@app.command("list")
def list_(
    chain: OfChain = None,
    limit: Limit = 50,
    json: Json = False,
) -> None:
    """List dead letters, the last to begin first."""
    from rich.markup import escape

    from carelog.cli.output import print_json, print_table, table
    from carelog.cli.run_async import with_carelog
    from carelog.identity import operator
    from carelog.pipeline.run import RunState
    from carelog.pipeline.runs import RunQuery

    query = RunQuery(states=(RunState.DEAD,), chain=chain)
    page = with_carelog(lambda carelog: carelog.runs.page(operator(), query, limit=limit))
    if json:
        from carelog.api.shapes import RunOut

        print_json([RunOut.of(run).model_dump(mode="json") for run in page.items])
        return
    if not page.items:
        typer.echo("There are no dead letters.")
        return
    shown = table("run", "chain", "link", "tries", "since (UTC)", "error", whole=("run", "since (UTC)"))
    for run in page.items:
        error = run.error or {}
        link, message = str(error.get("link") or "-"), escape(str(error.get("message", "-")))
        shown.add_row(str(run.id), run.chain, link, str(run.tries), f"{run.updated_at:%Y-%m-%d %H:%M}", message)
    print_table(shown)
    if page.next:
        typer.echo("There are more; --limit N shows up to 1000 of them.")


@app.command()
def show(run: Annotated[UUID, typer.Argument(metavar="RUN", help="The run's id.")]) -> None:
    """Print one run with its error, as JSON."""
    from carelog.api.shapes import RunOut
    from carelog.cli.output import print_json
    from carelog.cli.run_async import with_carelog
    from carelog.identity import operator

    found = with_carelog(lambda carelog: carelog.runs.get(operator(), run))
    print_json(RunOut.of(found).model_dump(mode="json"))


@app.command()
def drive(run: Which = None, every: All = False, chain: OfChain = None) -> None:
    """Queue dead letters again, each from the link that it failed at; `carelog up` then works on them."""
    from carelog.cli.run_async import with_carelog
    from carelog.identity import operator

    wanted = _one_or_all(run, every)
    if wanted is None:
        count = with_carelog(lambda carelog: carelog.runs.drive_all_again(operator(), chain=chain))
    else:
        with_carelog(lambda carelog: carelog.runs.drive_again(operator(), wanted))
        count = 1
    typer.echo(f"{count} queued again")


@app.command()
def discard(run: Which = None, every: All = False, chain: OfChain = None) -> None:
    """Give dead letters up. They stay to be seen, and are never run again."""
    from carelog.cli.run_async import with_carelog
    from carelog.identity import operator

    wanted = _one_or_all(run, every)
    if wanted is None:
        count = with_carelog(lambda carelog: carelog.runs.discard_all(operator(), chain=chain))
    else:
        with_carelog(lambda carelog: carelog.runs.discard(operator(), wanted))
        count = 1
    typer.echo(f"{count} discarded")


def _one_or_all(run: UUID | None, every: bool) -> UUID | None:
    if (run is None) != every:
        raise typer.BadParameter("give the id of one run, or --all")
    return run
