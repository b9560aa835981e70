"""Reading runs."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import bindparam, func, select

from carelog.db import Database, among_given, given_ids
from carelog.identity import Principal
from carelog.kit.errors import NotFound
from carelog.kit.paging import Cursor, Page
from carelog.pipeline import ledger
from carelog.pipeline.run import Run, RunState
from carelog.pipeline.tables import run as table

_ONE = ledger.select_runs(table.c.id == bindparam("id"))


@dataclass(frozen=True, slots=True)
class RunQuery:
    """Which runs. All that is given must hold."""

    states: tuple[RunState, ...] = ()
    chain: str | None = None
    conversation_id: UUID | None = None
    subject_id: UUID | None = None


class RunStore:
    """Shows runs, each only to a principal who may see its subject."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, principal: Principal, run_id: UUID) -> Run:
        """Raises NotFound, also for a run that is not theirs to see."""
        rows = await self._database.rows(principal.seen_of(_ONE, table.c.subject_id), {"id": run_id})
        if not rows:
            raise NotFound("no such run")
        principal.looks.note("read", "run", rows[0].subject_id)
        return ledger.run_of(rows[0])

    async def several(self, principal: Principal, run_ids: Collection[UUID]) -> list[Run]:
        """Those of these runs that there are and that they may see."""
        theirs = among_given(self._database.dialect, table.c.id, "ids")
        statement = ledger.select_runs(theirs, principal.sees(table.c.subject_id))
        given = given_ids(self._database.dialect, "ids", run_ids)
        found = [ledger.run_of(row) for row in await self._database.rows(statement, given)]
        principal.looks.note_each("read", "run", found)
        return found

    async def page(
        self,
        principal: Principal,
        query: RunQuery | None = None,
        *,
        limit: int = 50,
        cursor: Cursor | None = None,
    ) -> Page[Run]:
        """Runs, the last to be made first, which is the order of their ids."""
        statement = (
            ledger.select_runs(*_conditions(principal, query or RunQuery()))
            .order_by(table.c.id.desc())
            .limit(limit + 1)
        )
        if cursor:
            statement = statement.where(table.c.id < cursor.id)
        found = [ledger.run_of(row) for row in await self._database.rows(statement)]
        page = Page.cut(found, limit, lambda r: Cursor(r.created_at, r.id))
        principal.looks.note_each("read", "run", page.items)
        return page

    async def counts(self, principal: Principal) -> dict[RunState, int]:
        """How many runs are in each state."""
        statement = (
            select(table.c.state, func.count().label("runs"))
            .where(principal.sees(table.c.subject_id))
            .group_by(table.c.state)
        )
        return {RunState(row.state): row.runs for row in await self._database.rows(statement)}


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
