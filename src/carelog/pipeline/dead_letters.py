"""Dead letters: runs that used up their tries, and copies that their storage would not take. Each keeps its error and
waits for a decision, to be driven again or discarded."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, Self
from uuid import UUID

from sqlalchemy import ColumnElement, Table, func, literal_column, select, update

from carelog.db import Connection, Database, among
from carelog.identity import Principal
from carelog.kit.clock import Clock
from carelog.kit.errors import NotFound
from carelog.kit.paging import Cursor, Page
from carelog.pipeline import copies, ledger, storage_copy
from carelog.pipeline import run as runs
from carelog.pipeline.copier import Copier
from carelog.pipeline.error_text import error_text
from carelog.pipeline.run import Run, RunState
from carelog.pipeline.storage_copy import CopyState, StorageCopy
from carelog.pipeline.tables import copy as copy_table
from carelog.pipeline.tables import run as run_table
from carelog.pipeline.wakeup import Wakeup

_FIRST: Final = UUID(int=0)


@dataclass(frozen=True, slots=True)
class DeadLetterQuery:
    """Which dead letters. All that is given must hold: `error` is an error's code; only runs fail at a `link`, and only
    copies at a `storage`."""

    chain: str | None = None
    link: str | None = None
    error: str | None = None
    storage: str | None = None

    @property
    def tables(self) -> tuple[Table, ...]:
        if self.link is not None and self.storage is not None:
            return ()
        if self.link is not None:
            return (run_table,)
        return (copy_table,) if self.storage is not None else (run_table, copy_table)


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A run, which failed at a `link`, or a copy, which its `storage` did not take. `state` is another than "dead" once
    it was driven again or discarded. A deletion from a storage is of no chain."""

    kind: Literal["run", "copy"]
    id: UUID
    conversation_id: UUID
    subject_id: UUID
    chain: str | None
    link: str | None
    storage: str | None
    state: str
    tries: int
    error: Mapping[str, Any]
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, one: Run | StorageCopy) -> Self:
        error = dict(one.error or {})
        return cls(
            kind="run" if isinstance(one, Run) else "copy",
            id=one.id,
            conversation_id=one.conversation_id,
            subject_id=one.subject_id,
            chain=one.chain,
            link=error.get("link"),
            storage=one.storage if isinstance(one, StorageCopy) else None,
            state=str(one.state),
            tries=one.tries,
            error=error,
            created_at=one.created_at,
            updated_at=one.updated_at,
        )


