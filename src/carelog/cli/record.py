"""`carelog record`: look at a record, and at what it shows."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from carelog.cli.archives import export_record, import_record
from carelog.cli.insights import insights
from carelog.cli.parameters import Json, OfSubject

if TYPE_CHECKING:
    from rich.table import Table

    from carelog.app import Carelog
    from carelog.record import Entry
    from carelog.record.subjects import Subject


class ShownByDefault(TyperGroup):
    """`carelog record SUBJECT` is short for `carelog record show SUBJECT`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if args and args[0] not in self.commands and args[0] not in ctx.help_option_names:
            args = ["show", *args]
        return super().parse_args(ctx, args)


app = typer.Typer(cls=ShownByDefault, no_args_is_help=True, help="Look at a record, and at what it shows.")
app.command("insights")(insights)
app.command("export")(export_record)
app.command("import")(import_record)


@app.command()
def show(
    subject: OfSubject,
    type: Annotated[  # noqa: A002
        list[str] | None, typer.Option("--type", metavar="TYPE", help="Only this entry type; may be repeated.")
    ] = None,
    since: Annotated[
        datetime | None,
        typer.Option(metavar="DATE", formats=["%Y-%m-%d"], help="Only what occurred from this day on (UTC)."),
    ] = None,
    json: Json = False,
) -> None:
    """Show a record: every entry with the words that it came from."""
    from carelog.cli.output import print_json
    from carelog.cli.run_async import with_carelog

    owner, entries = with_carelog(lambda carelog: read_record(carelog, subject, tuple(type or ()), since))
    if json:
        print_json([entry_json(entry) for entry in entries])
        return
    print_record(owner, entries)


async def find_subject(carelog: "Carelog", reference: str) -> "Subject":
    """Raises NotFound, and InvalidInput for a name that several people have."""
    from carelog.kit.errors import InvalidInput, NotFound

    hint = "`carelog subjects` lists them all"
    try:
        return await carelog.subjects.find(carelog.operator, reference)
    except NotFound as error:
        raise NotFound(f"{error.message}; {hint}") from None
    except InvalidInput as error:
        raise InvalidInput(f"{error.message}; {hint}") from None


async def read_record(
    carelog: "Carelog", reference: str, types: tuple[str, ...] = (), since: datetime | None = None
) -> "tuple[Subject, list[Entry]]":
    """A subject and all their entries, the earliest first. Raises NotFound and InvalidInput."""
    from datetime import UTC

    from carelog.record.store import EntryQuery

    owner = await find_subject(carelog, reference)
    from_ = since.replace(tzinfo=UTC) if since and since.tzinfo is None else since
    query = EntryQuery(types=types, since=from_)
    pages = carelog.record.every(carelog.operator, owner.id, query)
    return owner, [entry async for page in pages for entry in page][::-1]


def print_record(owner: "Subject", entries: "list[Entry]") -> None:
    """Whose record it is, and every entry of it by day, with its quotes."""
    from carelog.cli.output import print_table, told

    typer.echo(f"{told(owner.name or 'No name')}  {owner.id}\n")
    if entries:
        print_table(record_table(entries))
    else:
        typer.echo("Nothing in this record.")


def record_table(entries: "list[Entry]") -> "Table":
    """Entries by day, earliest first, each with its quotes."""
    from carelog.cli.output import marked, table
    from carelog.record.timeline import timeline

    shown = table("day", "type", "what", "in the words of the conversation", whole=("day", "type"))
    for day in reversed(timeline(entries)):
        for number, entry in enumerate(day.entries):
            date = "" if number else f"{day.date:%Y-%m-%d}"
            shown.add_row(date, entry.type, marked(what_happened(entry)), marked(quotes(entry)))
    return shown


def what_happened(entry: "Entry") -> str:
    """Its headline, and where its date is not known, what is."""
    if entry.occurred_said is None:
        return entry.headline()
    when = "" if entry.occurred_said == "unknown" else f": {entry.occurred_said}"
    return f"{entry.headline()} (date not known{when})"


def quotes(entry: "Entry") -> str:
    """The words an entry rests on, in the order in which they were said, each on a line after whoever said them."""
    said = sorted(entry.evidence, key=lambda e: (e.turn, e.start))
    lines = (f"{e.speaker}: “{e.quote}”" if e.speaker else f"“{e.quote}”" for e in said)
    return "\n".join(" ".join(line.split()) for line in lines)


def entry_json(entry: "Entry") -> dict[str, Any]:
    """An entry as the API gives it."""
    from carelog.api.shapes import EntryOut
    from carelog.kit.clock import SystemClock

    return EntryOut.of(entry, SystemClock().now()).model_dump(mode="json", exclude_none=True)
