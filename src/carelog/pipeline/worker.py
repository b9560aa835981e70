"""The worker: claims batches, executes them, holds on to their leases meanwhile.

It has few hands, for what its processor does. Runs that come to a link which calls outside are let go of by the hand:
what hangs or is slow out there keeps only those who wait for it from getting on. Conversations that take long to read
are read beside the hands, one at a time.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Coroutine, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.exc import SQLAlchemyError

from carelog.db import Connection, Database, is_outage
from carelog.kit.beside import beside
from carelog.kit.clock import Clock
from carelog.kit.ids import new_id
from carelog.kit.place import kind_of, place_of
from carelog.pipeline import ledger, measures
from carelog.pipeline.chain_book import ChainBook
from carelog.pipeline.dispatch import Dispatch, Heard
from carelog.pipeline.executor import Call, Executor, Stage
from carelog.pipeline.outcome import LinkParked
from carelog.pipeline.places import LONG, Places
from carelog.pipeline.run import Run, RunState, release
from carelog.pipeline.upcoming import Upcoming, upcoming

log = logging.getLogger(__name__)

_UNTIL_READ = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class WorkerOptions:
    """`batch` runs are claimed at once; `concurrency` batches are in hand at once, and as many wait at each link that
    calls outside; `lease` is how long a dead worker's runs stay away; `poll` is how long work that nobody told of may
    lie unseen."""

    batch: int = 50
    concurrency: int = 1
    lease: timedelta = timedelta(seconds=30)
    poll: timedelta = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class _Batch:
    lease: UUID
    runs: Sequence[Run]
    heard: Heard | None


class Worker:
    """Works until it is told to stop, or until nothing is due.

    `in_hand` counts the runs that it executes now, `done` those that it finished and `failed` the attempts that came
    to nothing, since it was made.
    """

    def __init__(
        self,
        database: Database,
        chains: ChainBook,
        executor: Executor,
        clock: Clock,
        dispatch: Dispatch,
        options: WorkerOptions | None = None,
    ) -> None:
        self._database = database
        self._chains = chains
        self._executor = executor
        self._clock = clock
        self._dispatch = dispatch
        self._options = options or WorkerOptions()
        self._hands: set[asyncio.Task[None]] = set()
        self._calling: set[asyncio.Task[None]] = set()
        self._places = Places(self._options.concurrency)
        self._stopping = False
        self._swept_at: datetime | None = None
        self._troubles = 0
        self._pausing = False
        self.in_hand = 0
        self.done = 0
        self.failed = 0

    def stop(self) -> None:
        """End `run` after the batches in hand."""
        self._stopping = True
        self._dispatch.wake()

    async def run(self) -> None:
        """Work until `stop`. A database that cannot be reached is tried again, with growing pauses."""
        try:
            async with self._dispatch.listening():
                while not self._stopping:
                    await self._go_on()
            while busy := self._hands | self._calling:
                await asyncio.wait(busy)
        finally:
            while busy := self._hands | self._calling:
                for task in busy:
                    task.cancel()
                await asyncio.gather(*busy, return_exceptions=True)

    async def drain(self) -> None:
        """Work until nothing is due; runs that wait for a retry are left to wait."""
        while await self.step():
            pass

    async def step(self) -> int:
        """Claim one batch from the ledger and execute it. Returns how many runs it had."""
        batch = await self._claim()
        if not batch.runs and self._lease_ran_out(await self._upcoming()):
            batch = await self._claim()
        if batch.runs:
            try:
                calls = [*await self._execute(batch)]
                while calls:
                    calls += await self._call(batch.lease, calls.pop(0))
            except asyncio.CancelledError:
                await self._hand_back(batch.lease, batch.runs)
                raise
        return len(batch.runs)

    async def _go_on(self) -> None:
        """Take the next step that can be taken: one claim for a free hand, or a wait."""
        if len(self._hands) >= self._options.concurrency:
            await asyncio.wait(self._hands, return_when=asyncio.FIRST_COMPLETED)
        elif self._pausing:
            self._pausing = False
            await self._dispatch.wait(min(30.0, 0.5 * 2**self._troubles))
        else:
            try:
                batch = await self._next()
                if batch is None:
                    await self._idle()
                    return
            except Exception as error:  # noqa: BLE001
                self._trouble(error)
                return
            _keep(self._hands, self._work(batch))

    async def _work(self, batch: _Batch) -> None:
        try:
            calls = await self._execute(batch)
            self._troubles = 0
            await self._begin_calls(batch.lease, calls)
        except Exception as error:  # noqa: BLE001
            self._trouble(error)
        if self._options.concurrency > 1:
            # What waited for this batch, by its ordering key, or what it queued, may be what an idle hand waits for.
            self._dispatch.wake()

    async def _begin_calls(self, lease: UUID, calls: Sequence[Call]) -> None:
        """Go on without a hand. Runs at a place that has no room are handed back, for whoever has some first; claims do
        not know which are long, so that these stay away for a while."""
        crowded: list[Run] = []
        long: list[Run] = []
        for call in calls:
            if self._places.take(call.place):
                _keep(self._calling, self._work_outside(lease, call))
            elif call.place == LONG:
                long += call.runs
            else:
                crowded += call.runs
        if crowded:
            await self._hand_back(lease, crowded)
        if long:
            await self._hand_back(lease, long, _UNTIL_READ)

    async def _work_outside(self, lease: UUID, call: Call) -> None:
        try:
            try:
                calls = await self._call(lease, call)
            finally:
                self._places.leave(call.place)
            await self._begin_calls(lease, calls)
        except Exception as error:  # noqa: BLE001
            self._trouble(error)
        self._dispatch.wake()  # for what waited until there was room

    def _trouble(self, error: Exception) -> None:
        """Whatever it is, the runs in hand come back when their lease ends; a worker that dies of one batch would
        leave all the others waiting."""
        self._troubles += 1
        self._pausing = True
        what = "the database cannot be used" if is_outage(error) else "a batch could not be executed"
        log.error(what, extra={"error": kind_of(error), "place": place_of(error)})

    async def _next(self) -> _Batch | None:
        """The next batch: of runs that were heard of, or of whatever the ledger has."""
        looked = False
        while True:
            heard = self._dispatch.take(self._options.batch)
            if heard is None and looked:
                return None
            batch = await self._claim(heard)
            if batch.runs:
                return batch
            if heard:
                self._dispatch.settled(heard)
            else:
                looked = True

    async def _claim(self, heard: Heard | None = None) -> _Batch:
        lease, lasting = new_id(), self._options.lease
        lost: list[Run] = []

        async def claim(connection: Connection) -> list[Run]:
            nonlocal lost
            now, full = self._clock.now(), self._places.full
            if self._swept_at is None or now - self._swept_at >= lasting / 3:
                lost = await ledger.expire_leases(connection, now, self._max_tries)
                self._swept_at = None if lost else now  # where some were, there may be more
            if heard is None:
                return await ledger.claim(
                    connection, lease=lease, now=now, lasting=lasting, limit=self._options.batch, but_at=full
                )
            return await ledger.claim_these(
                connection, set(heard.runs), lease=lease, now=now, lasting=lasting, but_at=full
            )

        async with self._database.by_turns():
            runs = await self._database.transact(claim)
        measures.settled(lost)
        if heard is not None:
            measures.claimed(runs)
        return _Batch(lease, runs, heard)

    async def _execute(self, batch: _Batch) -> Sequence[Call]:
        calls = await self._doing(batch.lease, batch.runs, self._executor.execute(batch.runs))
        if batch.heard:
            self._dispatch.settled(batch.heard)
        return calls

    async def _call(self, lease: UUID, call: Call) -> Sequence[Call]:
        return await self._doing(lease, call.runs, self._executor.call(call))

    async def _doing(self, lease: UUID, runs: Sequence[Run], work: Awaitable[Stage]) -> Sequence[Call]:
        """See a part of a batch to the end of its stage, under its lease. Returns the calls that it goes on with."""
        self.in_hand += len(runs)
        try:
            async with self._holding(lease):
                stage = await work
        except asyncio.CancelledError:
            await self._hand_back(lease, runs)
            raise
        finally:
            self.in_hand -= len(runs)
        self.done += sum(run.state is RunState.FINISHED for run in stage.ended)
        self.failed += sum(run.error is not None and run.error.get("code") != LinkParked.code for run in stage.ended)
        return stage.calls

    async def _idle(self) -> None:
        """Wait until there may be something: someone says so, or it is time. Others' work is looked for by reading,
        so that workers who wait do not stand in the way of those who write."""
        ahead = await self._upcoming()
        while not self._lease_ran_out(ahead):
            if await self._dispatch.wait(ahead.within(self._options.poll, self._clock.now()).total_seconds()):
                return
            ahead = await self._upcoming()
            if ahead.now(self._clock.now()):
                return

    def _lease_ran_out(self, ahead: Upcoming) -> bool:
        """Whether one did that was not yet swept; the next claim sweeps then."""
        until = ahead.lease_until
        if until is None or until > self._clock.now() or (self._swept_at is not None and self._swept_at >= until):
            return False
        self._swept_at = None
        return True

    async def _upcoming(self) -> Upcoming:
        async with self._database.read() as connection:
            return await upcoming(connection)

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

        async with beside(renew()):
            yield

    async def _hand_back(self, lease: UUID, runs: Sequence[Run], wait: timedelta = timedelta(0)) -> None:
        with suppress(SQLAlchemyError, OSError):
            async with self._database.write() as connection:
                ours = await ledger.held(connection, lease, [run.id for run in runs])
                now = self._clock.now()
                released = [release(run, now, wait) for run in await ledger.current(connection, ours)]
                await ledger.save(connection, released)
            if not wait:
                self._dispatch.announce(released)


def _keep(tasks: set[asyncio.Task[None]], work: Coroutine[Any, Any, None]) -> None:
    """Begin some work; its task stays among the others until it is done."""
    task = asyncio.create_task(work)
    tasks.add(task)
    task.add_done_callback(tasks.discard)
