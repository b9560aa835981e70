"""The ledger (table `run`): the truth about what is still to be done. Functions work in the caller's transaction."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, bindparam, func, insert, or_, select, update

from carelog.db import Connection
from carelog.pipeline.run import Lane, Run, RunState, expire
from carelog.pipeline.tables import run as table

_FIELDS = tuple(field.name for field in fields(Run))
_SWEEP = 200


async def enqueue(connection: Connection, runs: Sequence[Run]) -> None:
    """Write new runs."""
    if runs:
        await connection.execute(insert(table), [_row(run) for run in runs])


async def claim(connection: Connection, *, lease: UUID, now: datetime, lasting: timedelta, limit: int) -> list[Run]:
    """Take up to `limit` runs that are due, urgent ones first, all under one lease.

    Runs with the same ordering key are taken strictly one after another, in the order in which they were made.
    Workers that claim at the same time never get the same run, nor wait for one another.
    """
    earlier = table.alias("earlier")
    is_first = ~(
        select(earlier.c.id)
        .where(
            earlier.c.ordering_key == table.c.ordering_key,
            earlier.c.id < table.c.id,
            earlier.c.state.in_((RunState.QUEUED, RunState.RUNNING)),
        )
        .exists()
    )
    picked = (
        select(table.c.id)
        .where(
            table.c.state == RunState.QUEUED,
            table.c.due_at <= now,
            or_(table.c.ordering_key.is_(None), is_first),
        )
        .order_by(table.c.lane, table.c.due_at, table.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True, of=table)
        .cte("picked")
    )
    taken = await connection.execute(
        update(table)
        .where(table.c.id.in_(select(picked.c.id)))
        .values(
            state=RunState.RUNNING,
            lease=lease,
            lease_until=now + lasting,
            tries=table.c.tries + 1,
            updated_at=now,
        )
        .returning(table)
    )
    return sorted((run_of(row) for row in taken), key=lambda r: (r.lane, r.due_at, r.id))


async def renew(connection: Connection, *, lease: UUID, until: datetime) -> None:
    """Hold on to everything that is still under the lease."""
    await connection.execute(
        update(table).where(table.c.lease == lease, table.c.state == RunState.RUNNING).values(lease_until=until)
    )


async def held(connection: Connection, lease: UUID, ids: Collection[UUID]) -> set[UUID]:
    """Which of these runs are still under the lease. They are locked until the transaction ends: whoever lost a
    run to another worker finds out here, before it writes anything."""
    rows = await connection.execute(
        select(table.c.id)
        .where(table.c.id.in_(list(ids)), table.c.lease == lease, table.c.state == RunState.RUNNING)
        .with_for_update()
    )
    return set(rows.scalars())


async def current(connection: Connection, ids: Collection[UUID]) -> list[Run]:
    """These runs as they stand in the ledger."""
    return [run_of(row) for row in await connection.execute(select_runs(table.c.id.in_(list(ids))))]


async def save(connection: Connection, runs: Sequence[Run]) -> None:
    """Store what became of runs that the caller holds."""
    if not runs:
        return
    moving = (
        "state",
        "position",
        "tries",
        "due_at",
        "lease",
        "lease_until",
        "stopped",
        "error",
        "updated_at",
    )
    statement = (
        update(table).where(table.c.id == bindparam("_id")).values({name: bindparam(f"_{name}") for name in moving})
    )
    rows = []
    for run in runs:
        row = _row(run)
        rows.append({"_id": run.id, **{f"_{name}": row[name] for name in moving}})
    await connection.execute(statement, rows)


async def expire_leases(connection: Connection, now: datetime, max_tries: Callable[[Run], int]) -> int:
    """Queue again, or bury, the runs whose worker is gone. Returns how many there were."""
    rows = await connection.execute(
        select(table)
        .where(table.c.state == RunState.RUNNING, table.c.lease_until <= now)
        .order_by(table.c.lease_until)
        .limit(_SWEEP)
        .with_for_update(skip_locked=True)
    )
    lost = [run_of(row) for row in rows]
    await save(connection, [expire(run, now, max_tries=max_tries(run)) for run in lost])
    return len(lost)


async def next_due(connection: Connection) -> datetime | None:
    """When the next run becomes due or the next lease runs out."""
    queued = select(func.min(table.c.due_at)).where(table.c.state == RunState.QUEUED)
    leased = select(func.min(table.c.lease_until)).where(table.c.state == RunState.RUNNING)
    moments = [
        moment
        for statement in (queued, leased)
        if (moment := (await connection.execute(statement)).scalar_one_or_none()) is not None
    ]
    return min(moments, default=None)


async def chains_taken(connection: Connection, conversations: Collection[UUID]) -> set[tuple[UUID, str]]:
    """The (conversation, chain) pairs for which a run was ever made."""
    rows = await connection.execute(
        select(table.c.conversation_id, table.c.chain).where(table.c.conversation_id.in_(list(conversations)))
    )
    return {(conversation, chain) for conversation, chain in rows}


def select_runs(*conditions: Any) -> Select[Any]:
    """The statement that reads runs which meet all conditions on `table`."""
    return select(table).where(and_(True, *conditions))


def _row(run: Run) -> dict[str, Any]:
    row = {name: getattr(run, name) for name in _FIELDS}
    row["pass"] = row.pop("pass_")
    row["lane"] = int(run.lane)
    row["state"] = str(run.state)
    return row


def run_of(row: Any) -> Run:
    """A row of `select_runs` as a Run."""
    values = dict(row._mapping)
    values["pass_"] = values.pop("pass")
    values["state"] = RunState(values["state"])
    values["lane"] = Lane(values["lane"])
    return Run(**values)
