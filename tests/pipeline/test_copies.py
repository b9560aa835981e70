"""Copies: what chains have finished reaches every storage, in order, whatever befalls storages and processes."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from carelog_test_links import Behaviour
from carelog_test_storages import Shelf
from made_up import chain, scripted_link, submission
from stored import ME, copies_of, on_shelves, pass_through, states, storing
from waiting import until

from carelog.conversations import Conversation
from carelog.conversations.tags import tags_of
from carelog.kit.clock import ManualClock
from carelog.kit.errors import ConfigurationError
from carelog.pipeline import Outcome
from carelog.pipeline.run import RunState
from carelog.pipeline.storage_copy import CopyState
from carelog.storages import StorageError, StorageRefused

Opened = Callable[..., Any]
Shelves = Callable[[str], Shelf]
Script = Callable[[str, Behaviour], None]


async def test_every_storage_gets_what_the_chain_made_of_a_conversation(opened: Opened, shelf: Shelves) -> None:
    chains = {"record": storing("one", "two"), "other": chain({"tag": {"tags": ["more"]}})}
    async with opened(storages=on_shelves("one", "two", "three"), chains=chains) as carelog:
        [id_] = await pass_through(carelog)
        await carelog.copier.drain()
        for name in ("one", "two"):
            copy = shelf(name).kept[id_]
            assert "seen" in tags_of(Conversation.stored(copy.document))
            stored = await carelog.conversations.get(ME, id_)
            assert (copy.document, copy.revision) == (stored.document, stored.revision)
            assert (copy.chain, copy.channel, copy.subject_id) == ("record", "checkin", stored.subject_id)
        assert shelf("three").kept == {}
        assert await states(carelog) == {"one": ["stored"], "two": ["stored"]}


async def test_a_storage_that_is_down_holds_up_nothing_and_its_backlog_arrives_in_order_by_itself(
    opened: Opened, shelf: Shelves, clock: ManualClock
) -> None:
    shelf("one").down = True
    settings = {"storages": on_shelves("one", "two"), "storage_batch": 4, "poll_seconds": 0.02}
    async with opened(chains={"record": storing("one", "two")}, **settings) as carelog:
        working = asyncio.create_task(carelog.work())
        receipts = await carelog.intake.accept(ME, [submission() for _ in range(10)])
        await until(lambda: len(shelf("two").arrived) == 10)
        assert (await carelog.runs.counts(ME)) == {RunState.FINISHED: 10}
        for _ in range(20):  # as often as would make dead letters of copies, were each trouble counted as a try
            clock.advance(seconds=31)
            await asyncio.sleep(0.03)
        assert {(copy.state, copy.tries) for copy in await copies_of(carelog, storage="one")} == {("queued", 0)}
        shelf("one").down = False

        def all_arrived() -> bool:
            if not shelf("one").arrived:  # a try that was in hand may have failed after the clock was moved
                clock.advance(seconds=31)
            return len(shelf("one").arrived) == 10

        await until(all_arrived)
        assert shelf("one").arrived == shelf("two").arrived == [receipt.conversation_id for receipt in receipts]
        assert max(len(batch) for batch in shelf("one").saves) == 4
        carelog.stop()
        await asyncio.wait_for(working, 20)
        assert await states(carelog) == {"one": ["stored"] * 10, "two": ["stored"] * 10}


async def test_a_storage_that_is_down_is_asked_less_and_less_often(
    opened: Opened, shelf: Shelves, clock: ManualClock
) -> None:
    shelf("one").down = True
    async with opened(storages=on_shelves("one"), chains={"record": storing("one")}) as carelog:
        await pass_through(carelog)
        for pause in (1, 2, 4, 8, 16, 30, 30):
            assert await carelog.copier.step("one") == 0
            shelf("one").down = False
            clock.advance(seconds=pause - 0.5)
            assert await carelog.copier.step("one") == 0
            shelf("one").down = True
            clock.advance(seconds=0.5)
        shelf("one").down = False
        assert await carelog.copier.step("one") == 1


async def test_a_copy_that_fails_is_tried_again_later_and_holds_up_none_of_the_others(
    opened: Opened, shelf: Shelves, clock: ManualClock
) -> None:
    chains = {"record": storing("one")}
    async with opened(storages=on_shelves("one"), storage_max_tries=3, chains=chains) as carelog:
        first, second, third = await pass_through(carelog, 3)
        shelf("one").fails = lambda copy: StorageError("try later") if copy.conversation_id == first else None
        await carelog.copier.drain()
        assert shelf("one").arrived == [second, third]
        [waiting] = await copies_of(carelog, first)
        assert (waiting.state, waiting.tries) == (CopyState.QUEUED, 1)
        assert waiting.due_at > clock.now()
        for _ in range(2):
            clock.advance(seconds=10)
            await carelog.copier.drain()
        [dead] = await copies_of(carelog, first)
        assert (dead.state, dead.tries) == (CopyState.DEAD, 3)
        assert dead.error == {"type": "StorageError", "code": "storage.failed", "message": "try later"}


async def test_a_storage_says_how_long_to_wait(opened: Opened, shelf: Shelves, clock: ManualClock) -> None:
    async with opened(storages=on_shelves("one"), chains={"record": storing("one")}) as carelog:
        [id_] = await pass_through(carelog)
        shelf("one").fails = lambda _: StorageError("too many", retry_after=timedelta(minutes=2))
        await carelog.copier.drain()
        [copy] = await copies_of(carelog, id_)
        assert copy.due_at == clock.now() + timedelta(minutes=2)


async def test_what_a_storage_refuses_is_dead_at_once(opened: Opened, shelf: Shelves) -> None:
    async with opened(storages=on_shelves("one"), chains={"record": storing("one")}) as carelog:
        [id_] = await pass_through(carelog)
        shelf("one").fails = lambda _: StorageRefused("too large")
        await carelog.copier.drain()
        [copy] = await copies_of(carelog, id_)
        assert (copy.state, copy.tries) == (CopyState.DEAD, 1)


async def test_a_copy_that_crashes_a_storage_touches_no_other_and_its_error_tells_nothing_of_it(
    opened: Opened, shelf: Shelves
) -> None:
    async with opened(storages=on_shelves("one"), chains={"record": storing("one")}) as carelog:
        bad, *good = await pass_through(carelog, 4)
        shelf("one").fails = lambda copy: ValueError(copy.document) if copy.conversation_id == bad else None
        await carelog.copier.drain()
        assert shelf("one").arrived == good
        [copy] = await copies_of(carelog, bad)
        assert copy.error is not None
        assert copy.error["code"] == "storage.crashed"
        assert "headache" not in str(copy.error)


async def test_several_chains_over_one_conversation_make_one_save_of_what_it_is_now(
    opened: Opened, shelf: Shelves
) -> None:
    chains = {"record": storing("one"), "other": chain({"tag": {"tags": ["more"]}}, storages=["one"])}
    async with opened(storages=on_shelves("one"), chains=chains) as carelog:
        [id_] = await pass_through(carelog)
        await carelog.copier.drain()
        assert shelf("one").saves == [[id_]]
        assert set(tags_of(Conversation.stored(shelf("one").kept[id_].document))) == {"seen", "more"}
        assert await states(carelog) == {"one": ["stored", "stored"]}


async def test_a_run_that_a_link_stopped_goes_nowhere(opened: Opened, shelf: Shelves, scripted: Script) -> None:
    scripted("stop", lambda _: Outcome(stop=True))
    stopping = chain(scripted_link("stop"), storages=["one"], egress_lists=["done"])
    async with opened(storages=on_shelves("one"), chains={"record": stopping}) as carelog:
        await pass_through(carelog)
        await carelog.copier.drain()
        assert await copies_of(carelog) == []
        assert await carelog.egress.count(ME, "done") == 0


async def test_a_waiting_pump_hears_of_copies_at_once(opened: Opened, shelf: Shelves) -> None:
    # A poll of a minute: were it not for the wake-up, the test would run into its deadline.
    async with opened(storages=on_shelves("one"), chains={"record": storing("one")}, poll_seconds=60) as carelog:
        working = asyncio.create_task(carelog.work())
        for count in (1, 2):
            await carelog.intake.accept(ME, [submission()])
            await until(lambda count=count: len(shelf("one").arrived) == count)  # type: ignore[misc]
        carelog.stop()
        await asyncio.wait_for(working, 20)


async def test_without_storages_there_is_nothing_to_do_and_stopping_still_ends_it(opened: Opened) -> None:
    async with opened(chains={"record": storing()}) as carelog:
        working = asyncio.create_task(carelog.work())
        await pass_through(carelog)
        assert not working.done()
        carelog.stop()
        await asyncio.wait_for(working, 20)
        assert await copies_of(carelog) == []


async def test_a_process_that_dies_in_the_middle_of_a_save_loses_nothing(
    opened: Opened, shelf: Shelves, clock: ManualClock
) -> None:
    settings = {"storages": on_shelves("one"), "chains": {"record": storing("one")}}
    async with opened(**settings) as dying, opened(**settings) as other:
        ids = await pass_through(dying, 5)
        shelf("one").free.clear()
        saving = asyncio.create_task(dying.copier.step("one"))
        await shelf("one").waiting.wait()
        assert await other.copier.step("one") == 0  # it is in the first one's hands
        clock.advance(seconds=31)
        taking_over = asyncio.create_task(other.copier.step("one"))
        await until(lambda: shelf("one").serving == 2)
        shelf("one").free.set()
        # Should the first come to life again, what it says counts no more.
        assert await saving == 0
        assert await taking_over == 5
        assert set(shelf("one").kept) == set(ids)
        assert await states(other) == {"one": ["stored"] * 5}


async def test_a_pump_that_is_told_to_leave_lets_go_at_once(opened: Opened, shelf: Shelves) -> None:
    settings = {"storages": on_shelves("one"), "chains": {"record": storing("one")}}
    async with opened(**settings) as leaving, opened(**settings) as other:
        await pass_through(leaving)
        shelf("one").free.clear()
        saving = asyncio.create_task(leaving.copier.step("one"))
        await shelf("one").waiting.wait()
        saving.cancel()
        await asyncio.gather(saving, return_exceptions=True)
        shelf("one").free.set()
        assert await other.copier.step("one") == 1


async def test_two_processes_never_serve_one_storage_at_once(opened: Opened, shelf: Shelves) -> None:
    settings = {"storages": on_shelves("one"), "chains": {"record": storing("one")}, "storage_batch": 3}
    async with opened(**settings) as first, opened(**settings) as second:
        ids = await pass_through(first, 30)

        async def drain_both() -> None:
            while len(shelf("one").arrived) < 30:
                await asyncio.gather(first.copier.drain(), second.copier.drain())

        await asyncio.wait_for(drain_both(), 20)
        assert shelf("one").arrived == ids
        assert shelf("one").most_serving == 1


async def test_a_conversation_that_is_deleted_is_deleted_from_storages_and_never_saved_again(
    opened: Opened, shelf: Shelves, clock: ManualClock
) -> None:
    async with opened(storages=on_shelves("one", "two"), chains={"record": storing("one", "two")}) as carelog:
        shelf("two").fails = lambda _: StorageError("not now")
        [id_] = await pass_through(carelog)
        await carelog.copier.drain()
        assert id_ in shelf("one").kept
        await carelog.deletion.delete(ME, [id_])
        await carelog.copier.drain()
        assert shelf("one").kept == {}
        shelf("two").fails = lambda _: None
        clock.advance(seconds=60)
        await carelog.copier.drain()
        assert shelf("two").kept == {}
        assert await states(carelog) == {"one": ["stored"], "two": ["discarded", "stored"]}


async def test_a_conversation_that_comes_again_after_its_deletion_is_deleted_first_and_then_saved(
    opened: Opened, shelf: Shelves, clock: ManualClock
) -> None:
    chains = {"record": storing("one"), "other": chain({"tag": {"tags": ["more"]}}, storages=["one"])}
    async with opened(storages=on_shelves("one"), chains=chains) as carelog:
        again = submission()
        id_ = again.conversation.uuid
        await carelog.intake.accept(ME, [again])
        await carelog.worker.drain()
        await carelog.copier.drain()
        assert shelf("one").kept[id_].revision > 1
        await carelog.deletion.delete(ME, [id_])
        fewer = {"record": storing("one")}
    async with opened(storages=on_shelves("one"), chains=fewer) as carelog:
        await carelog.intake.accept(ME, [again])
        await carelog.worker.drain()
        shelf("one").keeps = True
        await carelog.copier.drain()
        # It could not be deleted: what is there, of a higher revision, would have outlived the new one.
        assert set(tags_of(Conversation.stored(shelf("one").kept[id_].document))) == {"seen", "more"}
        shelf("one").keeps = False
        for _ in range(3):
            clock.advance(seconds=31)
            await carelog.copier.drain()
        assert set(tags_of(Conversation.stored(shelf("one").kept[id_].document))) == {"seen"}
        assert await states(carelog, id_) == {"one": ["stored", "stored"]}


async def test_what_comes_again_while_its_storage_is_down_is_deleted_and_saved_in_one_go(
    opened: Opened, shelf: Shelves, clock: ManualClock
) -> None:
    async with opened(storages=on_shelves("one"), chains={"record": storing("one")}) as carelog:
        shelf("one").down = True
        again = submission()
        for _ in range(3):
            await carelog.intake.accept(ME, [again])
            await carelog.worker.drain()
            await carelog.deletion.delete(ME, [again.conversation.uuid])
        await carelog.intake.accept(ME, [again])
        await carelog.worker.drain()
        shelf("one").down = False
        await carelog.copier.drain()
        assert list(shelf("one").kept) == [again.conversation.uuid]
        assert (await states(carelog))["one"][-1] == "stored"


def test_a_chain_must_not_name_a_storage_that_there_is_not() -> None:
    from carelog.pipeline.chains import ChainDefinition, Chains
    from carelog.pipeline.copies import require_storages

    chains = Chains({"record": ChainDefinition.model_validate({"links": ["summarize"], "storages": ["archvie"]})})
    with pytest.raises(ConfigurationError, match="chain 'record': there is no storage named 'archvie'"):
        require_storages(chains, ["archive"])
