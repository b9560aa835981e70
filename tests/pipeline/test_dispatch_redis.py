"""Dispatch over Redis Streams: runs reach the workers of other processes, and nothing that befalls Redis loses one."""

import logging
import re
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from carelog_test_links import Behaviour
from hypothesis import given
from hypothesis import strategies as st
from made_up import chain, scripted_link, submission
from servers import RedisServer
from waiting import finished, until, working

from carelog.identity import operator
from carelog.kit.errors import ConfigurationError
from carelog.kit.ids import new_id
from carelog.pipeline import Outcome, Work
from carelog.pipeline.dispatch import StreamOptions
from carelog.pipeline.dispatch.streams import GROUP, STREAMS, RedisDispatch, run_ids
from carelog.pipeline.run import Lane, Run

ME = operator()
Script = Callable[[str, Behaviour], None]
Opened = Callable[..., Any]
NOTED = {"record": chain(scripted_link("note"), channels=["checkin", "whatsapp"])}

# No worker looks into the ledger of its own accord within a test: what it does, it has heard of.
NEVER = 60.0


def left(redis: RedisServer) -> int:
    """How many messages are in the streams: read by nobody, or not acknowledged."""
    return sum(int(redis.command("XLEN", stream)[1:]) for stream in STREAMS.values())


def listens(redis: RedisServer, processes: int = 1) -> bool:
    """Whether so many processes wait for messages of every lane."""
    waiting = re.search(rb"blocked_clients:(\d+)", redis.command("INFO", "clients"))
    return waiting is not None and int(waiting[1]) >= processes * len(STREAMS)


@pytest.fixture
def seen(scripted: Script) -> list[UUID]:
    """The conversations that the link `note` was given, in order."""
    given: list[UUID] = []

    def note(work: Work) -> Outcome:
        given.append(work.conversation.uuid)
        return Outcome()

    scripted("note", note)
    return given


async def test_runs_reach_workers_of_other_processes(
    opened: Opened, redis_server: RedisServer, seen: list[UUID]
) -> None:
    over_redis = {"chains": NOTED, "broker_url": redis_server.url, "poll_seconds": NEVER, "worker_batch": 7}
    async with opened(**over_redis) as api, opened(**over_redis) as one, opened(**over_redis) as two:
        async with working(one), working(two):
            await until(lambda: listens(redis_server, processes=2))
            for round_ in (1, 2, 3):
                await api.intake.accept(ME, [submission() for _ in range(40)])
                await finished(api, round_ * 40)
            await until(lambda: left(redis_server) == 0)
        assert one.worker.done + two.worker.done == 120
    assert len(seen) == len(set(seen)) == 120


async def test_a_flushed_redis_loses_nothing(opened: Opened, redis_server: RedisServer, scripted: Script) -> None:
    executed: list[UUID] = []

    def flush_half_way(work: Work) -> Outcome:
        executed.append(work.conversation.uuid)
        if len(executed) == 20:
            redis_server.flush()
        return Outcome()

    scripted("note", flush_half_way)
    over_redis = {"chains": NOTED, "broker_url": redis_server.url, "poll_seconds": 0.1, "worker_batch": 3}
    async with opened(**over_redis) as api, opened(**over_redis) as other:
        await api.intake.accept(ME, [submission() for _ in range(40)])
        async with working(other):
            await finished(api, 40)
            # The groups are made anew, and what comes is read from the streams again.
            await until(lambda: listens(redis_server))
            await api.intake.accept(ME, [submission()])
            await finished(api, 41)
            await until(lambda: left(redis_server) == 0)
    assert len(executed) == len(set(executed)) == 41


async def test_without_redis_runs_are_found_in_the_ledger_and_later_in_the_streams_again(
    opened: Opened, redis_server: RedisServer, seen: list[UUID]
) -> None:
    over_redis = {"chains": NOTED, "broker_url": redis_server.url, "poll_seconds": 0.1}
    redis_server.stop()
    async with opened(**over_redis) as api, opened(**over_redis) as other, working(other):
        await api.intake.accept(ME, [submission()])
        await finished(api, 1)
        redis_server.start()
        await until(lambda: listens(redis_server))
        await api.intake.accept(ME, [submission()])
        await finished(api, 2)
        await until(lambda: left(redis_server) == 0)
        redis_server.stop()
        await api.intake.accept(ME, [submission()])
        await finished(api, 3)
    assert len(seen) == len(set(seen)) == 3


