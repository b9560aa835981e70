"""One database: an engine to read with and one to write with.

On SQLite the writer is a single connection whose transactions begin IMMEDIATE, so that writers of one process
queue in Python, where waiting is free, and writers of other processes queue at the file lock. On PostgreSQL both
are the same pool.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import event, make_url, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from carelog.db.sqlite_connection import connect
from carelog.kit.errors import ConfigurationError

Connection = AsyncConnection

_BUSY_SECONDS = 30
_READERS = 5
_CACHE_KIB = 65_536
_LOG_PAGES = 8_000


class Database:
    """Opened with a URL such as 'sqlite:///path/to/file.db' or 'postgresql://user@host/name'."""

    def __init__(self, url: str) -> None:
        self.url = _async_url(url)
        self.dialect = self.url.get_backend_name()
        if self.dialect == "sqlite":
            self._reader = _sqlite_engine(self.url, begin="BEGIN", size=_READERS)
            self._writer = _sqlite_engine(self.url, begin="BEGIN IMMEDIATE", size=1)
        else:
            self._reader = self._writer = create_async_engine(
                self.url, pool_size=10, pool_pre_ping=True, hide_parameters=True
            )

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Connection]:
        """A transaction for reading: one consistent snapshot on SQLite."""
        async with self._reader.connect() as connection:
            yield connection

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Connection]:
        """A transaction for writing: committed, to disk, when the block ends; rolled back when it raises."""
        async with self._writer.begin() as connection:
            yield connection

    async def ping(self) -> None:
        """Raise whatever the driver raises when the database does not answer."""
        async with self.read() as connection:
            await connection.execute(text("SELECT 1"))

    async def close(self) -> None:
        await self._reader.dispose()
        await self._writer.dispose()

    @property
    def label(self) -> str:
        """What may be shown of the URL: no password, no user."""
        if self.dialect == "sqlite":
            return f"sqlite:{self.url.database}"
        return f"{self.dialect}://{self.url.host or ''}/{self.url.database or ''}"


def _async_url(url: str) -> URL:
    try:
        parsed = make_url(url)
        backend = parsed.get_backend_name()
    except (ArgumentError, SQLAlchemyError):
        raise ConfigurationError("a database URL cannot be read") from None
    if backend == "sqlite":
        if not parsed.database or parsed.database == ":memory:":
            raise ConfigurationError("a SQLite database needs a file: what is accepted must survive a restart")
        return parsed.set(drivername="sqlite+aiosqlite")
    if backend in ("postgresql", "postgres"):
        return parsed.set(drivername="postgresql+asyncpg")
    raise ConfigurationError("a database URL must begin with sqlite: or postgresql:")


def _sqlite_engine(url: URL, *, begin: str, size: int) -> AsyncEngine:
    Path(str(url.database)).parent.mkdir(parents=True, exist_ok=True)
    engine = create_async_engine(
        url,
        pool_size=size,
        max_overflow=0,
        hide_parameters=True,
        pool_timeout=_BUSY_SECONDS * 4,
        connect_args={
            "timeout": _BUSY_SECONDS,
            "isolation_level": None,
            "check_same_thread": False,
            "async_creator_fn": connect,
        },
    )

    @event.listens_for(engine.sync_engine, "connect")
    def _configure(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        # FULL: a commit is on disk, not only in the operating system's memory, before anyone is told so. A batch fills
        # some thousand pages: with SQLite's own limits each would be moved from the log into the file at once, and the
        # pages of the indexes read again for the next.
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "temp_store=MEMORY",
            f"cache_size=-{_CACHE_KIB}",
            f"wal_autocheckpoint={_LOG_PAGES}",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def _begin(connection: Any) -> None:
        connection.exec_driver_sql(begin)

    return engine
