"""How often endpoints are asked, and how many tokens they take, in a sliding minute.

Counted by the second, for all processes together, in Redis where there is one and else in the database. Each process
also counts for itself, and goes by that while neither is to be had.

Who comes too often is told when to come again, each of a crowd at another time: they stand in a line, so that they do
not all come back at once to find that one place is free.
"""

from dataclasses import dataclass
from datetime import timedelta

from carelog.ai.counts import LONGEST_LINE, SECONDS, Counts, CountsAway, ProcessCounts, Seconds, line_of
from carelog.kit.clock import Clock, SystemClock


@dataclass(frozen=True, slots=True)
class Limit:
    """How many of something a minute may have."""

    name: str
    a_minute: int


def taken(seconds: Seconds, now: int) -> int:
    """How many were taken in the last minute."""
    return sum(amount for second, amount in seconds.items() if second > now - SECONDS)


def turn(seconds: Seconds, line: Seconds, limit: Limit, amount: int, now: int) -> int:
    """The second in which so many are free that are not free now, behind those in the line.

    >>> ten = Limit("example", 10)
    >>> [turn({0: 6, 30: 4}, {61: ahead}, ten, 1, 40) for ahead in (0, 5, 6, 10)]
    [61, 61, 91, 122]
    """
    ahead = sum(waiting for second, waiting in line.items() if second > now) % (LONGEST_LINE * limit.a_minute)
    excess = taken(seconds, now) + ahead + amount - limit.a_minute
    rounds, left = divmod(excess - 1, limit.a_minute)
    for second in sorted(second for second in seconds if second > now - SECONDS):
        if left < seconds[second]:
            return second + (rounds + 1) * SECONDS
        left -= seconds[second]
    return now + (rounds + 1) * SECONDS


class Rates:
    """What was taken of each limit, by its name."""

    def __init__(self, clock: Clock | None = None, shared: Counts | None = None) -> None:
        self._clock = clock or SystemClock()
        self._shared = shared
        self._own = ProcessCounts()

    async def take(self, limit: Limit, amount: int = 1) -> timedelta | None:
        """Take so many, all there are at the most. Where they are not free none is taken, and this is how long to
        wait."""
        now = self._clock.now().timestamp()
        second, amount = int(now), min(amount, limit.a_minute)
        seconds, line = await self._add(limit.name, second, amount)
        if taken(seconds, second) <= limit.a_minute:
            return None
        before = {**seconds, second: seconds[second] - amount}
        come = turn(before, line, limit, amount, second)
        await self._add(limit.name, second, -amount)
        await self._add(line_of(limit.name), come, amount)
        return timedelta(seconds=come - now)

    async def add(self, limit: Limit, amount: int) -> None:
        """Count what was taken without having been free, or, below zero, what is given back."""
        await self._add(limit.name, self._now(), amount)

    async def _add(self, name: str, second: int, amount: int) -> tuple[Seconds, Seconds]:
        now = self._now()
        own = await self._own.add(name, second, amount, now)
        if self._shared is None:
            return own
        try:
            return await self._shared.add(name, second, amount, now)
        except CountsAway:
            return own

    def _now(self) -> int:
        return int(self._clock.now().timestamp())
