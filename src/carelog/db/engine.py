"""One database: an engine to read with and one to write with.

On SQLite the writer is a single connection whose transactions begin IMMEDIATE, so that the writers of one process queue
in Python, where waiting is cheap; several processes take turns. On PostgreSQL both are the same pool.
"""

import asyncio
import errno
import os
import sqlite3
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from functools import partial
from pathlib import Path
from shutil import disk_usage
from time import monotonic
from typing import Any, Final, TypeVar

from sqlalchemy import Row, Select, event, make_url, text
from sqlalchemy.engine import URL, Dialect
from sqlalchemy.exc import ArgumentError, DisconnectionError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.util.concurrency import await_only, greenlet_spawn

from carelog.db.halted import APPLICATION, end_halted
from carelog.db.one_trip import Work, in_one_trip
from carelog.db.sqlite_connection import BEGIN_WRITING, connect
from carelog.db.sqlite_version import SqliteVersion
from carelog.db.turns import WriteTurn
from carelog.kit.errors import ConfigurationError
from carelog.kit.wakeup import Wakeup

Connection = AsyncConnection

T = TypeVar("T")

_BUSY_SECONDS = 30
_READERS = 5
_POOL = 10
_CACHE_KIB = 65_536
_LOG_PAGES = 8_000
_COMMITS = 40
_LOG_WAITS_MS = 200
_LOG_TRIES = 10
_ROOM = 1 << 20  # bytes; a batch of conversations takes as much
_HALTED_SECONDS = 10
_IDLE_SECONDS = 3600.0
_MOMENT_SECONDS = 0.005
_TRUSTED_SECONDS: Final = 1.0
_AT_LEISURE: Final = text("SET LOCAL idle_in_transaction_session_timeout = '5min'")
_ALONE: Final = "carelog_alone"