async def test_without_redis_a_worker_hears_of_what_its_own_process_accepts(
    opened: Opened, redis_server: RedisServer, seen: list[UUID]
) -> None:
    async with opened(chains=NOTED, broker_url=redis_server.url, poll_seconds=NEVER) as carelog, working(carelog):
        await until(lambda: listens(redis_server))
        for count in (1, 2, 3):
            await carelog.intake.accept(ME, [submission()])
            await finished(carelog, count)
            redis_server.stop()
    assert len(seen) == 3


async def test_messages_of_one_thread_are_worked_on_in_order(
    opened: Opened, redis_server: RedisServer, seen: list[UUID]
) -> None:
    over_redis = {"chains": NOTED, "broker_url": redis_server.url, "poll_seconds": 0.1, "worker_batch": 2}
    async with opened(**over_redis) as one, opened(**over_redis) as two, working(one), working(two):
        thread = [submission(channel="whatsapp") for _ in range(12)]
        await one.intake.accept(ME, thread)
        await finished(one, 12)
    assert seen == [message.conversation.uuid for message in thread]


async def test_a_run_whose_announcement_was_lost_is_found(
    opened: Opened, redis_server: RedisServer, seen: list[UUID]
) -> None:
    async with opened(chains=NOTED) as silent:
        await silent.intake.accept(ME, [submission()])
    async with opened(chains=NOTED, broker_url=redis_server.url, poll_seconds=0.1) as carelog, working(carelog):
        await finished(carelog, 1)
    assert len(seen) == 1


@asynccontextmanager
async def dispatch_over(redis: RedisServer, **options: timedelta) -> AsyncIterator[RedisDispatch]:
    dispatch = RedisDispatch(redis.url, StreamOptions(batch=5, **options))
    try:
        yield dispatch
    finally:
        await dispatch.close()


async def heard(dispatch: RedisDispatch, count: int) -> list[UUID]:
    """What a worker hears of, in the order in which it would take it on."""
    runs: list[UUID] = []

    def take() -> bool:
        if found := dispatch.take(count - len(runs)):
            runs.extend(found.runs)
        return len(runs) == count

    await until(take)
    return runs


def run_in(lane: Lane) -> Run:
    now = datetime(2026, 1, 5, 9, tzinfo=UTC)
    return Run(new_id(), new_id(), new_id(), "record", "1", created_at=now, updated_at=now, due_at=now, lane=lane)


async def test_what_a_dead_consumer_left_is_taken_over_though_nothing_new_arrives(redis_server: RedisServer) -> None:
    run = run_in(Lane.ROUTINE)
    soon = {"poll": timedelta(seconds=0.05), "abandoned": timedelta(seconds=0.1)}
    async with dispatch_over(redis_server, **soon) as dispatch:
        async with dispatch.listening():
            await until(lambda: listens(redis_server))
        dispatch.announce([run])
        stream = STREAMS[Lane.ROUTINE]
        await until(lambda: left(redis_server) == 1)
        got = redis_server.command("XREADGROUP", "GROUP", GROUP, "killed", "COUNT", "9", "STREAMS", stream, ">")
        assert run.id.hex.encode() in got
        async with dispatch.listening():
            assert await heard(dispatch, 1) == [run.id]

    def consumers() -> bytes:
        return redis_server.command("XINFO", "CONSUMERS", stream, GROUP)

    await until(lambda: re.search(rb"killed.*?idle\r\n:\d{3}", consumers(), re.DOTALL) is not None)
    async with dispatch_over(redis_server, **soon) as later, later.listening():
        await until(lambda: b"killed" not in consumers())


async def test_what_was_announced_before_there_was_a_worker_is_heard_of(redis_server: RedisServer) -> None:
    run = run_in(Lane.BULK)
    async with dispatch_over(redis_server, poll=timedelta(seconds=NEVER)) as dispatch:
        dispatch.announce([run])
        await until(lambda: left(redis_server) == 1)
        async with dispatch.listening():
            assert await heard(dispatch, 1) == [run.id]


