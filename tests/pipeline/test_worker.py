"""The worker: hears of new work, survives trouble, stops when told, shares with others."""

import asyncio
from collections.abc import Callable
from typing import Any

from carelog_test_links import Behaviour
from made_up import chain, scripted_link, submission

from carelog.app import Carelog
from carelog.identity import operator
from carelog.kit.clock import ManualClock
from carelog.pipeline import Outcome, Work
from carelog.pipeline.run import RunState

ME = operator()
Script = Callable[[str, Behaviour], None]
Opened = Callable[..., Any]


async def finished(carelog: Carelog, count: int) -> None:
    async with asyncio.timeout(20):
        while (await carelog.runs.counts(ME)).get(RunState.FINISHED, 0) < count:
            await asyncio.sleep(0.01)


async def test_a_waiting_worker_hears_of_new_work_at_once(opened: Opened, scripted: Script) -> None:
    scripted("nothing", lambda _: Outcome())
    # A poll of a minute: were it not for the wake-up, the test would run into its deadline.
    async with opened(chains={"record": chain(scripted_link("nothing"))}, poll_seconds=60) as carelog:
        working = asyncio.create_task(carelog.worker.run())
        for count in (1, 2):
            await carelog.intake.accept(ME, [submission()])
            await finished(carelog, count)
        carelog.worker.stop()
        await asyncio.wait_for(working, 20)


async def test_work_that_another_process_queued_is_found_by_looking(opened: Opened, scripted: Script) -> None:
    scripted("nothing", lambda _: Outcome())
    chains = {"record": chain(scripted_link("nothing"))}
    async with opened(chains=chains, poll_seconds=0.05) as carelog, opened(chains=chains) as other:
        working = asyncio.create_task(carelog.worker.run())
        await other.intake.accept(ME, [submission()])
        await finished(carelog, 1)
        carelog.worker.stop()
        await asyncio.wait_for(working, 20)


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
        working = asyncio.create_task(carelog.worker.run())
        await asyncio.wait_for(failed.wait(), 20)
        clock.advance(seconds=31)  # past its lease
        async with asyncio.timeout(20):
            while not (await carelog.runs.counts(ME)).get(RunState.FINISHED):
                clock.advance(seconds=1)  # past the pause before the next try
                await asyncio.sleep(0.05)
        assert not working.done()
        carelog.worker.stop()
        await asyncio.wait_for(working, 20)
