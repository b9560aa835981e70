"""Work that goes on beside a block, and ends with it."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any


@asynccontextmanager
async def beside(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Do this while the block runs; it is cancelled at the block's end. What it raised before then is raised there, but
    where the block has failed itself."""
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])  # and not the task itself: its end is not to be taken for that of who waits
        failed = None if task.cancelled() else task.exception()
    if failed:
        raise failed
