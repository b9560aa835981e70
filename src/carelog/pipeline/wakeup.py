"""The wake-up: tells the workers of this process that there is something to do."""

import asyncio
from collections.abc import Sequence

from carelog.pipeline.run import Run


class Wakeup:
    """A signal that is never missed: one that comes before the wait ends it at once."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def announce(self, runs: Sequence[Run]) -> None:
        """Say that these runs are committed and due. Never waits and never fails, whoever is to be told."""
        if runs:
            self.wake()

    def wake(self) -> None:
        """Have the workers of this process look into the ledger."""
        self._event.set()

    async def wait(self, seconds: float) -> bool:
        """Until the next signal, which gives True, or for that many seconds."""
        try:
            async with asyncio.timeout(max(0.0, seconds)):
                return await self._event.wait()
        except TimeoutError:
            return False
        finally:
            self._event.clear()
