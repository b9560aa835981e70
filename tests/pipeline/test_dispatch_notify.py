"""LISTEN/NOTIFY: workers of other processes hear of runs at once, also after PostgreSQL was gone."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from carelog_test_links import Behaviour
from made_up import chain, scripted_link, submission
from servers import PostgresServer
from sqlalchemy import text
from waiting import finished, until, working

from carelog.app import Carelog, open_carelog
from carelog.db import Database
from carelog.identity import operator
from carelog.kit.clock import SystemClock
from carelog.pipeline import Outcome, Work
from carelog.settings import Settings

ME = operator()
Script = Callable[[str, Behaviour], None]
Opened = Callable[..., Any]
CHAINS = {"record": chain(scripted_link("nothing"))}


@pytest.fixture
def dialect() -> str:
    return "postgresql"


async def accepts(carelog: Carelog) -> bool:
    try:
        await carelog.intake.accept(ME, [submission()])
    except Exception:  # noqa: BLE001  as a client would see a 503
        return False
    return True


async def test_workers_of_other_processes_are_woken(opened: Opened, scripted: Script) -> None:
    scripted("nothing", lambda _: Outcome())
    # Polls of a minute: were it not for the notification, the test would run into its deadline.
    waiting = {"chains": CHAINS, "poll_seconds": 60}
    async with opened(**waiting) as api, opened(**waiting) as other, working(other):
        for count in (1, 2, 3):
            await api.intake.accept(ME, [submission()])
            await finished(api, count)


async def test_a_database_that_was_restarted_is_listened_to_again(
    postgres_server: PostgresServer, settings: Settings, scripted: Script
) -> None:
    scripted("nothing", lambda _: Outcome())
    private = Settings(
        **{**settings.model_dump(), "database_url": postgres_server.url, "chains": CHAINS, "poll_seconds": 60}
    )
    clock = SystemClock()
    async with open_carelog(private, clock) as api, open_carelog(private, clock) as other, working(other):
        await api.intake.accept(ME, [submission()])
        await finished(api, 1)
        await asyncio.to_thread(postgres_server.stop)
        assert not await accepts(api)
        await asyncio.to_thread(postgres_server.start)
        for count in (2, 3):
            await until(lambda: accepts(api))
            await finished(api, count)


async def test_runs_that_are_handed_back_are_taken_up_by_others_at_once(opened: Opened, scripted: Script) -> None:
    started = asyncio.Event()

    async def hang_at_first(_work: Work) -> Outcome:
        if not started.is_set():
            started.set()
            await asyncio.Event().wait()
        return Outcome()

    scripted("nothing", hang_at_first)
    waiting = {"chains": CHAINS, "poll_seconds": 60}
    async with opened(**waiting) as one, opened(**waiting) as other:
        await one.intake.accept(ME, [submission()])
        hanging = asyncio.create_task(one.worker.run())
        await started.wait()
        async with working(other):
            hanging.cancel()
            await asyncio.gather(hanging, return_exceptions=True)
            await finished(other, 1)


async def test_nothing_listens_once_the_worker_has_stopped(opened: Opened, settings: Settings) -> None:
    async with opened(chains={"record": chain({"tag": {"tags": ["seen"]}})}) as carelog:
        database = Database(settings.health_url)
        query = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND datname = current_database()"

        async def listeners(count: int) -> bool:
            async with database.read() as connection:
                return bool((await connection.execute(text(query))).scalar_one() == count)

        async with working(carelog):
            await until(lambda: listeners(1))
        await until(lambda: listeners(0))
        await database.close()
