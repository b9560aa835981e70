"""Counts by the second, and where they are kept: in Redis, in the database, or in this process."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, Protocol

from sqlalchemy import delete, func, select
from sqlalchemy.dialects import postgresql, sqlite

from carelog.ai.tables import ai_count
from carelog.db import Connection, Database, is_outage
from carelog.kit.shared_redis import RedisAway, SharedRedis

if TYPE_CHECKING:
    from redis.asyncio import Redis

SECONDS: Final = 61  # what is taken at the end of a second must not be forgotten before a minute is over
LONGEST_LINE: Final = 10  # minutes ahead: the settings may be others by then

_KEPT: Final = (LONGEST_LINE + 2) * 60
_PREFIX: Final = "carelog:ai:count"

Seconds = Mapping[int, int]
"""How many in which second, by the whole seconds since 1970."""


class CountsAway(Exception):
    """They cannot be had now."""


class Counts(Protocol):
    async def add(self, name: str, second: int, amount: int, now: int) -> tuple[Seconds, Seconds]:
        """Add to a second, and return all of that name that matter now, and those of its line.

        Nobody else adds meanwhile. Raises CountsAway.
        """


def line_of(name: str) -> str:
    """The name under which it is counted who waits, by the seconds of their turns."""
    return f"{name}:line"


class ProcessCounts:
    """Counts of one process."""

    def __init__(self) -> None:
        self._counts: dict[str, defaultdict[int, int]] = {}

    async def add(self, name: str, second: int, amount: int, now: int) -> tuple[Seconds, Seconds]:
        for of in list(self._counts):
            if max(self._counts[of], default=0) <= now - SECONDS:
                del self._counts[of]
        seconds = self._counts.setdefault(name, defaultdict(int))
        for old in [one for one in seconds if one <= now - SECONDS]:
            del seconds[old]
        seconds[second] += amount
        return dict(seconds), dict(self._counts.get(line_of(name), {}))


class RedisCounts:
    """Counts of all processes on one Redis: a hash for each name."""

    def __init__(self, redis: SharedRedis) -> None:
        self._redis = redis

    async def add(self, name: str, second: int, amount: int, now: int) -> tuple[Seconds, Seconds]:
        try:
            return await self._redis.ask(lambda redis: _added(redis, name, second, amount, now))
        except RedisAway:
            raise CountsAway from None


async def _added(redis: "Redis", name: str, second: int, amount: int, now: int) -> tuple[Seconds, Seconds]:
    key, line = f"{_PREFIX}:{name}", f"{_PREFIX}:{line_of(name)}"
    async with redis.pipeline(transaction=True) as pipeline:
        pipeline.hincrby(key, str(second), amount)
        pipeline.expire(key, timedelta(seconds=_KEPT))
        pipeline.hgetall(key)
        pipeline.hgetall(line)
        told: list[Any] = await pipeline.execute()
    seconds, waiting = ({int(at): int(count) for at, count in found.items()} for found in told[2:])
    old = [at for at in seconds if at <= now - SECONDS]
    if len(old) > SECONDS:
        await redis.hdel(key, *map(str, old))
    return seconds, waiting


class DatabaseCounts:
    """Counts of all processes on one database: a short transaction for each."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._swept = 0

    async def add(self, name: str, second: int, amount: int, now: int) -> tuple[Seconds, Seconds]:
        try:
            async with self._database.write() as connection:
                return await self._added(connection, name, second, amount, now)
        except Exception as error:
            if not is_outage(error):
                raise
            raise CountsAway from None

    async def _added(
        self, connection: Connection, name: str, second: int, amount: int, now: int
    ) -> tuple[Seconds, Seconds]:
        columns, on_postgres = ai_count.c, connection.dialect.name == "postgresql"
        if on_postgres:
            # Those who add to other seconds of it would not be seen. On SQLite one writes at a time anyway.
            await connection.execute(select(func.pg_advisory_xact_lock(func.hashtext(name))))
        insert = (postgresql if on_postgres else sqlite).insert(ai_count)
        more = insert.values(name=name, second=second, amount=amount)
        more = more.on_conflict_do_update(
            index_elements=[columns.name, columns.second], set_={"amount": columns.amount + amount}
        )
        await connection.execute(more)
        if now >= self._swept + SECONDS:
            self._swept = now
            await connection.execute(delete(ai_count).where(columns.second <= now - SECONDS))
        names = (name, line_of(name))
        rows = await connection.execute(select(ai_count).where(columns.name.in_(names), columns.second > now - SECONDS))
        found: dict[str, dict[int, int]] = {one: {} for one in names}
        for row in rows:
            found[row.name][row.second] = row.amount
        return found[name], found[line_of(name)]
