"""`carelog dead-letters`: see what used up its tries, and decide what becomes of it."""

from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias
from uuid import UUID

import typer

from carelog.cli.parameters import Json, Limit

if TYPE_CHECKING:
    from carelog.app import Carelog
    from carelog.kit.paging import Page
    from carelog.pipeline.dead_letters import DeadLetter, DeadLetterQuery

app = typer.Typer(
    help="See runs and copies that used up their tries; drive them again or discard them.", no_args_is_help=True
)

Which = Annotated[
    UUID | None,
    typer.Argument(metavar="ID", help="One dead letter's id; leave it out and say --all for all.", show_default=False),
]
All = Annotated[bool, typer.Option("--all", help="All of them, or all that the other options name.")]
OfChain = Annotated[str | None, typer.Option("--chain", metavar="CHAIN", help="Of this chain only.")]
AtLink = Annotated[str | None, typer.Option("--link", metavar="LINK", help="Only runs that failed at this link.")]
WithError = Annotated[str | None, typer.Option("--error", metavar="CODE", help="With this error's code only.")]
ForStorage = Annotated[str | None, typer.Option("--storage", metavar="STORAGE", help="Only copies for this storage.")]

Decision: TypeAlias = Literal["drive", "discard"]


@app.command("list")
def list_(
    chain: OfChain = None,
    link: AtLink = None,
    error: WithError = None,
    storage: ForStorage = None,
    limit: Limit = 50,
    json: Json = False,
) -> None:
    """List dead letters, the last to begin first."""
    from carelog.cli.output import marked, print_json, print_table, table
    from carelog.cli.run_async import with_carelog
    from carelog.pipeline.dead_letters import DeadLetterQuery

    query = DeadLetterQuery(chain=chain, link=link, error=error, storage=storage)
    page = with_carelog(lambda carelog: _page(carelog, query, limit))
    if json:
        from carelog.api.shapes import DeadLetterOut

        print_json([DeadLetterOut.of(letter).model_dump(mode="json") for letter in page.items])
        return
    if not page.items:
        typer.echo("There are no dead letters.")
        return
    columns = ("dead letter", "chain", "failed at", "tries", "since (UTC)", "error")
    shown = table(*columns, whole=("dead letter", "since (UTC)"))
    for letter in page.items:
        place = f"storage {letter.storage}" if letter.storage else f"link {letter.link or '-'}"
        since, message = f"{letter.updated_at:%Y-%m-%d %H:%M}", marked(str(letter.error.get("message", "-")))
        shown.add_row(str(letter.id), letter.chain or "-", place, str(letter.tries), since, message)
    print_table(shown)
    if page.next:
        typer.echo("There are more; --limit N shows up to 1000 of them.")


@app.command()
def show(which: Annotated[UUID, typer.Argument(metavar="ID", help="The dead letter's id.")]) -> None:
    """Print one with its error, as JSON."""
    from carelog.api.shapes import DeadLetterOut
    from carelog.cli.output import print_json
    from carelog.cli.run_async import with_carelog

    found = with_carelog(lambda carelog: carelog.dead_letters.get(carelog.operator, which))
    print_json(DeadLetterOut.of(found).model_dump(mode="json"))


def _add_decision(name: Decision, told: str, *, about: str) -> None:
    """The command for one of the two things that can be done about dead letters."""

    @app.command(name, help=about)
    def decide(
        which: Which = None,
        every: All = False,
        chain: OfChain = None,
        link: AtLink = None,
        error: WithError = None,
        storage: ForStorage = None,
    ) -> None:
        from carelog.cli.run_async import with_carelog
        from carelog.pipeline.dead_letters import DeadLetterQuery

        query = DeadLetterQuery(chain=chain, link=link, error=error, storage=storage)
        if (which is None) != every:
            raise typer.BadParameter("give the id of one dead letter, or --all")
        if which is not None and query != DeadLetterQuery():
            raise typer.BadParameter("--chain, --link, --error and --storage go with --all")
        count = with_carelog(lambda carelog: _decide(carelog, name, which, query))
        typer.echo(f"{count} {told}")


async def _page(carelog: "Carelog", query: "DeadLetterQuery", limit: int) -> "Page[DeadLetter]":
    await _require_known(carelog, query)
    return await carelog.dead_letters.page(carelog.operator, query, limit=limit)


async def _require_known(carelog: "Carelog", query: "DeadLetterQuery") -> None:
    """A name that is misspelt looks as if there were nothing to do. What is configured no more may yet have dead
    letters. Raises ConfigurationError, and InvalidInput."""
    from carelog.kit.errors import InvalidInput
    from carelog.pipeline.dead_letters import DeadLetterQuery
    from carelog.pipeline.link import link_class

    async def unknown(alone: DeadLetterQuery) -> bool:
        return await carelog.dead_letters.count(carelog.operator, alone) == 0

    chains, storages = [chain.name for chain in carelog.chains.current], list(carelog.storages)
    if query.chain not in (None, *chains) and await unknown(DeadLetterQuery(chain=query.chain)):
        raise InvalidInput(f"there is no chain named {query.chain!r}", details={"chains": chains})
    if query.storage not in (None, *storages) and await unknown(DeadLetterQuery(storage=query.storage)):
        raise InvalidInput(f"there is no storage named {query.storage!r}", details={"storages": storages})
    if query.link is not None and await unknown(DeadLetterQuery(link=query.link)):
        link_class(query.link)


async def _decide(carelog: "Carelog", decision: Decision, which: UUID | None, query: "DeadLetterQuery") -> int:
    """Returns how many dead letters it was done to."""
    await _require_known(carelog, query)
    letters, who = carelog.dead_letters, carelog.operator
    if which is not None:
        await (letters.drive if decision == "drive" else letters.discard)(who, which)
        return 1
    return await (letters.drive_all if decision == "drive" else letters.discard_all)(who, query)


_add_decision(
    "drive",
    "queued again",
    about="Queue dead letters again, runs from the link that they failed at; `carelog up` then works on them.",
)
_add_decision("discard", "discarded", about="Give dead letters up. They stay to be seen, and are never tried again.")
