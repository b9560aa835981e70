"""Reading copies."""

from dataclasses import dataclass
from uuid import UUID

from carelog.db import Database
from carelog.identity import Principal
from carelog.kit.paging import Cursor, Page
from carelog.pipeline import copies
from carelog.pipeline.storage_copy import CopyState, StorageCopy
from carelog.pipeline.tables import copy as table


@dataclass(frozen=True, slots=True)
class CopyQuery:
    """Which copies. All that is given must hold."""

    conversation_id: UUID | None = None
    storage: str | None = None
    states: tuple[CopyState, ...] = ()


class CopyStore:
    """Shows copies, each only to a principal who may see its subject."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(
        self, principal: Principal, query: CopyQuery, *, limit: int = 50, cursor: Cursor | None = None
    ) -> Page[StorageCopy]:
        """Copies, the last to be queued first."""
        statement = copies.select_copies(principal.sees(table.c.subject_id)).order_by(table.c.id.desc())
        if query.conversation_id is not None:
            statement = statement.where(table.c.conversation_id == query.conversation_id)
        if query.storage is not None:
            statement = statement.where(table.c.storage == query.storage)
        if query.states:
            statement = statement.where(table.c.state.in_(query.states))
        if cursor:
            statement = statement.where(table.c.id < cursor.id)
        found = [copies.copy_of(row) for row in await self._database.rows(statement.limit(limit + 1))]
        page = Page.cut(found, limit, lambda c: Cursor(c.created_at, c.id))
        principal.looks.note_each("read", "copy", page.items)
        return page
