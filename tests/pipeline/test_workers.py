"""The rows of the workers: there while they work, true of what they do, gone after them."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from carelog_test_links import Behaviour
from made_up import chain, scripted_link, submission

from carelog.app import Carelog
from carelog.identity import operator
from carelog.kit.clock import ManualClock
from carelog.kit.ids import new_id
from carelog.pipeline import Outcome, PermanentLinkError, Work, workers
from carelog.pipeline.workers import FORGOTTEN_AFTER, Presence, WorkerRow, WorkerState, beat, forget, listed

Script = Callable[[str, Behaviour], None]
Opened = Callable[..., Any]


@dataclass
class Counts:
    in_hand: int = 0
    done: int = 0
    failed: int = 0


async def rows(carelog: Carelog) -> list[WorkerRow]:
    async with carelog.health.read() as connection:
        return await listed(connection, carelog.clock.now())


async def until_row(carelog: Carelog, **wanted: object) -> WorkerRow:
    """The only row, once it says this."""
    async with asyncio.timeout(20):
        while True:
            found = await rows(carelog)
            if found and all(getattr(found[0], name) == value for name, value in wanted.items()):
                assert len(found) == 1
                return found[0]
            await asyncio.sleep(0.01)


def row(carelog: Carelog) -> WorkerRow:
    now = carelog.clock.now()
    return WorkerRow(
        id=new_id(),
        host="north-1",
        pid=7,
        state=WorkerState.IDLE,
        in_hand=0,
        done=2**40,
        failed=3,
        started_at=now,
        seen_at=now,
    )


async def test_a_row_comes_back_as_it_was_written_last(carelog: Carelog) -> None:
    first, second = row(carelog), row(carelog)
    changed = replace(first, state=WorkerState.WORKING, in_hand=50)
    async with carelog.health.write() as connection:
        for one in (first, second, changed):
            await beat(connection, one)
    assert await rows(carelog) == [changed, second]
    async with carelog.health.write() as connection:
        await forget(connection, first.id)
    assert await rows(carelog) == [second]


async def test_a_worker_that_is_not_seen_for_long_is_forgotten(carelog: Carelog, clock: ManualClock) -> None:
    lost, alive = row(carelog), row(carelog)
    async with carelog.health.write() as connection:
        await beat(connection, lost)
        await beat(connection, alive)
    clock.advance(seconds=FORGOTTEN_AFTER.total_seconds())
    assert len(await rows(carelog)) == 2
    clock.advance(seconds=1)
    assert await rows(carelog) == []
    async with carelog.health.write() as connection:
        await beat(connection, replace(alive, seen_at=clock.now()))
    clock.advance(seconds=-1)
    assert [one.id for one in await rows(carelog)] == [alive.id], "the row that was not seen is still there"


async def test_presence_lasts_as_long_as_the_block_and_says_when_it_drains(
    carelog: Carelog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "BEAT_SECONDS", 0.01)
    counts = Counts()
    presence = Presence(carelog.health, counts, carelog.clock)
    async with presence.kept():
        assert (await rows(carelog))[0].state is WorkerState.IDLE
        counts.in_hand = 5
        await until_row(carelog, state=WorkerState.WORKING, in_hand=5)
        counts.in_hand, counts.done, counts.failed = 0, 4, 1
        await until_row(carelog, state=WorkerState.IDLE, done=4, failed=1)
        presence.drains()
        await until_row(carelog, state=WorkerState.DRAINING)
    assert await rows(carelog) == []


async def test_a_worker_counts_what_it_has_in_hand_has_done_and_has_failed(opened: Opened, scripted: Script) -> None:
    seen: list[WorkerRow] = []

    def refuse(_: Work) -> Outcome:
        raise PermanentLinkError("no")

    scripted("nothing", lambda _: Outcome())
    scripted("refuse", refuse)
    chains = {"good": chain(scripted_link("nothing")), "bad": chain(scripted_link("refuse"))}
    async with opened(chains=chains) as carelog:

        async def look(_: Work) -> Outcome:
            seen.append(await until_row(carelog, state=WorkerState.WORKING, in_hand=6))
            return Outcome()

        scripted("nothing", look)
        await carelog.intake.accept(operator(), [submission() for _ in range(3)])
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(workers, "BEAT_SECONDS", 0.01)
            async with Presence(carelog.health, carelog.worker, carelog.clock).kept():
                await carelog.worker.drain()
                await until_row(carelog, state=WorkerState.IDLE, in_hand=0, done=3, failed=3)
    assert len(seen) == 3


async def test_nobody_is_seen_a_moment_before_it_began(carelog: Carelog) -> None:
    early = row(carelog)
    async with carelog.health.write() as connection:
        await beat(connection, early)
        assert await listed(connection, early.seen_at + FORGOTTEN_AFTER + timedelta(seconds=1)) == []
