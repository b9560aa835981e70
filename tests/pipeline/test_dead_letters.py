"""Dead letters: runs and copies alike are listed, driven again or discarded, one by one or by the million."""

import asyncio
import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from carelog_test_links import Behaviour
from carelog_test_storages import Shelf
from made_up import chain, scripted_link, submission
from stored import ME, on_shelves, pass_through, storing
from waiting import until

from carelog.app import Carelog
from carelog.identity import Principal
from carelog.kit.clock import ManualClock
from carelog.kit.errors import Conflict, Forbidden, NotFound
from carelog.kit.ids import new_id
from carelog.pipeline import LinkError, Outcome, PermanentLinkError, Work, ledger
from carelog.pipeline.dead_letters import DeadLetter, DeadLetterQuery, DeadLetters
from carelog.pipeline.run import Run, RunState
from carelog.pipeline.wakeup import Wakeup
from carelog.storages import StorageRefused

Opened = Callable[..., Any]
Shelves = Callable[[str], Shelf]
Script = Callable[[str, Behaviour], None]

Query = DeadLetterQuery


async def letters(carelog: Carelog, query: DeadLetterQuery | None = None, who: Principal = ME) -> list[DeadLetter]:
    return (await carelog.dead_letters.page(who, query, limit=200)).items


def in_batches_of(size: int, carelog: Carelog) -> DeadLetters:
    return DeadLetters(carelog.health, carelog.clock, Wakeup(), carelog.copier, at_once=size)


@pytest.fixture
def failing(scripted: Script, shelf: Shelves) -> dict[str, Any]:
    """Settings with which every conversation fails: in one chain at a link, in another at a storage."""

    def fail(work: Work) -> Outcome:
        raise PermanentLinkError("no") if work.conversation.turns[0].text == "refuse" else LinkError("not now")

    scripted("fail", fail)
    shelf("one").fails = lambda _: StorageRefused("too large")
    chains = {
        "calling": chain({"tag": {"tags": ["seen"]}}, scripted_link("fail"), max_tries=1),
        "storing": storing("one"),
    }
    return {"storages": on_shelves("one"), "chains": chains}


async def test_each_filter_names_some_and_all_that_are_given_must_hold(opened: Opened, failing: dict[str, Any]) -> None:
    async with opened(**failing) as carelog:
        await carelog.intake.accept(ME, [submission(text) for text in ("refuse", "call")])
        await carelog.worker.drain()
        await carelog.copier.drain()

        async def codes(**given: str) -> list[str]:
            found = sorted(letter.error["code"] for letter in await letters(carelog, Query(**given)))
            assert await carelog.dead_letters.count(ME, Query(**given)) == len(found)
            return found

        assert await codes() == ["link.failed", "link.refused", "storage.refused", "storage.refused"]
        assert await codes(chain="calling") == ["link.failed", "link.refused"]
        assert await codes(link="scripted") == ["link.failed", "link.refused"]
        assert await codes(storage="one") == ["storage.refused"] * 2
        assert await codes(error="link.refused") == ["link.refused"]
        assert await codes(error="link.refused", chain="storing") == []
        assert await codes(link="scripted", storage="one") == []
        assert await codes(link="tag") == await codes(storage="two") == []
        copy = (await letters(carelog, Query(storage="one")))[0]
        assert (copy.kind, copy.storage, copy.link, copy.chain, copy.state) == ("copy", "one", None, "storing", "dead")


async def test_runs_and_copies_share_their_pages(opened: Opened, failing: dict[str, Any]) -> None:
    async with opened(**failing) as carelog:
        await pass_through(carelog, 5)
        await carelog.copier.drain()
        seen: list[DeadLetter] = []
        cursor = None
        while True:
            page = await carelog.dead_letters.page(ME, limit=3, cursor=cursor)
            seen += page.items
            if page.next is None:
                break
            cursor = page.next
        assert len(seen) == 10
        assert seen == sorted(seen, key=lambda letter: letter.id, reverse=True)
        assert {letter.kind for letter in seen[:5]} == {"copy"}


async def test_what_is_driven_again_goes_on_and_what_was_not_named_stays(
    opened: Opened, failing: dict[str, Any], scripted: Script, shelf: Shelves
) -> None:
    async with opened(**failing) as carelog:
        ids = await pass_through(carelog, 3)
        await carelog.copier.drain()
        shelf("one").fails = lambda _: None
        assert await carelog.dead_letters.drive_all(ME, Query(storage="one"), limit=2) == 2
        await carelog.copier.drain()
        assert shelf("one").arrived == ids[:2]
        assert await carelog.dead_letters.drive_all(ME, Query(storage="one")) == 1
        scripted("fail", lambda _: Outcome())
        await carelog.worker.drain()
        assert len(await letters(carelog, Query(link="scripted"))) == 3
        assert await carelog.dead_letters.drive_all(ME, Query(link="scripted", error="link.failed")) == 3
        await carelog.worker.drain()
        assert await letters(carelog) == []
        assert (await carelog.runs.counts(ME)) == {RunState.FINISHED: 6}


