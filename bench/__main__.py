"""`make bench`: prints each figure beside the bare loop's, and saves them all to bench/results.json."""

import argparse
import json
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from time import perf_counter

from bench import chain, growth, intake, kill, latency, login, reads, record
from bench.conversations import conversation
from bench.figure import HEADING, Figure
from bench.place import Databases, postgres, redis
from carelog.cli.run_async import run_loop
from carelog.extraction.local import extract
from carelog.kit.garbage import calm

_RESULTS = Path(__file__).parent / "results.json"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--count", type=int, default=4000, help="how many conversations for each figure")
    parser.add_argument("--stored", type=int, default=200_000, help="how many are stored for growth.*; 0 leaves it out")
    parser.add_argument("--only", default="", help="measure only what begins so, such as 'chain'; nothing is saved")
    options = parser.parse_args()
    calm()  # as Carelog's own processes are
    figures = run_loop(_measure(options.count, options.stored, options.only))
    if not options.only:
        _RESULTS.write_text(json.dumps([figure.row() for figure in figures], indent=2) + "\n")


async def _measure(count: int, stored: int, only: str) -> list[Figure]:
    print(HEADING)
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory(prefix="carelog-bench-") as name:
        async for figure in _figures(Path(name), count, stored, only):
            print(figure.line(), flush=True)
            figures.append(figure)
    return figures


async def _figures(folder: Path, count: int, stored: int, only: str) -> AsyncIterator[Figure]:
    def wanted(name: str) -> bool:
        return name.startswith(only) or only.startswith(f"{name}.")

    sqlite = Databases("sqlite", folder)
    with postgres(folder) as servers, redis(folder) as broker:
        for databases in (sqlite, *servers):
            if wanted(f"ingest.{databases.name}"):
                for figure in await intake.measure(databases, count):
                    yield figure
            if wanted(f"chain.{databases.name}"):
                yield await chain.measure(databases, count, f"chain.{databases.name}")
        for databases in servers:
            if wanted("chain.postgres.2workers"):
                yield await chain.measure(databases, count, "chain.postgres.2workers", processes=2)
            if wanted("chain.redis") and broker:
                yield await chain.measure(databases, count, "chain.redis", broker=broker)
        for databases in (sqlite, *servers) if wanted("growth") and stored else ():
            for figure in await growth.measure(databases, stored, min(10_000, stored // 4)):
                yield figure
    if wanted("latency"):
        for figure in await latency.measure(sqlite, min(count, 200)):
            yield figure
    if wanted("read"):
        for figure in await reads.measure(sqlite, count):
            yield figure
    if wanted("record"):
        for figure in await record.measure(sqlite, 100_000):
            yield figure
    if wanted("login"):
        yield await login.measure(sqlite)
    if wanted("extract"):
        yield _extraction(min(count, 200))
    if wanted("kill"):
        for figure in await kill.measure(sqlite, min(count, 2000)):
            yield figure


def _extraction(count: int) -> Figure:
    given = [conversation(number) for number in range(count)]
    extract(given[0])  # the vocabularies are loaded once a process
    began = perf_counter()
    for one in given:
        extract(one)
    return Figure("extract.local", "conversations/s", count / (perf_counter() - began))


if __name__ == "__main__":
    main()
