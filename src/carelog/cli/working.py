"""Working: a worker, what it shows of itself, and its end within a limit."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from carelog.app import Carelog
from carelog.pipeline.workers import Presence


@asynccontextmanager
async def working(carelog: Carelog) -> AsyncIterator["asyncio.Task[None]"]:
    """A worker beside the block. After the block it finishes the batches in hand; what takes longer than
    `drain_seconds` is cancelled, and its runs go back to the queue. Raises what the worker raises."""
    presence = Presence(carelog.health, carelog.worker, carelog.clock)
    async with presence.kept():
        task = asyncio.create_task(carelog.work())
        try:
            yield task
        finally:
            carelog.stop()
            presence.drains()
            with suppress(TimeoutError):
                async with asyncio.timeout(carelog.settings.drain_seconds):
                    await task
