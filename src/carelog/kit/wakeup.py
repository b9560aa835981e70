"""The wake-up: tells tasks that wait in this process that there is something to do."""

import asyncio


class Wakeup:
    """A signal that is never missed: one that comes before the wait ends it at once."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def wake(self) -> None:
        """Wake those who wait."""
        self._event.set()

    async def wait(self, seconds: float) -> bool:
        """Wait for the next signal (returns True), or for that many seconds."""
        try:
            async with asyncio.timeout(max(0.0, seconds)):
                return await self._event.wait()
        except TimeoutError:
            return False
        finally:
            self._event.clear()
