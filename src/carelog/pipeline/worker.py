"""The worker: claims batches, executes them, holds on to their leases meanwhile."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy.exc import SQLAlchemyError

from carelog.db import Database, is_outage
from carelog.kit.clock import Clock
from carelog.kit.ids import new_id
from carelog.pipeline import ledger
from carelog.pipeline.chain_book import ChainBook
from carelog.pipeline.executor import Executor
from carelog.pipeline.link import place_of
from carelog.pipeline.run import Run, release
from carelog.pipeline.wakeup import Wakeup

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class WorkerOptions:
    """`batch` runs are claimed at once; `lease` is how long a dead worker's runs stay away; `poll` is how long
    work that another process queued may lie unseen."""

    batch: int = 50
    lease: timedelta = timedelta(seconds=30)
    poll: timedelta = timedelta(seconds=1)


class Worker:
    """Works until it is told to stop, or until nothing is due."""

    def __init__(
        self,
        database: Database,
        chains: ChainBook,
        executor: Executor,
        clock: Clock,
        wakeup: Wakeup,
        options: WorkerOptions | None = None,
    ) -> None:
        self._database = database
        self._chains = chains
        self._executor = executor
        self._clock = clock
        self._wakeup = wakeup
        self._options = options or WorkerOptions()
        self._stopping = False

    def stop(self) -> None:
        """End `run` after the batch in hand."""
        self._stopping = True
        self._wakeup.wake()

    async def run(self) -> None:
        """Work until `stop`. A database that cannot be reached is tried again, with growing pauses."""
        troubles = 0
        while not self._stopping:
            try:
                if not await self.step():
                    await self._wakeup.wait(await self._idle_seconds())
                troubles = 0
            except Exception as error:  # noqa: BLE001
                # Whatever it is, the runs in hand come back when their lease ends; a worker that dies of one
                # batch would leave all the others waiting.
                troubles += 1
                what = "the database cannot be used" if is_outage(error) else "a batch could not be executed"
                log.error(what, extra={"error": type(error).__name__, "place": place_of(error)})
                await self._wakeup.wait(min(30.0, 0.5 * 2**troubles))

    async def drain(self) -> None:
        """Work until nothing is due; runs that wait for a retry are left to wait."""
        while await self.step():
            pass

    async def step(self) -> int:
        """Claim one batch and execute it. Returns how many runs it had."""
        lease = new_id()
        async with self._database.write() as connection:
            now = self._clock.now()
            await ledger.expire_leases(connection, now, self._max_tries)
            batch = await ledger.claim(
                connection, lease=lease, now=now, lasting=self._options.lease, limit=self._options.batch
            )
        if batch:
            async with self._holding(lease):
                try:
                    await self._executor.execute(batch)
                except asyncio.CancelledError:
                    await self._hand_back(lease, batch)
                    raise
        return len(batch)

    def _max_tries(self, run: Run) -> int:
        return self._chains.max_tries(run.chain, run.chain_version)

    @asynccontextmanager
    async def _holding(self, lease: UUID) -> AsyncIterator[None]:
        """Renew the lease while the block works, so that its length need not fit the slowest link."""

        async def renew() -> None:
            while True:
                await asyncio.sleep(self._options.lease.total_seconds() / 3)
                with suppress(SQLAlchemyError, OSError):
                    async with self._database.write() as connection:
                        await ledger.renew(connection, lease=lease, until=self._clock.now() + self._options.lease)

        renewing = asyncio.create_task(renew())
        try:
            yield
        finally:
            renewing.cancel()
            with suppress(asyncio.CancelledError):
                await renewing

    async def _hand_back(self, lease: UUID, batch: list[Run]) -> None:
        with suppress(SQLAlchemyError, OSError):
            async with self._database.write() as connection:
                ours = await ledger.held(connection, lease, [run.id for run in batch])
                now = self._clock.now()
                rows = await ledger.current(connection, ours)
                await ledger.save(connection, [release(run, now) for run in rows])

    async def _idle_seconds(self) -> float:
        async with self._database.read() as connection:
            due = await ledger.next_due(connection)
        poll = self._options.poll.total_seconds()
        return poll if due is None else min(poll, max(0.0, (due - self._clock.now()).total_seconds()))
