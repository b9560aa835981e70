"""`growth.*`: what a conversation costs when many are stored, to what it cost when few were."""

from time import perf_counter

from bench.chain import fill
from bench.figure import Figure
from bench.place import Databases
from carelog.app import Carelog


async def measure(databases: Databases, stored: int, sample: int) -> list[Figure]:
    """The first `sample` conversations beside the last ones before `stored`."""
    async with databases.place().opened() as carelog:
        first = await _costs(carelog, sample)
        between = stored - 2 * sample
        while between > 0:
            await _costs(carelog, min(sample, between))
            between -= sample
        last = await _costs(carelog, sample)
    return [
        Figure(f"growth.{name}", "times the cost at the start", after / before)
        for name, before, after in zip(("ingest", "chain"), first, last, strict=True)
    ]


async def _costs(carelog: Carelog, count: int) -> tuple[float, float]:
    """Seconds to take so many in, and to bring them through the chain."""
    began = perf_counter()
    await fill(carelog, count)
    between = perf_counter()
    await carelog.worker.drain()
    return between - began, perf_counter() - between
