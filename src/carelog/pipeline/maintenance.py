"""Maintenance: what is done for the whole installation every minute, by one process at a time.

Runs that wait are woken when their link has got what it lacked. Documents that storages have are dropped when they
expire. Finished and discarded runs are counted and pruned, and so are copies, deliveries and the names of requests.
Erasures that were begun are gone on with. Dead letters and egress lists are never touched but by those.
"""

import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Table, delete, exists, select, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite

from carelog.conversations.tables import conversation
from carelog.db import Connection, Database, among, is_outage
from carelog.db.faults import log_failure
from carelog.db.leases import Lease, Leases
from carelog.delivery import outbox
from carelog.kit.clock import Clock
from carelog.kit.errors import CarelogError
from carelog.kit.ids import first_id_at
from carelog.pipeline import ledger
from carelog.pipeline.chain_book import ChainBook
from carelog.pipeline.copies import QUEUED
from carelog.pipeline.erasure import Erasure
from carelog.pipeline.run import RunState
from carelog.pipeline.storage_copy import CopyAction, CopyState
from carelog.pipeline.tables import chore, copy, idempotency, run, run_summary, storage_state
from carelog.pipeline.wakeup import Wakeup
from carelog.record import joining
from carelog.record.tables import entry_request
from carelog.storages import Storage

log = logging.getLogger(__name__)

_NAME: Final = "maintenance"
_EVERY: Final = timedelta(minutes=1)
_LEASE: Final = timedelta(minutes=5)
_AT_ONCE: Final = 1000
_ENDED: Final = (RunState.FINISHED, RunState.DISCARDED)

# How long the name of a request is remembered.
_NAMES_LAST: Final = timedelta(hours=24)

# How long copies wait for a storage that is not configured any more: a process with another configuration may be
# about to be started anew.
_GRACE: Final = timedelta(days=1)

Step = Callable[[Connection, datetime], Awaitable[int]]


