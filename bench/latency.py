"""`latency.*`: from the moment that a conversation is sent until its run is finished, with 20 of them a second."""

import asyncio
import json
from time import perf_counter
from uuid import UUID

from sqlalchemy import select

from bench.client import Connection
from bench.conversations import documents
from bench.figure import Figure, percentile
from bench.place import Databases
from carelog.app import Carelog
from carelog.pipeline.tables import run

_A_SECOND = 20
_LOOK = 0.002


async def measure(databases: Databases, count: int) -> list[Figure]:
    place = databases.place()
    took: list[float] = []
    async with place.opened() as carelog:
        key = await carelog.keyring.add("bench")
        async with place.running("up", "--port", "0") as server:
            connection = Connection(await server.listening(), key)
            given = [text.encode() for text in documents(count + _A_SECOND)]
            for number, body in enumerate(given):
                began = perf_counter()
                status, answer, _ = await connection.request("POST", "/api/conversations?channel=calls", body)
                assert status == 201, answer
                await _finished(carelog, UUID(json.loads(answer)["runs"][0]))
                if number >= _A_SECOND:  # before, it was getting warm
                    took.append((perf_counter() - began) * 1000)
                await asyncio.sleep(max(0.0, 1 / _A_SECOND - (perf_counter() - began)))
            connection.close()
    return [
        Figure("latency.p50", "ms", percentile(took, 0.5)),
        Figure("latency.p99", "ms", percentile(took, 0.99)),
    ]


async def _finished(carelog: Carelog, run_id: UUID) -> None:
    state = None
    while state != "finished":
        async with carelog.health.read() as connection:
            state = (await connection.execute(select(run.c.state).where(run.c.id == run_id))).scalar_one()
        if state != "finished":
            await asyncio.sleep(_LOOK)
