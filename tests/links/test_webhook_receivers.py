"""Receivers of webhooks that are down, hang or are full: they hold up nobody else, cost nothing, and get it all in the
end."""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Final

import pytest
from carelog_test_links import Behaviour
from made_up import chain, scripted_link, submission
from small_http import Asked, Server, answer, serving
from waiting import finished, until

from carelog.app import Carelog
from carelog.identity import operator
from carelog.kit.breaker import FAILURES, BreakerState
from carelog.kit.clock import ManualClock
from carelog.links.receivers import REST
from carelog.pipeline import Outcome
from carelog.pipeline.gauges import gauges
from carelog.pipeline.run import Lane, Run, RunState
from carelog.pipeline.runs import RunQuery
from carelog.pipeline.submission import Submission

ME: Final = operator()
SECRET: Final = "whsec_" + "c2VjcmV0LW1hZGUtdXAtZm9yLXRlc3RzISE="

Opened = Callable[..., Any]
Script = Callable[[str, Behaviour], None]


@pytest.fixture(autouse=True)
def secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOOK_SECRET", SECRET)


@dataclass
class Hook:
    """What answers posts: as `answers` says, at first. `arrived` are the conversations that it said 204 to."""

    answers: bytes | None = field(default_factory=lambda: answer(503))
    tries: int = 0
    arrived: list[str] = field(default_factory=list)

    def __call__(self, asked: Asked) -> bytes | None:
        self.tries += 1
        if self.answers == TAKEN:
            self.arrived.append(asked.json["data"]["conversation"])
        return self.answers


TAKEN: Final = answer(204)


def hook_to(*servers: Server, **more: Any) -> dict[str, Any]:
    urls = [f"http://127.0.0.1:{server.port}/hook" for server in servers]
    return {"webhook": {"urls": urls, "secret_env": "HOOK_SECRET", "include_document": False, **more}}


async def take_in(carelog: Carelog, count: int, **more: Any) -> list[str]:
    receipts = await carelog.intake.accept(ME, [submission(**more) for _ in range(count)])
    return [str(receipt.conversation_id) for receipt in receipts]


async def runs_of(carelog: Carelog) -> list[Run]:
    return list((await carelog.runs.page(ME, RunQuery(), limit=200)).items)


def pass_the_longest_rest(clock: ManualClock) -> None:
    assert REST.longest is not None
    clock.advance(seconds=2 * REST.longest.total_seconds())


async def test_an_outage_uses_up_no_tries_and_the_backlog_arrives_by_itself(opened: Opened, clock: ManualClock) -> None:
    hook = Hook()
    async with serving(hook) as server, opened(chains={"hook": chain(hook_to(server), max_tries=2)}) as carelog:
        given = await take_in(carelog, 30)
        await carelog.worker.drain()
        assert hook.tries <= FAILURES + 10, "others were posted after it was known to be down"
        for _ in range(10):
            before = hook.tries
            pass_the_longest_rest(clock)
            await carelog.worker.drain()
            assert hook.tries == before + 1, "one trial finds out"
        states = await carelog.runs.counts(ME)
        assert states == {RunState.QUEUED: 30}
        assert all(run.tries < 2 for run in await runs_of(carelog))

        hook.answers = TAKEN
        for _ in range(2):
            pass_the_longest_rest(clock)
            await carelog.worker.drain()
        assert Counter(hook.arrived) == Counter(given)
        assert await carelog.runs.counts(ME) == {RunState.FINISHED: 30}


async def test_one_that_the_configuration_names_no_more_is_not_waited_for_without_end(
    opened: Opened, clock: ManualClock
) -> None:
    hook = Hook()
    async with serving(hook) as server:
        async with opened(chains={"hook": chain(hook_to(server), max_tries=3)}) as carelog:
            await take_in(carelog, FAILURES)
        async with opened(chains={"hook": chain("extract")}) as carelog:
            for _ in range(4):
                await carelog.worker.drain()
                pass_the_longest_rest(clock)
            assert await carelog.runs.counts(ME) == {RunState.DEAD: FAILURES}


