"""Reading conversations: from the primary store, or from the storages that have what it has let go."""

import logging
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import timedelta
from functools import cache
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select

from carelog.conversations.store import ConversationStore, Stored, documents, stored_of
from carelog.conversations.tables import conversation
from carelog.db import Connection, Database, among_given, given_ids
from carelog.identity import Principal
from carelog.kit.errors import Unavailable
from carelog.kit.place import place_of
from carelog.pipeline import copies
from carelog.record.tables import subject
from carelog.storages import Storage, StorageError

log = logging.getLogger(__name__)

_PAUSE: Final = timedelta(seconds=5)


class ConversationUnavailable(Unavailable):
    """The document is in storages only, and none of those that have it can give it now."""

    code = "conversation.unavailable"

    def __init__(self, conversation_id: UUID) -> None:
        super().__init__(
            "the document is in storages only, and none of them can give it now",
            retry_after=_PAUSE,
            details={"conversation": str(conversation_id)},
        )


async def with_zones(
    connection: Connection, conversations: Collection[UUID]
) -> tuple[dict[UUID, Stored], dict[UUID, str | None]]:
    """Conversations, and the zone of the subject of each, None where it is not known; both in one query."""
    dialect = connection.dialect.name
    rows = (await connection.execute(_with_zones(dialect), given_ids(dialect, "ids", conversations))).all()
    return {row[0]: stored_of(row) for row in rows}, {row[0]: row[-1] for row in rows}


@cache
def _with_zones(dialect: str) -> Select[Any]:
    beside = documents().add_columns(subject.c.zone)
    joined = beside.outerjoin(subject, subject.c.id == conversation.c.subject_id)
    return joined.where(among_given(dialect, conversation.c.id, "ids"))


class ConversationReader:
    """Gives whole conversations. Lists and searches need no document, and so no storage."""

    def __init__(
        self, database: Database, conversations: ConversationStore, storages: Mapping[str, Storage[Any]]
    ) -> None:
        self._database = database
        self._conversations = conversations
        self._storages = storages

    async def get(self, principal: Principal, conversation_id: UUID) -> Stored:
        """Raises NotFound, also for a conversation that is not theirs to see, and ConversationUnavailable."""
        stored = await self._conversations.get(principal, conversation_id)
        whole = (await self.fill({stored.id: stored}))[stored.id]
        if not whole.document:
            raise ConversationUnavailable(conversation_id)
        return whole

    async def fill(self, found: Mapping[UUID, Stored]) -> dict[UUID, Stored]:
        """The same conversations with the documents that the primary store has let go. One that no storage can give
        now is left without: ''. It costs nothing where all documents are there."""
        filled = dict(found)
        revisions = {id_: stored.revision for id_, stored in found.items() if not stored.document}
        if revisions:
            readable = [name for name, storage in self._storages.items() if storage.readable]
            async with self._database.read() as connection:
                held = await copies.holders(connection, revisions, readable)
            for id_, holders in held.items():
                filled[id_] = replace(filled[id_], document=await self._read(id_, holders) or "")
        return filled

    async def _read(self, conversation_id: UUID, holders: set[str]) -> str | None:
        """From the first storage, in the order of the configuration, that gives it."""
        for name, storage in self._storages.items():
            if name not in holders:
                continue
            try:
                document = await storage.get(conversation_id)
            except StorageError as error:
                log.warning("storage cannot be read", extra={"storage": name, "code": error.code})
            except Exception as error:  # noqa: BLE001  a storage of any package; the next one may have it
                log.error(
                    "storage crashed",
                    extra={"storage": name, "error": type(error).__name__, "place": place_of(error)},
                )
            else:
                if document is not None:
                    return document
                log.error("storage has lost a copy", extra={"storage": name, "conversation": str(conversation_id)})
        return None
