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
    except SQLAlchemyError as error:
        raise ConfigurationError(f"a database cannot be used: {_trouble(error)} ({_stores(settings)})") from error
    except ConnectionError as error:
        raise ConfigurationError(f"a database does not answer: {error.strerror} ({_stores(settings)})") from error


def _trouble(error: SQLAlchemyError) -> str:
    """What SQLite says names tables and columns at the most; other drivers quote the data that they refuse."""
    original = error.orig if isinstance(error, DBAPIError) else None
    if type(original).__module__ == "sqlite3":
        return str(original)
    return type(original or error).__name__


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