class DeadLetters:
    """Shows and changes dead letters, each only for a principal who may see its subject; many in batches of
    `at_once`."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        wakeup: Wakeup,
        copier: Copier,
        *,
        at_once: int = 1000,
    ) -> None:
        self._database = database
        self._clock = clock
        self._wake = {run_table: wakeup.wake, copy_table: copier.wake}
        self._at_once = at_once

    async def get(self, principal: Principal, id_: UUID) -> DeadLetter:
        """Also one that was driven again or discarded since. Raises NotFound, also for one that is not theirs to see,
        and for what never failed."""
        async with self._database.read() as connection:
            letter = DeadLetter.of(await _one(connection, principal, id_))
        if not letter.error:
            raise _no_such()
        principal.looks.note("read", "dead letter", letter.subject_id)
        return letter

    async def page(
        self,
        principal: Principal,
        query: DeadLetterQuery | None = None,
        *,
        limit: int = 50,
        cursor: Cursor | None = None,
    ) -> Page[DeadLetter]:
        """Dead letters, the last to begin first."""
        query = query or DeadLetterQuery()
        found: list[Run | StorageCopy] = []
        async with self._database.read() as connection:
            for table in query.tables:
                statement = select(table).where(*self._conditions(table, principal, query))
                if cursor:
                    statement = statement.where(table.c.id < cursor.id)
                rows = await connection.execute(statement.order_by(table.c.id.desc()).limit(limit + 1))
                found += [_read(table, row) for row in rows]
        found.sort(key=lambda one: one.id, reverse=True)
        page = Page.cut([DeadLetter.of(one) for one in found], limit, lambda d: Cursor(d.created_at, d.id))
        principal.looks.note_each("read", "dead letter", page.items)
        return page

    async def count(self, principal: Principal, query: DeadLetterQuery | None = None) -> int:
        """How many there are."""
        query = query or DeadLetterQuery()
        total = 0
        async with self._database.read() as connection:
            for table in query.tables:
                counting = select(func.count()).select_from(table).where(*self._conditions(table, principal, query))
                total += (await connection.execute(counting)).scalar_one()
        return total

    async def drive(self, principal: Principal, id_: UUID) -> DeadLetter:
        """Queue one again: a run from the link that it failed at. Raises NotFound, and Conflict when it is not dead."""
        return await self._change(principal, id_, runs.drive_again, storage_copy.drive_again)

    async def discard(self, principal: Principal, id_: UUID) -> DeadLetter:
        """Give one up; it stays to be seen. What waited for a copy to be stored waits no longer. Raises NotFound, and
        Conflict when it is not dead."""
        return await self._change(principal, id_, runs.discard, storage_copy.discard)

    async def drive_all(
        self, principal: Principal, query: DeadLetterQuery | None = None, *, limit: int | None = None
    ) -> int:
        """Drive all of these again, or only so many, the oldest of each kind first. Returns how many there were."""
        now = self._clock.now()
        return await self._change_all(
            principal, query, limit, {"state": RunState.QUEUED, "tries": 0, "due_at": now, "updated_at": now}
        )

    async def discard_all(
        self, principal: Principal, query: DeadLetterQuery | None = None, *, limit: int | None = None
    ) -> int:
        """Discard all of these, or only so many, the oldest of each kind first. Returns how many there were."""
        return await self._change_all(
            principal, query, limit, {"state": RunState.DISCARDED, "updated_at": self._clock.now()}
        )

    async def _change(
        self,
        principal: Principal,
        id_: UUID,
        change_run: Callable[[Run, datetime], Run],
        change_copy: Callable[[StorageCopy, datetime], StorageCopy],
    ) -> DeadLetter:
        principal.require("runs:write")
        now = self._clock.now()
        changed: Run | StorageCopy
        async with self._database.write() as connection:
            one = await _one(connection, principal, id_, lock=True)
            principal.require_change(one.subject_id)
            principal.looks.note("change", "dead letter", one.subject_id)
            if isinstance(one, Run):
                changed = change_run(one, now)
                await ledger.save(connection, [changed])
            else:
                changed = change_copy(one, now)
                await copies.settle(connection, [changed], now)
        self._wake[run_table if isinstance(changed, Run) else copy_table]()
        return DeadLetter.of(changed)

    async def _change_all(
        self, principal: Principal, query: DeadLetterQuery | None, limit: int | None, values: Mapping[str, Any]
    ) -> int:
        """In batches, each its own transaction, so that millions drain without one long lock. It goes once through the
        ids, and takes only what was dead when it began: what fails again meanwhile is not driven round and round."""
        principal.require("runs:write")
        query = query or DeadLetterQuery()
        began = self._clock.now()
        total = 0
        for table in query.tables:
            conditions = [*self._conditions(table, principal, query), table.c.updated_at <= began]
            if principal.read_only:
                conditions.append(table.c.subject_id.not_in(sorted(principal.read_only)))
            after = _FIRST
            while limit is None or total < limit:
                most = self._at_once if limit is None else min(self._at_once, limit - total)
                async with self._database.write() as connection:
                    rows = await connection.execute(
                        select(table.c.id, table.c.subject_id)
                        .where(table.c.id > after, *conditions)
                        .order_by(table.c.id)
                        .limit(most)
                        .with_for_update(skip_locked=True)
                    )
                    chosen = rows.all()
                    if not chosen:
                        break
                    ids = [row.id for row in chosen]
                    principal.looks.note_each("change", "dead letter", chosen)
                    await _change_these(connection, table, ids, values)
                after = ids[-1]
                total += len(ids)
                self._wake[table]()
        return total

    def _conditions(self, table: Table, principal: Principal, query: DeadLetterQuery) -> list[ColumnElement[bool]]:
        # The state stands in the statement itself: a planner uses a partial index only for a condition that it sees.
        conditions = [table.c.state == literal_column("'dead'"), principal.sees(table.c.subject_id)]
        if query.chain is not None:
            conditions.append(table.c.chain == query.chain)
        if query.storage is not None:
            conditions.append(table.c.storage == query.storage)
        if query.link is not None:
            conditions.append(error_text(table, "link", self._database.dialect) == query.link)
        if query.error is not None:
            conditions.append(error_text(table, "code", self._database.dialect) == query.error)
        return conditions


async def _change_these(connection: Connection, table: Table, ids: list[UUID], values: Mapping[str, Any]) -> None:
    statement = update(table).where(among(connection, table.c.id, ids)).values(dict(values))
    if table is run_table or values["state"] != CopyState.DISCARDED:
        await connection.execute(statement)
        return
    waited_for = set((await connection.execute(statement.returning(table.c.run_id))).scalars())
    await copies.announce(connection, waited_for - {None}, values["updated_at"])


async def _one(connection: Connection, principal: Principal, id_: UUID, *, lock: bool = False) -> Run | StorageCopy:
    for table in (run_table, copy_table):
        statement = select(table).where(table.c.id == id_, principal.sees(table.c.subject_id))
        row = (await connection.execute(statement.with_for_update() if lock else statement)).one_or_none()
        if row is not None:
            return _read(table, row)
    raise _no_such()


def _read(table: Table, row: Any) -> Run | StorageCopy:
    return ledger.run_of(row) if table is run_table else copies.copy_of(row)


def _no_such() -> NotFound:
    return NotFound("no such dead letter")
