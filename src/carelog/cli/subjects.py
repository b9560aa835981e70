"""`carelog subjects`: list the people who have a record, and erase one for good."""

from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from carelog.cli.parameters import Json, OfSubject

if TYPE_CHECKING:
    from carelog.app import Carelog
    from carelog.record.subjects import Subject

_PAGE = 200

app = typer.Typer(help="List the people who have a record; erase one for good.", invoke_without_command=True)


@app.callback()
def subjects(context: typer.Context, json: Json = False) -> None:
    """List the people who have a record; `erase` one for good."""
    if context.invoked_subcommand is not None:
        return

    from carelog.cli.output import marked, print_json, print_table, table
    from carelog.cli.run_async import with_carelog

    found = with_carelog(_every_subject)
    if json:
        print_json([{"id": str(s.id), "name": s.name, "recorded_at": s.recorded_at.isoformat()} for s in found])
        return
    if not found:
        typer.echo("Nobody yet: `carelog ingest FILES` takes conversations in.")
        return
    shown = table("subject", "name", "known since (UTC)", whole=("subject", "known since (UTC)"))
    for one in found:
        shown.add_row(str(one.id), marked(one.name or "-"), f"{one.recorded_at:%Y-%m-%d %H:%M}")
    print_table(shown)


@app.command()
def erase(
    subject: OfSubject,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Erase a record for good: conversations, entries, runs, its owner's account, and every name in the audit trail."""
    from carelog.cli.output import told
    from carelog.cli.record import find_subject
    from carelog.cli.run_async import with_carelog

    found = with_carelog(lambda carelog: find_subject(carelog, subject))
    if not yes:
        whose = f"of {told(found.name)} ({found.id})" if found.name else str(found.id)
        typer.confirm(f"Erase the record {whose} for good? Nothing brings it back.", abort=True)
    with_carelog(lambda carelog: carelog.erasure.erase(carelog.operator, found.id))
    typer.echo("erased; copies in storages are deleted as `carelog up` or `carelog worker` comes to them")


async def _every_subject(carelog: "Carelog") -> "list[Subject]":
    from carelog.kit.paging import every_page

    pages = every_page(partial(carelog.subjects.page, carelog.operator, limit=_PAGE))
    return [subject async for page in pages for subject in page]
