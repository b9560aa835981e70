"""The wake-up: tells the workers of this process that there is something to do."""

import asyncio


class Wakeup:
    """A signal that is never missed: one that comes before the wait ends it at once."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def wake(self) -> None:
        self._event.set()

    async def wait(self, seconds: float) -> None:
        """Until the next signal, or for that many seconds: another process's signal cannot be heard here."""
        try:
            async with asyncio.timeout(max(0.0, seconds)):
                await self._event.wait()
        except TimeoutError:
            return
        finally:
            self._event.clear()
