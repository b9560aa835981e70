"""Leases: work that one process at a time does, among all that share a database.

A lease is a row of a table with the columns of `lease_columns`. Whoever works renews it; when they die it runs out, and
another takes over.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Table, Uuid, or_, select, update
from sqlalchemy.exc import SQLAlchemyError

from carelog.db.engine import Connection, Database
from carelog.db.insert_new import insert_new
from carelog.db.types import UtcDateTime
from carelog.kit.beside import beside
from carelog.kit.clock import Clock
from carelog.kit.ids import new_id


def lease_columns() -> list[Column[Any]]:
    """The columns of a table of leases, beside its key."""
    return [Column("lease", Uuid), Column("lease_until", UtcDateTime), Column("due_at", UtcDateTime, nullable=False)]


@dataclass(frozen=True, slots=True)
class Leases:
    """The leases of one table, each `lasting` so long without being renewed."""

    database: Database
    table: Table
    clock: Clock
    lasting: timedelta

    async def is_free(self, connection: Connection, name: str) -> bool:
        """Whether it is due and nobody holds it, so that `take` is worth a transaction."""
        row = (await connection.execute(select(self.table).where(self.key == name))).one_or_none()
        now = self.clock.now()
        return row is None or (row.due_at <= now and (row.lease is None or row.lease_until <= now))

    async def take(self, name: str) -> "Lease | None":
        """Take it, if it is due and nobody holds it; otherwise None."""
        id_, now, columns = new_id(), self.clock.now(), self.table.c
        free = or_(columns.lease.is_(None), columns.lease_until <= now)
        async with self.database.write() as connection:
            await self._make(connection, name, now)
            taken = await connection.execute(
                update(self.table)
                .where(self.key == name, columns.due_at <= now, free)
                .values(lease=id_, lease_until=now + self.lasting)
                .returning(self.table)
            )
            row = taken.one_or_none()
        return None if row is None else Lease(self, name, id_, row)

    @asynccontextmanager
    async def held(self, name: str) -> "AsyncIterator[Lease | None]":
        """Take it, and renew it while the block runs, however long that takes. If the block fails, the lease is let go
        of as it was; if it ends well, the block gives it back itself, there or later."""
        lease = await self.take(name)
        if lease is None:
            yield None
            return
        try:
            async with beside(lease.keep()):
                yield lease
        except BaseException:
            with suppress(SQLAlchemyError, OSError):
                async with self.database.write() as connection:
                    await lease.give_back(connection)
            raise

    @property
    def key(self) -> Column[Any]:
        [key] = self.table.primary_key.columns
        return key

    async def _make(self, connection: Connection, name: str, now: datetime) -> None:
        """Make the row, if it does not exist yet."""
        there = await connection.execute(select(self.key).where(self.key == name))
        if there.one_or_none() is not None:
            return
        row = {self.key.name: name, "due_at": now} | ({"troubles": 0} if "troubles" in self.table.c else {})
        await insert_new(connection, self.table, [row])


@dataclass(frozen=True, slots=True)
class Lease:
    """One that was taken; `row` is what stood there."""

    of: Leases
    name: str
    id: UUID
    row: Any

    async def renew(self, connection: Connection) -> bool:
        """Hold on to it. False when another process has it now."""
        return await self._change(connection, lease_until=self.of.clock.now() + self.of.lasting)

    async def keep(self) -> None:
        """Renew it for ever."""
        while True:
            await asyncio.sleep(self.of.lasting.total_seconds() / 3)
            with suppress(SQLAlchemyError, OSError):
                async with self.of.database.write() as connection:
                    await self.renew(connection)

    async def give_back(self, connection: Connection, **values: Any) -> bool:
        """Let go of it, and write the other columns; it may be taken again from `due_at` on. Returns False, with
        nothing written, when another process has it now. The row stays locked until the transaction ends."""
        return await self._change(connection, lease=None, lease_until=None, **values)

    async def _change(self, connection: Connection, **values: Any) -> bool:
        mine = (self.of.key == self.name, self.of.table.c.lease == self.id)
        changed = await connection.execute(update(self.of.table).where(*mine).values(values).returning(self.of.key))
        return changed.one_or_none() is not None
