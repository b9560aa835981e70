"""Lists of ids alone, by the number of the page, for those who were written for such lists.

A page that is counted from the top moves as conversations come in: `ConversationStore.page` has no such fault.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, select

from carelog.conversations.found_by import party_value
from carelog.conversations.parties import Kind
from carelog.conversations.tables import conversation, conversation_party
from carelog.db import Database
from carelog.identity import Principal


class ConversationIds:
    """Lists the ids of conversations, each only for a principal who may see its subject; the newest first."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(
        self,
        principal: Principal,
        *,
        page: int,
        size: int,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> list[UUID]:
        """Those of one page, counted from 1, that were made from `since` up to and with `until`."""
        conditions: list[ColumnElement[bool]] = []
        if since is not None:
            conditions.append(conversation.c.created_at >= since)
        if until is not None:
            conditions.append(conversation.c.created_at <= until)
        return await self._ids(principal, conditions, offset=(page - 1) * size, limit=size)

    async def search(self, principal: Principal, wanted: Mapping[Kind, str]) -> list[UUID]:
        """Those that have, for each kind, a party who is found by its value: all conditions must hold."""
        conditions = [
            conversation.c.id.in_(
                select(conversation_party.c.conversation_id).where(
                    conversation_party.c.kind == kind,
                    conversation_party.c.value == party_value(kind, value),
                )
            )
            for kind, value in wanted.items()
        ]
        return await self._ids(principal, conditions)

    async def _ids(
        self,
        principal: Principal,
        conditions: Sequence[ColumnElement[bool]],
        *,
        offset: int | None = None,
        limit: int | None = None,
    ) -> list[UUID]:
        statement = (
            select(conversation.c.id)
            .where(principal.sees(conversation.c.subject_id), *conditions)
            .order_by(conversation.c.created_at.desc(), conversation.c.id.desc())
            .offset(offset)
            .limit(limit)
        )
        return [row.id for row in await self._database.rows(statement)]