async def test_one_is_shown_driven_again_or_discarded_once(
    opened: Opened, failing: dict[str, Any], clock: ManualClock
) -> None:
    async with opened(**failing) as carelog:
        await pass_through(carelog, 2)
        await carelog.copier.drain()
        for query in (Query(chain="calling"), Query(chain="storing")):
            driven, discarded = await letters(carelog, query)
            assert await carelog.dead_letters.get(ME, driven.id) == driven
            clock.advance(seconds=1)
            assert (await carelog.dead_letters.drive(ME, driven.id)).state == "queued"
            assert (await carelog.dead_letters.discard(ME, discarded.id)).state == "discarded"
            for done in (driven, discarded):
                for again in (carelog.dead_letters.drive, carelog.dead_letters.discard):
                    with pytest.raises(Conflict, match="not dead"):
                        await again(ME, done.id)
            assert (await carelog.dead_letters.get(ME, discarded.id)).error == discarded.error
        with pytest.raises(NotFound):
            await carelog.dead_letters.drive(ME, uuid4())


async def test_a_limited_key_sees_and_changes_only_its_own(opened: Opened, failing: dict[str, Any]) -> None:
    async with opened(**failing) as carelog:
        mine, _ = await carelog.intake.accept(ME, [submission(), submission(tel="+12025550177")])
        await carelog.worker.drain()
        await carelog.copier.drain()
        owner = Principal("owner", frozenset({"runs:read", "runs:write"}), frozenset({mine.subject_id}))
        seen = await letters(carelog, who=owner)
        assert {letter.conversation_id for letter in seen} == {mine.conversation_id}
        assert len(seen) == 2
        [stranger] = [one for one in await letters(carelog, Query(storage="one")) if one not in seen]
        with pytest.raises(NotFound):
            await carelog.dead_letters.discard(owner, stranger.id)
        assert await carelog.dead_letters.discard_all(owner) == 2
        assert len(await letters(carelog)) == 2
        with pytest.raises(Forbidden):
            await carelog.dead_letters.drive_all(Principal("reader", frozenset({"runs:read"})))


async def test_what_fails_again_while_all_are_driven_is_not_driven_round_and_round(
    opened: Opened, scripted: Script, clock: ManualClock
) -> None:
    calls: list[str] = []

    def fail(work: Work) -> Outcome:
        calls.append(work.key)
        clock.advance(seconds=1)
        raise PermanentLinkError("no")

    scripted("fail", fail)
    async with opened(chains={"record": chain(scripted_link("fail"))}, worker_batch=1) as carelog:
        await pass_through(carelog, 7)
        calls.clear()
        clock.advance(seconds=1)
        working = asyncio.create_task(carelog.work())
        assert await in_batches_of(2, carelog).drive_all(ME) == 7
        await until(lambda: len(calls) == 7)
        carelog.stop()
        await asyncio.wait_for(working, 20)
        assert len(await letters(carelog)) == len(set(calls)) == len(calls) == 7


async def test_very_many_drain_in_short_transactions_and_little_memory(carelog: Carelog) -> None:
    [receipt] = await carelog.intake.accept(ME, [submission()])
    assert receipt.subject_id
    now = carelog.clock.now()
    dead = Run(
        id=new_id(),
        conversation_id=receipt.conversation_id,
        subject_id=receipt.subject_id,
        chain="",
        chain_version="1",
        created_at=now,
        updated_at=now,
        due_at=now,
        state=RunState.DEAD,
        error={"code": "link.failed", "link": "webhook", "message": "not now " * 20},
    )
    for start in range(0, 10_000, 1_000):
        async with carelog.health.write() as connection:
            these = [replace(dead, id=new_id(), chain=f"c{n}") for n in range(start, start + 1_000)]
            await ledger.enqueue(connection, these)
    tracemalloc.start()
    try:
        query = Query(error="link.failed", link="webhook")
        assert await in_batches_of(200, carelog).discard_all(ME, query) == 10_000
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 4_000_000
    assert (await carelog.runs.counts(ME))[RunState.DISCARDED] == 10_000
    assert await letters(carelog) == []