async def test_urgent_runs_are_taken_first(redis_server: RedisServer) -> None:
    runs = [run_in(lane) for lane in (Lane.BULK, Lane.ROUTINE, Lane.URGENT) for _ in range(3)]
    async with dispatch_over(redis_server, poll=timedelta(seconds=NEVER)) as dispatch, dispatch.listening():
        dispatch.announce(runs)
        await until(lambda: redis_server.command("XINFO", "GROUPS", STREAMS[Lane.BULK]).count(b"lag\r\n:0\r\n") == 1)
        await until(lambda: len(dispatch._backlog) == 9)
        assert await heard(dispatch, 9) == [run.id for run in sorted(runs, key=lambda run: run.lane)]


async def test_a_message_is_acknowledged_once_all_its_runs_are_settled(redis_server: RedisServer) -> None:
    async with dispatch_over(redis_server, poll=timedelta(seconds=NEVER)) as dispatch, dispatch.listening():
        dispatch.take(1)
        dispatch.announce([run_in(Lane.ROUTINE), run_in(Lane.ROUTINE)])
        await until(lambda: len(dispatch._backlog) == 2)
        first, second = dispatch.take(1), dispatch.take(1)
        assert first and second
        dispatch.settled(first)
        dispatch.announce([run_in(Lane.ROUTINE)])
        await until(lambda: left(redis_server) == 2)  # what was announced later is there, and the first still is
        dispatch.settled(second)
        await until(lambda: left(redis_server) == 1)


async def test_what_is_no_message_of_ours_is_thrown_out(redis_server: RedisServer) -> None:
    stream = STREAMS[Lane.URGENT]
    redis_server.command("XADD", stream, "*", "some", "thing")
    redis_server.command("XADD", stream, "*", "__data__", '["no id"]')
    run = run_in(Lane.URGENT)
    async with dispatch_over(redis_server) as dispatch, dispatch.listening():
        dispatch.announce([run])
        assert await heard(dispatch, 1) == [run.id]
        await until(lambda: left(redis_server) == 1)


async def test_a_broker_that_is_away_is_told_once(redis_server: RedisServer, caplog: pytest.LogCaptureFixture) -> None:
    def told(level: int) -> int:
        return sum("broker" in record.message for record in caplog.records if record.levelno == level)

    caplog.set_level(logging.INFO, logger="carelog")
    async with dispatch_over(redis_server, poll=timedelta(seconds=NEVER)) as dispatch:
        redis_server.stop()
        for _ in range(3):
            dispatch.announce([run_in(Lane.ROUTINE)])
            await until(lambda: not dispatch._sending.busy)
        assert (told(logging.WARNING), told(logging.INFO)) == (1, 0)
        redis_server.start()
        dispatch.announce([run_in(Lane.ROUTINE)])
        await until(lambda: left(redis_server) == 1)
        await until(lambda: told(logging.INFO) == 1)
    assert told(logging.WARNING) == 1


@given(body=st.recursive(st.none() | st.integers() | st.text() | st.uuids().map(str), st.lists))
def test_whatever_a_message_holds_its_runs_are_read(body: object) -> None:
    named = body if isinstance(body, list) else []
    assert {str(run) for run in run_ids(body)} >= {name for name in named if isinstance(name, str) and is_uuid(name)}


def is_uuid(text: str) -> bool:
    return re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", text) is not None


@pytest.mark.parametrize("url", ["amqp://127.0.0.1", "127.0.0.1:6379", "redis://127.0.0.1:port/0"])
def test_a_broker_that_is_not_redis_is_refused(url: str) -> None:
    with pytest.raises(ConfigurationError, match="broker_url"):
        RedisDispatch(url, StreamOptions())


def test_without_the_library_the_extra_to_install_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "faststream.redis", None)
    with pytest.raises(ConfigurationError, match=r"carelog\[redis\]"):
        RedisDispatch("redis://127.0.0.1", StreamOptions())
