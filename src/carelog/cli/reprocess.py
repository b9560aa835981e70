"""`carelog reprocess`: have conversations read again by the present engines."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from uuid import UUID

    from carelog.app import Carelog
    from carelog.pipeline.reprocessing import ReprocessQuery, Step

_DAY = ["%Y-%m-%d"]


def reprocess(
    chain: Annotated[str | None, typer.Option(metavar="CHAIN", help="Through this chain only.")] = None,
    since: Annotated[
        datetime | None, typer.Option(metavar="DATE", formats=_DAY, help="Begun from this day on (UTC).")
    ] = None,
    until: Annotated[
        datetime | None, typer.Option(metavar="DATE", formats=_DAY, help="Begun before this day (UTC).")
    ] = None,
    engine_version: Annotated[
        str | None,
        typer.Option(metavar="ENGINE", help="Read last by this version of an engine, such as local/1."),
    ] = None,
    subject: Annotated[
        str | None,
        typer.Option(metavar="SUBJECT", help="Of whom: an id, a phone number, an e-mail address or a full name."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say how many there are.")] = False,
) -> None:
    """Read conversations again: what an older engine said and the present one does not is superseded.

    What a person confirmed, corrected, changed or retracted stays as it is. The work is queued in the bulk lane, for
    `carelog up` or `carelog worker` to do. With --engine-version a second call goes on where the first was cut short.
    """
    from carelog.cli.run_async import with_carelog

    async def work(carelog: "Carelog") -> dict[str, int]:
        from carelog.cli.record import find_subject
        from carelog.pipeline.reprocessing import ReprocessQuery

        owner = await find_subject(carelog, subject) if subject is not None else None
        query = ReprocessQuery(chain, _utc(since), _utc(until), engine_version, owner.id if owner else None)
        return await _every_step(carelog, query, dry_run=dry_run)

    queued = with_carelog(work)
    told = "would be read again" if dry_run else "queued"
    for name, runs in sorted(queued.items()):
        typer.echo(f"{name}: {runs} {told}")
    if not queued:
        typer.echo("There is nothing to read again.")


async def _every_step(carelog: "Carelog", query: "ReprocessQuery", *, dry_run: bool) -> dict[str, int]:
    """How many runs there were of each chain."""
    queued: dict[str, int] = {}
    after = None
    while True:
        step = await _step(carelog, query, after, dry_run)
        for name, runs in step.runs.items():
            queued[name] = queued.get(name, 0) + runs
        after = step.next
        if after is None:
            return queued


async def _step(carelog: "Carelog", query: "ReprocessQuery", after: "UUID | None", dry_run: bool) -> "Step":
    """Waits for as long as the bulk lane takes no more."""
    import asyncio

    from carelog.pipeline.pressure import TooMuchWaiting

    told = False
    while True:
        try:
            return await carelog.reprocessing.step(carelog.operator, query, after=after, dry_run=dry_run)
        except TooMuchWaiting as full:
            if not told:
                typer.echo("The bulk lane is full; going on as workers empty it.", err=True)
                told = True
            await asyncio.sleep(full.retry_after.total_seconds())


def _utc(day: datetime | None) -> datetime | None:
    return day.replace(tzinfo=UTC) if day else None
