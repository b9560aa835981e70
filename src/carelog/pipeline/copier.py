"""The copier: brings what chains have finished to their storages, each storage by itself and in its own time.

A storage is served by one pump at a time, of all processes, under a lease: so a backlog arrives in order. What a pump
had in hand when it died is still queued, and is saved again: a storage keeps one copy of a conversation however often
it is saved.
"""

import logging
import time
from collections.abc import Sequence

from carelog.db import Connection, Database
from carelog.db.leases import Lease
from carelog.db.pumps import PumpOptions, Pumps
from carelog.kit.clock import Clock
from carelog.pipeline import copies, copy_batch, measures
from carelog.pipeline.reading import ConversationReader
from carelog.pipeline.storage_copy import CopyState, StorageCopy
from carelog.pipeline.storages_in_force import StoragesInForce
from carelog.pipeline.tables import storage_state
from carelog.storages import StorageDown
from carelog.telemetry import metrics
from carelog.telemetry.tracing import Tracer

log = logging.getLogger(__name__)


class Copier(Pumps[str]):
    """One pump for each storage in force, until told to stop, or until nothing is due."""

    kind = outlet = "storage"
    failure = "copies could not be brought to a storage"

    def __init__(
        self,
        database: Database,
        storages: StoragesInForce,
        reader: ConversationReader,
        clock: Clock,
        options: PumpOptions,
        tracer: Tracer | None = None,
    ) -> None:
        super().__init__(database, storage_state, storages, clock, options)
        self._storages = storages
        self._reader = reader
        self._tracer = tracer
        storages.when_replaced(self.look_around)

    async def step(self, name: str) -> int:
        """Bring one batch to a storage. Returns how many copies it brought further: 0 when nothing is due, when the
        storage is down, and when another process serves it."""
        storage = self._storages.get(name)
        if storage is None or not await self.is_wanted(name):
            return 0
        async with self._leases.held(name) as lease:
            if lease is None:
                return 0
            async with self._database.read() as connection:
                batch = await copy_batch.load(connection, name, self._clock.now(), self._options.batch)
            began = time.perf_counter()
            try:
                changed = await copy_batch.bring(
                    batch, storage, self._reader, self._clock, max_tries=self._options.max_tries
                )
            except StorageDown as error:
                async with self._database.write() as connection:
                    await self.put_off(connection, lease, error)
                return 0
            seconds = time.perf_counter() - began
        settled = await self._settle(name, lease, changed)
        if settled and self._tracer:
            async with self._database.read() as connection:
                await measures.trace_copies(self._tracer, connection, name, changed, seconds)
        return settled

    async def any_due(self, connection: Connection, name: str) -> bool:
        return await copies.any_due(connection, name, self._clock.now())

    async def _settle(self, name: str, lease: Lease, changed: Sequence[StorageCopy]) -> int:
        now = self._clock.now()
        async with self._database.write() as connection:
            if not await lease.give_back(connection, due_at=now, troubles=0, error=None):
                log.warning("another process has taken a storage over", extra={"storage": name})
                return 0
            await copies.settle(connection, changed, now)
        counts = {state: sum(copy.state is state for copy in changed) for state in CopyState}
        metrics.copies(
            name, stored=counts[CopyState.STORED], failed=counts[CopyState.QUEUED], dead=counts[CopyState.DEAD]
        )
        if counts[CopyState.DEAD]:
            log.error("copies became dead letters", extra={"storage": name, "copies": counts[CopyState.DEAD]})
        return len(changed)
