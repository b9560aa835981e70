"""`kill.*`: processes killed with -9 while conversations are taken in and worked on; what is then missing or twice."""

import asyncio
import json
import random
from collections import Counter
from dataclasses import replace

from sqlalchemy import func, select

from bench.client import Connection
from bench.conversations import documents
from bench.figure import Figure
from bench.place import Databases, Place, Running
from carelog.conversations.tables import conversation
from carelog.db import Database
from carelog.pipeline.tables import run
from carelog.record.tables import entry

_CLIENTS = 8
_KILLS = 10
_PATIENCE = 180.0


async def measure(databases: Databases, count: int) -> list[Figure]:
    """`lost` counts the accepted conversations with neither a finished run nor a dead letter, `twice` the runs and
    entries beyond the first of the same."""
    place = replace(databases.place(), links=("extract",))
    async with place.opened() as carelog:
        key = await carelog.keyring.add("bench")
    accepted = await _take_in(place, key, [text.encode() for text in documents(count, rounds=1)])
    async with place.running("worker"):
        database = Database(place.database_url)
        try:
            await _all_settled(database)
            lost, twice = await _count(database, accepted)
        finally:
            await database.close()
    return [Figure("kill.lost", "conversations", lost), Figure("kill.twice", "runs or entries", twice)]


async def _take_in(place: Place, key: str, bodies: list[bytes]) -> set[str]:
    """Post all while the API and a worker are killed, each ten times, and started again."""
    chance = random.Random(11)
    accepted: set[str] = set()
    waiting = list(bodies)
    server = place.start("up", "--port", "0", "--no-worker")
    worker = place.start("worker")
    kills = [len(bodies) * n // (_KILLS + 1) for n in range(1, _KILLS + 1)]

    async def client(address: str) -> None:
        connection = Connection(address, key)
        try:
            while waiting and (not kills or len(accepted) < kills[0]):
                body = waiting.pop()
                try:
                    status, answer, _ = await connection.request("POST", "/api/conversations?channel=calls", body)
                except (OSError, EOFError):
                    waiting.append(body)
                    return
                assert status in (200, 201), answer
                accepted.add(json.loads(answer)["id"])
        finally:
            connection.close()

    try:
        while waiting:
            address = await server.listening()
            clients = [asyncio.create_task(client(address)) for _ in range(_CLIENTS)]
            if not kills:
                await asyncio.gather(*clients)
                break
            await asyncio.wait(clients, return_when=asyncio.FIRST_COMPLETED)
            kills.pop(0)
            await asyncio.sleep(chance.random() * 0.05)
            server, worker = _again(place, server, worker)
            await asyncio.gather(*clients)
    finally:
        server.kill()
        worker.kill()
    return accepted


def _again(place: Place, server: Running, worker: Running) -> tuple[Running, Running]:
    server.kill()
    worker.kill()
    return place.start("up", "--port", "0", "--no-worker"), place.start("worker")


async def _all_settled(database: Database) -> None:
    unsettled = select(func.count()).select_from(run).where(run.c.state.in_(("queued", "running")))
    async with asyncio.timeout(_PATIENCE):
        while True:
            async with database.read() as connection:
                if not (await connection.execute(unsettled)).scalar_one():
                    return
            await asyncio.sleep(0.1)


async def _count(database: Database, accepted: set[str]) -> tuple[int, int]:
    async with database.read() as connection:
        runs = Counter(
            str(id_)
            for (id_,) in await connection.execute(
                select(run.c.conversation_id).where(run.c.state.in_(("finished", "dead")))
            )
        )
        stored = {str(id_) for (id_,) in await connection.execute(select(conversation.c.id))}
        entries = Counter(origin for (origin,) in await connection.execute(select(entry.c.origin)))
    lost = len([id_ for id_ in accepted if runs[id_] == 0]) + len(accepted - stored)
    return lost, sum(n - 1 for n in (*runs.values(), *entries.values()) if n > 1)
