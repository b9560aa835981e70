"""`growth.*`: what a conversation costs where many are stored, to what it costs where none are."""

from collections import Counter
from time import perf_counter

from bench.chain import take_in
from bench.conversations import submissions
from bench.figure import Figure
from bench.place import Databases
from carelog.app import Carelog

_AT_ONCE = 1000


async def measure(databases: Databases, stored: int, sample: int) -> list[Figure]:
    """The last `sample` conversations of so many, beside the first ones of another place: by turns, so that whatever
    else the machine does slows both down."""
    full, new = databases.place(), databases.place()
    async with full.opened() as much, new.opened() as little:
        for at in range(0, stored - sample, _AT_ONCE):
            await _costs(much, at)
        first, last = Counter[str](), Counter[str]()
        for at in range(0, sample, _AT_ONCE):
            first.update(await _costs(little, at))
            last.update(await _costs(much, stored - sample + at))
    kind = "" if databases.name == "sqlite" else f".{databases.name}"
    return [Figure(f"growth.{step}{kind}", "times the cost at the start", last[step] / first[step]) for step in first]


async def _costs(carelog: Carelog, first: int) -> dict[str, float]:
    """Seconds to take some in, and to bring them through the chain."""
    given = submissions(_AT_ONCE, first=first)
    began = perf_counter()
    await take_in(carelog, given)
    between = perf_counter()
    await carelog.worker.drain()
    return {"ingest": between - began, "chain": perf_counter() - between}
