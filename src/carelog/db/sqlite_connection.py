"""A connection to SQLite that crosses to its thread once for each statement.

aiosqlite crosses four times: to make a cursor, to execute, to fetch and to close. Each crossing costs about as much
as a small statement does, and SQLAlchemy fetches all rows at once anyhow.
"""

import sqlite3
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Any

import aiosqlite


def connect(database: str, **options: Any) -> "OneHopConnection":
    """As `aiosqlite.connect`, for SQLAlchemy's `async_creator_fn`."""
    connection = OneHopConnection(partial(sqlite3.connect, str(Path(database)), **options), iter_chunk_size=64)
    connection._thread.daemon = True  # as SQLAlchemy has it: a connection that is left open keeps no process alive
    return connection


class OneHopConnection(aiosqlite.Connection):
    """An aiosqlite connection whose cursors are plain objects on this side of the thread."""

    def cursor(self) -> "OneHopCursor":  # type: ignore[override]
        return OneHopCursor(self)

    async def carry_out(self, operation: str, parameters: Any, *, many: bool) -> "Fetched":
        """Execute a statement in the thread, and bring back all that is to be known of it."""

        def work() -> Fetched:
            cursor = self._conn.cursor()
            try:
                execute = cursor.executemany if many else cursor.execute
                execute(operation, parameters)
                rows = cursor.fetchall() if cursor.description else []
                return cursor.description, rows, cursor.rowcount, cursor.lastrowid
            finally:
                cursor.close()

        fetched: Fetched = await self._execute(work)  # type: ignore[no-untyped-call]
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
