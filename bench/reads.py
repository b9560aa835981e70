"""`read.*`: one conversation by its id, and the search for a phone number, each over HTTP and one after another.

The figures are the server's own time, as it tells in `Server-Timing`; `.client` is how long the client waited, its own
work included. The bare loop reads a document of the same size by its id.
"""

import random

from bench import bare
from bench.chain import fill
from bench.client import Tally, get_each
from bench.conversations import documents, phone
from bench.figure import Figure, percentile
from bench.place import Databases
from carelog.identity import operator

_TIMES = 500


async def measure(databases: Databases, count: int) -> list[Figure]:
    place = databases.place()
    async with place.opened() as carelog:
        key = await carelog.keyring.add("bench")
        await fill(carelog, count)
        plain = await bare.reads(carelog.health, documents(_TIMES))
        known = [item.id for item in (await carelog.conversations.page(operator(), limit=200)).items]
    chance = random.Random(7)
    by_id = [f"/api/conversations/{chance.choice(known)}" for _ in range(_TIMES)]
    by_phone = [f"/api/conversations?tel=%2B{phone(chance.randrange(count))[1:]}" for _ in range(_TIMES)]
    async with place.running("up", "--port", "0", "--no-worker") as server:
        address = await server.listening()
        await get_each(address, key, [*by_id[:50], *by_phone[:50]])  # to be warm
        got, found = await get_each(address, key, by_id), await get_each(address, key, by_phone)
    assert not got.refused + found.refused
    return [*_figures("read.get", got, plain), *_figures("read.search", found, plain)]


def _figures(name: str, tally: Tally, plain: float) -> list[Figure]:
    return [
        Figure(name, "ms of the server", percentile(tally.server, 0.5), plain),
        Figure(f"{name}.p99", "ms of the server", percentile(tally.server, 0.99)),
        Figure(f"{name}.client", "ms", percentile(tally.took, 0.5)),
    ]
