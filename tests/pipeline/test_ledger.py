"""The ledger on both databases: who gets which run, in which order, and for how long."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from made_up import submission
from sqlalchemy import update

from carelog.app import Carelog
from carelog.identity import operator
from carelog.kit.clock import ManualClock
from carelog.kit.ids import new_id
from carelog.pipeline import ledger
from carelog.pipeline.outcome import LinkParked
from carelog.pipeline.places import Place
from carelog.pipeline.run import Lane, Run, RunState, fail, finish, park
from carelog.pipeline.tables import run as table

LEASE = timedelta(seconds=30)


async def stored(carelog: Carelog, *changes: dict[str, object]) -> list[Run]:
    """Queued runs, one for each set of changes, over a conversation that is stored."""
    receipts = await carelog.intake.accept(operator(), [submission() for _ in changes])
    runs = []
    now = carelog.clock.now()
    for receipt, change in zip(receipts, changes, strict=True):
        assert receipt.subject_id
        run = Run(
            id=new_id(),
            conversation_id=receipt.conversation_id,
            subject_id=receipt.subject_id,
            chain="other",
            chain_version="1",
            created_at=now,
            updated_at=now,
            due_at=now,
        )
        runs.append(replace(run, **change))  # type: ignore[arg-type]
    async with carelog.health.write() as connection:
        await connection.execute(table.delete().where(table.c.chain == "record"))
        await ledger.enqueue(connection, runs)
    return runs


async def claimed(carelog: Carelog, limit: int = 100, lease: UUID | None = None) -> list[Run]:
    async with carelog.health.write() as connection:
        return await ledger.claim(
            connection, lease=lease or new_id(), now=carelog.clock.now(), lasting=LEASE, limit=limit
        )


async def test_a_run_comes_back_as_it_was_written(carelog: Carelog) -> None:
    [run] = await stored(carelog, {"lane": Lane.BULK, "ordering_key": "a", "error": {"code": "x"}})
    async with carelog.health.read() as connection:
        assert await ledger.current(connection, [run.id]) == [run]


async def test_urgent_runs_go_first_then_those_that_are_due_longest(carelog: Carelog) -> None:
    now = carelog.clock.now()
    late, early, urgent, bulk = await stored(
        carelog,
        {"due_at": now - timedelta(seconds=1)},
        {"due_at": now - timedelta(seconds=9)},
        {"lane": Lane.URGENT},
        {"lane": Lane.BULK, "due_at": now - timedelta(hours=1)},
    )
    assert [run.id for run in await claimed(carelog)] == [urgent.id, early.id, late.id, bulk.id]


async def test_what_is_not_due_or_already_taken_is_left_alone(carelog: Carelog, clock: ManualClock) -> None:
    due, later = await stored(carelog, {}, {"due_at": clock.now() + timedelta(seconds=60)})
    assert [run.id for run in await claimed(carelog)] == [due.id]
    assert await claimed(carelog) == []
    clock.advance(seconds=61)
    assert [run.id for run in await claimed(carelog)] == [later.id]


async def test_workers_that_claim_together_never_get_the_same_run(carelog: Carelog) -> None:
    runs = await stored(carelog, *({} for _ in range(40)))
    shares = await asyncio.gather(*(claimed(carelog, limit=7) for _ in range(8)))
    taken = [run.id for share in shares for run in share]
    assert sorted(taken) == sorted(run.id for run in runs)


async def test_runs_with_one_ordering_key_go_strictly_one_after_another(carelog: Carelog) -> None:
    first, second, other = await stored(
        carelog, {"ordering_key": "sender"}, {"ordering_key": "sender", "lane": Lane.URGENT}, {"ordering_key": "b"}
    )
    taken = await claimed(carelog)
    assert {run.id for run in taken} == {first.id, other.id}
    async with carelog.health.write() as connection:
        [running] = [run for run in taken if run.id == first.id]
        await ledger.save(connection, [finish(running, carelog.clock.now(), position=1)])
    assert [run.id for run in await claimed(carelog)] == [second.id]


async def test_a_waiting_retry_holds_up_those_behind_it_and_a_dead_letter_does_not(
    carelog: Carelog, clock: ManualClock
) -> None:
    _, second = await stored(carelog, {"ordering_key": "sender"}, {"ordering_key": "sender"})
    [running] = await claimed(carelog)
    failed = fail(running, clock.now(), error={"code": "x"}, max_tries=2)
    async with carelog.health.write() as connection:
        await ledger.save(connection, [failed])
    assert await claimed(carelog) == []
    clock.advance(seconds=5)
    [again] = await claimed(carelog)
    assert again.id == running.id
    async with carelog.health.write() as connection:
        await ledger.save(connection, [fail(again, clock.now(), error={"code": "x"}, max_tries=2)])
    assert [run.id for run in await claimed(carelog)] == [second.id]


async def test_behind_one_that_is_put_off_others_come_as_far_as_it_has_come(
    carelog: Carelog, clock: ManualClock
) -> None:
    ordered = {"ordering_key": "sender"}
    first, second, third = await stored(carelog, {**ordered, "position": 2}, ordered, {**ordered, "position": 2})
    [taken] = await claimed(carelog)
    assert taken.id == first.id
    parked = park(taken, clock.now(), error={"code": LinkParked.code}, wait=timedelta(minutes=1))
    async with carelog.health.write() as connection:
        await ledger.save(connection, [parked])
        assert await ledger.behind_others(connection, [first.id, second.id, third.id]) == {second.id, third.id}
    assert [run.id for run in await claimed(carelog)] == [second.id]
    assert await claimed(carelog) == [], "the third stands where the first does"


async def test_a_later_passage_of_a_conversation_goes_behind_the_whole_of_an_earlier_one(
    carelog: Carelog, clock: ManualClock
) -> None:
    [first, second] = await stored(carelog, {"ordering_key": "a", "position": 2}, {"ordering_key": "a"})
    async with carelog.health.write() as connection:
        await connection.execute(
            update(table).where(table.c.id == second.id).values({"conversation_id": first.conversation_id, "pass": 2})
        )
    [taken] = await claimed(carelog)
    async with carelog.health.write() as connection:
        waiting = park(taken, clock.now(), error={"code": LinkParked.code}, wait=timedelta(minutes=1))
        await ledger.save(connection, [waiting])
    assert await claimed(carelog) == []


async def test_places_that_have_no_room_are_left_out(carelog: Carelog) -> None:
    here, there, other = await stored(carelog, {"position": 1}, {"position": 2}, {"chain": "another", "position": 1})
    full = frozenset({Place("other", "1", 1)})
    lease, now = new_id(), carelog.clock.now()
    async with carelog.health.write() as connection:
        given = {here.id, there.id}
        these = await ledger.claim_these(connection, given, lease=lease, now=now, lasting=LEASE, but_at=full)
        rest = await ledger.claim(connection, lease=lease, now=now, lasting=LEASE, limit=9, but_at=full)
    assert [run.id for run in these] == [there.id]
    assert [run.id for run in rest] == [other.id]
    assert [run.id for run in await claimed(carelog)] == [here.id]


async def test_a_lease_that_runs_out_gives_the_run_back_and_counts_as_a_try(
    carelog: Carelog, clock: ManualClock
) -> None:
    [run] = await stored(carelog, {})
    for attempt in (1, 2):
        [taken] = await claimed(carelog)
        assert taken.tries == attempt
        clock.advance(seconds=31)
        async with carelog.health.write() as connection:
            assert len(await ledger.expire_leases(connection, clock.now(), lambda _: 2)) == 1
        clock.advance(seconds=60)
    async with carelog.health.read() as connection:
        [dead] = await ledger.current(connection, [run.id])
    assert dead.state is RunState.DEAD
    assert dead.error is not None
    assert dead.error["code"] == "lease.expired"


async def test_a_renewed_lease_holds(carelog: Carelog, clock: ManualClock) -> None:
    await stored(carelog, {})
    lease = new_id()
    await claimed(carelog, lease=lease)
    clock.advance(seconds=20)
    async with carelog.health.write() as connection:
        await ledger.renew(connection, lease=lease, until=clock.now() + LEASE)
        clock.advance(seconds=20)
        assert await ledger.expire_leases(connection, clock.now(), lambda _: 9) == []


async def test_who_lost_a_run_is_told_so(carelog: Carelog, clock: ManualClock) -> None:
    [run] = await stored(carelog, {})
    lost, kept = new_id(), new_id()
    await claimed(carelog, lease=lost)
    clock.advance(seconds=31)
    async with carelog.health.write() as connection:
        await ledger.expire_leases(connection, clock.now(), lambda _: 9)
    clock.advance(seconds=60)
    await claimed(carelog, lease=kept)
    async with carelog.health.write() as connection:
        assert await ledger.held(connection, lost, [run.id]) == set()
        assert await ledger.held(connection, kept, [run.id]) == {run.id}


async def test_the_database_itself_refuses_a_state_that_the_picture_does_not_have(carelog: Carelog) -> None:
    from sqlalchemy.exc import IntegrityError

    [run] = await stored(carelog, {})
    impossible = replace(run, state=RunState.RUNNING)
    with pytest.raises(IntegrityError):
        async with carelog.health.write() as connection:
            await ledger.save(connection, [impossible])
