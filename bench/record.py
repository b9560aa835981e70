"""`record.*`: a list of 50 entries from a record of 100,000, and FHIR's search for 100 Observations, over HTTP and one
after another. The figures are the server's own time, as it tells in `Server-Timing`.

Beside the list stands the bare query for as many rows of the same record; beside the search the plain list of the same
100 entries.
"""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from time import perf_counter
from uuid import UUID

from sqlalchemy import insert, select

from bench.client import Tally, get_each
from bench.figure import Figure, percentile
from bench.place import Databases
from carelog.app import Carelog
from carelog.db import Database
from carelog.kit.ids import new_id
from carelog.record import Evidence, NewEntry, Payload, parse_payload
from carelog.record.adding import add
from carelog.record.appending import Placed
from carelog.record.tables import entry, entry_revision, subject

_TIMES = 300
_AT_ONCE = 2000
_BEGINS = datetime(2021, 1, 4, 3, 30, tzinfo=UTC)
_EVERY = timedelta(minutes=25)


async def measure(databases: Databases, stored: int) -> list[Figure]:
    place = databases.place()
    async with place.opened() as carelog:
        key = await carelog.keyring.add("bench")
        owner = await _fill(carelog, stored)
        plain = await _bare(carelog.health, owner, 50)
    record, chance = f"/api/subjects/{owner}", random.Random(7)
    lists = [f"{record}/entries?limit=50&until={_moment(chance.randrange(stored // 2, stored))}" for _ in range(_TIMES)]
    async with place.running("up", "--port", "0", "--no-worker") as server:
        address = await server.listening()
        hundred, search = (
            f"{record}/vitals?limit=100",
            f"/fhir/Observation?patient={owner}&category=vital-signs&_count=100",
        )
        await get_each(address, key, [*lists[:30], *([hundred, search] * 15)])  # to be warm
        listed = await get_each(address, key, lists)
        vitals = await get_each(address, key, [hundred] * _TIMES)
        found = await get_each(address, key, [search] * _TIMES)
    assert not listed.refused + vitals.refused + found.refused
    return [
        *_figures("record.list", listed, plain),
        *_figures("record.fhir", found, percentile(vitals.server, 0.5)),
    ]


def _figures(name: str, tally: Tally, plain: float) -> list[Figure]:
    return [
        Figure(name, "ms of the server", percentile(tally.server, 0.5), plain),
        Figure(f"{name}.p99", "ms of the server", percentile(tally.server, 0.99)),
    ]


async def _fill(carelog: Carelog, count: int) -> UUID:
    """A record of so many entries, told over four years or so."""
    owner = new_id()
    row = {"id": owner, "name": "Bench", "zone": "Asia/Kolkata", "recorded_at": _BEGINS}
    async with carelog.health.write() as connection:
        await connection.execute(insert(subject), [row])
    payloads = _payloads()
    for first in range(0, count, _AT_ONCE):
        placed = [_placed(owner, n, *next(payloads)) for n in range(first, min(first + _AT_ONCE, count))]
        async with carelog.health.write() as connection:
            await add(connection, placed, _BEGINS + _EVERY * (first + _AT_ONCE))
    return owner


def _payloads() -> Iterator[tuple[str, Payload]]:
    chance = random.Random(11)
    while True:
        pressure = {
            "kind": "blood_pressure",
            "systolic": {"value": chance.randrange(105, 165), "unit": "mm[Hg]"},
            "diastolic": {"value": chance.randrange(60, 100), "unit": "mm[Hg]"},
        }
        pulse = {"kind": "heart_rate", "value": {"value": chance.randrange(55, 110), "unit": "/min"}}
        symptom = {"name": chance.choice(["headache", "cough", "knee pain"]), "polarity": "present"}
        food = {"name": chance.choice(["rice and dal", "poha", "roti"]), "meal": "lunch", "amount": "a bowl"}
        told = [("vitals", pressure), ("vitals", pulse), ("food", food), ("symptom", symptom),
                ("water", {"said": "a glass"}), ("sleep", {"hours": chance.randrange(4, 9)})]  # fmt: skip
        for name, payload in told:
            yield name, parse_payload(name, payload)


def _placed(owner: UUID, number: int, type_name: str, payload: Payload) -> Placed:
    conversation = new_id()
    said = Evidence(conversation=conversation, turn=3, pointer="/dialog/3/body", dialog=3, start=4, end=31,
                    quote="what was said of it, in full", speaker="Asha Rao")  # fmt: skip
    new = NewEntry(type_name, payload, (said,), _BEGINS + _EVERY * number, "Asia/Kolkata", "link:extract")
    return Placed(owner, conversation, f"bench:{number}", new)


def _moment(number: int) -> str:
    return (_BEGINS + _EVERY * number).strftime("%Y-%m-%dT%H:%M:%SZ")


async def _bare(database: Database, owner: UUID, rows: int) -> float:
    """Milliseconds for as many rows of the record, the newest first, and nothing else."""
    query = (
        select(entry.c.id, entry.c.type, entry_revision.c.payload, entry_revision.c.evidence, entry.c.occurred_at)
        .join(
            entry_revision, (entry_revision.c.entry_id == entry.c.id) & (entry_revision.c.revision == entry.c.revision)
        )
        .where(entry.c.subject_id == owner, entry.c.state == "active")
        .order_by(entry.c.occurred_at.desc(), entry.c.id.desc())
        .limit(rows)
    )
    took = []
    for _ in range(_TIMES):
        began = perf_counter()
        assert len(await database.rows(query)) == rows
        took.append((perf_counter() - began) * 1000)
    return percentile(took, 0.5)
