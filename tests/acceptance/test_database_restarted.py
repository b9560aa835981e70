"""PostgreSQL crashes and comes back: meanwhile callers are told to come again, and then work goes on by itself."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Final

import asyncpg
import pytest
from installation import Installation
from servers import PostgresServer
from short_calls import Call, Fact, calls

Install = Callable[..., AbstractAsyncContextManager[Installation]]
Facts = Callable[[Sequence[Call]], Counter[Fact]]

_CALLS: Final = 600


async def tell(server: PostgresServer, *statements: str) -> None:
    connection = await asyncpg.connect(server.url)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


@pytest.fixture
async def durable(postgres_server: PostgresServer) -> AsyncIterator[PostgresServer]:
    """As whoever installs it has it: a commit is on disk."""
    await tell(postgres_server, "ALTER SYSTEM SET fsync = on", "SELECT pg_reload_conf()")
    yield postgres_server
    postgres_server.start()
    await tell(postgres_server, "ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()")


async def test_a_crash_of_postgresql_loses_nothing_and_repeats_nothing(
    install: Install, durable: PostgresServer, facts: Facts
) -> None:
    handed = calls(_CALLS)
    async with install(durable.url) as installation:
        up, workers = installation.up, installation.workers.children()

        async def crash() -> None:
            await installation.until_at_work(_CALLS // 4, _CALLS)
            await asyncio.to_thread(durable.stop)
            await installation.until_refused(20)
            await asyncio.to_thread(durable.start)

        async with asyncio.TaskGroup() as at_once:
            at_once.create_task(installation.hand_in(handed))
            at_once.create_task(crash())
        await installation.check(handed, facts(handed))
        assert up.lives
        assert installation.workers.children() == workers, "worker processes died of it"
