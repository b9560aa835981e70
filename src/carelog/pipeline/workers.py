"""The worker processes, as they last said of themselves (table `worker`): for whoever watches, and for nothing else."""

import asyncio
import logging
import os
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Protocol
from uuid import UUID

from sqlalchemy import delete, insert, select, update

from carelog.db import Connection, Database
from carelog.kit.beside import beside
from carelog.kit.clock import Clock
from carelog.kit.ids import new_id
from carelog.pipeline.tables import worker as table

log = logging.getLogger(__name__)

BEAT_SECONDS: Final = 3.0
FORGOTTEN_AFTER: Final = timedelta(minutes=10)


class WorkerState(StrEnum):
    WORKING = "working"
    IDLE = "idle"
    DRAINING = "draining"


class Counting(Protocol):
    """What a worker tells of itself: runs in hand now, and since it started runs `done` and attempts that `failed`."""

    @property
    def in_hand(self) -> int: ...
    @property
    def done(self) -> int: ...
    @property
    def failed(self) -> int: ...


@dataclass(frozen=True, slots=True)
class WorkerRow:
    """One worker process at `seen_at`."""

    id: UUID
    host: str
    pid: int
    state: WorkerState
    in_hand: int
    done: int
    failed: int
    started_at: datetime
    seen_at: datetime


async def beat(connection: Connection, row: WorkerRow) -> None:
    """Write down how a worker does, whether or not it is known, and forget those that were not seen for long."""
    values = {name: getattr(row, name) for name in WorkerRow.__slots__} | {"state": str(row.state)}
    known = await connection.execute(update(table).where(table.c.id == row.id).values(values))
    if not known.rowcount:
        await connection.execute(insert(table).values(values))
    await connection.execute(delete(table).where(table.c.seen_at < row.seen_at - FORGOTTEN_AFTER))


async def forget(connection: Connection, worker: UUID) -> None:
    """A worker that ended in good order is not shown any more."""
    await connection.execute(delete(table).where(table.c.id == worker))


async def listed(connection: Connection, now: datetime) -> list[WorkerRow]:
    """The workers that were seen of late, the longest at work first."""
    rows = await connection.execute(
        select(table).where(table.c.seen_at >= now - FORGOTTEN_AFTER).order_by(table.c.started_at, table.c.id)
    )
    return [WorkerRow(**{**row._mapping, "state": WorkerState(row.state)}) for row in rows]


class Presence:
    """Keeps a worker's row while it works."""

    def __init__(self, database: Database, worker: Counting, clock: Clock) -> None:
        self._database = database
        self._worker = worker
        self._clock = clock
        self._id = new_id()
        self._started_at = clock.now()
        self._draining = asyncio.Event()

    def drains(self) -> None:
        """From now on the worker only ends what it has in hand."""
        self._draining.set()

    @asynccontextmanager
    async def kept(self) -> AsyncIterator[None]:
        """The row is there while the block runs, and gone after it."""
        await self._beat()
        try:
            async with beside(self._keep_beating()):
                yield
        finally:
            await self._write(lambda connection: forget(connection, self._id))

    async def _keep_beating(self) -> None:
        while not self._draining.is_set():
            with suppress(TimeoutError):
                async with asyncio.timeout(BEAT_SECONDS):
                    await self._draining.wait()
            await self._beat()
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            await self._beat()

    async def _beat(self) -> None:
        in_hand = self._worker.in_hand
        busy = WorkerState.WORKING if in_hand else WorkerState.IDLE
        row = WorkerRow(
            id=self._id,
            host=socket.gethostname()[:255],
            pid=os.getpid(),
            state=WorkerState.DRAINING if self._draining.is_set() else busy,
            in_hand=in_hand,
            done=self._worker.done,
            failed=self._worker.failed,
            started_at=self._started_at,
            seen_at=self._clock.now(),
        )
        await self._write(lambda connection: beat(connection, row))

    async def _write(self, change: Callable[[Connection], Awaitable[None]]) -> None:
        try:
            async with self._database.write() as connection:
                await change(connection)
        except Exception as error:  # noqa: BLE001
            # Whatever a driver raises: who works must not be held up by telling of it, and another beat comes.
            log.warning("a worker could not be written down", extra={"error": type(error).__name__})
