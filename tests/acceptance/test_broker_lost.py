"""The broker is a hint: whatever becomes of it, what was accepted comes to its end, once."""

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Final

import pytest
from installation import Installation, until
from servers import RedisServer
from short_calls import Call, Fact, calls

from carelog.pipeline.dispatch.streams import STREAMS

Install = Callable[..., AbstractAsyncContextManager[Installation]]
Facts = Callable[[Sequence[Call]], Counter[Fact]]

_CALLS: Final = 400


def announced(redis: RedisServer) -> int:
    """Messages about runs that are not settled."""
    return sum(int(redis.command("XLEN", stream)[1:]) for stream in STREAMS.values())


def heard_by_two(redis: RedisServer) -> bool:
    """Whether both worker processes read the streams."""
    said = [redis.command("XINFO", "GROUPS", stream) for stream in STREAMS.values()]
    return all(b"consumers\r\n:2\r\n" in one for one in said)


async def flush(redis: RedisServer, _: Installation) -> None:
    redis.flush()


async def kill(redis: RedisServer, installation: Installation) -> None:
    """It is away while more is taken in, or worked on; when it is back it is empty."""
    await asyncio.to_thread(redis.stop)
    before = len(installation.answered) + await installation.over()

    async def went_on() -> bool:
        return len(installation.answered) + await installation.over() >= min(before + 50, 2 * _CALLS)

    await until(went_on)
    await asyncio.to_thread(redis.start)


@pytest.mark.parametrize("fault", [flush, kill])
async def test_a_broker_that_forgets_all_loses_nothing(
    install: Install,
    health_url: Callable[[str], str],
    redis_server: RedisServer,
    facts: Facts,
    fault: Callable[[RedisServer, Installation], Coroutine[None, None, None]],
) -> None:
    handed = calls(_CALLS)
    async with install(health_url("sqlite"), redis_server.url, workers=False) as installation:

        async def lose_the_broker() -> None:
            """Once with all that was announced, and nobody has heard; once while it is worked on."""
            await installation.until_accepted(_CALLS // 3)
            assert announced(redis_server), "there was nothing to be lost"
            await fault(redis_server, installation)
            await installation.start_workers()
            await installation.until_at_work(_CALLS // 2, _CALLS)
            await fault(redis_server, installation)

        async with asyncio.TaskGroup() as at_once:
            at_once.create_task(installation.hand_in(handed))
            at_once.create_task(lose_the_broker())
        await installation.check(handed, facts(handed))
        assert installation.refused == 0
        await until(lambda: heard_by_two(redis_server))
