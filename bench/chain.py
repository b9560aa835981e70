"""`chain.*`: three links that do next to nothing over 10 KB conversations, beside a plain loop that claims jobs, reads
their documents and writes them back."""

import asyncio
from collections.abc import Sequence
from time import perf_counter

from sqlalchemy import func, literal_column, select

from bench import bare
from bench.conversations import documents, submissions
from bench.figure import Figure
from bench.place import Databases, Place
from carelog.app import Carelog
from carelog.identity import operator
from carelog.pipeline.submission import Submission
from carelog.pipeline.tables import run

_AT_ONCE = 200
_LOOK = 0.05
_LEFT = [
    select(func.count()).select_from(run).where(run.c.state == literal_column(f"'{state}'"))
    for state in ("queued", "running")
]


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
    await take_in(carelog, submissions(count))


async def take_in(carelog: Carelog, given: Sequence[Submission]) -> None:
    for at in range(0, len(given), _AT_ONCE):
        receipts = await carelog.intake.accept(operator(), given[at : at + _AT_ONCE])
        assert all(receipt.verdict == "accepted" for receipt in receipts)


async def left(carelog: Carelog) -> int:
    """How many runs are not finished yet: counted by the partial indexes, so as not to stand in the way."""
    async with carelog.health.read() as connection:
        return sum([(await connection.execute(counted)).scalar_one() for counted in _LEFT])


async def _rate(place: Place, carelog: Carelog, count: int, processes: int) -> float:
    """From when all processes are at work: a tenth of the runs is left to get there."""
    async with place.running("worker", "--processes", str(processes)) as worker:
        waiting = count
        while waiting > count * 0.9:
            worker.must_live()
            await asyncio.sleep(_LOOK)
            waiting = await left(carelog)
        began, before = perf_counter(), waiting
        while waiting:
            worker.must_live()
            await asyncio.sleep(_LOOK)
            waiting = await left(carelog)
        return before / (perf_counter() - began)