class Database:
    """Opened with a URL such as 'sqlite:///path/to/file.db' or 'postgresql://user@host/name'.

    On PostgreSQL a transaction that stands still for `idle_seconds` is rolled back: a process that was halted, or a
    machine that is gone, does not keep its rows locked.
    """

    def __init__(self, url: str, *, idle_seconds: float = _HALTED_SECONDS) -> None:
        self.url = driver_url(url)
        self.dialect = self.url.get_backend_name()
        self._idle_seconds = idle_seconds
        self._commits = 0
        self._many_commits = Wakeup()
        if self.dialect == "sqlite":
            self._reader = _sqlite_engine(self.url, size=_READERS)
            self._turn: WriteTurn | None = WriteTurn(Path(str(self.url.database)), _BUSY_SECONDS)
            self._writer = _sqlite_engine(self.url, size=1, turn=self._turn)
            alone = self._reader.execution_options(**{_ALONE: True})
            self._version: SqliteVersion | None = SqliteVersion(str(self.url.database))
            self._rows_turn: asyncio.Lock | None = asyncio.Lock()
        else:
            self._reader = self._writer = _postgres_engine(self.url, idle_seconds)
            alone = self._reader.execution_options(isolation_level="AUTOCOMMIT")
            self._turn = self._version = self._rows_turn = None
        self._alone = alone.sync_engine

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Connection]:
        """A transaction for reading: one consistent snapshot on SQLite."""
        async with self._reader.connect() as connection:
            yield connection

    @asynccontextmanager
    async def by_turns(self) -> AsyncIterator[None]:
        """Let one caller of this process do this at a time: for queries over many rows. On SQLite each row is fetched
        under the interpreter's lock, and two such queries would wait for each other at every row. On PostgreSQL, where
        the server does the work, nobody waits."""
        if self._rows_turn is None:
            yield
        else:
            async with self._rows_turn:
                yield

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[Connection]:
        """A transaction for reading whose queries all see the same state, on PostgreSQL too. It locks nothing, and is
        for long reads that are rare."""
        async with self._reader.connect() as connection:
            if self.dialect == "postgresql":
                await connection.execution_options(isolation_level="REPEATABLE READ")
                await connection.execute(_AT_LEISURE)
            yield connection

    async def rows(
        self, statement: Select[Any], parameters: Mapping[str, Any] | None = None
    ) -> Sequence[Row[*tuple[Any, ...]]]:
        """The rows of one query, in one trip and without a transaction, which a single query does not need. For a small
        query, that is most of the cost."""

        def fetch() -> Sequence[Row[*tuple[Any, ...]]]:
            with self._alone.connect() as connection:
                return connection.execute(statement, parameters).all()

        return await greenlet_spawn(fetch)

    def version(self) -> int | None:
        """A number that changes with every commit of any process: what was read at the same number still holds. None
        where the number costs more than reading again."""
        return self._version.now() if self._version else None

    @asynccontextmanager
    async def write(self, *, at_leisure: bool = False) -> AsyncIterator[Connection]:
        """A transaction for writing: committed to disk when the block ends, rolled back when it raises. With
        `at_leisure`, the block may take long between its statements."""
        async with self._writer.begin() as connection:
            if at_leisure and self.dialect == "postgresql":
                await connection.execute(_AT_LEISURE)
            yield connection
        self._count_commit()

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """On SQLite, wait until no other process writes, for a transaction that is begun in the block: it can then hold
        all that came meanwhile. A hint, which decides nothing: the transaction itself waits as well."""
        if self._turn is None:
            yield
            return
        await self._turn.come()
        try:
            yield
        except BaseException:
            self._turn.give_back()  # which a transaction that had begun has done
            raise

    async def transact(self, work: Work[T]) -> T:
        """A transaction for `work`, which gets the connection and awaits nothing but its statements: for what is done
        so often that each trip to the database counts. Returns what `work` returns, once that is committed.

        Raises RuntimeError when `work` waits for anything else; nothing is then committed.
        """
        if self.dialect == "sqlite":
            async with self._writer.connect() as connection:
                done = await in_one_trip(connection, work)
        else:
            async with self._writer.begin() as connection:
                done = await in_one_trip(connection, work)
        self._count_commit()
        return done

    async def keep_log_short(self) -> None:
        """Move what is committed from SQLite's log into the file, again and again, until this is cancelled. Otherwise
        the commit that fills the log would do it, which takes several times as long, and all who share that commit
        wait."""
        while self.dialect == "sqlite":
            if await self._many_commits.wait(_IDLE_SECONDS):
                with suppress(SQLAlchemyError, sqlite3.Error):  # what is left in the log is safe there
                    async with self._reader.connect() as connection:
                        raw: Any = (await connection.get_raw_connection()).driver_connection
                        await raw.in_thread(lambda file: file.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone())

    async def empty_log(self) -> bool:
        """Move everything committed from SQLite's log into the file, and empty the log, where deleted data stands until
        then. False if somebody reads an older state all the while."""
        if self.dialect != "sqlite":
            return True
        async with self._reader.connect() as connection:
            raw: Any = (await connection.get_raw_connection()).driver_connection
            return bool(await raw.in_thread(_emptied))

    async def end_halted(self) -> None:
        """On PostgreSQL, end the transactions of Carelog whose process stands still in the middle of a statement, until
        this is cancelled. It has a connection of its own, since all others may be waiting for those locks."""
        if self.dialect == "postgresql":
            engine = _postgres_engine(self.url, self._idle_seconds, size=1)
            try:
                await end_halted(engine, self._idle_seconds)
            finally:
                await engine.dispose()

    def _count_commit(self) -> None:
        self._commits += 1
        if self._commits >= _COMMITS:
            self._commits = 0
            self._many_commits.wake()

    async def ping(self) -> None:
        """Raise what the driver raises when the database does not answer, and OSError when a SQLite file cannot
        grow."""
        async with self.read() as connection:
            await connection.execute(text("SELECT 1"))
        if self.dialect == "sqlite" and disk_usage(Path(str(self.url.database)).parent).free < _ROOM:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    async def close(self) -> None:
        if self._version:
            self._version.close()
        await self._reader.dispose()
        await self._writer.dispose()
        if self._turn:
            self._turn.close()

    @property
    def label(self) -> str:
        """What may be shown of the URL: no password, no user."""
        if self.dialect == "sqlite":
            return f"sqlite:{self.url.database}"
        port = f":{self.url.port}" if self.url.port else ""
        return f"{self.dialect}://{self.url.host or ''}{port}/{self.url.database or ''}"


