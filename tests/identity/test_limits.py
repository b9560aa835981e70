"""Limits that every process counts together, and what they leave to those who are known."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from people import HOME, People

from carelog.db import Database
from carelog.identity.caller import Caller
from carelog.identity.guard import Guard
from carelog.identity.limits import Limits, Rate, wait_for
from carelog.identity.refusals import TooOften

RATE = Rate("test", 5, timedelta(minutes=1))
NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


def _key() -> bytes:
    return b"made up for these tests, and long enough"


@pytest.fixture
async def databases(auth_url: str) -> AsyncIterator[list[Database]]:
    """The same database as two processes have it."""
    both = [Database(auth_url), Database(auth_url)]
    yield both
    for database in both:
        await database.close()


async def take(database: Database, at: datetime, key: str = "somebody") -> bool:
    try:
        async with database.write() as connection:
            await Limits(_key).take(connection, RATE, key, now=at)
    except TooOften:
        return False
    return True


async def test_processes_count_together_and_keys_apart(databases: list[Database]) -> None:
    taken = [await take(databases[i % 2], NOON + timedelta(seconds=i)) for i in range(8)]
    assert taken == [True] * 5 + [False] * 3
    assert await take(databases[0], NOON + timedelta(seconds=8), "another")


async def test_a_window_slides(databases: list[Database]) -> None:
    moments = [NOON + timedelta(seconds=i) for i in range(600)]
    taken = [moment for moment in moments if await take(databases[0], moment)]
    assert 40 <= len(taken) <= 55, "about five a minute over ten minutes"
    late = [moment for moment in taken if moment >= NOON + timedelta(minutes=1)]
    assert all(sum(m <= n < m + timedelta(seconds=55) for n in late) <= 6 for m in late), "no burst at a window's edge"


@given(
    before=st.integers(0, 100), now_taken=st.integers(1, 101), into=st.timedeltas(timedelta(0), timedelta(seconds=59))
)
def test_who_waits_as_told_is_let_through(before: int, now_taken: int, into: timedelta) -> None:
    rate = Rate("test", 100, timedelta(minutes=1))
    wait = wait_for(rate, before, now_taken, into)
    if wait is None:
        return
    later = into + timedelta(seconds=1) + wait
    if later < rate.window:
        assert wait_for(rate, before, now_taken, later) is None
    elif later < 2 * rate.window:
        assert wait_for(rate, now_taken - 1, 1, later - rate.window) is None
    else:
        assert later < 3 * rate.window


async def test_failures_make_the_next_try_wait_longer_and_success_forgets_them(people: People) -> None:
    guard, clock = Guard(Limits(_key)), people.clock
    waited = []
    for _ in range(9):
        while True:
            try:
                async with people.carelog.auth.write() as connection:
                    tried = await guard.let_through(connection, "password", "a@example.org", None, HOME, clock.now())
                break
            except TooOften as refused:
                waited.append(refused.retry_after.total_seconds())
                clock.advance(seconds=refused.retry_after.total_seconds())
    assert waited == [1, 2, 4, 8]
    async with people.carelog.auth.write() as connection:
        await guard.was_right(connection, tried, clock.now())
        await guard.let_through(connection, "password", "a@example.org", None, HOME, clock.now())


async def test_nobody_is_locked_out_by_others(people: People) -> None:
    done = await people.register("asha@example.org")
    guard, now = Guard(Limits(_key)), people.clock.now()

    async def let_through(caller: Caller, device_token: str | None = None) -> bool:
        try:
            async with people.carelog.auth.write() as connection:
                await guard.let_through(
                    connection, "password", "asha@example.org", done.user_id, caller, now, device_token=device_token
                )
        except TooOften:
            return False
        return True

    # As one who has many addresses would do it.
    let = [await let_through(Caller(f"203.0.{i // 2}.{i % 2}")) for i in range(150)]
    assert sum(let) == 100
    away = Caller("192.0.2.77")
    assert not await let_through(away)
    assert await let_through(away, done.refresh_token), "a device that is known"
    assert not await let_through(away, "clr_" + "A" * 43), "a token that was never given out"
    # And as one who shares the network.
    assert [await let_through(Caller("192.0.2.78"), done.refresh_token) for _ in range(6)][-1] is False
    await people.login("asha@example.org")


async def test_second_factors_are_tried_seldom_from_places_that_are_new(people: People) -> None:
    """Whoever tries them has the password: a million codes are not many."""
    done = await people.register("asha@example.org")
    guard, account = Guard(Limits(lambda: people.carelog.kept_keys.key("limits"))), str(done.user_id)
    let = []
    for n in range(120):
        people.clock.advance(seconds=600)
        try:
            async with people.carelog.auth.write() as connection:
                caller = Caller(f"203.0.113.{n}")
                now = people.clock.now()
                await guard.let_through(connection, "second factor", account, done.user_id, caller, now)
            let.append(n)
        except TooOften:
            continue
    assert 40 <= len(let) <= 60, "in twenty hours"
    async with people.carelog.auth.write() as connection:
        await guard.let_through(connection, "second factor", account, done.user_id, HOME, people.clock.now())


async def test_a_household_is_one_network(people: People) -> None:
    guard, now = Guard(Limits(_key)), people.clock.now()
    for i in range(5):
        async with people.carelog.auth.write() as connection:
            await guard.let_through(connection, "password", "a@example.org", None, Caller(f"2001:db8::{i}"), now)
    with pytest.raises(TooOften):
        async with people.carelog.auth.write() as connection:
            await guard.let_through(connection, "password", "a@example.org", None, Caller("2001:db8::99"), now)


@pytest.mark.parametrize("network", ["198.51.100.7", "203.0.113.50"])
async def test_who_signs_in_several_times_at_once_is_in_each_time(people: People, network: str) -> None:
    """From where they are known, and from where they are not."""
    await people.register("asha@example.org")
    for _ in range(5):
        await asyncio.gather(*[people.login("asha@example.org", Caller(network)) for _ in range(5)])
