"""`ingest.*`: durable POSTs of 10 KB conversations by 16 clients, beside plain inserts of the rows that they lead to.
`bare.*` says how quick inserts of the documents alone are, without what they are found by."""

import os

from bench import bare
from bench.client import Tally, post_all
from bench.conversations import documents
from bench.figure import Figure, percentile
from bench.place import Databases, Place

_CLIENTS = 16
_SERVERS = min(2, os.cpu_count() or 1)


async def measure(databases: Databases, count: int) -> list[Figure]:
    """By a process for each core (`up --servers`), two at the most, and by one, each on a database of its own."""
    figures: list[Figure] = []
    for name, servers in ((f"ingest.{databases.name}", _SERVERS), (f"ingest.{databases.name}.1server", 1)):
        place = databases.place()
        tally = await _posted(place, count, servers)
        async with place.opened() as posted, databases.place().opened() as empty:
            plain = await bare.same_rows(posted.health, empty.health)
        figures += [
            Figure(name, "conversations/s", count / tally.seconds, plain),
            Figure(f"{name}.p50", "ms", percentile(tally.took, 0.5)),
            Figure(f"{name}.p99", "ms", percentile(tally.took, 0.99)),
        ]
    async with databases.place().opened() as empty:
        inserted = await bare.inserts(empty.health, documents(count))
    return [*figures, Figure(f"bare.{databases.name}.documents", "documents/s", inserted)]


async def _posted(place: Place, count: int, servers: int) -> Tally:
    async with place.opened() as carelog:
        key = await carelog.keyring.add("bench")
    async with place.running("up", "--port", "0", "--no-worker", "--servers", str(servers)) as server:
        address = await server.listening()
        if servers > 1:
            await server.said(r"Carelog answers in (\d+) processes")
        await post_all(address, key, [text.encode() for text in documents(200)], _CLIENTS)  # to be warm
        tally = await post_all(address, key, [text.encode() for text in documents(count)], _CLIENTS)
    if tally.refused:
        raise RuntimeError(f"{tally.refused} conversations were refused")
    return tally
