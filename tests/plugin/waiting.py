"""Waiting for what will be so: a deadline that is never reached, and no sleep that has to be long enough."""

import asyncio
import inspect
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from carelog.app import Carelog
from carelog.identity import operator
from carelog.pipeline.run import RunState

_SECONDS = 30


async def until(condition: Callable[[], bool | Awaitable[bool]], *, seconds: float = _SECONDS) -> None:
    async with asyncio.timeout(seconds):
        while True:
            met = condition()
            if await met if inspect.isawaitable(met) else met:
                return
            await asyncio.sleep(0.01)


async def finished(carelog: Carelog, count: int) -> None:
    """Until as many runs are finished."""

    async def enough() -> bool:
        return (await carelog.runs.counts(operator())).get(RunState.FINISHED, 0) >= count

    await until(enough)


@asynccontextmanager
async def working(carelog: Carelog) -> AsyncIterator[None]:
    """Its worker works while the block runs."""
    task = asyncio.create_task(carelog.worker.run())
    try:
        yield
    finally:
        carelog.worker.stop()
        await asyncio.wait_for(task, _SECONDS)
