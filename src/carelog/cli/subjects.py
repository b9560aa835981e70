"""`carelog subjects`: list the people who have a record, join two records of one person, and erase one for good."""

from functools import partial
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer

from carelog.cli.parameters import Json, OfSubject

if TYPE_CHECKING:
    from carelog.app import Carelog
    from carelog.record.likely_same import Alike
    from carelog.record.subjects import Subject

_PAGE = 200

app = typer.Typer(
    help="List the people who have a record; join two of one person; erase one for good.", invoke_without_command=True
)


@app.callback()
def subjects(context: typer.Context, json: Json = False) -> None:
    """List the people who have a record; `join` two of one person, or `erase` one for good."""
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


@app.command("likely-same")
def likely_same(json: Json = False) -> None:
    """List records that are likely of one person: of one full name, with nothing that speaks against it."""
    from carelog.cli.output import marked, print_json, print_table, table
    from carelog.cli.run_async import with_carelog

    found = with_carelog(_every_alike)
    if json:
        print_json([_alike_json(one) for one in found])
        return
    if not found:
        typer.echo("No two records have one full name.")
        return
    ids = ("subject", "likely the same as")
    shown = table("subject", "name", "likely the same as", "since (UTC)", "same", whole=ids)
    for one in found:
        for likely in one.likely:
            since = f"{likely.subject.recorded_at:%Y-%m-%d}"
            same = ", ".join(likely.because).replace("_", " ")
            shown.add_row(str(one.subject.id), marked(one.subject.name or "-"), str(likely.subject.id), since, same)
    print_table(shown)
    typer.echo("\n`carelog subjects join KEEP OTHER` makes one of two, once you know that they are of one person.")


@app.command()
def join(
    keep: Annotated[str, typer.Argument(metavar="KEEP", help="The record that stays: named as for `erase`.")],
    other: Annotated[str, typer.Argument(metavar="OTHER", help="The record that becomes a part of it.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Make two records of one person one: entries, conversations, reminders, numbers and addresses move to KEEP."""
    from carelog.cli.output import told
    from carelog.cli.record import find_subject
    from carelog.cli.run_async import with_carelog

    async def both(carelog: "Carelog") -> "tuple[Subject, Subject | None]":
        kept = await find_subject(carelog, keep)
        return kept, await _other_than(carelog, kept, other)

    kept, gone = with_carelog(both)
    if gone is None:
        typer.echo("they are one record already")
        return
    if not yes:
        named, whole = (f"{told(one.name or 'no name')} ({one.id})" for one in (gone, kept))
        typer.confirm(f"Make the record of {named} a part of {whole}? Nothing takes it apart again.", abort=True)
    with_carelog(lambda carelog: carelog.joins.join(carelog.operator, kept.id, gone.id))
    typer.echo(f"joined: all of it is in {kept.id} now")


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


async def _other_than(carelog: "Carelog", kept: "Subject", reference: str) -> "Subject | None":
    """The subject that this refers to; None if that is a part of the one that is kept. Raises as `find_subject`."""
    from carelog.cli.record import find_subject
    from carelog.kit.errors import NotFound

    try:
        found = await find_subject(carelog, reference)
    except NotFound as error:
        try:
            part = UUID(reference)
        except ValueError:
            raise error from None
        await carelog.joins.join(carelog.operator, kept.id, part)  # a part of it already, or not there
        return None
    return None if found.id == kept.id else found


def _alike_json(alike: "Alike") -> dict[str, Any]:
    """As the API gives it."""
    from carelog.api.shapes import AlikeOut

    return AlikeOut.of(alike).model_dump(mode="json")


async def _every_alike(carelog: "Carelog") -> "list[Alike]":
    from carelog.kit.paging import every_page

    pages = every_page(partial(carelog.likenesses.page, carelog.operator, limit=_PAGE))
    return [alike async for page in pages for alike in page]
