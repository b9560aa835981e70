"""Leases: what one process at a time does, of all those on one database.

A lease is a row of `storage_state` or `chore`. Whoever works renews it; when they die it runs out, and another takes
over. Functions work in the caller's transaction.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Table, or_, select, update
from sqlalchemy.exc import SQLAlchemyError

from carelog.db.engine import Connection, Database
from carelog.db.insert_new import insert_new
from carelog.kit.beside import beside
from carelog.kit.clock import Clock


async def is_free(connection: Connection, table: Table, name: str, *, now: datetime) -> bool:
    """Whether it is due and in nobody's hands, so that `take` is worth a transaction."""
    row = (await connection.execute(select(table).where(_key(table) == name))).one_or_none()
    return row is None or (row.due_at <= now and (row.lease is None or row.lease_until <= now))


async def take(
    connection: Connection, table: Table, name: str, lease: UUID, *, now: datetime, lasting: timedelta
) -> Any | None:
    """Take what is due and in nobody's hands. Returns its row, None when it is not to be had now."""
    await _make(connection, table, name, now)
    taken = await connection.execute(
        update(table)
        .where(_key(table) == name, table.c.due_at <= now, or_(table.c.lease.is_(None), table.c.lease_until <= now))
        .values(lease=lease, lease_until=now + lasting)
        .returning(table)
    )
    return taken.one_or_none()


async def renew(connection: Connection, table: Table, name: str, lease: UUID, *, until: datetime) -> bool:
    """Hold on to it. False when another has it now."""
    return await _change(connection, table, name, lease, lease_until=until)


async def give_back(connection: Connection, table: Table, name: str, lease: UUID, **values: Any) -> bool:
    """Let go of it, and write the other columns: `due_at` says from when on it may be taken again. False, and
    nothing is written, when another has it now; the row is locked until the transaction ends."""
    return await _change(connection, table, name, lease, lease=None, lease_until=None, **values)


async def _change(connection: Connection, table: Table, name: str, held_now: UUID, /, **values: Any) -> bool:
    changed = await connection.execute(
        update(table).where(_key(table) == name, table.c.lease == held_now).values(values).returning(_key(table))
    )
    return changed.one_or_none() is not None


async def _make(connection: Connection, table: Table, name: str, now: datetime) -> None:
    """Make the row, where it is not there yet."""
    there = await connection.execute(select(_key(table)).where(_key(table) == name))
    if there.one_or_none() is not None:
        return
    row = {_key(table).name: name, "due_at": now} | ({"troubles": 0} if "troubles" in table.c else {})
    await insert_new(connection, table, [row])


def _key(table: Table) -> Column[Any]:
    [key] = table.primary_key.columns
    return key


@asynccontextmanager
async def held(
    database: Database, table: Table, name: str, lease: UUID, *, clock: Clock, lasting: timedelta
) -> AsyncIterator[None]:
    """Renew a lease while the block works, so that its length need not fit the longest work."""

    async def renewing() -> None:
        while True:
            await asyncio.sleep(lasting.total_seconds() / 3)
            with suppress(SQLAlchemyError, OSError):
                async with database.write() as connection:
                    await renew(connection, table, name, lease, until=clock.now() + lasting)

    async with beside(renewing()):
        yield
