"""The forwarder: brings changes of records to a LocusGraph server, at least once, each entry's in their order.

Nothing waits for it. What is to be forwarded is what the record has and the table `forwarded` has not: a server that is
down for a day, or a process that is killed, loses nothing. One process at a time is at it, under a lease.
"""

import logging
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import select

from carelog.db import Database
from carelog.db.faults import log_failure
from carelog.db.leases import Lease, Leases
from carelog.kit.backoff import backoff
from carelog.kit.clock import Clock
from carelog.kit.wakeup import Wakeup
from carelog.record.locusgraph import changes
from carelog.record.locusgraph.changes import Sent, Waiting
from carelog.record.locusgraph.client import Enough, LocusGraphClient, Refused, Trouble
from carelog.record.locusgraph.definition import LocusGraphDefinition
from carelog.record.locusgraph.event import event_json
from carelog.record.locusgraph.tables import forwarder

log = logging.getLogger(__name__)

_NAME: Final = "locusgraph"
_AT_ONCE: Final = 50
_LEASE: Final = timedelta(seconds=60)
_POLL: Final = timedelta(seconds=2)
_MINUTE: Final = timedelta(minutes=1)

# A transaction is seen as of when it began, which may be a while before it was committed, by a clock of its own.
_OVERLAP: Final = timedelta(hours=1)
# All entries are looked at this often, whatever any clock said.
_SWEEP: Final = timedelta(days=1)


class Forwarder:
    """Forwards until `stop`."""

    def __init__(self, database: Database, clock: Clock, definition: LocusGraphDefinition) -> None:
        self._database = database
        self._clock = clock
        self._definition = definition
        self._client = LocusGraphClient(definition)
        self._calls: deque[datetime] = deque()
        self._leases = Leases(database, forwarder, clock, _LEASE)
        self._wakeup = Wakeup()
        self._stopping = False

    def stop(self) -> None:
        """End `run` after what is in hand."""
        self._stopping = True
        self._wakeup.wake()

    async def close(self) -> None:
        await self._client.close()

    async def run(self) -> None:
        """Forward until `stop`, whatever happens."""
        while not self._stopping:
            try:
                done = await self.round()
            except Exception as error:  # noqa: BLE001  a forwarder that ends would forward nothing for ever
                done = 0
                log_failure(log, error, "entries could not be forwarded")
            if not done:
                await self._wakeup.wait(_POLL.total_seconds())

    async def drain(self) -> None:
        """Forward until nothing is left that can be forwarded now."""
        while await self.round():
            pass

    async def round(self) -> int:
        """Forward some. Returns how many entries: 0 when there is none, when the server is down or takes no more for
        now, and when another process is at it."""
        now = self._clock.now()
        if not await self._is_wanted(now):
            return 0
        sent: list[Sent] = []
        gone: list[Sent] = []
        async with self._leases.held(_NAME) as lease:
            if lease is None:
                return 0
            progress = _Progress.read(lease.row.position)
            async with self._database.read() as connection:
                to_erase = await changes.erased(connection, _AT_ONCE)
                waiting = await changes.waiting(connection, progress.since(now), _AT_ONCE)
            trouble = await self._send(to_erase, waiting, gone, sent)
        if trouble is None:
            progress = progress.after(waiting, now, whole=len(waiting) < _AT_ONCE)
        await self._settle(lease, sent, gone, progress, trouble)
        return len(sent) + len(gone) if trouble is None else 0

    async def _is_wanted(self, now: datetime) -> bool:
        """Whether there is something to do that nobody does. What it costs is what waiting costs."""
        async with self._database.read() as connection:
            if not await self._leases.is_free(connection, _NAME):
                return False
            position = select(forwarder.c.position).where(forwarder.c.name == _NAME)
            progress = _Progress.read((await connection.execute(position)).scalar())
            if progress.is_stale(now) or await changes.erased(connection, 1):
                return True
            return bool(await changes.waiting(connection, progress.since(now), 1))

    async def _send(
        self, to_erase: Sequence[Sent], waiting: Sequence[Waiting], gone: list[Sent], sent: list[Sent]
    ) -> Trouble | None:
        """Put what was done into `gone` and `sent`, until there is trouble."""
        try:
            for one in to_erase:
                await self._forget(one)
                gone.append(one)
            for entry in waiting:
                sent.append(await self._forward(entry))  # noqa: PERF401  what was sent before trouble is kept
        except Trouble as trouble:
            return trouble
        return None

    async def _settle(
        self, lease: Lease, sent: list[Sent], gone: list[Sent], progress: "_Progress", trouble: Trouble | None
    ) -> None:
        now = self._clock.now()
        due, troubles = now, lease.row.troubles
        if isinstance(trouble, Enough):
            due = now + (trouble.wait or _POLL)
        elif trouble is not None:
            troubles += 1
            due = now + max(backoff(troubles), trouble.wait or timedelta())
            log.warning("LocusGraph takes nothing now", extra={"problem": trouble.reason, "troubles": troubles})
        async with self._database.write() as connection:
            await changes.settle(connection, sent, now)
            await changes.forget(connection, [one.entry_id for one in gone])
            await lease.give_back(
                connection, due_at=due, troubles=troubles if trouble else 0, position=progress.written()
            )

    async def _forward(self, waiting: Waiting) -> Sent:
        """Raises Trouble. What the server refuses is not sent again before it changes."""
        newest = waiting.newest
        graph = self._definition.graph_of(newest.subject_id)
        sent = waiting.sent or Sent(newest.id, graph, newest.context_id, None, 0)
        try:
            if newest.state == "retracted":
                await self._forget(sent)
                return replace(sent, locus_id=None, revision=newest.revision, error=None)
            for revision in waiting.revisions:
                again = revision.revision > 1 or sent.locus_id is not None
                event = event_json(revision, graph, waiting.told, waiting.links, replace=again)
                self._count()
                locus = await self._client.store(event)
                sent = replace(sent, graph=graph, locus_id=locus or sent.locus_id, revision=revision.revision)
            return replace(sent, links=waiting.links_made, error=None)
        except Refused as refused:
            log.error("LocusGraph refuses an entry", extra={"entry": str(newest.id), "code": refused.code})
            return replace(sent, revision=newest.revision, error=refused.code)

    async def _forget(self, sent: Sent) -> None:
        if sent.locus_id is not None:
            self._count()
            await self._client.forget(sent.graph, sent.locus_id)

    def _count(self) -> None:
        """Raises Trouble when as much was sent within a minute as the server takes."""
        now = self._clock.now()
        while self._calls and self._calls[0] <= now - _MINUTE:
            self._calls.popleft()
        if len(self._calls) >= self._definition.per_minute:
            raise Enough("as much was sent as it takes in a minute", self._calls[0] + _MINUTE - now)
        self._calls.append(now)


