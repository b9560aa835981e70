"""The contradictions of a record, for those who are to clear them up."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Uuid, bindparam, func, select

from carelog.db import Database, among_given, given_ids
from carelog.identity import Principal
from carelog.kit.errors import NotFound
from carelog.kit.paging import Cursor, Page
from carelog.record.entries import Entry
from carelog.record.selecting import current_entries, entry_of
from carelog.record.tables import entry, entry_link


@dataclass(frozen=True, slots=True)
class Conflict:
    """An entry and those that it contradicts; found at that moment, by the rules or by somebody."""

    entry: Entry
    contradicts: tuple[Entry, ...]
    found_at: datetime
    found_by: str


class Conflicts:
    """Reads contradictions, for a principal who may see the record."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(
        self, principal: Principal, subject_id: UUID, *, limit: int = 50, cursor: Cursor | None = None
    ) -> Page[Conflict]:
        """Those of which both sides are active, the latest found first. Raises NotFound."""
        if not principal.may_see(subject_id):
            raise NotFound("no such subject")
        principal.looks.note("read", "entry", subject_id)
        one, other, links = entry.alias(), entry.alias(), entry_link.c
        statement = (
            select(links.recorded_at, links.from_id, links.to_id, links.recorded_by)
            .select_from(
                entry_link.join(one, one.c.id == links.from_id).join(other, other.c.id == links.to_id),
            )
            .where(
                links.kind == "contradicts",
                one.c.subject_id == subject_id,
                # No index serves this: SQLite would hold each entry of the record against each other.
                func.coalesce(other.c.subject_id, other.c.subject_id) == bindparam("owner", subject_id, Uuid),
                one.c.state == "active",
                other.c.state == "active",
            )
        )
        shown = statement.with_only_columns(links.recorded_at, links.from_id).distinct()
        if cursor:
            shown = shown.where(cursor.before(links.recorded_at, links.from_id))
        rows = await self._database.rows(
            shown.order_by(links.recorded_at.desc(), links.from_id.desc()).limit(limit + 1)
        )
        page = Page.cut([Cursor(row.recorded_at, row.from_id) for row in rows], limit, lambda place: place)
        if not page.items:
            return Page([], None)
        dialect = self._database.dialect
        linked = await self._database.rows(
            statement.where(among_given(dialect, links.from_id, "ids")).order_by(links.to_id),
            given_ids(dialect, "ids", [place.id for place in page.items]),
        )
        entries = await self._entries(principal, {id_ for row in linked for id_ in (row.from_id, row.to_id)})
        others: dict[Cursor, list[UUID]] = defaultdict(list)
        found_by: dict[Cursor, str] = {}
        for row in linked:
            others[Cursor(row.recorded_at, row.from_id)].append(row.to_id)
            found_by[Cursor(row.recorded_at, row.from_id)] = row.recorded_by
        conflicts = [
            Conflict(entries[place.id], tuple(entries[id_] for id_ in others[place]), place.at, found_by[place])
            for place in page.items
        ]
        return Page(conflicts, page.next)

    async def _entries(self, principal: Principal, ids: set[UUID]) -> dict[UUID, Entry]:
        dialect = self._database.dialect
        rows = await self._database.rows(
            current_entries(principal).where(among_given(dialect, entry.c.id, "ids")), given_ids(dialect, "ids", ids)
        )
        return {row.id: entry_of(row) for row in rows}
