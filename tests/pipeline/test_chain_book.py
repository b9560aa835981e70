"""The chain book: versions are written down once, whoever writes."""

import asyncio
from collections.abc import Callable
from typing import Any

from made_up import submission
from sqlalchemy import func, insert, select, update

from carelog.app import Carelog
from carelog.identity import operator
from carelog.pipeline.chains import ChainDefinition, Chains
from carelog.pipeline.run import RunState
from carelog.pipeline.tables import chain_version, run

Opened = Callable[..., Any]


async def test_processes_that_start_at_once_record_the_same_chains(opened: Opened) -> None:
    new = Chains({"new": ChainDefinition.model_validate({"channels": ["vcon"], "links": ["extract"]})})
    async with opened() as one, opened() as two:
        await asyncio.gather(*(carelog.chains.replace(new) for carelog in (one, two, one, two)))
        async with one.health.read() as connection:
            counted = select(func.count()).where(chain_version.c.chain == "new")
            assert (await connection.execute(counted)).scalar_one() == 1


async def test_a_version_that_a_newer_release_wrote_stands_in_nobody_elses_way(carelog: Carelog) -> None:
    receipts = await carelog.intake.accept(operator(), [submission(), submission()])
    [newer], [sound] = (receipt.runs for receipt in receipts)
    async with carelog.health.write() as connection:
        stored = (await connection.execute(select(chain_version.c.definition))).scalars().first()
        version = {"chain": "newer", "version": "0" * 16, "recorded_at": carelog.clock.now()}
        await connection.execute(insert(chain_version).values(**version, definition={**stored, "of_the_next": 1}))
        theirs = {"chain": version["chain"], "chain_version": version["version"]}
        await connection.execute(update(run).where(run.c.id == newer).values(theirs))
    await carelog.worker.drain()
    assert (await carelog.runs.get(operator(), sound)).state is RunState.FINISHED
    assert (await carelog.runs.get(operator(), newer)).error["code"] == "configuration"


async def test_what_is_written_down_can_be_read_by_a_release_that_knows_no_other_options(opened: Opened) -> None:
    async with opened(chains={"new": {"channels": ["vcon"], "links": ["extract"]}}) as carelog:
        async with carelog.health.read() as connection:
            stored = (await connection.execute(select(chain_version.c.definition))).scalars().all()
        assert stored == [{"channels": ["vcon"], "links": [{"name": "extract"}]}]
