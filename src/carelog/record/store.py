"""The record store: append-only. An update adds a revision, a delete retracts, and the history stays."""

from collections.abc import AsyncIterator, Mapping
from functools import cache, partial
from typing import Any
from uuid import UUID

from sqlalchemy import Integer, Select, Uuid, bindparam, select

from carelog.identity import CATALOGUE, Principal
from carelog.kit.errors import NotFound
from carelog.kit.paging import Cursor, Page, every_page
from carelog.kit.zones import zone
from carelog.record.adding import add, retract_said_in, without_repeats
from carelog.record.appending import Placed
from carelog.record.editing import BatchRefused, Draft, RecordEditor, Written
from carelog.record.entries import Entry
from carelog.record.query import EntryQuery, check, has_fields, narrowed, parameters
from carelog.record.selecting import any_current_entries, current_entries, entry_of, past_entries
from carelog.record.tables import entry, entry_revision, subject_merge

_AT_ONCE = 500


class RecordStore(RecordEditor):
    """Reads and changes entries, each only for a principal who may see their subject."""

    async def page(
        self,
        principal: Principal,
        subject_id: UUID,
        query: EntryQuery | None = None,
        *,
        limit: int = 50,
        cursor: Cursor | None = None,
        clock: str | None = None,
    ) -> Page[Entry]:
        """A subject's entries, the latest to occur first; those to come, and those that are due, the soonest first.

        `clock` is the zone in which the subject's days begin, UTC where it is not known. Raises NotFound for a subject
        not theirs to see, InvalidInput for a query that cannot be.
        """
        if not (subject_id == CATALOGUE or principal.may_see(subject_id)):
            raise NotFound("no such subject")
        wanted = query or EntryQuery()
        check(wanted)
        given = parameters(wanted, now=self._clock.now(), clock=zone(clock or "UTC"), cursor=cursor)
        statement = _list_of(frozenset(given))
        if wanted.fields:
            statement = statement.where(*has_fields(self._database.dialect, wanted.fields))
        found = await self._entries(principal, statement, {**given, "subject": subject_id, "most": limit + 1})
        return Page.cut(found, limit, wanted.place)

    async def every(
        self, principal: Principal, subject_id: UUID, query: EntryQuery, *, clock: str | None = None
    ) -> AsyncIterator[list[Entry]]:
        """All entries that a query is after, as `page` has them, some hundreds at a time. Raises as `page` does."""
        async for entries in every_page(partial(self.page, principal, subject_id, query, limit=_AT_ONCE, clock=clock)):
            yield entries

    async def get(self, principal: Principal, entry_id: UUID) -> Entry:
        """The newest revision. Raises NotFound, also for an entry that is not theirs to see."""
        found = await self._entries(principal, current_entries(principal).where(entry.c.id == entry_id))
        if not found:
            raise NotFound("no such entry")
        return found[0]

    async def one(self, principal: Principal, subject_id: UUID, type_name: str) -> Entry:
        """The entry of a type of which a record has one at most. Raises NotFound."""
        page = await self.page(principal, subject_id, EntryQuery(types=(type_name,)), limit=1)
        if not page.items:
            raise NotFound("the record has none")
        return page.items[0]

    async def history(self, principal: Principal, entry_id: UUID) -> list[Entry]:
        """Every revision, oldest first. Raises NotFound."""
        statement = past_entries(principal).where(entry.c.id == entry_id).order_by(entry_revision.c.revision)
        found = await self._entries(principal, statement)
        if not found:
            raise NotFound("no such entry")
        return found

    async def _entries(
        self, principal: Principal, statement: Select[Any], parameters: Mapping[str, Any] | None = None
    ) -> list[Entry]:
        found = [entry_of(row) for row in await self._database.rows(statement, parameters)]
        for owner in {e.subject_id for e in found} - {CATALOGUE}:
            principal.looks.note("read", "entry", owner)
        return found


@cache
def _list_of(given: frozenset[str]) -> Select[Any]:
    """The list of one record under these conditions. To write it anew for each request, and to look up what SQLAlchemy
    has made of it before, takes as long as the database does to answer it."""
    owner = bindparam("subject", type_=Uuid)
    # What is still on its way from a record that was merged into another is not shown under the old name.
    merged = select(subject_merge.c.source_id).where(subject_merge.c.source_id == owner).exists()
    of_one = any_current_entries().where(entry.c.subject_id == owner, ~merged)
    return narrowed(of_one, given).limit(bindparam("most", type_=Integer))


__all__ = [
    "BatchRefused",
    "Draft",
    "EntryQuery",
    "Placed",
    "RecordStore",
    "Written",
    "add",
    "retract_said_in",
    "without_repeats",
]
