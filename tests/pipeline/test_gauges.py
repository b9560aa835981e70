"""The gauges: true numbers, read from what is unfinished alone."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from made_up import submission
from sqlalchemy import event, insert, text, update
from sqlalchemy.engine import Engine

from carelog.ai.tables import ai_breaker
from carelog.app import Carelog
from carelog.db import Connection
from carelog.db.breakers import Breakers, SharedStates
from carelog.identity import operator
from carelog.kit.breaker import FAILURES, BreakerState, Verdict
from carelog.kit.clock import ManualClock
from carelog.kit.ids import new_id
from carelog.pipeline import ledger
from carelog.pipeline.gauges import DeadGauge, EndpointGauge, Gauges, LaneGauge, StorageGauge, gauges, ingested
from carelog.pipeline.run import Lane, Run, RunState
from carelog.pipeline.tables import copy, storage_state
from carelog.pipeline.tables import run as run_table


async def read(carelog: Carelog) -> Gauges:
    async with carelog.health.read() as connection:
        return await gauges(connection, carelog.clock.now())


async def runs(carelog: Carelog, *changes: dict[str, Any]) -> None:
    """The ledger has just these runs."""
    receipts = await carelog.intake.accept(operator(), [submission() for _ in changes])
    now = carelog.clock.now()
    [record] = carelog.chains.current
    given: dict[str, Any] = {"chain": record.name, "chain_version": record.version, "due_at": now}
    async with carelog.health.write() as connection:
        await connection.execute(run_table.delete())
        await ledger.enqueue(
            connection,
            [
                Run(
                    id=new_id(),
                    conversation_id=receipt.conversation_id,
                    subject_id=receipt.subject_id or UUID(int=0),
                    created_at=now,
                    updated_at=now,
                    **{**given, **change},
                )
                for receipt, change in zip(receipts, changes, strict=True)
            ],
        )


def held(lane: Lane, now: datetime) -> dict[str, Any]:
    until = now + timedelta(seconds=30)
    return {"state": RunState.RUNNING, "lane": lane, "lease": new_id(), "lease_until": until}


async def copies(connection: Connection, now: datetime, storage: str, *states: str) -> None:
    for state in states:
        await connection.execute(
            insert(copy).values(
                id=new_id(),
                storage=storage,
                action="save",
                conversation_id=new_id(),
                subject_id=new_id(),
                chain="record",
                state=state,
                tries=0,
                due_at=now,
                created_at=now,
                updated_at=now,
            )
        )


async def test_an_empty_ledger_has_every_lane_and_nothing_in_it(carelog: Carelog) -> None:
    found = await read(carelog)
    assert found.lanes == tuple(LaneGauge(lane) for lane in Lane)
    assert found.dead == ()
    assert found.storages == ()


async def test_lanes_are_counted_apart_and_age_from_when_a_run_was_due(carelog: Carelog, clock: ManualClock) -> None:
    now = clock.now()
    await runs(
        carelog,
        {"lane": Lane.URGENT},
        {"lane": Lane.ROUTINE, "due_at": now - timedelta(seconds=40)},
        {"lane": Lane.ROUTINE, "due_at": now + timedelta(hours=1)},
        held(Lane.ROUTINE, now),
        {"lane": Lane.BULK, "due_at": now + timedelta(hours=1)},
        {"lane": Lane.BULK, "state": RunState.FINISHED},
        {"lane": Lane.BULK, "state": RunState.DEAD},
    )
    clock.advance(seconds=2)
    assert (await read(carelog)).lanes == (
        LaneGauge(Lane.URGENT, queued=1, due=1, oldest_seconds=2),
        LaneGauge(Lane.ROUTINE, queued=2, due=1, running=1, oldest_seconds=42),
        LaneGauge(Lane.BULK, queued=1),
    )


async def test_dead_letters_are_counted_by_the_link_that_failed(carelog: Carelog) -> None:
    await runs(
        carelog,
        {"state": RunState.DEAD, "position": 2},
        {"state": RunState.DEAD, "position": 2},
        {"state": RunState.DEAD, "position": 1},
        {"state": RunState.DEAD, "chain": "gone", "chain_version": "0"},
        {"state": RunState.DISCARDED},
        {"state": RunState.QUEUED},
    )
    assert (await read(carelog)).dead == (
        DeadGauge("gone", None, 1),
        DeadGauge("record", "extract", 1),
        DeadGauge("record", "summarize", 2),
    )


async def test_storages_show_their_backlog_and_why_they_are_down(carelog: Carelog, clock: ManualClock) -> None:
    now = clock.now()
    async with carelog.health.write() as connection:
        await copies(connection, now - timedelta(seconds=90), "archive", "queued", "stored", "dead")
        await copies(connection, now, "archive", "queued", "queued", "discarded")
        await copies(connection, now, "search", "stored")
        due = now + timedelta(seconds=8)
        down = {"troubles": 4, "due_at": due, "error": {"code": "storage.unreachable", "message": "x"}}
        await connection.execute(insert(storage_state).values(storage="archive", **down))
        await connection.execute(insert(storage_state).values(storage="search", troubles=0, due_at=now))
    assert (await read(carelog)).storages == (
        StorageGauge(
            "archive",
            queued=3,
            dead=1,
            oldest_seconds=90,
            troubles=4,
            retry_in_seconds=8,
            error_code="storage.unreachable",
        ),
        StorageGauge("search"),
    )


async def test_ai_endpoints_are_told_by_their_breakers(carelog: Carelog, clock: ManualClock) -> None:
    breakers = Breakers(SharedStates(carelog.health, ai_breaker), clock)
    for endpoint, verdict in (("far", Verdict.FAILED), ("near", Verdict.ANSWERED)):
        for _ in range(FAILURES):
            await breakers.leave(endpoint, await breakers.enter(endpoint, timedelta(seconds=9)), verdict)
    clock.advance(seconds=20)
    assert (await read(carelog)).endpoints == (
        EndpointGauge("far", BreakerState.OPEN, FAILURES, retry_in_seconds=40),
        EndpointGauge("near", BreakerState.CLOSED),
    )
    clock.advance(seconds=40)
    assert (await read(carelog)).endpoints[0] == EndpointGauge("far", BreakerState.HALF_OPEN, FAILURES)


async def test_what_came_in_is_counted_from_a_moment_to_a_moment(carelog: Carelog, clock: ManualClock) -> None:
    first = clock.now()
    await carelog.intake.accept(operator(), [submission(), submission()])
    clock.advance(seconds=5)
    second = clock.now()
    await carelog.intake.accept(operator(), [submission()])
    async with carelog.health.read() as connection:
        assert await ingested(connection, first, second) == 2
        assert await ingested(connection, second, second + timedelta(seconds=1)) == 1


@contextmanager
def statements() -> Iterator[list[tuple[str, Any]]]:
    """Every statement, as it is sent."""
    sent: list[tuple[str, Any]] = []

    def note(_c: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        sent.append((statement, parameters))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(Engine, "before_cursor_execute", note)


async def test_no_gauge_reads_what_is_finished(carelog: Carelog, clock: ManualClock) -> None:
    await runs(carelog, {}, {"state": RunState.DEAD}, held(Lane.BULK, clock.now()))
    async with carelog.health.write() as connection:
        await copies(connection, clock.now(), "archive", "queued", "dead")
        await connection.execute(update(run_table).values(tries=1))
    async with carelog.health.read() as connection:
        with statements() as sent:
            await gauges(connection, clock.now())
            await ingested(connection, clock.now() - timedelta(seconds=10), clock.now())
        plans = []
        if carelog.health.dialect == "postgresql":
            # So few rows are read faster without an index: what is asked is whether there is one to read by.
            await connection.execute(text("SET enable_seqscan = off"))
        explain = "EXPLAIN QUERY PLAN " if carelog.health.dialect == "sqlite" else "EXPLAIN "
        for statement, parameters in sent:
            rows = await connection.exec_driver_sql(explain + statement, parameters)
            plans += [str(row[-1]) for row in rows]
    named = [plan for plan in plans if any(f" {table}" in plan for table in ("run", "copy", "conversation"))]
    assert len(named) >= 6
    for plan in named:
        assert "Seq Scan" not in plan, plan
        assert "ix_" in plan, plan
