"""Breakers by name, and where their states are kept: the row of a table with the columns of `breaker_columns`.

They are kept in the database, which every process has: a worker learns from the failures of another, and all of them
together make one trial. A call costs two small queries at the most; only what changes a state is written.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import timedelta
from typing import Any, Final, Protocol

from sqlalchemy import Column, Integer, Row, Table, bindparam, select, update

from carelog.db.engine import Connection, Database
from carelog.db.faults import is_outage
from carelog.db.insert_new import insert_new
from carelog.db.remembering import Remembered
from carelog.db.types import UtcDateTime
from carelog.kit.breaker import REST, Breaker, BreakerState, Rest, Verdict, begun, ended
from carelog.kit.clock import Clock, SystemClock
from carelog.kit.place import place_of

log = logging.getLogger(__name__)

_NEW: Final = Breaker()


def breaker_columns() -> list[Column[Any]]:
    """What a table of breakers has beside its one key."""
    return [
        Column("failures", Integer, nullable=False),
        Column("successes", Integer, nullable=False),
        Column("open_until", UtcDateTime),
        Column("trial_until", UtcDateTime),
        Column("changes", Integer, nullable=False),
    ]


class LeftAlone(Exception):
    """Who fails too often is not to be called before `wait` has passed."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__()
        self.wait = wait


class Breakers:
    """The breakers of all of a kind, by name. `enter` and `leave` stand around every call; `changed` is told of those
    that open or close."""

    def __init__(
        self,
        states: "States | None" = None,
        clock: Clock | None = None,
        changed: Callable[[str, BreakerState], None] = lambda _name, _state: None,
    ) -> None:
        self._states = states or ProcessStates()
        self._clock = clock or SystemClock()
        self._changed = changed

    async def enter(self, name: str, patience: timedelta) -> int:
        """Let a call through that will have ended after `patience`; the number goes to `leave`. Raises LeftAlone."""
        now, breaker = self._clock.now(), await self._states.read(name)
        if breaker.open_until is not None:
            breaker, _ = await self._states.change(
                name, lambda found: begun(found, now, patience) if found.wait(now) is None else found
            )
        wait = breaker.wait(now)
        if wait is not None:
            raise LeftAlone(wait)
        return breaker.changes

    async def leave(
        self, name: str, entered: int, verdict: Verdict, rest: Rest = REST, asked: timedelta | None = None
    ) -> timedelta | None:
        """A call has ended. Returns how long who was called is now to be left alone, None where they are not; `rest`
        and `asked` are as for `kit.breaker.ended`."""
        now, before = self._clock.now(), await self._states.read(name)
        after = ended(before, now, verdict, entered, rest, asked)
        if after != before:
            before, after = await self._states.change(
                name, lambda found: ended(found, now, verdict, entered, rest, asked)
            )
        if after.changes != before.changes:
            self._changed(name, after.state(now))
        return after.wait(now)

    async def wait(self, name: str) -> timedelta | None:
        """How long a call would have to wait; None: it might be made now."""
        return (await self._states.read(name)).wait(self._clock.now())

    async def state(self, name: str) -> BreakerState:
        return (await self._states.read(name)).state(self._clock.now())


class States(Protocol):
    """Keeps breakers by name; one that is not known is new."""

    async def read(self, name: str) -> Breaker: ...

    async def change(self, name: str, change: Callable[[Breaker], Breaker]) -> tuple[Breaker, Breaker]:
        """Change one while nobody else does. Returns what it was, and what it is."""


class ProcessStates:
    """States of one process, each process finding out by itself."""

    def __init__(self) -> None:
        self._breakers: dict[str, Breaker] = {}

    async def read(self, name: str) -> Breaker:
        return self._breakers.get(name, _NEW)

    async def change(self, name: str, change: Callable[[Breaker], Breaker]) -> tuple[Breaker, Breaker]:
        before = self._breakers.get(name, _NEW)
        after = self._breakers[name] = change(before)
        return before, after


class SharedStates:
    """States in a table of the database, for all processes. While it is away each process finds out by itself: what was
    answered must not be lost because the breaker cannot be told."""

    def __init__(self, database: Database, table: Table) -> None:
        self._database = database
        self._table = table
        self._of = select(table).where(_key(table) == bindparam("name"))
        self._of_all = select(table).where(_key(table).in_(bindparam("names", expanding=True)))
        self._standing = Remembered(database, self._read)
        self._known: set[str] = set()
        self._own = ProcessStates()

    async def read(self, name: str) -> Breaker:
        try:
            if name not in self._known:
                await self._make(name)
            return await self._standing.get(name) or _NEW
        except Exception as error:
            if not is_outage(error):
                raise
            _tell(error)
            return await self._own.read(name)

    async def _read(self, names: Sequence[str]) -> list[Breaker | None]:
        rows = await self._database.rows(self._of_all, {"names": list(names)})
        found = {row._mapping[_key(self._table).name]: _breaker(row) for row in rows}
        return [found.get(name) for name in names]

    async def change(self, name: str, change: Callable[[Breaker], Breaker]) -> tuple[Breaker, Breaker]:
        try:
            async with self._database.write() as connection:
                row = (await connection.execute(self._of.with_for_update(), {"name": name})).one()
                before = _breaker(row)
                after = change(before)
                if after != before:
                    of_it = update(self._table).where(_key(self._table) == name)
                    await connection.execute(of_it.values(asdict(after)))
        except Exception as error:
            if not is_outage(error):
                raise
            _tell(error)
            return await self._own.change(name, change)
        return before, after

    async def _make(self, name: str) -> None:
        """A row from the first call on, so that its breaker is shown."""
        if not await self._database.rows(self._of, {"name": name}):
            async with self._database.write() as connection:
                await insert_new(connection, self._table, [{_key(self._table).name: name, **asdict(_NEW)}])
        self._known.add(name)


async def breakers(connection: Connection, table: Table) -> dict[str, Breaker]:
    """Those of all who were ever called, by their names."""
    key = _key(table).name
    return {row._mapping[key]: _breaker(row) for row in await connection.execute(select(table))}


def _key(table: Table) -> Column[Any]:
    [key] = table.primary_key.columns
    return key


def _breaker(row: Row[*tuple[object, ...]]) -> Breaker:
    told = row._mapping
    return Breaker(**{name: told[name] for name in Breaker.__slots__})


def _tell(error: Exception) -> None:
    log.warning(
        "the state of a breaker is not to be had", extra={"error": type(error).__name__, "place": place_of(error)}
    )
