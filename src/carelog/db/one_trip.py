"""A transaction in one trip: all its statements are run where the driver is, with nothing waiting in between.

A statement that a task awaits costs some ten times what SQLAlchemy needs for it, and on SQLite also crosses to the
connection's thread and back. A batch has a dozen of them.
"""

import sqlite3
from collections.abc import Callable, Coroutine
from contextlib import nullcontext
from typing import Any, TypeAlias, TypeVar

from sqlalchemy import CursorResult, ScalarResult, create_engine, event
from sqlalchemy.engine import Connection as SyncConnection
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.pool import StaticPool

from carelog.db.sqlite_connection import BEGIN_WRITING, OneHopConnection

T = TypeVar("T")

Work: TypeAlias = Callable[[AsyncConnection], Coroutine[Any, Any, T]]

_PLAIN = "carelog_plain"


class DirectConnection(AsyncConnection):
    """Has the interface of a connection, on the driver's side: awaiting a statement returns its result at once."""

    async def execute(self, *given: Any, **options: Any) -> CursorResult[Any]:
        return self._proxied.execute(*given, **options)

    async def scalars(self, *given: Any, **options: Any) -> ScalarResult[Any]:
        return self._proxied.scalars(*given, **options)

    async def scalar(self, *given: Any, **options: Any) -> Any:
        return self._proxied.scalar(*given, **options)

    async def exec_driver_sql(self, *given: Any, **options: Any) -> CursorResult[Any]:
        return self._proxied.exec_driver_sql(*given, **options)

    async def run_sync(self, function: Callable[..., T], *given: Any, **named: Any) -> T:  # type: ignore[override]
        return function(self._proxied, *given, **named)


async def in_one_trip(connection: AsyncConnection, work: Work[T]) -> T:
    """Run `work` on this connection, on which nothing has been executed yet, and return its result. On SQLite the
    transaction is begun and committed too; on PostgreSQL the caller does that.

    Raises RuntimeError when `work` waits for anything but its statements; nothing of it is then committed.
    """
    if connection.dialect.name != "sqlite":
        return await connection.run_sync(lambda plain: _done(work(DirectConnection(connection.engine, plain))))
    raw = await connection.get_raw_connection()
    driver: Any = raw.driver_connection
    assert isinstance(driver, OneHopConnection)

    def transaction(file: sqlite3.Connection) -> T:
        if _PLAIN not in raw.info:
            raw.info[_PLAIN] = _plain_over(file)
        plain: SyncConnection = raw.info[_PLAIN]
        with driver.turn or nullcontext():
            try:
                with plain.begin():
                    return _done(work(DirectConnection(connection.engine, plain)))
            finally:
                if file.in_transaction:  # a commit that failed: SQLAlchemy takes it for the end all the same
                    file.rollback()

    return await driver.in_thread(transaction)


def _done(work: Coroutine[Any, Any, T]) -> T:
    try:
        work.send(None)
    except StopIteration as end:
        value: T = end.value
        return value
    work.close()
    raise RuntimeError("a transaction in one trip may wait for its statements alone")


def _plain_over(file: sqlite3.Connection) -> SyncConnection:
    """SQLAlchemy over a connection that is there already, to be used in its thread for as long as it is."""
    engine = create_engine(
        "sqlite://", creator=lambda: file, poolclass=StaticPool, pool_reset_on_return=None, hide_parameters=True
    )

    @event.listens_for(engine, "begin")
    def _begin(connection: SyncConnection) -> None:
        connection.exec_driver_sql(BEGIN_WRITING)

    return engine.connect()
