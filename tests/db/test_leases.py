"""Leases: one process at a time, of all those on one database."""

from datetime import timedelta

import pytest

from carelog.app import Carelog
from carelog.db.leases import Lease, Leases
from carelog.kit.clock import ManualClock
from carelog.pipeline.tables import chore

LASTING = timedelta(seconds=30)


@pytest.fixture
def leases(carelog: Carelog, clock: ManualClock) -> Leases:
    return Leases(carelog.health, chore, clock, LASTING)


async def given_back(leases: Leases, lease: Lease, *, after: timedelta = timedelta(0)) -> bool:
    async with leases.database.write() as connection:
        return await lease.give_back(connection, due_at=leases.clock.now() + after)


async def test_what_one_has_no_other_gets_before_it_is_given_back_and_due(leases: Leases, clock: ManualClock) -> None:
    one = await leases.take("sweeping")
    assert one is not None and await leases.take("sweeping") is None
    assert await leases.take("dusting") is not None
    assert await given_back(leases, one, after=timedelta(seconds=5))
    assert await leases.take("sweeping") is None
    clock.advance(seconds=5)
    assert await leases.take("sweeping") is not None


async def test_who_died_loses_it_and_cannot_write_any_more(leases: Leases, clock: ManualClock) -> None:
    dead = await leases.take("sweeping")
    clock.advance(seconds=LASTING.total_seconds())
    heir = await leases.take("sweeping")
    assert dead is not None and heir is not None
    async with leases.database.write() as connection:
        assert not await dead.renew(connection)
    assert not await given_back(leases, dead)
    assert await given_back(leases, heir)


async def test_work_that_fails_lets_go_of_it_at_once(leases: Leases) -> None:
    with pytest.raises(ZeroDivisionError):
        async with leases.held("sweeping") as lease:
            assert lease is not None
            raise ZeroDivisionError
    async with leases.held("sweeping") as lease, leases.held("sweeping") as other:
        assert lease is not None and other is None
