"""Reprocessing, while the processes that do it are killed: each conversation's entries are the old ones or the new
ones, and at last the new ones, once."""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from random import Random
from typing import Final

import pytest
from installation import Installation
from said import TABLES
from short_calls import Call, Fact, calls, fact
from sqlalchemy import delete, select, update

from carelog.db import Database
from carelog.extraction.local import ENGINE
from carelog.pipeline.tables import reading
from carelog.record.tables import entry, entry_revision

Install = Callable[..., AbstractAsyncContextManager[Installation]]
Facts = Callable[[Sequence[Call]], Counter[Fact]]
Command = Callable[..., str]

_CALLS: Final = 300
_KILLS: Final = 3
_CONFIG: Final = """
chains:
  record: {channels: [vcon], links: [extract]}
"""


async def age(database: Database) -> None:
    """Leave the record as an older engine would have: some of it missed, some of it read as something else."""
    async with database.write() as connection:
        ids = sorted((await connection.execute(select(entry.c.id).where(entry.c.type == "vitals"))).scalars())
        await connection.execute(delete(entry).where(entry.c.id.in_(ids[::3])))
        await connection.execute(update(entry_revision).values(recorded_by="local/0"))
        wrong = {"name": "dizziness", "polarity": "present"}
        ids = sorted((await connection.execute(select(entry.c.id).where(entry.c.type == "symptom"))).scalars())
        misread = update(entry_revision).where(entry_revision.c.entry_id.in_(ids[::2]))
        await connection.execute(misread.values(payload=wrong))
        await connection.execute(update(reading).values(version="0"))


async def record_of(database: Database) -> dict[str, list[str]]:
    async with database.read() as connection:
        return {
            table.name: sorted(repr(tuple(row)) for row in await connection.execute(select(table))) for table in TABLES
        }


async def told(installation: Installation) -> Counter[Fact]:
    found: Counter[Fact] = Counter()
    async with installation.talk() as client:
        for subject in await client.pages("/api/subjects"):
            found.update(map(fact, await client.pages(f"/api/subjects/{subject['id']}/entries")))
    return found


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"])
async def test_workers_that_are_killed_leave_the_old_or_the_new(
    install: Install, health_url: Callable[[str], str], facts: Facts, command: Command, dialect: str
) -> None:
    random, handed, url = Random(dialect), calls(_CALLS), health_url(dialect)
    async with install(url, config=_CONFIG) as installation:
        await installation.hand_in(handed)
        await installation.until_over(_CALLS)
        database = Database(url)
        try:
            await age(database)
            assert await told(installation) != facts(handed)
            printed = await asyncio.to_thread(command, "reprocess", "--engine-version", "local/0")
            assert printed == f"record: {_CALLS} queued\n"
            for number in range(_KILLS):
                await installation.until_over(_CALLS + number * _CALLS // _KILLS // 2)
                await asyncio.sleep(random.random() / 50)
                await (installation.kill_workers() if number == 1 else installation.kill_one_worker(random))
            await installation.until_over(2 * _CALLS)
            assert await installation.runs() == {"finished": 2 * _CALLS}
            assert await told(installation) == facts(handed)
            once = await record_of(database)
            assert {ENGINE.partition("/")[2]} == {row.split("'")[-2] for row in once["reading"]}
            await asyncio.to_thread(command, "reprocess")
            await installation.until_over(3 * _CALLS)
            assert await record_of(database) == once
        finally:
            await database.close()