class Maintenance:
    """Looks after the tables until told to stop. `finished` is how long runs and copies are kept that are done."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        storages: Mapping[str, Storage[Any]],
        erasure: Erasure,
        chains: ChainBook,
        *,
        finished: timedelta,
    ) -> None:
        self._database = database
        self._clock = clock
        self._storages = storages
        self._erasure = erasure
        self._chains = chains
        self._finished = finished
        self._leases = Leases(database, chore, clock, _LEASE)
        self._wakeup = Wakeup()
        self._stopping = False
        # The copies up to this one were looked at today, and those that are left were needed.
        self._copies_seen, self._copies_seen_on = UUID(int=0), clock.now().date()

    def stop(self) -> None:
        """End `run` after the batch in hand."""
        self._stopping = True
        self._wakeup.wake()

    async def run(self) -> None:
        """Do a round each minute until `stop`. One that fails is made up for by the next."""
        while not self._stopping:
            try:
                await self.round()
            except Exception as error:  # noqa: BLE001  the next round may do better; without rounds the tables only grow
                log_failure(log, error, "maintenance failed")
            await self._wakeup.wait(_EVERY.total_seconds())

    async def round(self) -> bool:
        """Do all that is due, in batches, each its own transaction. False when another process has just done so, or is
        at it. A step that fails is made up for by the next round; the others do not wait for it.

        Raises what the driver raises when the database is not to be had.
        """
        async with self._leases.held(_NAME) as lease:
            if lease is None:
                return False
            for step in self._steps:
                await self._attempt(step.__name__, self._all_of(lease, step))
            await self._attempt("erasures", self._erasure.resume())
            async with self._database.write() as connection:
                return await lease.give_back(connection, due_at=self._clock.now() + _EVERY)

    @property
    def _steps(self) -> tuple[Step, ...]:
        return (
            self._wake_runs,
            self._expire_documents,
            self._prune_runs,
            self._prune_copies,
            self._bury_stray_copies,
            self._prune_names,
            self._prune_entry_names,
            self._let_go_of_deliveries,
            self._prune_deliveries,
            self._join_late,
        )

    async def _attempt(self, name: str, work: Awaitable[None]) -> None:
        try:
            await work
        except Exception as error:
            if is_outage(error):
                raise
            log_failure(log, error, "a step of maintenance failed", step=name)

    async def _all_of(self, lease: Lease, step: Step) -> None:
        while not self._stopping and await self._batch(lease, step):
            pass

    async def _batch(self, lease: Lease, step: Step) -> bool:
        """One batch of a step. Returns whether there may be more."""
        now = self._clock.now()
        async with self._database.write() as connection:
            if not await lease.renew(connection):
                return False
            return await step(connection, now) == _AT_ONCE

    async def _wake_runs(self, connection: Connection, now: datetime) -> int:
        """Queue the runs that wait at links which have got what they lacked, such as an endpoint."""
        woken = 0
        for place in await ledger.waiting_places(connection):
            name, version, position = place
            try:
                chain = await self._chains.find(connection, name, version)
            except CarelogError:
                continue  # a chain that cannot be made wakes nobody
            if not chain.links[position].waits:
                woken += await ledger.wake_at(connection, place, now, _AT_ONCE - woken)
        return woken

    async def _expire_documents(self, connection: Connection, now: datetime) -> int:
        """Drop the documents whose time is over, where a storage has them as they are now and nobody is at work on
        them."""
        readable = [name for name, storage in self._storages.items() if storage.readable]
        if not readable:
            return 0
        kept = exists().where(
            copy.c.conversation_id == conversation.c.id,
            copy.c.state == CopyState.STORED,
            copy.c.action == CopyAction.SAVE,
            copy.c.revision == conversation.c.revision,
            copy.c.storage.in_(readable),
        )
        worked_on = exists().where(
            run.c.conversation_id == conversation.c.id,
            run.c.state.in_((RunState.QUEUED, RunState.RUNNING, RunState.WAITING)),
        )
        on_its_way = exists().where(copy.c.conversation_id == conversation.c.id, copy.c.state == CopyState.QUEUED)
        chosen = (
            select(conversation.c.id)
            .where(conversation.c.expires_at <= now, conversation.c.expired_at.is_(None), kept, ~worked_on, ~on_its_way)
            .order_by(conversation.c.expires_at)
            .limit(_AT_ONCE)
            .with_for_update(skip_locked=True, of=conversation)
        )
        ids = list((await connection.execute(chosen)).scalars())
        await connection.execute(
            update(conversation).where(among(connection, conversation.c.id, ids)).values(document="", expired_at=now)
        )
        return len(ids)

    async def _prune_runs(self, connection: Connection, now: datetime) -> int:
        """Ids tell when runs were made: only those that are old enough are looked at."""
        before = now - self._finished
        chosen = (
            select(run.c.id)
            .where(run.c.id < first_id_at(before), run.c.state.in_(_ENDED), run.c.updated_at < before)
            .order_by(run.c.id)
            .limit(_AT_ONCE)
            .with_for_update(skip_locked=True)
            .cte("chosen")
        )
        pruning = delete(run).where(run.c.id.in_(select(chosen.c.id)))
        pruned = (await connection.execute(pruning.returning(run.c.updated_at, run.c.chain, run.c.state))).all()
        await _count(connection, Counter((row.updated_at.date(), row.chain, row.state) for row in pruned))
        return len(pruned)

    async def _prune_copies(self, connection: Connection, now: datetime) -> int:
        """Those of conversations that expire are kept: they say where a document can be read."""
        if self._copies_seen_on != now.date():  # some are needed no longer
            self._copies_seen, self._copies_seen_on = UUID(int=0), now.date()
        before = now - self._finished
        old = select(copy.c.id, copy.c.state, copy.c.updated_at, conversation.c.expires_at).select_from(
            copy.outerjoin(conversation, conversation.c.id == copy.c.conversation_id)
        )
        rows = await connection.execute(
            old.where(copy.c.id > self._copies_seen, copy.c.id < first_id_at(before))
            .order_by(copy.c.id)
            .limit(_AT_ONCE)
        )
        seen = rows.all()
        done = (CopyState.STORED, CopyState.DISCARDED)
        pruned = [row.id for row in seen if row.state in done and row.updated_at < before and row.expires_at is None]
        await connection.execute(delete(copy).where(among(connection, copy.c.id, pruned)))
        if seen:
            self._copies_seen = seen[-1].id
        return len(seen)

    async def _bury_stray_copies(self, connection: Connection, now: datetime) -> int:
        """Copies for a storage that is not configured any more become dead letters, for someone to decide about."""
        known = await connection.execute(select(storage_state.c.storage))
        strays = sorted(set(known.scalars()) - set(self._storages))
        if not strays:
            return 0
        chosen = (
            select(copy.c.id)
            .where(QUEUED, copy.c.storage.in_(strays), copy.c.due_at < now - _GRACE)
            .order_by(copy.c.id)
            .limit(_AT_ONCE)
            .with_for_update(skip_locked=True)
        )
        ids = list((await connection.execute(chosen)).scalars())
        error = {"code": "storage.unknown", "message": "the configuration names this storage no longer"}
        burying = update(copy).where(among(connection, copy.c.id, ids))
        await connection.execute(burying.values(state=CopyState.DEAD, error=error, updated_at=now))
        return len(ids)

    async def _join_late(self, connection: Connection, now: datetime) -> int:
        await joining.join_late(connection, now)
        return 0

    async def _prune_names(self, connection: Connection, now: datetime) -> int:
        return await self._forget_names(connection, idempotency, now)

    async def _prune_entry_names(self, connection: Connection, now: datetime) -> int:
        return await self._forget_names(connection, entry_request, now)

    async def _let_go_of_deliveries(self, connection: Connection, now: datetime) -> int:
        return await outbox.let_go(connection, now, _AT_ONCE)

    async def _prune_deliveries(self, connection: Connection, now: datetime) -> int:
        return await outbox.prune(connection, now - self._finished, _AT_ONCE)

    async def _forget_names(self, connection: Connection, requests: Table, now: datetime) -> int:
        name = tuple_(requests.c.principal, requests.c.key)
        chosen = select(*name.clauses).where(requests.c.created_at < now - _NAMES_LAST).limit(_AT_ONCE)
        pruned = await connection.execute(delete(requests).where(name.in_(chosen)))
        return pruned.rowcount


async def _count(connection: Connection, runs: Counter[Any]) -> None:
    """Add runs to the summary, by day, chain and state; in one order, so that two who count never deadlock."""
    if not runs:
        return
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    adding = insert(run_summary)
    await connection.execute(
        adding.on_conflict_do_update(
            index_elements=["day", "chain", "state"], set_={"runs": run_summary.c.runs + adding.excluded.runs}
        ),
        [
            {"day": day, "chain": chain, "state": state, "runs": count}
            for (day, chain, state), count in sorted(runs.items())
        ],
    )
