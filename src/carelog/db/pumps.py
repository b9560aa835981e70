"""Pumps: they move what is queued in the database to where it goes, each to one place and at its own pace."""

import asyncio
import logging
from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar, Generic, TypeVar

from sqlalchemy import Table

from carelog.db.engine import Connection, Database
from carelog.db.faults import log_failure
from carelog.db.leases import Lease, Leases
from carelog.kit.backoff import LONGEST_PAUSE, at_least, pause_of
from carelog.kit.clock import Clock
from carelog.kit.errors import Setback
from carelog.kit.wakeup import Wakeup

log = logging.getLogger(__name__)

N = TypeVar("N", bound=str)


@dataclass(frozen=True, slots=True)
class PumpOptions:
    """A `batch` is moved at once, and each of it is tried at most `max_tries` times. `lease` is how long a name is left
    unserved when its pump has died, `poll` how long work that another process queued may lie unseen."""

    batch: int
    max_tries: int
    lease: timedelta
    poll: timedelta


class Pumps(ABC, Generic[N]):
    """One pump for each name, until told to stop, or until nothing is due: one that is slow, or fails, holds up no
    other. One process at a time serves a name, under a lease of the table.

    The names may change, which `look_around` tells: new ones are served too, and those that are gone are left alone. A
    subclass does a `step`, and has the words of the log: `kind` is what the names stand for, `outlet` what is behind
    one, `failure` says that a step failed.
    """

    kind: ClassVar[str]
    outlet: ClassVar[str]
    failure: ClassVar[str]

    def __init__(
        self, database: Database, leases: Table, names: Collection[N], clock: Clock, options: PumpOptions
    ) -> None:
        self._database = database
        self._names = names
        self._clock = clock
        self._options = options
        self._leases = Leases(database, leases, clock, options.lease)
        self._wakeups: defaultdict[N, Wakeup] = defaultdict(Wakeup)
        self._changed = Wakeup()
        self._stopping = False

    @abstractmethod
    async def step(self, name: N) -> int:
        """Move one batch. Returns how many were in it: 0 when nothing can be done now, or another process serves the
        name."""

    @abstractmethod
    async def any_due(self, connection: Connection, name: N) -> bool:
        """Whether there is something to do."""

    async def is_wanted(self, name: N) -> bool:
        """Whether there is something to do that nobody is doing. This is asked while idle, so it must be cheap."""
        async with self._database.read() as connection:
            return await self.any_due(connection, name) and await self._leases.is_free(connection, name)

    async def put_off(self, connection: Connection, lease: Lease, down: Setback) -> bool:
        """Leave what is down alone for a while, as `Lease.give_back`. No try is counted: everything is still queued."""
        troubles = lease.row.troubles + 1
        pause = at_least(pause_of(troubles), down.retry_after)
        told = {self.kind: lease.name, "troubles": troubles, "seconds": round(pause.total_seconds())}
        log.warning("%s is down", self.outlet, extra=told)
        due_at = self._clock.now() + pause
        return await lease.give_back(connection, due_at=due_at, troubles=troubles, error=down.report)

    def wake(self) -> None:
        """Tell the pumps of this process that something was queued."""
        for wakeup in self._wakeups.values():
            wakeup.wake()

    def look_around(self) -> None:
        """Tell that the names have changed."""
        self._changed.wake()

    def stop(self) -> None:
        """End `run` after the batches in hand."""
        self._stopping = True
        self.look_around()
        self.wake()

    async def run(self) -> None:
        """Serve every name until `stop`."""
        serving: dict[N, asyncio.Task[None]] = {}
        async with asyncio.TaskGroup() as pumps:
            while not self._stopping:
                for name in self._names:
                    if name not in serving or serving[name].done():
                        serving[name] = pumps.create_task(self._serve(name), name=f"{self.kind} {name}")
                await self._changed.wait(LONGEST_PAUSE.total_seconds())

    async def drain(self) -> None:
        """Serve every name until nothing is due that can be done now."""
        await asyncio.gather(*map(self._drain, self._names))

    async def _drain(self, name: N) -> None:
        while await self.step(name):
            pass

    async def _serve(self, name: N) -> None:
        troubles = 0
        wakeup = self._wakeups[name]
        while not self._stopping and name in self._names:
            try:
                if not await self.step(name):
                    await wakeup.wait(self._options.poll.total_seconds())
                troubles = 0
            except Exception as error:  # noqa: BLE001
                # Everything is still queued, and would stay so for ever if the pump ended.
                troubles += 1
                log_failure(log, error, self.failure, **{self.kind: name})
                await wakeup.wait(pause_of(troubles).total_seconds())
