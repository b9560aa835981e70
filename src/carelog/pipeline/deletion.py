"""Deletion: a conversation that is deleted is gone from the store, the search, the lists, the queues and the copies."""

from collections.abc import Collection, Mapping
from uuid import UUID

from carelog.conversations import store
from carelog.db import Database
from carelog.identity import Principal
from carelog.kit.clock import Clock
from carelog.pipeline import copies
from carelog.pipeline.copier import Copier
from carelog.record import store as record


class Deletion:
    """Deletes conversations, each only for a principal who may see its subject."""

    def __init__(self, database: Database, clock: Clock, storages: Mapping[str, object], copier: Copier) -> None:
        self._database = database
        self._clock = clock
        self._storages = storages
        self._copier = copier

    async def delete(self, principal: Principal, conversations: Collection[UUID]) -> list[UUID]:
        """Delete them, and return those that there were. Their runs end with them, storages are told to delete their
        copies, and what the record has from them is retracted.

        Raises Forbidden for a principal without the scope, and for a record that they may only read.
        """
        principal.require("conversations:delete")
        async with self._database.write() as connection:
            found = {
                known.id: known.subject_id
                for known in await store.known(connection, list(conversations), [])
                if principal.may_see(known.subject_id)
            }
            for subject_id in set(found.values()):
                principal.require_change(subject_id)
                principal.looks.note("change", "conversation", subject_id)
            if found:
                now = self._clock.now()
                # First, as workers do who commit: whoever locked in another order could wait for them for ever.
                await store.lock(connection, found)
                await record.retract_said_in(connection, found, by=principal.id, at=now)
                await store.remove(connection, found)
                await copies.enqueue_deletions(connection, found, self._storages, now)
        self._copier.wake()
        return list(found)
