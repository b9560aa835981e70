"""`chain.*`: three links that do next to nothing over 10 KB conversations, beside a plain loop that claims jobs, reads
their documents and writes them back."""

import asyncio
from time import perf_counter

from sqlalchemy import func, select

from bench import bare
from bench.conversations import documents, submissions
from bench.figure import Figure
from bench.place import Databases, Place
from carelog.app import Carelog
from carelog.identity import operator
from carelog.pipeline.tables import run

_AT_ONCE = 200
_LOOK = 0.02


async def measure(
    databases: Databases, count: int, name: str, *, processes: int = 1, broker: str | None = None
) -> Figure:
    """Figures of worker processes as `carelog worker` starts them; what they need to start is not counted."""
    place = databases.place(broker)
    async with place.opened() as carelog:
        await fill(carelog, count)
        await bare.inserts(carelog.health, documents(count))
        plain = await bare.documents(carelog.health, count)
        rate = await _rate(place, carelog, count, processes)
    return Figure(name, "conversations/s", rate, plain)


async def fill(carelog: Carelog, count: int) -> None:
    """Take so many conversations in."""
    given = submissions(count)
    for at in range(0, count, _AT_ONCE):
        receipts = await carelog.intake.accept(operator(), given[at : at + _AT_ONCE])
        assert all(receipt.verdict == "accepted" for receipt in receipts)


async def finished(carelog: Carelog) -> int:
    async with carelog.health.read() as connection:
        counted = select(func.count()).select_from(run).where(run.c.state == "finished")
        return int((await connection.execute(counted)).scalar_one())


async def _rate(place: Place, carelog: Carelog, count: int, processes: int) -> float:
    """From when all processes are at work: a tenth of the runs is left to get there."""
    async with place.running("worker", "--processes", str(processes)):
        done = 0
        while done < count / 10:
            await asyncio.sleep(_LOOK)
            done = await finished(carelog)
        began, before = perf_counter(), done
        while done < count:
            await asyncio.sleep(_LOOK)
            done = await finished(carelog)
        return (count - before) / (perf_counter() - began)
