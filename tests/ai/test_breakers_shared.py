"""Breakers in the database: processes share what they found out, and make one trial together."""

from collections.abc import AsyncIterator, Callable
from datetime import timedelta

import pytest

from carelog.ai.tables import ai_breaker
from carelog.db import Database
from carelog.db.breakers import Breakers, LeftAlone, SharedStates, breakers
from carelog.kit.breaker import FAILURES, REST, SUCCESSES, BreakerState, Verdict
from carelog.kit.clock import ManualClock

PATIENCE = timedelta(seconds=20)


@pytest.fixture
async def databases(dialect: str, new_database: Callable[[str], Callable[[str], str]]) -> AsyncIterator[list[Database]]:
    """One database, opened by two processes."""
    url = new_database(dialect)("health")
    opened = [Database(url), Database(url)]
    yield opened
    for database in opened:
        await database.close()


@pytest.fixture
def both(databases: list[Database], clock: ManualClock) -> list[Breakers]:
    return [Breakers(SharedStates(database, ai_breaker), clock) for database in databases]


async def fail(breakers: Breakers, times: int = 1) -> timedelta | None:
    wait = None
    for _ in range(times):
        wait = await breakers.leave("near", await breakers.enter("near", PATIENCE), Verdict.FAILED)
    return wait


async def test_failures_of_two_processes_open_it_for_both(both: list[Breakers], clock: ManualClock) -> None:
    one, other = both
    await fail(one, FAILURES - 1)
    assert await fail(other) == REST.first
    for each in both:
        with pytest.raises(LeftAlone):
            await each.enter("near", PATIENCE)
    assert await one.enter("far", PATIENCE) == 0


async def test_an_answer_to_one_process_ends_the_row_of_failures(both: list[Breakers]) -> None:
    one, other = both
    await fail(one, FAILURES - 1)
    await other.leave("near", await other.enter("near", PATIENCE), Verdict.ANSWERED)
    assert await fail(one) is None


async def test_two_processes_make_one_trial_and_close_it_for_both(both: list[Breakers], clock: ManualClock) -> None:
    one, other = both
    await fail(one, FAILURES)
    clock.advance(seconds=REST.first.total_seconds())
    for _ in range(SUCCESSES):
        entered = await one.enter("near", PATIENCE)
        with pytest.raises(LeftAlone):
            await other.enter("near", PATIENCE)
        await one.leave("near", entered, Verdict.ANSWERED)
    assert await other.state("near") is BreakerState.CLOSED
    await other.enter("near", PATIENCE)


async def test_a_restart_does_not_forget_that_an_endpoint_is_down(
    databases: list[Database], both: list[Breakers], clock: ManualClock
) -> None:
    await fail(both[0], FAILURES)
    again = Breakers(SharedStates(databases[1], ai_breaker), clock)
    with pytest.raises(LeftAlone):
        await again.enter("near", PATIENCE)


async def test_every_endpoint_that_was_called_is_shown(databases: list[Database], both: list[Breakers]) -> None:
    await both[0].leave("near", await both[0].enter("near", PATIENCE), Verdict.ANSWERED)
    async with databases[1].read() as connection:
        assert list(await breakers(connection, ai_breaker)) == ["near"]


async def test_what_was_answered_is_not_lost_with_the_database(clock: ManualClock) -> None:
    away = Database("postgresql://nobody@127.0.0.1:1/nowhere")
    alone = Breakers(SharedStates(away, ai_breaker), clock)
    entered = await alone.enter("near", PATIENCE)
    assert await alone.leave("near", entered, Verdict.ANSWERED) is None
    assert await fail(alone, FAILURES) == REST.first
    with pytest.raises(LeftAlone):
        await alone.enter("near", PATIENCE)
    await away.close()
