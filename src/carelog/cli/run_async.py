"""Runs a command's coroutine over an opened Carelog."""

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from carelog.app import Carelog, open_carelog
from carelog.cli.logs import configure_logs
from carelog.identity.looks import Asked
from carelog.kit.errors import ConfigurationError
from carelog.settings import Settings, load_settings

T = TypeVar("T")

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


def run_loop(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end, on uvloop where there is one."""
    if sys.platform == "win32":
        return asyncio.run(work)
    import uvloop

    result: T = uvloop.run(work)
    return result
