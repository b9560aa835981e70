"""Runs a command's coroutine over an opened Carelog."""

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from carelog.app import Carelog, open_carelog
from carelog.cli.logs import configure_logs
from carelog.kit.errors import ConfigurationError
from carelog.settings import Settings, load_settings

T = TypeVar("T")


def with_carelog(work: Callable[[Carelog], Awaitable[T]]) -> T:
    """Open Carelog with the settings in force, do the work, close it. Raises what `opened` raises."""
    settings = load_settings()
    configure_logs("ERROR")  # a command tells itself what became of its work

    async def whole() -> T:
        async with opened(settings) as carelog:
            return await work(carelog)

    return run_loop(whole())


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Carelog]:
    """An open Carelog. Raises ConfigurationError, also when a database cannot be used, then or later."""
    try:
        async with open_carelog(settings) as carelog:
            yield carelog
    except Exception as error:
        if not _of_a_database(error):
            raise
        raise ConfigurationError(f"a database cannot be used: {_trouble(error)} ({_stores(settings)})") from error


def _of_a_database(error: Exception) -> bool:
    """A broken pipe is of whoever reads our output; the driver for PostgreSQL need not be installed."""
    if isinstance(error, SQLAlchemyError) or type(error).__module__.startswith("asyncpg."):
        return True
    return isinstance(error, OSError) and not isinstance(error, BrokenPipeError)


def _trouble(error: Exception) -> str:
    """What SQLite says names tables and columns at the most; PostgreSQL may quote the data that it refuses."""
    cause = error.orig if isinstance(error, DBAPIError) and error.orig else error
    if type(cause).__module__ == "sqlite3":
        return str(cause)
    told = cause.strerror if isinstance(cause, OSError) else None
    return told or type(cause).__name__


def _stores(settings: Settings) -> str:
    embedded = settings.database_url is None and settings.auth_database_url is None
    return f"in {settings.data_dir}" if embedded else "see CARELOG_DATABASE_URL and CARELOG_AUTH_DATABASE_URL"


def run_loop(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end, on uvloop where there is one."""
    if sys.platform == "win32":
        return asyncio.run(work)
    import uvloop

    result: T = uvloop.run(work)
    return result
