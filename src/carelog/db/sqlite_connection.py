"""A connection to SQLite that crosses to its thread once for each statement.

aiosqlite crosses four times: to make a cursor, to execute, to fetch and to close. Each crossing costs about as much
as a small statement does, and SQLAlchemy fetches all rows at once anyhow. A transaction begins on the way of its first
statement, and where none has begun, there is nothing to cross for at its end.
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
from carelog.db.turns import Turn

T = TypeVar("T")


BEGIN_WRITING: Final = "BEGIN IMMEDIATE"
"""The statement by which a transaction that writes begins."""


def connect(database: str, turn: Turn | None = None, **options: Any) -> "OneHopConnection":
    """As `aiosqlite.connect`, for SQLAlchemy's `async_creator_fn`. Its transactions that write each have their turn."""
    path = Path(database)
    connection = OneHopConnection(partial(_open, path, **options), iter_chunk_size=64)
    connection.turn = turn
    connection._thread.daemon = True  # as SQLAlchemy has it: a connection that is left open keeps no process alive
    return connection


def _open(path: Path, **options: Any) -> sqlite3.Connection:
    """A file that is not there yet is made for its owner alone, whoever may look into the folder; what SQLite puts
    beside it is as private as it is."""
    with suppress(OSError):  # it is there, or SQLite will say what is wrong
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    opened: sqlite3.Connection = sqlite3.connect(path, **options)
    teach_lower(opened)
    return opened


class OneHopConnection(aiosqlite.Connection):
    """An aiosqlite connection whose cursors are plain objects on this side of the thread."""

    turn: Turn | None = None
    _begin_first = False
    # Or there may be one: a statement is under way, or has failed, or the task that waited for it was cancelled.
    _in_transaction = False

    def begin_with_next(self) -> None:
        """Begin a transaction when its first statement is carried out: a deferred one takes nothing before."""
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
        """End the thread, after what it has in hand. The connection of who is cancelled in the middle is closed: they
        neither commit nor roll back."""
        if self.turn:
            self._tx.put_nowait((None, self.turn.give_back))
        return super().stop()

    async def _end(self, how: Callable[[], Awaitable[None]]) -> None:
        self._begin_first = False
        if self._in_transaction:
            await how()
            self._in_transaction = False

    async def in_thread(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """What `work` returns for the connection itself, on which it leaves no transaction open."""
        done: T = await self._execute(lambda: work(self._conn))  # type: ignore[no-untyped-call]
        return done

    def cursor(self) -> "OneHopCursor":  # type: ignore[override]
        return OneHopCursor(self)

    async def carry_out(self, operation: str, parameters: Any, *, many: bool) -> "Fetched":
        """Execute a statement in the thread, and bring back all that is to be known of it."""
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
    """What SQLAlchemy asks of an asynchronous cursor."""

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
