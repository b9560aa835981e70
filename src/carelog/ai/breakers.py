"""Where the states of breakers are kept."""

from datetime import timedelta
from typing import Protocol

from carelog.ai.breaker import Breaker, BreakerState, Verdict, begun, ended
from carelog.ai.failures import EndpointClosed
from carelog.kit.clock import Clock, SystemClock
from carelog.telemetry import metrics


class Breakers(Protocol):
    """The breakers of all endpoints, by the endpoints' names. `enter` and `leave` stand around every call."""

    async def enter(self, endpoint: str, patience: timedelta) -> int:
        """Let a call through that will have ended after `patience`; the number goes to `leave`.

        Raises EndpointClosed, which says how long to wait.
        """

    async def leave(self, endpoint: str, entered: int, verdict: Verdict) -> timedelta | None:
        """A call has ended. Returns how long the endpoint is now to be left alone, None where it is not."""


class ProcessBreakers:
    """Breakers of one process, each process finding out by itself."""

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()
        self._breakers: dict[str, Breaker] = {}

    async def enter(self, endpoint: str, patience: timedelta) -> int:
        now, breaker = self._clock.now(), self._breakers.get(endpoint, Breaker())
        wait = breaker.wait(now)
        if wait is not None:
            raise closed(endpoint, wait)
        self._breakers[endpoint] = begun(breaker, now, patience)
        return breaker.changes

    async def leave(self, endpoint: str, entered: int, verdict: Verdict) -> timedelta | None:
        now, before = self._clock.now(), self._breakers.get(endpoint, Breaker())
        after = self._breakers[endpoint] = ended(before, now, verdict, entered)
        if after.changes != before.changes:
            metrics.breaker_changed(endpoint, after.state(now))
        return after.wait(now)

    def state(self, endpoint: str) -> BreakerState:
        return self._breakers.get(endpoint, Breaker()).state(self._clock.now())


def closed(endpoint: str, wait: timedelta) -> EndpointClosed:
    seconds = max(1, round(wait.total_seconds()))
    return EndpointClosed(f"AI endpoint {endpoint!r} failed too often: left alone for {seconds} s", retry_after=wait)
