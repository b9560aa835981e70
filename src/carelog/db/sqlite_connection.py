"""A connection to SQLite that crosses to its thread once for each statement.

aiosqlite crosses four times: to make a cursor, to execute, to fetch and to close. Each crossing costs about as much as
a small statement, and SQLAlchemy fetches all rows at once anyway. A transaction begins together with its first
statement; if there was none, nothing crosses at its end.
"""

import asyncio
import os
import sqlite3
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeVar

import aiosqlite

from carelog.db.lowered import teach_lower
from carelog.db.turns import WriteTurn

T = TypeVar("T")


BEGIN_WRITING: Final = "BEGIN IMMEDIATE"
"""The statement by which a transaction that writes begins."""


def connect(database: str, turn: WriteTurn | None = None, **options: Any) -> "OneHopConnection":
    """As `aiosqlite.connect`, for SQLAlchemy's `async_creator_fn`. With a `turn`, each transaction that writes waits
    for it."""
    path = Path(database)
    connection = OneHopConnection(partial(_open, path, **options), iter_chunk_size=64)
    connection.turn = turn
    connection._thread.daemon = True  # as in SQLAlchemy: a connection left open does not keep the process alive
    return connection


def _open(path: Path, **options: Any) -> sqlite3.Connection:
    """A file that does not exist yet is made readable by its owner alone; so are the files that SQLite puts beside
    it."""
    with suppress(OSError):  # it is there, or SQLite will say what is wrong
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    opened: sqlite3.Connection = sqlite3.connect(path, **options)
    teach_lower(opened)
    return opened


class OneHopConnection(aiosqlite.Connection):
    """An aiosqlite connection whose cursors are plain objects in the caller's thread."""

    turn: WriteTurn | None = None
    _begin_first = False
    # Also true where there may be one: a statement is under way, failed, or its task was cancelled.
    _in_transaction = False

    def begin_with_next(self) -> None:
        """Begin a transaction together with its first statement; a deferred one takes no lock before that anyway."""
        self._begin_first = True

    async def commit(self) -> None:
        await self._end(super().commit)
        if self.turn:
            self.turn.give_back()

    async def rollback(self) -> None:
        try:
            await self._end(super().rollback)
        finally:
            if self.turn:
                self.turn.give_back()

    def stop(self) -> asyncio.Future[Any] | None:
        """End the thread, after what it has in hand. This closes the connection of a task that was cancelled, which
        neither commits nor rolls back."""
        if self.turn:
            self._tx.put_nowait((None, self.turn.give_back))
        return super().stop()

    async def _end(self, how: Callable[[], Awaitable[None]]) -> None:
        self._begin_first = False
        if self._in_transaction:
            await how()
            self._in_transaction = False

    async def in_thread(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Run `work` on the connection in its thread, and return the result. `work` leaves no transaction open."""
        done: T = await self._execute(lambda: work(self._conn))  # type: ignore[no-untyped-call]
        return done

    def cursor(self) -> "OneHopCursor":  # type: ignore[override]
        return OneHopCursor(self)

    async def carry_out(self, operation: str, parameters: Any, *, many: bool) -> "Fetched":
        """Execute a statement in the thread, and bring back everything about its result."""
        begin, self._begin_first = self._begin_first, False
        self._in_transaction = True

        def work() -> tuple[Fetched, bool]:
            cursor = self._conn.cursor()
            try:
                if begin:
                    cursor.execute("BEGIN")
                elif self.turn and operation == BEGIN_WRITING:
                    self.turn.take()
                execute = cursor.executemany if many else cursor.execute
                execute(operation, parameters)
                rows = cursor.fetchall() if cursor.description else []
                return (cursor.description, rows, cursor.rowcount, cursor.lastrowid), self._conn.in_transaction
            finally:
                cursor.close()

        fetched: Fetched
        fetched, self._in_transaction = await self._execute(work)  # type: ignore[no-untyped-call]
        return fetched


Fetched = tuple[Any, list[Any], int, int | None]


class OneHopCursor:
    """What SQLAlchemy needs of an asynchronous cursor."""

    arraysize = 1

    def __init__(self, connection: OneHopConnection) -> None:
        self._connection = connection
        self._rows: list[Any] = []
        self.description: Any = None
        self.rowcount = -1
        self.lastrowid: int | None = None

    async def __aenter__(self) -> "OneHopCursor":
        return self

    async def execute(self, operation: str, parameters: Any = ()) -> "OneHopCursor":
        return await self._carry_out(operation, parameters, many=False)

    async def executemany(self, operation: str, parameters: Iterable[Any]) -> "OneHopCursor":
        return await self._carry_out(operation, parameters, many=True)

    async def _carry_out(self, operation: str, parameters: Any, *, many: bool) -> "OneHopCursor":
        fetched = await self._connection.carry_out(operation, parameters, many=many)
        self.description, self._rows, self.rowcount, self.lastrowid = fetched
        return self

    async def fetchall(self) -> list[Any]:
        rows, self._rows = self._rows, []
        return rows

    async def close(self) -> None:
        self._rows = []
