"""`ingest.*`: durable POSTs of 10 KB conversations by 16 clients, beside plain inserts of the same documents."""

from bench import bare
from bench.client import post_all
from bench.conversations import documents
from bench.figure import Figure, percentile
from bench.place import Databases

_CLIENTS = 16


async def measure(databases: Databases, count: int) -> list[Figure]:
    place = databases.place()
    given = documents(count)
    async with place.opened() as carelog:
        key = await carelog.keyring.add("bench")
        inserted = await bare.inserts(carelog.health, given)
    async with place.running("up", "--port", "0", "--no-worker") as server:
        address = await server.listening()
        await post_all(address, key, [text.encode() for text in documents(200)], _CLIENTS)  # to be warm
        tally = await post_all(address, key, [text.encode() for text in given], _CLIENTS)
    if tally.refused:
        raise RuntimeError(f"{tally.refused} conversations were refused")
    name = databases.name
    return [
        Figure(f"ingest.{name}", "conversations/s", count / tally.seconds, inserted),
        Figure(f"ingest.{name}.p50", "ms", percentile(tally.took, 0.5)),
        Figure(f"ingest.{name}.p99", "ms", percentile(tally.took, 0.99)),
    ]
