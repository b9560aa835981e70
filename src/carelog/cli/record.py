"""`carelog record` and `carelog subjects`: look at records."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from rich.table import Table

    from carelog.app import Carelog
    from carelog.record import Entry
    from carelog.record.subjects import Subject

_PAGE = 200


def record(
    subject: Annotated[str, typer.Argument(help="An id, a phone number, an e-mail address or a full name.")],
    type: Annotated[  # noqa: A002
        list[str] | None, typer.Option("--type", help="Only this entry type; may be repeated.")
    ] = None,
    since: Annotated[datetime | None, typer.Option(help="Only what occurred from this day on (UTC).")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print the entries as a JSON array.")] = False,
) -> None:
    """Show a record: every entry with the words that it came from."""
    from carelog.cli.output import console, print_json
    from carelog.cli.run_async import with_carelog

    owner, entries = with_carelog(lambda carelog: read_record(carelog, subject, tuple(type or ()), since))
    if json:
        print_json([entry_json(entry) for entry in entries])
        return
    out = console()
    out.print(f"[bold]{_escaped(owner.name or 'Unnamed')}[/bold]  {owner.id}")
    if entries:
        out.print(record_table(entries))
    else:
        out.print("Nothing in this record yet.")


def subjects(json: Annotated[bool, typer.Option("--json", help="Print one JSON array.")] = False) -> None:
    """List the people who have a record."""
    from carelog.cli.output import console, print_json, table
    from carelog.cli.run_async import with_carelog

    found = with_carelog(_every_subject)
    if json:
        print_json([{"id": str(s.id), "name": s.name, "recorded_at": s.recorded_at.isoformat()} for s in found])
        return
    shown = table("subject", "name", "known since")
    for one in found:
        shown.add_row(str(one.id), _escaped(one.name or "-"), f"{one.recorded_at:%Y-%m-%d %H:%M}")
    console().print(shown)


async def read_record(
    carelog: "Carelog", reference: str, types: tuple[str, ...] = (), since: datetime | None = None
) -> "tuple[Subject, list[Entry]]":
    """A subject and all their entries, the earliest first."""
    from datetime import UTC

    from carelog.identity import operator
    from carelog.record.store import EntryQuery

    owner = await carelog.subjects.find(operator(), reference)
    from_ = since.replace(tzinfo=UTC) if since and since.tzinfo is None else since
    query = EntryQuery(types=types, since=from_)
    entries: list[Entry] = []
    cursor = None
    while True:
        page = await carelog.record.page(operator(), owner.id, query, limit=_PAGE, cursor=cursor)
        entries += page.items
        if page.next is None:
            return owner, entries[::-1]
        cursor = page.next


def record_table(entries: "list[Entry]") -> "Table":
    """Entries by day and type, each with its quotes."""
    from carelog.cli.output import table
    from carelog.record.timeline import timeline

    shown = table("when", "type", "what", "in the words of the conversation")
    for day in reversed(timeline(entries)):
        for number, entry in enumerate(day.entries):
            when = f"{day.date:%a %d %b %Y}" if number == 0 else ""
            shown.add_row(when, entry.type, _escaped(entry.payload.headline()), _escaped(quotes(entry)),
                          end_section=number == len(day.entries) - 1)  # fmt: skip
    return shown


def quotes(entry: "Entry") -> str:
    """The words an entry rests on, each after whoever said them."""
    said = [f"{e.speaker}: “{e.quote}”" if e.speaker else f"“{e.quote}”" for e in entry.evidence]
    return "  ".join(" ".join(part.split()) for part in said)


def entry_json(entry: "Entry") -> dict[str, Any]:
    """An entry as the API gives it."""
    from carelog.api.shapes import EntryOut

    return EntryOut.of(entry).model_dump(mode="json", exclude_none=True)


async def _every_subject(carelog: "Carelog") -> "list[Subject]":
    from carelog.identity import operator

    found: list[Subject] = []
    cursor = None
    while True:
        page = await carelog.subjects.page(operator(), limit=_PAGE, cursor=cursor)
        found += page.items
        if page.next is None:
            return found
        cursor = page.next


def _escaped(text: str) -> str:
    from rich.markup import escape

    return escape(text)
