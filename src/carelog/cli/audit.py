"""`carelog audit`: read the audit trail, and check that nothing in it was changed."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from carelog.cli.parameters import Json, Limit

if TYPE_CHECKING:
    from carelog.identity.audit import Recorded

app = typer.Typer(help="Read the audit trail; check that nothing in it was changed.", no_args_is_help=True)

_MOST_SHOWN = 20


@app.command()
def verify(
    expect: Annotated[
        str | None,
        typer.Option(metavar="HEAD", help="What `carelog audit head` printed before: it must still be in the chain."),
    ] = None,
) -> None:
    """Check every row. Rows that were altered, removed or put in are told, and the exit code is 1."""
    from carelog.cli.run_async import with_carelog
    from carelog.identity.audit import Head

    expected = Head.parse(expect) if expect else None
    found = with_carelog(lambda carelog: carelog.audit.verify(expected))
    for finding in found.findings[:_MOST_SHOWN]:
        typer.echo(str(finding), err=True)
    if len(found.findings) > _MOST_SHOWN:
        typer.echo(f"... and {len(found.findings) - _MOST_SHOWN} more", err=True)
    erased = f", the details of {found.erased} erased" if found.erased else ""
    typer.echo(f"{found.rows} rows{erased}; the chain ends at {found.end}")
    if found.findings:
        raise typer.Exit(1)


@app.command()
def head() -> None:
    """Print where the chain ends. Kept elsewhere, it tells later whether the end was cut off: `verify --expect`."""
    from carelog.cli.run_async import with_carelog

    typer.echo(str(with_carelog(lambda carelog: carelog.audit.head())))


@app.command("list")
def list_(
    subject: Annotated[
        str | None, typer.Option(metavar="SUBJECT", help="Only what was done to this record: an id, a number, a name.")
    ] = None,
    principal: Annotated[
        str | None, typer.Option(metavar="WHO", help="Only what they did: user:ID, key:ID or operator.")
    ] = None,
    action: Annotated[
        list[str] | None, typer.Option(metavar="ACTION", help="Only this action, such as read; may be repeated.")
    ] = None,
    since: Annotated[
        datetime | None, typer.Option(metavar="DATE", formats=["%Y-%m-%d"], help="Only from this day on (UTC).")
    ] = None,
    limit: Limit = 50,
    json: Json = False,
) -> None:
    """List events, the newest first."""
    from carelog.cli.output import print_json, print_table, table
    from carelog.cli.run_async import with_carelog

    found = with_carelog(lambda carelog: _events(carelog, subject, principal, tuple(action or ()), since, limit))
    if json:
        from carelog.api.audit import AuditEventOut

        print_json([AuditEventOut.of(event).model_dump(mode="json") for event in found])
        return
    shown = table("row", "when (UTC)", "action", "who", "record or target", "by", whole=("row", "when (UTC)", "action"))
    for kept in found:
        event = kept.event
        what = f"{event.action} ({event.outcome})" if event.outcome != "done" else event.action
        if event.times > 1:
            what = f"{what} {event.times} times"
        whose = str(event.subject or event.target or ("erased" if kept.erased else "-"))
        who = event.principal or ("erased" if kept.erased else "-")
        shown.add_row(str(kept.seq), f"{kept.at:%Y-%m-%d %H:%M:%S}", what, who, whose, event.operation or "-")
    print_table(shown)


async def _events(
    carelog: Any,
    reference: str | None,
    principal: str | None,
    actions: tuple[str, ...],
    since: datetime | None,
    limit: int,
) -> "list[Recorded]":
    from datetime import UTC

    from carelog.cli.record import find_subject
    from carelog.identity.audit import AuditQuery

    query = AuditQuery(
        principal=principal,
        subject=(await find_subject(carelog, reference)).id if reference else None,
        actions=actions,
        since=since.replace(tzinfo=UTC) if since else None,
    )
    return list((await carelog.audit.page(query, limit=limit)).items)
