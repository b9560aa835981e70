"""Whose record something belongs to, when only its id is known."""

from collections.abc import Iterable
from typing import Final
from uuid import UUID

from sqlalchemy import Uuid, bindparam, select, union_all

from carelog.conversations.tables import conversation
from carelog.db import Database
from carelog.pipeline.tables import copy, run
from carelog.record.review.tables import review
from carelog.record.tables import entry, subject

_ID: Final = bindparam("id", type_=Uuid)
_FOUND: Final = union_all(
    select(subject.c.id.label("subject_id")).where(subject.c.id == _ID),
    *(select(table.c.subject_id).where(table.c.id == _ID) for table in (entry, conversation, run, copy, review)),
).subquery()
_OWNER: Final = select(_FOUND.c.subject_id)


class Owners:
    """Tells owners to the audit trail. Not scoped to a principal: what it tells is never shown to whoever asked."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, ids: Iterable[UUID]) -> UUID | None:
        """The subject that the first of these ids which there is belongs to, or is."""
        for id_ in ids:
            if rows := await self._database.rows(_OWNER, {"id": id_}):
                found: UUID = rows[0].subject_id
                return found
        return None
