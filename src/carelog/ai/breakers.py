"""Breakers by the names of their endpoints, and where their states are kept.

They are kept in the database, which every process has: a worker learns from the failures of another, and all of them
together make one trial. A call costs one small query; only what changes a state is written.
"""

import logging
from collections.abc import Callable
from dataclasses import asdict
from datetime import timedelta
from typing import Final, Protocol

from sqlalchemy import Row, bindparam, select, update

from carelog.ai.breaker import REST, Breaker, BreakerState, Verdict, begun, ended
from carelog.ai.failures import EndpointClosed
from carelog.ai.tables import ai_breaker
from carelog.db import Connection, Database, insert_new, is_outage
from carelog.kit.clock import Clock, SystemClock
from carelog.kit.place import place_of
from carelog.telemetry import metrics

log = logging.getLogger(__name__)

_NEW: Final = Breaker()
_OF: Final = select(ai_breaker).where(ai_breaker.c.endpoint == bindparam("name"))


class Breakers:
    """The breakers of all endpoints. `enter` and `leave` stand around every call."""

    def __init__(self, states: "States | None" = None, clock: Clock | None = None) -> None:
        self._states = states or ProcessStates()
        self._clock = clock or SystemClock()

    async def enter(self, endpoint: str, patience: timedelta) -> int:
        """Let a call through that will have ended after `patience`; the number goes to `leave`.

        Raises EndpointClosed, which says how long to wait.
        """
        now, breaker = self._clock.now(), await self._states.read(endpoint)
        if breaker.open_until is not None:
            breaker, _ = await self._states.change(
                endpoint, lambda found: begun(found, now, patience) if found.wait(now) is None else found
            )
        wait = breaker.wait(now)
        if wait is not None:
            raise closed(endpoint, wait)
        return breaker.changes

    async def leave(self, endpoint: str, entered: int, verdict: Verdict, rest: timedelta = REST) -> timedelta | None:
        """A call has ended. Returns how long the endpoint is now to be left alone, None where it is not; `rest` is how
        long its breaker opens, if it does."""
        now, before = self._clock.now(), await self._states.read(endpoint)
        after = ended(before, now, verdict, entered, rest)
        if after != before:
            before, after = await self._states.change(endpoint, lambda found: ended(found, now, verdict, entered, rest))
        if after.changes != before.changes:
            metrics.breaker_changed(endpoint, after.state(now))
        return after.wait(now)

    async def state(self, endpoint: str) -> BreakerState:
        return (await self._states.read(endpoint)).state(self._clock.now())


class States(Protocol):
    """Keeps breakers by the names of their endpoints; one that is not known is new."""

    async def read(self, endpoint: str) -> Breaker: ...

    async def change(self, endpoint: str, change: Callable[[Breaker], Breaker]) -> tuple[Breaker, Breaker]:
        """Change one while nobody else does. Returns what it was, and what it is."""


class ProcessStates:
    """States of one process, each process finding out by itself."""

    def __init__(self) -> None:
        self._breakers: dict[str, Breaker] = {}

    async def read(self, endpoint: str) -> Breaker:
        return self._breakers.get(endpoint, _NEW)

    async def change(self, endpoint: str, change: Callable[[Breaker], Breaker]) -> tuple[Breaker, Breaker]:
        before = self._breakers.get(endpoint, _NEW)
        after = self._breakers[endpoint] = change(before)
        return before, after


class SharedStates:
    """States in the database, for all processes. While it is away each process finds out by itself: what an endpoint
    has answered must not be lost because the breaker cannot be told."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: set[str] = set()
        self._own = ProcessStates()

    async def read(self, endpoint: str) -> Breaker:
        try:
            if endpoint not in self._known:
                await self._make(endpoint)
            [row] = await self._database.rows(_OF, {"name": endpoint})
        except Exception as error:
            if not is_outage(error):
                raise
            _tell(error)
            return await self._own.read(endpoint)
        return _breaker(row)

    async def change(self, endpoint: str, change: Callable[[Breaker], Breaker]) -> tuple[Breaker, Breaker]:
        try:
            async with self._database.write() as connection:
                row = (await connection.execute(_OF.with_for_update(), {"name": endpoint})).one()
                before = _breaker(row)
                after = change(before)
                if after != before:
                    await _write(connection, endpoint, after)
        except Exception as error:
            if not is_outage(error):
                raise
            _tell(error)
            return await self._own.change(endpoint, change)
        return before, after

    async def _make(self, endpoint: str) -> None:
        """A row from the first call on, so that its breaker is shown."""
        if not await self._database.rows(_OF, {"name": endpoint}):
            async with self._database.write() as connection:
                await insert_new(connection, ai_breaker, [{"endpoint": endpoint, **asdict(_NEW)}])
        self._known.add(endpoint)


async def breakers(connection: Connection) -> dict[str, Breaker]:
    """Those of all endpoints that were ever called, by their names."""
    return {row.endpoint: _breaker(row) for row in await connection.execute(select(ai_breaker))}


async def _write(connection: Connection, endpoint: str, breaker: Breaker) -> None:
    await connection.execute(update(ai_breaker).where(ai_breaker.c.endpoint == endpoint).values(asdict(breaker)))


def _breaker(row: Row[*tuple[object, ...]]) -> Breaker:
    return Breaker(**{name: value for name, value in row._mapping.items() if name != "endpoint"})


def _tell(error: Exception) -> None:
    log.warning(
        "the state of a breaker is not to be had", extra={"error": type(error).__name__, "place": place_of(error)}
    )


def closed(endpoint: str, wait: timedelta) -> EndpointClosed:
    seconds = max(1, round(wait.total_seconds()))
    return EndpointClosed(f"AI endpoint {endpoint!r} failed too often: left alone for {seconds} s", retry_after=wait)
