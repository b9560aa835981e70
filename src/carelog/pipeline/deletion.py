"""Deletion: a conversation that is deleted is gone from the store, the search, the lists, the queues and the copies."""

from collections.abc import Collection, Mapping
from uuid import UUID

from carelog.conversations import store
from carelog.conversations.versions import close_ranks
from carelog.db import Database, anew_if_taken
from carelog.identity import Principal
from carelog.kit.clock import Clock
from carelog.pipeline import copies, ledger
from carelog.pipeline.chain_book import ChainBook
from carelog.pipeline.copier import Copier
from carelog.pipeline.reprocessing import passages_again
from carelog.pipeline.run import Run
from carelog.pipeline.wakeup import Wakeup
from carelog.record import store as record


class Deletion:
    """Deletes conversations, each only for a principal who may see its subject."""

    def __init__(
        self,
        database: Database,
        chains: ChainBook,
        clock: Clock,
        wakeup: Wakeup,
        storages: Mapping[str, object],
        copier: Copier,
    ) -> None:
        self._database = database
        self._chains = chains
        self._clock = clock
        self._wakeup = wakeup
        self._storages = storages
        self._copier = copier

    async def delete(self, principal: Principal, conversations: Collection[UUID]) -> list[UUID]:
        """Delete them, and return those that there were. Their runs end with them, storages are told to delete their
        copies, and what the record has from them is retracted. A version that one of them had amended is read again.

        Raises Forbidden for a principal without the scope, and for a record that they may only read.
        """
        principal.require("conversations:delete")
        # Somebody else may let a version before one of them pass again in between.
        found, runs = await anew_if_taken(lambda: self._deleted(principal, conversations))
        for subject_id in set(found.values()):
            principal.looks.note("change", "conversation", subject_id)
        self._copier.wake()
        self._wakeup.announce(runs)
        return list(found)

    async def _deleted(
        self, principal: Principal, conversations: Collection[UUID]
    ) -> tuple[dict[UUID, UUID], list[Run]]:
        """Those that there were, with whose they were, and the runs by which versions before them are read again."""
        async with self._database.write() as connection:
            found = {
                known.id: known.subject_id
                for known in await store.known(connection, list(conversations), [])
                if principal.may_see(known.subject_id)
            }
            for subject_id in set(found.values()):
                principal.require_change(subject_id)
            if not found:
                return {}, []
            now = self._clock.now()
            # First, as workers do who commit: whoever locked in another order could wait for them for ever.
            await store.lock(connection, found)
            await record.retract_said_in(connection, found, by=principal.id, at=now)
            newest = await close_ranks(connection, found)
            await store.remove(connection, found)
            await copies.enqueue_deletions(connection, found, self._storages, now)
            runs = await passages_again(connection, self._chains.current, newest, now)
            await ledger.enqueue(connection, runs)
            return found, runs
