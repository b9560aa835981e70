"""Back-pressure: who has time is asked to come back later while more waits than a limit allows."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from carelog.db import Database
from carelog.kit.clock import Clock
from carelog.kit.errors import ComeAgain
from carelog.pipeline import ledger
from carelog.pipeline.run import Lane

_FRESH: Final = timedelta(seconds=1)
_PAUSE: Final = timedelta(seconds=10)


class TooMuchWaiting(ComeAgain):
    """The ledger is deeper than the lane's limit; nothing was taken in."""

    code = "queue.full"


@dataclass(frozen=True, slots=True)
class DepthLimits:
    """How many runs may wait before a lane's conversations are refused; None for no limit. The urgent lane has none."""

    bulk: int | None = None
    routine: int | None = None

    def of(self, lane: Lane) -> int | None:
        return {Lane.BULK: self.bulk, Lane.ROUTINE: self.routine}.get(lane)

    @property
    def largest(self) -> int:
        return max(self.bulk or 0, self.routine or 0)


class Pressure:
    """Knows how deep the ledger is, as of a second ago at the most."""

    def __init__(self, database: Database, clock: Clock, limits: DepthLimits) -> None:
        self._database = database
        self._clock = clock
        self._limits = limits
        self._depth = 0
        self._looked_at = clock.now() - 2 * _FRESH
        self._looking = asyncio.Lock()

    async def refuses(self, lane: Lane) -> TooMuchWaiting | None:
        """The error for who hands something in for this lane now, if it is to wait."""
        limit = self._limits.of(lane)
        if limit is None or await self._current_depth() < limit:
            return None
        name = lane.name.lower()
        return TooMuchWaiting(
            f"too many runs wait already for the {name} lane to take more", retry_after=_PAUSE, details={"lane": name}
        )

    async def _current_depth(self) -> int:
        async with self._looking:
            now = self._clock.now()
            if now - self._looked_at >= _FRESH:
                async with self._database.read() as connection:
                    self._depth = await ledger.depth(connection, self._limits.largest)
                self._looked_at = now
        return self._depth