async def test_pauses_grow_up_to_a_minute(opened: Opened, clock: ManualClock) -> None:
    hook = Hook()
    async with serving(hook) as server, opened(chains={"hook": chain(hook_to(server))}) as carelog:
        await take_in(carelog, FAILURES)
        await carelog.worker.drain()
        pauses = []
        for _ in range(6):
            retry_in = (await receivers(carelog, clock))[0].retry_in_seconds
            assert retry_in is not None
            pauses.append(retry_in)
            await until_another_try(carelog, clock, hook)
    assert pauses == [5, 10, 20, 40, 60, 60]


async def until_another_try(carelog: Carelog, clock: ManualClock, hook: Hook) -> None:
    before = hook.tries
    for _ in range(200):
        if hook.tries > before:
            return
        clock.advance(seconds=1)
        await carelog.worker.drain()
    raise AssertionError("nobody tried")


async def receivers(carelog: Carelog, clock: ManualClock) -> Any:
    async with carelog.health.read() as connection:
        return (await gauges(connection, clock.now())).receivers


async def test_other_chains_do_not_wait_for_one_that_hangs(opened: Opened, scripted: Script) -> None:
    scripted("nothing", lambda _: Outcome())
    hook = Hook(answers=None)
    async with serving(hook) as server:
        chains = {
            "hook": chain(hook_to(server, timeout_seconds=60)),
            "other": chain(scripted_link("nothing"), channels=["calls"]),
        }
        async with opened(chains=chains, worker_batch=10, worker_concurrency=2, poll_seconds=60) as carelog:
            await take_in(carelog, 50)
            task = asyncio.create_task(carelog.worker.run())
            await until(lambda: hook.tries == 20)
            for count, lane in enumerate((Lane.URGENT, Lane.ROUTINE, Lane.BULK), 1):
                await carelog.intake.accept(ME, [submission_in(lane)])
                await finished(carelog, count)
            assert hook.tries == 20, "no more batches than there are hands wait at one link"
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            assert await carelog.runs.counts(ME) == {RunState.QUEUED: 50, RunState.FINISHED: 3}


def submission_in(lane: Lane) -> Submission:
    return replace(submission(channel="calls"), lane=lane)


async def test_what_was_found_before_it_is_there_while_one_hangs(opened: Opened) -> None:
    hook = Hook(answers=None)
    async with serving(hook) as server:
        chains = {"record": chain("extract", hook_to(server, timeout_seconds=60))}
        async with opened(chains=chains) as carelog:
            await take_in(carelog, 1)
            task = asyncio.create_task(carelog.worker.run())
            await until(lambda: hook.tries == 1)
            [run] = await runs_of(carelog)
            assert (run.state, run.position) == (RunState.RUNNING, 1)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def test_all_processes_leave_it_alone(opened: Opened) -> None:
    hook = Hook()
    async with serving(hook) as server:
        chains = {"hook": chain(hook_to(server))}
        async with opened(chains=chains) as one, opened(chains=chains) as other:
            await take_in(one, 10)
            await one.worker.drain()
            before = hook.tries
            await take_in(other, 10)
            await other.worker.drain()
            assert hook.tries == before


async def test_who_is_well_does_not_get_it_again_while_another_is_down(opened: Opened, clock: ManualClock) -> None:
    well, down = Hook(answers=TAKEN), Hook()
    async with (
        serving(well) as first,
        serving(down) as second,
        opened(chains={"hook": chain(hook_to(first, second))}) as carelog,
    ):
        await take_in(carelog, 20)
        await carelog.worker.drain()
        before = (well.tries, down.tries)
        assert max(before) < 20
        await take_in(carelog, 20)
        await carelog.worker.drain()
        assert (well.tries, down.tries) == before
        down.answers = TAKEN
        for _ in range(2):
            pass_the_longest_rest(clock)
            await carelog.worker.drain()
        assert await carelog.runs.counts(ME) == {RunState.FINISHED: 40}


