"""Sending in the background what nobody should wait for."""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from typing import Generic, TypeVar

from carelog.kit.place import place_of

log = logging.getLogger(__name__)

T = TypeVar("T")

_MOST = 100_000


class Background(Generic[T]):
    """Hands items to `send`, those that gather while it is at work together, each time within `seconds`.

    When it fails they are dropped and `dropped` is told; the log says so once, until it succeeds again. Of more than
    a hundred thousand the oldest are dropped.
    """

    def __init__(
        self,
        send: Callable[[list[T]], Awaitable[None]],
        dropped: Callable[[], None],
        *,
        to: str,
        seconds: float,
    ) -> None:
        self._send = send
        self._dropped = dropped
        self._to = to
        self._seconds = seconds
        self._waiting: deque[T] = deque(maxlen=_MOST)
        self._sending: asyncio.Task[None] | None = None
        self.works = True

    @property
    def busy(self) -> bool:
        """Whether something is on its way."""
        return self._sending is not None

    def add(self, items: Iterable[T]) -> None:
        """Never waits and never fails."""
        self._waiting.extend(items)
        if self._waiting and not self.busy:
            self._sending = asyncio.create_task(self._run())

    async def close(self) -> None:
        """Wait for what is under way, within the time that one sending may take."""
        if self._sending is not None:
            _, late = await asyncio.wait([self._sending], timeout=self._seconds)
            for task in late:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)

    async def _run(self) -> None:
        try:
            while self._waiting:
                items = list(self._waiting)
                self._waiting.clear()
                await self._try(items)
        finally:
            self._sending = None

    async def _try(self, items: list[T]) -> None:
        try:
            async with asyncio.timeout(self._seconds):
                await self._send(items)
        except Exception as error:  # noqa: BLE001
            # Whatever it is, it is the ledger that counts: nobody loses more than a hint.
            if self.works:
                self.works = False
                log.warning(
                    "%s cannot be reached, workers find their runs in the ledger",
                    self._to,
                    extra={"error": type(error).__name__, "place": place_of(error)},
                )
            self._dropped()
            return
        if not self.works:
            self.works = True
            log.info("%s is there again", self._to)
