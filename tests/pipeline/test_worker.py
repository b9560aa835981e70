"""The worker: hears of new work, survives trouble, stops when told, shares with others."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from carelog_test_links import Behaviour, CountingLink
from made_up import chain, checkpoint_link, scripted_link, submission
from waiting import finished, until, working

from carelog.identity import operator
from carelog.kit.clock import ManualClock
from carelog.kit.ids import new_id
from carelog.pipeline import Outcome, Work, ledger
from carelog.pipeline.run import RunState
from carelog.pipeline.runs import RunQuery

ME = operator()
Script = Callable[[str, Behaviour], None]
Opened = Callable[..., Any]


async def test_a_waiting_worker_hears_of_new_work_at_once(opened: Opened, scripted: Script) -> None:
    scripted("nothing", lambda _: Outcome())
    # A poll of a minute: were it not for the wake-up, the test would run into its deadline.
    chains = {"record": chain(scripted_link("nothing"))}
    async with opened(chains=chains, poll_seconds=60) as carelog, working(carelog):
        for count in (1, 2):
            await carelog.intake.accept(ME, [submission()])
            await finished(carelog, count)


async def test_work_that_another_process_queued_is_found_by_looking(opened: Opened, scripted: Script) -> None:
    scripted("nothing", lambda _: Outcome())
    chains = {"record": chain(scripted_link("nothing"))}
    async with opened(chains=chains, poll_seconds=0.05) as carelog, opened(chains=chains) as other, working(carelog):
        await other.intake.accept(ME, [submission()])
        await finished(carelog, 1)


async def test_workers_share_without_doing_anything_twice(opened: Opened, scripted: Script) -> None:
    seen: list[str] = []
    scripted("note", lambda w: seen.append(w.key) or Outcome())  # type: ignore[func-returns-value]
    chains = {"record": chain(scripted_link("note"))}
    async with opened(chains=chains, worker_batch=3) as one, opened(chains=chains, worker_batch=3) as two:
        await one.intake.accept(ME, [submission() for _ in range(40)])
        await asyncio.gather(one.worker.drain(), two.worker.drain())
        assert (await one.runs.counts(ME)) == {RunState.FINISHED: 40}
    assert len(seen) == len(set(seen)) == 40


async def test_a_cancelled_worker_hands_its_runs_back_at_once(opened: Opened, scripted: Script) -> None:
    started = asyncio.Event()

    async def hang(_work: Work) -> Outcome:
        started.set()
        await asyncio.Event().wait()
        return Outcome()

    scripted("hang", hang)
    async with opened(chains={"record": chain(scripted_link("hang"))}) as carelog:
        [receipt] = await carelog.intake.accept(ME, [submission()])
        stepping = asyncio.create_task(carelog.worker.step())
        await started.wait()
        stepping.cancel()
        await asyncio.gather(stepping, return_exceptions=True)
        run = await carelog.runs.get(ME, receipt.runs[0])
        assert (run.state, run.tries) == (RunState.QUEUED, 0)


async def test_a_batch_that_cannot_be_executed_does_not_end_the_worker(
    opened: Opened, scripted: Script, clock: ManualClock
) -> None:
    failed = asyncio.Event()

    def fail_once(_work: Work) -> Outcome:
        if failed.is_set():
            return Outcome()
        failed.set()
        raise RuntimeError

    scripted("fail once", fail_once)
    faulty = chain({"scripted_faulty": {"does": "fail once"}})
    async with opened(chains={"record": faulty}, poll_seconds=0.05) as carelog:
        await carelog.intake.accept(ME, [submission()])
        async with working(carelog):
            await asyncio.wait_for(failed.wait(), 20)
            clock.advance(seconds=31)  # past its lease
            async with asyncio.timeout(20):
                while not (await carelog.runs.counts(ME)).get(RunState.FINISHED):
                    clock.advance(seconds=1)  # past the pause before the next try
                    await asyncio.sleep(0.05)


async def test_a_worker_has_several_batches_in_hand(opened: Opened, scripted: Script) -> None:
    both = asyncio.Barrier(2)

    async def wait_for_the_other(_work: Work) -> Outcome:
        await both.wait()
        return Outcome()

    scripted("wait", wait_for_the_other)
    chains = {"record": chain(scripted_link("wait"))}
    async with opened(chains=chains, worker_batch=1, worker_concurrency=2, poll_seconds=60) as carelog:
        async with working(carelog):
            for count in (2, 4):
                await carelog.intake.accept(ME, [submission(), submission()])
                await finished(carelog, count)
        assert (carelog.worker.done, carelog.worker.failed, carelog.worker.in_hand) == (4, 0, 0)


async def test_one_long_batch_does_not_keep_the_others_waiting(opened: Opened, scripted: Script) -> None:
    release = asyncio.Event()

    async def long(_work: Work) -> Outcome:
        await release.wait()
        return Outcome()

    scripted("nothing", lambda _: Outcome())
    scripted("long", long)
    chains = {"record": chain(scripted_link("nothing")), "long": chain(scripted_link("long"), channels=["scan"])}
    async with opened(chains=chains, worker_concurrency=2, poll_seconds=60) as carelog, working(carelog):
        await carelog.intake.accept(ME, [submission(channel="scan")])
        await until(lambda: carelog.worker.in_hand == 1)
        for count in (1, 2, 3):
            await carelog.intake.accept(ME, [submission()])
            await finished(carelog, count)
        await until(lambda: carelog.worker.in_hand == 1)
        release.set()


async def test_conversations_that_take_long_to_read_are_read_one_at_a_time_and_nobody_waits_for_them(
    opened: Opened, scripted: Script, clock: ManualClock
) -> None:
    release = asyncio.Event()
    reading = []

    async def read(work: Work) -> Outcome:
        if len(work.conversation.json) > 200_000:
            reading.append(work.conversation_id)
            await release.wait()
        return Outcome()

    scripted("read", read)
    chains = {"record": chain(scripted_link("read"))}
    async with opened(chains=chains, worker_concurrency=1, poll_seconds=60) as carelog, working(carelog):
        await carelog.intake.accept(ME, [submission("I have a headache. " * 12_000) for _ in range(3)])
        await until(lambda: len(reading) == 1)
        for count in (1, 2, 3):
            await carelog.intake.accept(ME, [submission()])
            await finished(carelog, count)
        waiting = (await carelog.runs.page(ME, RunQuery(states=(RunState.QUEUED,)), limit=9)).items
        assert [(run.tries, run.error) for run in waiting] == [(0, None), (0, None)]
        assert len(reading) == 1
        release.set()
        await finished(carelog, 4)
        clock.advance(seconds=10)
        await carelog.intake.accept(ME, [submission()])  # by which the worker looks again, as it would in time
        await finished(carelog, 6)
        clock.advance(seconds=10)
        await carelog.intake.accept(ME, [submission()])
        await finished(carelog, 8)
    assert len(set(reading)) == 3
    assert (carelog.worker.done, carelog.worker.failed) == (8, 0)


async def test_a_long_recording_is_not_long_to_read(opened: Opened, scripted: Script) -> None:
    CountingLink.sizes.clear()
    scripted("nothing", lambda _: Outcome())
    recording = {
        "type": "recording",
        "start": "2026-01-05T08:00:00-05:00",
        "parties": 0,
        "mediatype": "audio/ogg",
        "encoding": "base64url",
        "body": "T2dnUw" * 50_000,
    }
    async with opened(chains={"record": chain({"scripted_batch": {"does": "nothing"}})}) as carelog:
        await carelog.intake.accept(ME, [submission(dialog=[recording]) for _ in range(2)])
        await carelog.worker.drain()
    assert CountingLink.sizes == [2]


async def test_who_waits_for_what_is_outside_keeps_no_hand(opened: Opened, scripted: Script) -> None:
    release = asyncio.Event()

    async def wait(_work: Work) -> Outcome:
        await release.wait()
        return Outcome()

    scripted("nothing", lambda _: Outcome())
    scripted("wait", wait)
    chains = {
        "outside": chain(scripted_link("nothing"), checkpoint_link("wait")),
        "record": chain(scripted_link("nothing"), channels=["calls"]),
    }
    async with (
        opened(chains=chains, worker_batch=2, worker_concurrency=1, poll_seconds=60) as carelog,
        working(carelog),
    ):
        await carelog.intake.accept(ME, [submission() for _ in range(7)])
        await until(lambda: carelog.worker.in_hand == 2)
        for count in (1, 2, 3):
            await carelog.intake.accept(ME, [submission(channel="calls")])
            await finished(carelog, count)
        # The others have come as far as there, and wait for room without being tried.
        runs = (await carelog.runs.page(ME, RunQuery(chain="outside"), limit=9)).items
        assert (
            sorted((run.state, run.tries, run.position) for run in runs if run.state is RunState.QUEUED)
            == [(RunState.QUEUED, 0, 1)] * 5
        )
        release.set()
        await finished(carelog, 10)
    assert (carelog.worker.done, carelog.worker.failed) == (10, 0)


async def test_links_that_call_outside_one_after_another_have_room_each(opened: Opened, scripted: Script) -> None:
    release = asyncio.Event()
    near: list[str] = []

    async def wait(_work: Work) -> Outcome:
        await release.wait()
        return Outcome()

    scripted("near", lambda work: near.append(work.key) or Outcome())  # type: ignore[func-returns-value]
    scripted("far", wait)
    chains = {"record": chain(checkpoint_link("near"), checkpoint_link("far"))}
    async with (
        opened(chains=chains, worker_batch=1, worker_concurrency=1, poll_seconds=60) as carelog,
        working(carelog),
    ):
        await carelog.intake.accept(ME, [submission() for _ in range(5)])
        await until(lambda: len(near) == 5)
        release.set()
        await finished(carelog, 5)
    assert len(set(near)) == 5


async def test_a_worker_that_is_told_to_stop_ends_what_waits_outside(opened: Opened, scripted: Script) -> None:
    release, waits = asyncio.Event(), asyncio.Event()

    async def wait(_work: Work) -> Outcome:
        waits.set()
        await release.wait()
        return Outcome()

    scripted("wait", wait)
    async with opened(chains={"record": chain(checkpoint_link("wait"))}) as carelog:
        await carelog.intake.accept(ME, [submission()])
        async with working(carelog):
            await waits.wait()
            carelog.worker.stop()
            release.set()
        assert await carelog.runs.counts(ME) == {RunState.FINISHED: 1}


@pytest.mark.parametrize("link", [scripted_link, checkpoint_link])
async def test_a_cancelled_worker_hands_all_its_batches_back(
    opened: Opened, scripted: Script, link: Callable[[str], dict[str, Any]]
) -> None:
    async def hang(_work: Work) -> Outcome:
        await asyncio.Event().wait()
        return Outcome()

    scripted("hang", hang)
    async with opened(chains={"record": chain(link("hang"))}, worker_batch=2, worker_concurrency=3) as carelog:
        await carelog.intake.accept(ME, [submission() for _ in range(6)])
        task = asyncio.create_task(carelog.worker.run())
        await until(lambda: carelog.worker.in_hand == 6)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert await carelog.runs.counts(ME) == {RunState.QUEUED: 6}
        assert carelog.worker.in_hand == 0


async def test_a_lease_that_ran_out_is_seen_at_once_by_who_has_nothing_else_to_do(
    opened: Opened, scripted: Script, clock: ManualClock
) -> None:
    scripted("nothing", lambda _: Outcome())
    async with opened(chains={"record": chain(scripted_link("nothing"))}) as carelog:
        assert await carelog.worker.step() == 0
        [receipt] = await carelog.intake.accept(ME, [submission()])
        async with carelog.health.write() as connection:
            # By a worker that dies.
            lasting = timedelta(seconds=1)
            assert await ledger.claim(connection, lease=new_id(), now=clock.now(), lasting=lasting, limit=1)
        assert await carelog.worker.step() == 0
        clock.advance(seconds=2)
        await carelog.worker.step()
        run = await carelog.runs.get(ME, receipt.runs[0])
        assert (run.state, run.error and run.error["code"]) == (RunState.QUEUED, "lease.expired")


async def test_attempts_that_came_to_nothing_are_counted(opened: Opened, scripted: Script, clock: ManualClock) -> None:
    def fail_once(_work: Work, failures: list[None] = []) -> Outcome:  # noqa: B006
        if failures:
            return Outcome()
        failures.append(None)
        raise RuntimeError

    scripted("fail once", fail_once)
    async with opened(chains={"record": chain(scripted_link("fail once"))}) as carelog:
        await carelog.intake.accept(ME, [submission()])
        await carelog.worker.drain()
        assert (carelog.worker.done, carelog.worker.failed) == (0, 1)
        clock.advance(seconds=60)
        await carelog.worker.drain()
        assert (carelog.worker.done, carelog.worker.failed) == (1, 1)
