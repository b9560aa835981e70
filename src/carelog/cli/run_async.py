"""Running a command's coroutine over an open Carelog."""

import logging
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from threading import Timer
from typing import Any, Final, TypeVar

import uvloop
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from carelog.app import Carelog, open_carelog
from carelog.cli.data_folder import missing_databases, tell_of_new, tell_open_to_others
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
    """Open Carelog with the settings in force, do the work, close it. The audit trail tells what the operator sees and
    changes under the name of the command, taken from the module of `work`. What is amiss with the data folder is told,
    unless the work is the doctor's, who tells it anyway. Raises what `opened` raises."""
    command = work.__module__.rpartition(".")[2].replace("_", "-")
    settings = load_settings()
    configure_logs("ERROR")  # the command prints what became of its work
    missing = missing_databases(settings)

    async def whole() -> T:
        async with opened(settings) as carelog:
            tell_of_new(missing)
            if command != "doctor":
                tell_open_to_others(settings)
            carelog.operator.looks.asked = Asked(operation=f"carelog {command}")
            return await work(carelog)

    return run_loop(whole())


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Carelog]:
    """An open Carelog. Raises ConfigurationError when a database cannot be used, at the opening or later."""
    try:
        async with open_carelog(settings) as carelog:
            yield carelog
    except Exception as error:
        if not is_of_a_database(error):
            raise
        raise ConfigurationError(f"a database cannot be used: {_trouble(error)} ({_stores(settings)})") from error


def is_of_a_database(error: Exception) -> bool:
    """Whether a database, or the way to it, is at fault. A broken pipe is not: that is whoever reads our output."""
    if isinstance(error, SQLAlchemyError) or type(error).__module__.startswith("asyncpg."):
        return True
    return isinstance(error, OSError) and not isinstance(error, BrokenPipeError)


def _trouble(error: Exception) -> str:
    """What may be printed of it. SQLite names tables and columns at most. PostgreSQL's messages may quote data, except
    those about the connection."""
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
    """Run a coroutine to its end, on uvloop.

    Threads that are still at work then have `patience` seconds, after which the process ends anyway: closing the loop
    would wait for them, and reading a very long text may take minutes, for a run that is back in the queue by then.
    """
    ended = _Ended(patience)
    try:
        result: T = uvloop.run(ended.after(work))
        return result
    finally:
        ended.cancel()


class _Ended:
    """Ends the process some time after its work is done, unless it has ended by itself."""

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
