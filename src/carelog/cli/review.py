"""`carelog review`: see what waits for a person's judgement, and judge it."""

from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer

from carelog.cli.parameters import Json, Limit

if TYPE_CHECKING:
    from carelog.app import Carelog
    from carelog.record.review.items import Review
    from carelog.record.review.store import Decision

app = typer.Typer(help="See readings that wait for a person's judgement, and judge them.", no_args_is_help=True)

Which = Annotated[UUID, typer.Argument(metavar="ID", help="The item's id.")]
Why = Annotated[str | None, typer.Option("--reason", metavar="TEXT", help="Why, for the entry's history.")]


def _known_status(status: str) -> str:
    known = ("open", "confirmed", "corrected", "rejected", "any")
    if status not in known:
        raise typer.BadParameter(f"there is no {status!r}; there are {', '.join(known)}")
    return status


def _known_doubt(doubt: str | None) -> str | None:
    from carelog.record.review.items import Doubt

    if doubt is not None and doubt not in list(Doubt):
        raise typer.BadParameter(f"there is no {doubt!r}; there are {', '.join(Doubt)}")
    return doubt


@app.command("list")
def list_(
    subject: Annotated[
        str | None,
        typer.Option(metavar="SUBJECT", help="Of whom: an id, a phone number, an e-mail address or a full name."),
    ] = None,
    status: Annotated[
        str,
        typer.Option(
            metavar="STATUS",
            callback=_known_status,
            help="What became of them: open, confirmed, corrected, rejected, any.",
        ),
    ] = "open",
    type: Annotated[  # noqa: A002
        str | None, typer.Option("--type", metavar="TYPE", help="Only of this entry type.")
    ] = None,
    doubt: Annotated[
        str | None,
        typer.Option(metavar="DOUBT", callback=_known_doubt, help="Only these: implausible, disputed or ungrounded."),
    ] = None,
    limit: Limit = 50,
    json: Json = False,
) -> None:
    """List items, the newest first."""
    from carelog.cli.output import marked, print_json, print_table, table
    from carelog.cli.run_async import with_carelog

    async def read(carelog: "Carelog") -> "tuple[list[Review], bool]":
        from carelog.cli.record import find_subject
        from carelog.record.review.items import Doubt, Status
        from carelog.record.review.store import ReviewQuery

        owner = await find_subject(carelog, subject) if subject is not None else None
        query = ReviewQuery(None if status == "any" else Status(status), type, Doubt(doubt) if doubt else None)
        page = await carelog.reviews.page(carelog.operator, query, subject_id=owner.id if owner else None, limit=limit)
        return page.items, page.next is not None

    found, more = with_carelog(read)
    if json:
        print_json([_json(item) for item in found])
        return
    if not found:
        typer.echo("Nothing waits for a judgement." if status == "open" else "There is nothing of the kind.")
        return
    shown = table("item", "status", "doubt", "type", "in the words of the conversation", whole=("item", "status"))
    for item in found:
        said = dict.fromkeys(" ".join(q.quote.split()) for reading in item.readings for q in reading.evidence)
        words = marked("\n".join(f"“{quote}”" for quote in said))
        shown.add_row(str(item.id), item.status, item.doubt, item.type, words)
    print_table(shown)
    if more:
        typer.echo("There are more; --limit N shows up to 1000 of them.")


@app.command()
def show(which: Which) -> None:
    """Print one with its readings, as JSON."""
    from carelog.cli.output import print_json
    from carelog.cli.run_async import with_carelog

    print_json(_json(with_carelog(lambda carelog: carelog.reviews.get(carelog.operator, which))))


@app.command()
def confirm(
    which: Which,
    reading: Annotated[
        str | None,
        typer.Option(metavar="READING", help="Which is right: its place, from 0, or its engine. Not needed for one."),
    ] = None,
    reason: Why = None,
) -> None:
    """Say that a reading is right: it becomes the entry."""
    from carelog.cli.run_async import with_carelog

    chosen = int(reading) if reading is not None and reading.isdecimal() else reading
    _tell(with_carelog(lambda carelog: carelog.reviews.confirm(carelog.operator, which, reading=chosen, reason=reason)))


@app.command()
def correct(
    which: Which,
    payload: Annotated[str, typer.Argument(metavar="JSON", help="What was said instead, as a payload of its type.")],
    reason: Why = None,
) -> None:
    """Say what was meant: it becomes the entry."""
    from carelog.cli.run_async import with_carelog
    from carelog.kit import jsontext

    said = jsontext.parse(payload)
    if not isinstance(said, dict):
        raise typer.BadParameter("a payload is a JSON object")
    _tell(with_carelog(lambda carelog: carelog.reviews.correct(carelog.operator, which, said, reason=reason)))


@app.command()
def reject(which: Which, reason: Why = None) -> None:
    """Say that no reading is right: nothing of it stands in the record."""
    from carelog.cli.run_async import with_carelog

    _tell(with_carelog(lambda carelog: carelog.reviews.reject(carelog.operator, which, reason=reason)))


def _tell(decision: "Decision") -> None:
    entry = decision.entry
    stands = f": {entry.context_id}" if entry and entry.state == "active" else ""
    typer.echo(f"{decision.review.status}{stands}")


def _json(item: "Review") -> dict[str, Any]:
    """As the API gives it."""
    from carelog.api.review import ReviewOut

    return ReviewOut.of(item).model_dump(mode="json", exclude_none=True)
