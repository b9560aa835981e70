"""Runs a command's coroutine over an opened Carelog."""

import asyncio
import logging
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from threading import Timer
from typing import Any, Final, TypeVar

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from carelog.app import Carelog, open_carelog
from carelog.cli.logs import configure_logs
from carelog.identity.looks import Asked
from carelog.kit.errors import ConfigurationError
from carelog.settings import Settings, load_settings

T = TypeVar("T")

log = logging.getLogger(__name__)

_THREADS_SECONDS: Final = 5.0

# SQLSTATE classes (PostgreSQL, appendix A): connection, authorization, no such database, resources, operator's doing.
_CONNECTION_CLASSES = ("08", "28", "3D", "53", "57")


def with_carelog(work: Callable[[Carelog], Awaitable[T]]) -> T:
    """Open Carelog with the settings in force, do the work, close it. What its operator sees and changes is then in the
    audit trail, by the name of the command, which is that of the work's module. Raises what `opened` raises."""
    command = work.__module__.rpartition(".")[2].replace("_", "-")
    settings = load_settings()
    configure_logs("ERROR")  # a command tells itself what became of its work

    async def whole() -> T:
        async with opened(settings) as carelog:
            carelog.operator.looks.asked = Asked(operation=f"carelog {command}")
            return await work(carelog)

    return run_loop(whole())


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Carelog]:
    """An open Carelog. Raises ConfigurationError, also when a database cannot be used, then or later."""
    try:
        async with open_carelog(settings) as carelog:
            yield carelog
    except Exception as error:
        if not is_of_a_database(error):
            raise
        raise ConfigurationError(f"a database cannot be used: {_trouble(error)} ({_stores(settings)})") from error


def is_of_a_database(error: Exception) -> bool:
    """A broken pipe is of whoever reads our output; the driver for PostgreSQL need not be installed."""
    if isinstance(error, SQLAlchemyError) or type(error).__module__.startswith("asyncpg."):
        return True
    return isinstance(error, OSError) and not isinstance(error, BrokenPipeError)


def _trouble(error: Exception) -> str:
    """What may be told of it. SQLite's messages name tables and columns at the most; PostgreSQL's may quote the data
    that it refuses, but not where they are of the connection."""
    cause = error.orig if isinstance(error, DBAPIError) and error.orig else error
    if type(cause).__module__ == "sqlite3":
        return str(cause)
    if isinstance(cause, OSError) and cause.strerror:
        return cause.strerror
    reason = cause.__cause__ or cause
    if str(getattr(reason, "sqlstate", None))[:2] in _CONNECTION_CLASSES:
        return str(reason)
    return type(reason).__name__


def _stores(settings: Settings) -> str:
    embedded = settings.database_url is None and settings.auth_database_url is None
    return f"in {settings.data_dir}" if embedded else "see CARELOG_DATABASE_URL and CARELOG_AUTH_DATABASE_URL"


def run_loop(work: Coroutine[Any, Any, T], *, patience: float = _THREADS_SECONDS) -> T:
    """Run a coroutine to its end, on uvloop where there is one.

    Threads that it left behind have so many seconds more. A loop waits for them when it closes, and one that reads a
    very long text may take minutes, for a run that has gone back to the queue by then.
    """
    ended = _Ended(patience)
    try:
        return _run(ended.after(work))
    finally:
        ended.cancel()


def _run(work: Coroutine[Any, Any, T]) -> T:
    if sys.platform == "win32":
        return asyncio.run(work)
    import uvloop

    result: T = uvloop.run(work)
    return result


class _Ended:
    """Ends the process some time after its work has ended, unless it does so by itself."""

    def __init__(self, seconds: float) -> None:
        self._timer = Timer(seconds, self._exit)
        self._timer.daemon = True
        self._failed = True

    async def after(self, work: Coroutine[Any, Any, T]) -> T:
        try:
            result = await work
            self._failed = False
            return result
        finally:
            self._timer.start()

    def cancel(self) -> None:
        self._timer.cancel()

    def _exit(self) -> None:
        log.warning("ended while a thread was still at work")
        for stream in (sys.stdout, sys.stderr):
            with suppress(OSError, ValueError):
                stream.flush()
        os._exit(int(self._failed))
