"""Dispatch by the ledger on PostgreSQL: LISTEN and NOTIFY wake the workers of other processes."""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any, Final

from sqlalchemy import NullPool, String, bindparam, func, select
from sqlalchemy.ext.asyncio import create_async_engine

from carelog.db import Database
from carelog.kit.ids import new_id
from carelog.pipeline.dispatch.background import Background
from carelog.pipeline.dispatch.base import Dispatch
from carelog.pipeline.run import Run

log = logging.getLogger(__name__)

CHANNEL: Final = "carelog_runs"

# What a crash makes forgotten need not be on disk before it is sent.
_NOTIFY: Final = select(
    func.set_config("synchronous_commit", "off", True), func.pg_notify(CHANNEL, bindparam("sender", type_=String))
)

_SEND_SECONDS: Final = 5.0
_CHECK_SECONDS: Final = 30.0
_LONGEST_PAUSE: Final = 30.0


class NotifyDispatch(Dispatch):
    """Notifications are sent after the commit, not in it: a transaction that notifies holds up all others that do
    while it commits. They carry the sender's name, and no run."""

    def __init__(self, database: Database) -> None:
        super().__init__()
        self._database = database
        self._name = str(new_id())
        self._notifying: Background[None] = Background(
            self._notify, lambda: None, to="LISTEN/NOTIFY", seconds=_SEND_SECONDS
        )

    def announce(self, runs: Sequence[Run]) -> None:
        super().announce(runs)
        if runs:
            self._notifying.add([None])

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        listener = asyncio.create_task(self._keep_listening())
        try:
            yield
        finally:
            listener.cancel()
            await asyncio.gather(listener, return_exceptions=True)

    async def close(self) -> None:
        await self._notifying.close()

    async def _notify(self, _: Sequence[None]) -> None:
        await self._database.rows(_NOTIFY, {"sender": self._name})

    async def _keep_listening(self) -> None:
        """Hold a connection that listens, and another one when it breaks; workers look in by themselves meanwhile."""
        troubles = 0
        while True:
            try:
                async with self._listener() as lost:
                    if troubles:
                        log.info("the database notifies again")
                    troubles = 0
                    self.wake()  # for what was announced while nobody listened
                    await lost.wait()
            except Exception as error:  # noqa: BLE001
                if not troubles:
                    log.warning("the database does not notify", extra={"error": type(error).__name__})
            troubles += 1
            await asyncio.sleep(min(_LONGEST_PAUSE, 0.1 * 2**troubles))

    @asynccontextmanager
    async def _listener(self) -> AsyncIterator[asyncio.Event]:
        """Listens while the block runs. The event is set once the connection is lost."""
        lost = asyncio.Event()
        engine = create_async_engine(self._database.url, poolclass=NullPool, hide_parameters=True)
        async with engine.connect() as connection:
            driver: Any = (await connection.get_raw_connection()).driver_connection
            driver.add_termination_listener(lambda _: lost.set())
            await driver.add_listener(CHANNEL, self._hear)
            checking = asyncio.create_task(self._check(driver, lost))
            try:
                yield lost
            finally:
                checking.cancel()
                await asyncio.gather(checking, return_exceptions=True)
                if lost.is_set():
                    await connection.invalidate()
                else:
                    with suppress(Exception):
                        await driver.remove_listener(CHANNEL, self._hear)

    def _hear(self, _connection: object, _pid: int, _channel: str, sender: object) -> None:
        if sender != self._name:
            self.wake()

    async def _check(self, driver: Any, lost: asyncio.Event) -> None:
        """A connection that was cut without a word is found out by asking now and then."""
        try:
            while True:
                await asyncio.sleep(_CHECK_SECONDS)
                await driver.fetchval("SELECT 1", timeout=_CHECK_SECONDS)
        except Exception:  # noqa: BLE001
            lost.set()
