"""The wake-up: tells those who wait in this process that there is something to do."""

import asyncio


class Wakeup:
    """A signal that is never missed: one that comes before the wait ends it at once."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def wake(self) -> None:
        """Have those who wait look again."""
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
