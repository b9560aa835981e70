"""Limits of a sliding minute: never more than allowed in any minute, counted by all processes together."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from servers import RedisServer
from sqlalchemy import select

from carelog.ai.counts import DatabaseCounts, RedisCounts
from carelog.ai.rates import Limit, Rates
from carelog.ai.tables import ai_count
from carelog.db import Database
from carelog.kit.clock import ManualClock
from carelog.kit.shared_redis import SharedRedis

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
MINUTE = 60.0


@pytest.fixture(params=["redis", "sqlite", "postgresql"])
async def processes(request: pytest.FixtureRequest, clock: ManualClock) -> AsyncIterator[list[Rates]]:
    """Those of two processes."""
    if request.param == "redis":
        redis = SharedRedis(request.getfixturevalue("redis_url"), clock, setting="cache_url")
        yield [Rates(clock, RedisCounts(redis)) for _ in range(2)]
        await redis.close()
        return
    url = request.getfixturevalue("new_database")(request.param)("health")
    databases = [Database(url), Database(url)]
    yield [Rates(clock, DatabaseCounts(database)) for database in databases]
    for database in databases:
        await database.close()


@given(
    many=st.integers(1, 6),
    steps=st.lists(st.tuples(st.floats(0, 40), st.integers(1, 3)), min_size=5, max_size=60),
)
async def test_no_minute_has_more_than_it_may_and_whoever_comes_back_in_time_finds_room(
    many: int, steps: list[tuple[float, int]]
) -> None:
    clock, limit = ManualClock(NOON), Limit("near", many)
    rates = Rates(clock)
    given: list[tuple[float, int]] = []
    for seconds, amount in steps:
        clock.advance(seconds=seconds)
        wait = await rates.take(limit, amount)
        if wait is not None:
            clock.advance(seconds=wait.total_seconds())
            assert await rates.take(limit, amount) is None, "it was told that there would be room"
        at = clock.now().timestamp()
        given.append((at, min(amount, many)))
        assert sum(amount for when, amount in given if when > at - MINUTE) <= many


async def test_a_crowd_is_told_to_come_one_after_another() -> None:
    clock, limit = ManualClock(NOON), Limit("near", 2)
    rates = Rates(clock)
    waits = [await rates.take(limit) for _ in range(8)]
    seconds = [wait and wait.total_seconds() for wait in waits]
    assert seconds == [None, None, 61, 61, 122, 122, 183, 183]


async def test_limits_are_apart_by_their_names() -> None:
    rates = Rates(ManualClock(NOON))
    assert await rates.take(Limit("one", 1)) is None
    assert await rates.take(Limit("other", 1)) is None
    assert await rates.take(Limit("one", 1)) is not None


async def test_more_than_there_are_is_all_there_are() -> None:
    rates, limit = Rates(ManualClock(NOON)), Limit("tokens", 100)
    assert await rates.take(limit, 5000) is None
    assert await rates.take(limit, 1) is not None


async def test_what_is_counted_afterwards_is_in_the_way_of_the_next() -> None:
    clock, limit = ManualClock(NOON), Limit("tokens", 100)
    rates = Rates(clock)
    assert await rates.take(limit, 10) is None
    await rates.add(limit, 95)
    wait = await rates.take(limit, 1)
    assert wait is not None
    clock.advance(seconds=wait.total_seconds())
    assert await rates.take(limit, 1) is None


async def test_processes_count_together(processes: list[Rates], clock: ManualClock) -> None:
    (one, other), limit = processes, Limit("near", 3)
    assert [await rates.take(limit) for rates in (one, other, one)] == [None] * 3
    waits = [await rates.take(limit) for rates in (other, one, other, one)]
    assert [wait and wait.total_seconds() for wait in waits] == [61, 61, 61, 122]
    clock.advance(seconds=61)
    assert [await rates.take(limit) for rates in (other, one, other)] == [None] * 3
    assert await one.take(limit) is not None


async def test_processes_that_come_at_the_same_moment_do_not_pass_each_other_by(processes: list[Rates]) -> None:
    limit = Limit("near", 5)
    waits = await asyncio.gather(*(rates.take(limit) for rates in processes * 6))
    assert sum(wait is None for wait in waits) <= 5
    assert any(wait is None for wait in waits)


async def test_while_redis_is_away_each_goes_by_its_own_count_and_then_together_again(
    redis_server: RedisServer, clock: ManualClock
) -> None:
    redis = SharedRedis(redis_server.url, clock, setting="cache_url")
    (one, other), limit = (Rates(clock, RedisCounts(redis)) for _ in range(2)), Limit("near", 2)
    assert await one.take(limit) is None
    redis_server.stop()
    assert await one.take(limit) is None
    assert await one.take(limit) is not None, "it knows what it took before"
    assert await other.take(limit) is None
    redis_server.start()
    clock.advance(seconds=6)
    assert await other.take(limit) is None
    assert await one.take(limit) is None
    assert await other.take(limit) is not None
    await redis.close()


async def test_while_the_database_is_away_each_goes_by_its_own_count(clock: ManualClock) -> None:
    away = Database("postgresql://nobody@127.0.0.1:1/nowhere")
    rates, limit = Rates(clock, DatabaseCounts(away)), Limit("near", 1)
    assert await rates.take(limit) is None
    assert await rates.take(limit) is not None
    await away.close()


async def test_old_counts_go(dialect: str, new_database: Callable[[str], Callable[[str], str]]) -> None:
    clock, database = ManualClock(NOON), Database(new_database(dialect)("health"))
    rates = Rates(clock, DatabaseCounts(database))
    for number in range(20):
        await rates.take(Limit(f"near:{number}", 1))
        clock.advance(seconds=30)
    assert len(await database.rows(select(ai_count))) < 6
    await database.close()
