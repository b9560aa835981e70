"""Work that goes on beside a block, and ends with it."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any


@asynccontextmanager
async def beside(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Do this while the block runs, and cancel it at the end of the block. If it failed before that, its error is
    raised then, unless the block itself has failed."""
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])  # not `await task`: its CancelledError would look like that of the waiting task
        failed = None if task.cancelled() else task.exception()
    if failed:
        raise failed