async def test_one_that_is_full_gets_everything_and_nothing_becomes_a_dead_letter(
    opened: Opened, clock: ManualClock
) -> None:
    taken: Counter[str] = Counter()
    refused = 0

    def two_at_a_time(asked: Asked) -> bytes:
        nonlocal refused
        minute = f"{clock.now():%H:%M}"
        if taken[minute] == 2:
            refused += 1
            return answer(429, retry_after="30")
        taken[minute] += 1
        return TAKEN

    async with (
        serving(two_at_a_time) as server,
        opened(chains={"hook": chain(hook_to(server), max_tries=1)}) as carelog,
    ):
        await take_in(carelog, 12)
        for _ in range(60):
            await carelog.worker.drain()
            clock.advance(seconds=20)
        assert await carelog.runs.counts(ME) == {RunState.FINISHED: 12}
    assert refused


async def test_one_that_is_full_is_held_by_all_processes_and_is_not_taken_for_one_that_is_down(
    opened: Opened, clock: ManualClock
) -> None:
    hook = Hook(answers=answer(429, retry_after="30"))
    async with serving(hook) as server:
        chains = {"hook": chain(hook_to(server), max_tries=1)}
        async with opened(chains=chains) as one, opened(chains=chains) as other:
            await take_in(one, 2 * FAILURES)
            await one.worker.drain()
            before = hook.tries
            await take_in(other, FAILURES)
            await other.worker.drain()
            assert hook.tries == before
            [gauge] = await receivers(one, clock)
            assert (gauge.state, gauge.failures) == (BreakerState.CLOSED, 0)
            hook.answers = TAKEN
            clock.advance(seconds=29)
            await other.worker.drain()
            assert hook.tries == before
            clock.advance(seconds=17)  # those that were put off are spread over half as long again
            await one.worker.drain()
            assert await one.runs.counts(ME) == {RunState.FINISHED: 3 * FAILURES}


async def test_a_conversation_that_a_receiver_cannot_take_keeps_no_other_from_it(
    opened: Opened, clock: ManualClock
) -> None:
    arrived: set[str] = set()
    poison: list[str] = []

    def chokes(asked: Asked) -> bytes:
        conversation = asked.json["data"]["conversation"]
        if conversation in poison:
            return answer(500)
        arrived.add(conversation)
        return TAKEN

    async with serving(chokes) as server, opened(chains={"hook": chain(hook_to(server), max_tries=8)}) as carelog:
        poison += await take_in(carelog, 1)
        for _ in range(20):
            await carelog.worker.drain()
            clock.advance(seconds=30)
        given = []
        for _ in range(20):
            given += await take_in(carelog, 1)
            for _ in range(4):
                await carelog.worker.drain()
                clock.advance(seconds=30)
        assert arrived == set(given)
        assert await carelog.runs.counts(ME) == {RunState.FINISHED: 20, RunState.DEAD: 1}


async def test_one_subject_s_messages_are_read_while_their_receiver_is_down_and_arrive_in_order(
    opened: Opened, clock: ManualClock
) -> None:
    hook = Hook()
    async with serving(hook) as server:
        chains = {"record": chain("extract", hook_to(server), channels=["whatsapp"])}
        async with opened(chains=chains, worker_batch=1) as carelog:
            given = []
            for _ in range(FAILURES + 3):
                given += await take_in(carelog, 1, channel="whatsapp")
                for _ in range(8):
                    await carelog.worker.drain()
                    clock.advance(seconds=2)
            runs = await runs_of(carelog)
            assert {run.state for run in runs} == {RunState.QUEUED}
            assert [run.position for run in runs] == [1] * len(runs), "something urgent may be in any of them"
            hook.answers = TAKEN
            for _ in range(len(given)):
                pass_the_longest_rest(clock)
                await carelog.worker.drain()
            assert hook.arrived == given


async def test_how_a_receiver_fares_is_told_without_its_url(opened: Opened, clock: ManualClock) -> None:
    hook = Hook()
    async with serving(hook) as server, opened(chains={"hook": chain(hook_to(server))}) as carelog:
        await take_in(carelog, FAILURES)
        await carelog.worker.drain()
        [gauge] = await receivers(carelog, clock)
        assert (gauge.state, gauge.failures, gauge.retry_in_seconds) == (BreakerState.OPEN, FAILURES, 5)
        assert gauge.receiver.startswith(f"127.0.0.1:{server.port}#")
        assert "/hook" not in gauge.receiver
        clock.advance(seconds=3 * 3600)  # nobody posts to it any more
        assert not await receivers(carelog, clock)
