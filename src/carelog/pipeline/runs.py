"""Reading runs, and dealing with dead letters: the runs that used up their tries."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select

from carelog.db import Database
from carelog.identity import Principal
from carelog.kit.clock import Clock
from carelog.kit.errors import NotFound
from carelog.kit.paging import Cursor, Page
from carelog.pipeline import ledger
from carelog.pipeline.run import Run, RunState, discard, drive_again
from carelog.pipeline.tables import run as table
from carelog.pipeline.wakeup import Wakeup

_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class RunQuery:
    """Which runs. All that is given must hold; `error` is an error's code."""

    states: tuple[RunState, ...] = ()
    chain: str | None = None
    conversation_id: UUID | None = None
    subject_id: UUID | None = None


class RunStore:
    """Shows runs and changes dead letters, each only for a principal who may see their subject."""

    def __init__(self, database: Database, clock: Clock, wakeup: Wakeup) -> None:
        self._database = database
        self._clock = clock
        self._wakeup = wakeup

    async def get(self, principal: Principal, run_id: UUID) -> Run:
        """Raises NotFound, also for a run that is not theirs to see."""
        async with self._database.read() as connection:
            statement = ledger.select_runs(table.c.id == run_id, principal.sees(table.c.subject_id))
            row = (await connection.execute(statement)).one_or_none()
        if row is None:
            raise NotFound("no such run")
        return ledger.run_of(row)

    async def several(self, principal: Principal, run_ids: Collection[UUID]) -> list[Run]:
        """Those of these runs that there are and that they may see."""
        statement = ledger.select_runs(table.c.id.in_(list(run_ids)), principal.sees(table.c.subject_id))
        async with self._database.read() as connection:
            return [ledger.run_of(row) for row in await connection.execute(statement)]

    async def page(
        self,
        principal: Principal,
        query: RunQuery | None = None,
        *,
        limit: int = 50,
        cursor: Cursor | None = None,
    ) -> Page[Run]:
        """Runs, the last to be made first."""
        statement = (
            ledger.select_runs(*_conditions(principal, query or RunQuery()))
            .order_by(table.c.created_at.desc(), table.c.id.desc())
            .limit(limit + 1)
        )
        if cursor:
            statement = statement.where(cursor.before(table.c.created_at, table.c.id))
        async with self._database.read() as connection:
            found = [ledger.run_of(row) for row in await connection.execute(statement)]
        return Page.cut(found, limit, lambda r: Cursor(r.created_at, r.id))

    async def counts(self, principal: Principal) -> dict[RunState, int]:
        """How many runs are in each state."""
        statement = (
            select(table.c.state, func.count()).where(principal.sees(table.c.subject_id)).group_by(table.c.state)
        )
        async with self._database.read() as connection:
            return {RunState(state): count for state, count in await connection.execute(statement)}

    async def drive_again(self, principal: Principal, run_id: UUID) -> Run:
        """Queue a dead letter from the link that it failed at. Raises NotFound, or Conflict when it is not dead."""
        return await self._change_one(principal, run_id, lambda run: drive_again(run, self._clock.now()))

    async def discard(self, principal: Principal, run_id: UUID) -> Run:
        """Give a dead letter up. Raises NotFound, or Conflict when it is not dead."""
        return await self._change_one(principal, run_id, lambda run: discard(run, self._clock.now()))

    async def drive_all_again(self, principal: Principal, *, chain: str | None = None) -> int:
        """Queue every dead letter, of one chain or of all. Returns how many there were."""
        return await self._change_all(principal, chain, lambda run: drive_again(run, self._clock.now()))

    async def discard_all(self, principal: Principal, *, chain: str | None = None) -> int:
        """Give every dead letter up, of one chain or of all. Returns how many there were."""
        return await self._change_all(principal, chain, lambda run: discard(run, self._clock.now()))

    async def _change_one(self, principal: Principal, run_id: UUID, change: Callable[[Run], Run]) -> Run:
        principal.require("runs:write")
        async with self._database.write() as connection:
            statement = ledger.select_runs(table.c.id == run_id, principal.sees(table.c.subject_id)).with_for_update()
            row = (await connection.execute(statement)).one_or_none()
            if row is None:
                raise NotFound("no such run")
            changed = change(ledger.run_of(row))
            await ledger.save(connection, [changed])
        self._wakeup.wake()
        return changed

    async def _change_all(self, principal: Principal, chain: str | None, change: Callable[[Run], Run]) -> int:
        """In batches, each its own transaction, so that millions drain without one long lock. Only those that were
        dead when it began: what fails again meanwhile is not driven round and round."""
        principal.require("runs:write")
        began = self._clock.now()
        query = RunQuery(states=(RunState.DEAD,), chain=chain)
        total = 0
        while True:
            async with self._database.write() as connection:
                statement = (
                    ledger.select_runs(*_conditions(principal, query), table.c.updated_at <= began)
                    .order_by(table.c.updated_at, table.c.id)
                    .limit(_AT_ONCE)
                    .with_for_update(skip_locked=True)
                )
                runs = [ledger.run_of(row) for row in await connection.execute(statement)]
                await ledger.save(connection, [change(run) for run in runs])
            total += len(runs)
            self._wakeup.wake()
            if len(runs) < _AT_ONCE:
                return total


def _conditions(principal: Principal, query: RunQuery) -> list[object]:
    conditions: list[object] = [principal.sees(table.c.subject_id)]
    if query.states:
        conditions.append(table.c.state.in_(query.states))
    if query.chain:
        conditions.append(table.c.chain == query.chain)
    if query.conversation_id:
        conditions.append(table.c.conversation_id == query.conversation_id)
    if query.subject_id:
        conditions.append(table.c.subject_id == query.subject_id)
    return conditions
