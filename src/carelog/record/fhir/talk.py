"""Conversations as Communications, and as the DocumentReferences that lead to them."""

from collections.abc import Iterable, Sequence
from typing import Final
from uuid import UUID

from carelog.conversations.search import ConversationQuery
from carelog.conversations.store import ConversationStore, Listed, Stored
from carelog.identity import Principal
from carelog.kit.errors import NotFound
from carelog.kit.paging import Cursor
from carelog.record.fhir.elements import Resource, updated_at, uuids_in
from carelog.record.fhir.kinds import Kind
from carelog.record.fhir.paging import Row, Source
from carelog.record.fhir.provenance import communication_of, document_of
from carelog.record.fhir.search import Search, Span

WRITERS: Final = {"Communication": communication_of, "DocumentReference": document_of}


class Talk:
    """Reads conversations, each time only for a principal who may read them."""

    def __init__(self, conversations: ConversationStore) -> None:
        self._conversations = conversations

    def of_subject(self, principal: Principal, subject_id: UUID, updated: Sequence[Span]) -> Source:
        """Every conversation of a subject, as each kind."""

        async def conversations(cursor: Cursor | None, limit: int) -> list[Row]:
            query = ConversationQuery(subject_id=subject_id)
            found = await self._page(principal, query, cursor, limit)
            return [(Cursor(c.recorded_at, c.id), [*_both(c, updated)]) for c in found]

        return conversations

    def found_by(self, principal: Principal, search: Search) -> Source:
        write = WRITERS[search.kind.name]

        async def conversations(cursor: Cursor | None, limit: int) -> list[Row]:
            if search.ids is not None:
                return await self._named(principal, search, cursor)
            only = search.subjects[0] if search.subjects else None
            found = await self._page(principal, ConversationQuery(subject_id=only), cursor, limit)
            return [(Cursor(c.recorded_at, c.id), [write(c)] if _is_in_time(c, search) else []) for c in found]

        return conversations

    async def _named(self, principal: Principal, search: Search, cursor: Cursor | None) -> list[Row]:
        rows: list[Row] = []
        for id_ in sorted(uuids_in(search.ids or ())):
            if cursor is None or id_ > cursor.id:
                try:
                    found = await self.get(principal, search.kind, id_)
                except NotFound:
                    continue
                rows.append((Cursor(updated_at(found), id_), [found]))
        return rows

    async def _page(
        self, principal: Principal, query: ConversationQuery, cursor: Cursor | None, limit: int
    ) -> list[Listed]:
        if "conversations:read" not in principal.scopes:
            return []
        return (await self._conversations.page(principal, query, limit=limit, cursor=cursor)).items

    async def get(self, principal: Principal, kind: Kind, id_: UUID) -> Resource:
        """Raises NotFound, also for what is not theirs to see."""
        if not kind.conversations or "conversations:read" not in principal.scopes:
            raise NotFound("there is no such resource")
        stored = await self._conversations.get(principal, id_)
        return WRITERS[kind.name](_listed(stored))


def _both(conversation: Listed, updated: Sequence[Span]) -> Iterable[Resource]:
    if all(span.holds(conversation.recorded_at) for span in updated):
        yield from (write(conversation) for write in WRITERS.values())


def _is_in_time(conversation: Listed, search: Search) -> bool:
    return all(span.holds(conversation.started_at) for span in search.happened) and all(
        span.holds(conversation.recorded_at) for span in search.updated
    )


def _listed(stored: Stored) -> Listed:
    return Listed(
        id=stored.id,
        channel=stored.channel,
        external_id=stored.external_id,
        subject_id=stored.subject_id,
        title=stored.title,
        started_at=stored.started_at,
        recorded_at=stored.recorded_at,
    )
