"""The copier: brings what chains have finished to their storages, each storage by itself and in its own time.

A storage is served by one pump at a time, of all processes, under a lease: so a backlog arrives in order. What a pump
had in hand when it died is still queued, and is saved again: a storage keeps one copy of a conversation however often
it is saved.
"""

import asyncio
import logging
import time
from collections import defaultdict
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy.exc import SQLAlchemyError

from carelog.db import Database, is_outage, leases
from carelog.kit.backoff import LONGEST_PAUSE, MAX_DELAY, pause_of
from carelog.kit.clock import Clock
from carelog.kit.ids import new_id
from carelog.kit.place import place_of
from carelog.pipeline import copies, copy_batch, measures
from carelog.pipeline.reading import ConversationReader
from carelog.pipeline.storage_copy import CopyState, StorageCopy
from carelog.pipeline.storages_in_force import StoragesInForce
from carelog.pipeline.tables import storage_state
from carelog.pipeline.wakeup import Wakeup
from carelog.storages import StorageDown
from carelog.telemetry import metrics
from carelog.telemetry.tracing import Tracer

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class CopierOptions:
    """`batch` copies are brought to a storage at once; `max_tries` is how often one may be tried; `lease` is how long
    a storage lies idle whose pump died; `poll` is how long a copy that another process queued may lie unseen."""

    batch: int = 100
    max_tries: int = 8
    lease: timedelta = timedelta(seconds=30)
    poll: timedelta = timedelta(seconds=1)


class Copier:
    """One pump for each storage, until told to stop, or until nothing is due."""

    def __init__(
        self,
        database: Database,
        storages: StoragesInForce,
        reader: ConversationReader,
        clock: Clock,
        options: CopierOptions | None = None,
        tracer: Tracer | None = None,
    ) -> None:
        self._database = database
        self._storages = storages
        self._reader = reader
        self._clock = clock
        self._options = options or CopierOptions()
        self._tracer = tracer
        self._wakeups: defaultdict[str, Wakeup] = defaultdict(Wakeup)
        self._changed = Wakeup()
        self._stopping = False
        storages.when_replaced(self._changed.wake)

    def wake(self) -> None:
        """Tell the pumps of this process that copies were queued."""
        for wakeup in self._wakeups.values():
            wakeup.wake()

    def stop(self) -> None:
        """End `run` after the batches in hand."""
        self._stopping = True
        self._changed.wake()
        self.wake()

    async def run(self) -> None:
        """Serve every storage until `stop`: one that is down, or slow, holds up no other. One that comes into force
        meanwhile is served too, and one that is so no longer is left alone."""
        serving: dict[str, asyncio.Task[None]] = {}
        async with asyncio.TaskGroup() as pumps:
            while not self._stopping:
                for name in self._storages:
                    if name not in serving or serving[name].done():
                        serving[name] = pumps.create_task(self._serve(name), name=f"storage {name}")
                await self._changed.wait(LONGEST_PAUSE.total_seconds())

    async def drain(self) -> None:
        """Serve every storage until nothing is due that can be brought there now."""
        await asyncio.gather(*(self._drain(name) for name in self._storages))

    async def _drain(self, name: str) -> None:
        while await self.step(name):
            pass

    async def _serve(self, name: str) -> None:
        troubles = 0
        wakeup = self._wakeups[name]
        while not self._stopping and name in self._storages:
            try:
                if not await self.step(name):
                    await wakeup.wait(self._options.poll.total_seconds())
                troubles = 0
            except Exception as error:  # noqa: BLE001
                # Whatever it is, the copies are still queued; a pump that ends would leave them so for ever.
                troubles += 1
                what = "the database cannot be used" if is_outage(error) else "copies could not be brought to a storage"
                log.error(what, extra={"storage": name, "error": type(error).__name__, "place": place_of(error)})
                await wakeup.wait(pause_of(troubles).total_seconds())

    async def step(self, name: str) -> int:
        """Bring one batch to a storage. Returns how many copies it brought further: 0 when nothing is due, when the
        storage is down, and when another process serves it."""
        storage = self._storages.get(name)
        if storage is None or not await self._is_wanted(name):
            return 0
        lease = new_id()
        async with self._database.write() as connection:
            state = await leases.take(
                connection, storage_state, name, lease, now=self._clock.now(), lasting=self._options.lease
            )
        if state is None:
            return 0
        try:
            async with leases.held(
                self._database, storage_state, name, lease, clock=self._clock, lasting=self._options.lease
            ):
                async with self._database.read() as connection:
                    batch = await copy_batch.load(connection, name, self._clock.now(), self._options.batch)
                began = time.perf_counter()
                changed = await copy_batch.bring(
                    batch, storage, self._reader, self._clock, max_tries=self._options.max_tries
                )
                seconds = time.perf_counter() - began
        except StorageDown as error:
            await self._put_off(name, lease, state.troubles + 1, error)
            return 0
        except BaseException:
            with suppress(SQLAlchemyError, OSError):
                async with self._database.write() as connection:
                    await leases.give_back(connection, storage_state, name, lease)
            raise
        settled = await self._settle(name, lease, changed)
        if settled and self._tracer:
            async with self._database.read() as connection:
                await measures.trace_copies(self._tracer, connection, name, changed, seconds)
        return settled

    async def _is_wanted(self, name: str) -> bool:
        """Whether there is something to do that nobody does. What it costs is what waiting costs."""
        now = self._clock.now()
        async with self._database.read() as connection:
            return await copies.any_due(connection, name, now) and await leases.is_free(
                connection, storage_state, name, now=now
            )

    async def _settle(self, name: str, lease: UUID, changed: Sequence[StorageCopy]) -> int:
        now = self._clock.now()
        async with self._database.write() as connection:
            if not await leases.give_back(connection, storage_state, name, lease, due_at=now, troubles=0, error=None):
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

    async def _put_off(self, name: str, lease: UUID, troubles: int, error: StorageDown) -> None:
        """Leave a storage that is down alone for a while. Nothing counts as a try: all is still queued."""
        pause = pause_of(troubles)
        if error.retry_after is not None:
            pause = max(pause, min(error.retry_after, MAX_DELAY))
        log.warning(
            "storage is down", extra={"storage": name, "troubles": troubles, "seconds": round(pause.total_seconds())}
        )
        async with self._database.write() as connection:
            await leases.give_back(
                connection,
                storage_state,
                name,
                lease,
                due_at=self._clock.now() + pause,
                troubles=troubles,
                error={"code": error.code, "message": error.message},
            )
