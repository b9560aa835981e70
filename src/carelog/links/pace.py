"""The pace at which a batch is posted to a receiver: beside one another, until it is full.

From then on one goes after another, each when the receiver may be posted to again. So one that takes a post a second
gets one a second, and not as many as fit into the pauses between two batches. Long pauses are not waited for here: the
runs are put off.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Final

from carelog.links.receivers import ReceiverFull

_PATIENCE: Final = 5.0
"""Seconds that a batch waits in all: less than leases, and than chains commonly give a link."""


class Pace:
    """For the posts of one batch to one receiver."""

    def __init__(self) -> None:
        self._left = _PATIENCE
        self._full: ReceiverFull | None = None
        self._again_at = 0.0
        self._turn = asyncio.Lock()

    async def keep(self, post: Callable[[], Awaitable[None]]) -> None:
        """Post, at the pace. Raises what posting raises, and ReceiverFull where that would take too long."""
        if self._full is None and await self._is_posted(post):
            return
        async with self._turn:
            while True:
                await self._wait()
                if await self._is_posted(post):
                    return

    async def _is_posted(self, post: Callable[[], Awaitable[None]]) -> bool:
        try:
            await post()
        except ReceiverFull as full:
            self._full, self._again_at = full, time.monotonic() + full.wait.total_seconds()
            return False
        return True

    async def _wait(self) -> None:
        """Until the receiver may be posted to again. Raises ReceiverFull where the batch has no such patience left."""
        wait = max(0.0, self._again_at - time.monotonic())
        if self._full and wait > self._left:
            self._left = 0.0
            raise self._full
        self._left -= wait
        await asyncio.sleep(wait)
