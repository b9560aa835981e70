"""The chain book: versions are written down once, whoever writes."""

import asyncio
from collections.abc import Callable
from typing import Any

from sqlalchemy import func, select

from carelog.pipeline.chains import ChainDefinition, Chains
from carelog.pipeline.tables import chain_version

Opened = Callable[..., Any]


async def test_processes_that_start_at_once_record_the_same_chains(opened: Opened) -> None:
    new = Chains({"new": ChainDefinition.model_validate({"channels": ["vcon"], "links": ["extract"]})})
    async with opened() as one, opened() as two:
        await asyncio.gather(*(carelog.chains.replace(new) for carelog in (one, two, one, two)))
        async with one.health.read() as connection:
            counted = select(func.count()).where(chain_version.c.chain == "new")
            assert (await connection.execute(counted)).scalar_one() == 1