@dataclass(frozen=True, slots=True)
class _Progress:
    """Up to when changes were `seen`, when all entries were last `swept`, and how far the sweep is that goes on."""

    seen: datetime | None
    swept: datetime | None
    sweeping: datetime | None

    @classmethod
    def read(cls, position: Any) -> "_Progress":
        told = position or {}
        names = (field.name for field in fields(cls))
        return cls(*(datetime.fromisoformat(text) if (text := told.get(name)) else None for name in names))

    def written(self) -> dict[str, str | None]:
        moments = ((field.name, getattr(self, field.name)) for field in fields(self))
        return {name: moment.isoformat() if moment else None for name, moment in moments}

    def sweeps(self, now: datetime) -> bool:
        return self.swept is None or self.sweeping is not None or now - self.swept >= _SWEEP

    def is_stale(self, now: datetime) -> bool:
        """Whether it is worth writing down that nothing was there."""
        return self.sweeps(now) or self.seen is None or now - self.seen >= _OVERLAP

    def since(self, now: datetime) -> datetime | None:
        """From when on changes are looked for; None for all."""
        from_ = self.sweeping if self.sweeps(now) else self.seen
        return from_ - _OVERLAP if from_ else None

    def after(self, waiting: Sequence[Waiting], began: datetime, *, whole: bool) -> "_Progress":
        """`whole` where nothing was left."""
        if whole:
            return _Progress(began, began if self.sweeps(began) else self.swept, None)
        last = max(one.changed_at for one in waiting)
        return replace(self, sweeping=last) if self.sweeps(began) else replace(self, seen=last)
