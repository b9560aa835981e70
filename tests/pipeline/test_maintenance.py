"""Maintenance: what is done with is pruned and counted, by one process at a time, and what is needed is kept."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from carelog_test_links import Behaviour
from carelog_test_storages import Shelf
from made_up import chain, scripted_link, submission
from sqlalchemy import insert, select
from stored import ME, copies_of, on_shelves, pass_through, storing

from carelog.app import Carelog
from carelog.kit.clock import ManualClock
from carelog.pipeline import LinkError, Outcome, PermanentLinkError, Work
from carelog.pipeline.run import Run, RunState
from carelog.pipeline.tables import idempotency, run_summary

Opened = Callable[..., Any]
Shelves = Callable[[str], Shelf]
Script = Callable[[str, Behaviour], None]


@pytest.fixture
def clock() -> ManualClock:
    """One that begins now: runs are pruned by their ids, which tell when they were really made."""
    return ManualClock(datetime.now(UTC))


async def runs_of(carelog: Carelog) -> list[Run]:
    return (await carelog.runs.page(ME, limit=200)).items


async def test_runs_that_are_done_are_pruned_after_their_time_and_counted(
    opened: Opened, scripted: Script, clock: ManualClock
) -> None:
    scripted("nothing", lambda _: Outcome())
    began = clock.now()
    async with opened(chains={"record": chain(scripted_link("nothing"))}, finished_days=30) as carelog:
        await pass_through(carelog, 3)
        clock.advance(seconds=29 * 86_400)
        late = await pass_through(carelog, 1)
        assert await carelog.maintenance.round()
        assert len(await runs_of(carelog)) == 4
        clock.advance(seconds=86_400 + 1)
        assert await carelog.maintenance.round()
        assert [run.conversation_id for run in await runs_of(carelog)] == late
        async with carelog.health.read() as connection:
            counted = [tuple(row) for row in await connection.execute(select(run_summary))]
        assert counted == [(began.date(), "record", "finished", 3)]
        clock.advance(seconds=30 * 86_400)
        assert await carelog.maintenance.round()
        assert await runs_of(carelog) == []
        assert len((await carelog.conversations.page(ME)).items) == 4


async def test_dead_letters_and_what_waits_are_never_pruned(
    opened: Opened, scripted: Script, clock: ManualClock
) -> None:
    def deal(work: Work) -> Outcome:
        match work.conversation.turns[0].text:
            case "refuse":
                raise PermanentLinkError("no")
            case "discard":
                raise LinkError("no")
        return Outcome(wait=timedelta(days=300))

    scripted("deal", deal)
    scripted("nothing", lambda _: Outcome())
    chains = {"record": chain(scripted_link("deal"), scripted_link("nothing"), max_tries=1)}
    async with opened(chains=chains) as carelog:
        await carelog.intake.accept(ME, [submission(text) for text in ("refuse", "discard", "wait")])
        await carelog.worker.drain()
        from carelog.pipeline.dead_letters import DeadLetterQuery

        assert await carelog.dead_letters.discard_all(ME, DeadLetterQuery(error="link.failed")) == 1
        clock.advance(seconds=100 * 86_400)
        assert await carelog.maintenance.round()
        assert sorted(run.state for run in await runs_of(carelog)) == [RunState.DEAD, RunState.QUEUED]
        async with carelog.health.read() as connection:
            counted = [(row.state, row.runs) for row in await connection.execute(select(run_summary))]
        assert counted == [("discarded", 1)]


async def test_copies_are_pruned_but_for_those_that_say_where_a_document_is(
    opened: Opened, shelf: Shelves, scripted: Script, clock: ManualClock
) -> None:
    def expire(work: Work) -> Outcome:
        return Outcome(expire_in=timedelta(days=1) if work.conversation.turns[0].text == "expire" else None)

    scripted("expire", expire)
    chains = {"record": chain(scripted_link("expire"), storages=["one"])}
    async with opened(storages=on_shelves("one"), chains=chains) as carelog:
        texts = ("expire", "stay", "stay")
        receipts = await carelog.intake.accept(ME, [submission(text) for text in texts])
        await carelog.worker.drain()
        await carelog.copier.drain()
        clock.advance(seconds=100 * 86_400)
        assert await carelog.maintenance.round()
        expired = receipts[0].conversation_id
        assert [copy.conversation_id for copy in await copies_of(carelog)] == [expired]
        assert not (await carelog.conversations.get(ME, expired)).document
        assert (await carelog.reader.get(ME, expired)).document


async def test_one_process_does_it_and_once_a_minute(opened: Opened, clock: ManualClock) -> None:
    async with opened() as first, opened() as second:
        assert await first.maintenance.round()
        assert not await second.maintenance.round()
        clock.advance(seconds=61)
        assert await second.maintenance.round()
        assert not await first.maintenance.round()


async def test_the_names_of_requests_are_forgotten_after_a_day(carelog: Carelog, clock: ManualClock) -> None:
    async def remembered() -> set[str]:
        async with carelog.health.read() as connection:
            return set((await connection.execute(select(idempotency.c.key))).scalars())

    for key in ("yesterday", "today"):
        row: dict[str, object] = {
            "principal": "bridge", "key": key, "digest": "", "conversation_id": UUID(int=1), "runs": [],
            "created_at": clock.now(),
        }  # fmt: skip
        async with carelog.health.write() as connection:
            await connection.execute(insert(idempotency), [row])
        clock.advance(seconds=13 * 3600)
    assert await carelog.maintenance.round()
    assert await remembered() == {"today"}


async def test_copies_for_a_storage_that_is_gone_become_dead_letters_after_a_day(
    opened: Opened, shelf: Shelves, clock: ManualClock
) -> None:
    shelf("old").down = True
    chains = {"record": storing("old", egress=("done",))}
    async with opened(storages=on_shelves("old"), chains=chains) as carelog:
        [id_] = await pass_through(carelog)
        await carelog.copier.drain()
    async with opened(storages=on_shelves("new"), chains={"record": storing("new", egress=("done",))}) as carelog:
        assert await carelog.maintenance.round()
        assert [copy.state for copy in await copies_of(carelog)] == ["queued"]
        clock.advance(seconds=86_400 + 60)
        assert await carelog.maintenance.round()
        [letter] = (await carelog.dead_letters.page(ME)).items
        assert (letter.kind, letter.storage, letter.error["code"]) == ("copy", "old", "storage.unknown")
        await carelog.dead_letters.discard(ME, letter.id)
        assert await carelog.egress.pop(ME, "done") == [id_]
