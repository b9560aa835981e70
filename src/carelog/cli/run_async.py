"""Runs a command's coroutine over an opened Carelog."""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

from carelog.app import Carelog, open_carelog
from carelog.cli.logs import configure_logs
from carelog.settings import load_settings

T = TypeVar("T")


def with_carelog(work: Callable[[Carelog], Awaitable[T]], **settings: Any) -> T:
    """Open Carelog with the settings in force (those given here count more), do the work, close it."""
    configured = load_settings(**settings)
    configure_logs("WARNING")

    async def opened() -> T:
        async with open_carelog(configured) as carelog:
            return await work(carelog)

    return run_loop(opened())


def run_loop(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end, on uvloop where there is one."""
    if sys.platform == "win32":
        return asyncio.run(work)
    import uvloop

    result: T = uvloop.run(work)
    return result