def driver_url(url: str) -> URL:
    """The URL with the driver that is used here. Raises ConfigurationError, which does not repeat it."""
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


def _sqlite_engine(url: URL, *, size: int, turn: WriteTurn | None = None) -> AsyncEngine:
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
            "async_creator_fn": partial(connect, turn=turn),
        },
    )

    @event.listens_for(engine.sync_engine, "connect")
    def _configure(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        # FULL: a commit is on disk, not only in the operating system's memory, before anyone is told so. A batch fills
        # some thousand pages: with SQLite's own limits each would be moved from the log into the file at once, and the
        # pages of the indexes read again for the next.
        _write_ahead(cursor)
        for pragma in (
            "synchronous=FULL",
            "foreign_keys=ON",
            "temp_store=MEMORY",
            # What is erased is overwritten, whatever the library was built to do.
            "secure_delete=ON",
            f"cache_size=-{_CACHE_KIB}",
            f"wal_autocheckpoint={_LOG_PAGES}",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def _begin(connection: Any) -> None:
        if turn:
            connection.exec_driver_sql(BEGIN_WRITING)
        elif _ALONE not in connection.get_execution_options():
            connection.connection.driver_connection.begin_with_next()

    return engine


def _emptied(file: sqlite3.Connection) -> bool:
    """Writers wait while this waits for readers, so it waits only a moment at a time."""
    file.execute(f"PRAGMA busy_timeout={_LOG_WAITS_MS}")
    try:
        for _ in range(_LOG_TRIES):
            busy, _, _ = file.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            if not busy:
                return True
        return False
    finally:
        file.execute(f"PRAGMA busy_timeout={_BUSY_SECONDS * 1000}")


def _write_ahead(cursor: Any) -> None:
    """Switch the file to a write-ahead log. SQLite waits for locks elsewhere, but fails at once when several processes
    do this at the same time, as at a first start."""
    given_up = monotonic() + _BUSY_SECONDS
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or monotonic() > given_up:
                raise
            await_only(asyncio.sleep(_MOMENT_SECONDS))
        else:
            return


def _postgres_engine(url: URL, idle_seconds: float, *, size: int = _POOL) -> AsyncEngine:
    """Its pool checks a connection before use only if it was idle for a while. To check each time, as SQLAlchemy can,
    takes longer than a small query."""
    engine = create_async_engine(url, pool_size=size, hide_parameters=True)
    dialect: Dialect = engine.sync_engine.dialect
    # By a statement: a connection pooler in between refuses what it does not know among a session's parameters.
    session = (
        f"SELECT set_config('idle_in_transaction_session_timeout', '{round(idle_seconds * 1000)}', false),"
        f" set_config('application_name', '{APPLICATION}', false)"
    )

    @event.listens_for(engine.sync_engine, "connect")
    def _configure(connection: Any, _record: Any) -> None:
        # By the adapter, whose errors SQLAlchemy knows; and in no transaction, whose end would undo it.
        connection.autocommit = True
        cursor = connection.cursor()
        cursor.execute(session)
        cursor.close()
        connection.autocommit = False

    @event.listens_for(engine.sync_engine, "checkin")
    def _laid_down(_connection: Any, record: Any) -> None:
        record.info["laid_down"] = monotonic()

    @event.listens_for(engine.sync_engine, "checkout")
    def _taken_up(connection: Any, record: Any, _proxy: Any) -> None:
        idle = monotonic() - record.info.get("laid_down", monotonic())
        if connection.driver_connection.is_closed() or (idle > _TRUSTED_SECONDS and not _answers(dialect, connection)):
            raise DisconnectionError  # by which the pool knows to connect anew

    return engine


def _answers(dialect: Dialect, connection: Any) -> bool:
    try:
        return dialect.do_ping(connection)
    except dialect.loaded_dbapi.Error as error:
        if dialect.is_disconnect(error, connection, None):
            return False
        raise
