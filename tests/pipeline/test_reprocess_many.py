"""Hundreds of conversations, read by an older engine and then by that of now: twice the same as once."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from typing import Any

import pytest
from carelog_test_links import Behaviour
from entry_examples import MINIMAL
from made_up import chain, scripted_link, submission
from said import Engine, Fact, dump, reprocess
from sqlalchemy import select

from carelog.app import Carelog
from carelog.extraction.local import extract
from carelog.identity import operator
from carelog.pipeline import Outcome, Work
from carelog.pipeline.reprocessing import ReprocessQuery
from carelog.pipeline.submission import Submission
from carelog.record import NewEntry, entry_types, parse_payload
from carelog.record.rereading.coverage import Coverage
from carelog.record.tables import entry, entry_revision

ME = operator()
Script = Callable[[str, Behaviour], None]
Opened = Callable[..., AbstractAsyncContextManager[Carelog]]

_COUNT = {"sqlite": 500, "postgresql": 200}
_PEOPLE = 40
_SAID = (
    "I have had a bad headache since Monday, and no fever.",
    "My blood pressure was 128 over 82 this morning and my pulse was 72.",
    "I take metformin 500 mg twice a day, and I stopped the aspirin.",
    "I slept six hours last night and drank two litres of water.",
    "I walked for 30 minutes and had two rotis with dal for lunch.",
    "I am allergic to penicillin, it gives me a rash.",
    "I have type 2 diabetes and asthma. My mood is good today.",
    "My blood pressure was 900 over 80. My temperature was 101.2.",
    "My hemoglobin A1c was 7.2 percent. I have an appointment on Friday at 10 am.",
    "Nothing new to tell, thank you.",
)
READS = {"chains": {"record": chain("extract")}}
READ = {"chains": {"record": chain(scripted_link("older"))}}


def talks(count: int) -> list[Submission]:
    return [
        submission(_SAID[n % len(_SAID)], tel=f"+1202555{1000 + n // len(_SAID) % _PEOPLE}", external_id=f"talk {n}")
        for n in range(count)
    ]


def older(work: Work) -> Outcome:
    """What an engine read that missed some things, took others for something else, and made others up."""
    found = [replace(one, recorded_by="local/0") for one in extract(work.conversation, zone=work.zone).entries]
    number = int(work.conversation.created_at.timestamp()) + len(work.conversation.turns[0].text)
    told = [_misread(one) if (n + number) % 3 == 1 else one for n, one in enumerate(found) if (n + number) % 4]
    if found:
        invented = {"name": "dizziness", "polarity": "present"}
        told.append(replace(found[0], type="symptom", payload=parse_payload("symptom", invented)))
    return Outcome(entries=tuple(told), covers=(Coverage("local/0"),))


def _misread(one: NewEntry) -> NewEntry:
    if "notes" not in type(one.payload).model_fields:
        return one
    said = one.payload.model_dump(exclude_none=True) | {"notes": "as an older engine had it"}
    return replace(one, payload=parse_payload(one.type, said))


async def told(carelog: Carelog) -> Counter[str]:
    """What the records say, whatever the ids and the past of it."""
    newest = (entry.c.id == entry_revision.c.entry_id) & (entry.c.revision == entry_revision.c.revision)
    columns = (entry.c.type, entry.c.occurred_at, entry_revision.c.payload, entry_revision.c.evidence)
    async with carelog.health.read() as connection:
        rows = await connection.execute(
            select(*columns).select_from(entry.join(entry_revision, newest)).where(entry.c.state == "active")
        )
        return Counter(repr([row.type, row.occurred_at, row.payload, sorted(map(repr, row.evidence))]) for row in rows)


async def test_to_reprocess_twice_leaves_every_byte_of_the_record(
    opened: Opened, settings: Any, scripted: Script, fresh_health: Callable[[], str], dialect: str
) -> None:
    scripted("older", older)
    handed = talks(_COUNT[dialect])
    async with opened(**READ) as carelog:
        await carelog.intake.accept(ME, handed)
        await carelog.worker.drain()
        first = await dump(carelog)
        misread = await told(carelog)

    async with opened(**READS) as carelog:
        assert await reprocess(carelog, ReprocessQuery(engine="local/0")) == len(handed)
        once = await dump(carelog)
        now = await told(carelog)
        assert once != first
        assert now != misread
        assert await reprocess(carelog) == len(handed)
        assert await dump(carelog) == once
        assert (await carelog.reprocessing.step(ME, ReprocessQuery(engine="local/0"))).conversations == 0

    # And it is what an installation has that knew nothing of the older engine.
    async with opened(**READS, database_url=fresh_health()) as carelog:
        await carelog.intake.accept(ME, handed)
        await carelog.worker.drain()
        assert await told(carelog) == now


@pytest.fixture
def fresh_health(dialect: str, new_database: Callable[[str], Callable[[str], str]]) -> Callable[[], str]:
    """Another database of health data."""
    return lambda: new_database(dialect)("health")


def _of_every_type() -> Iterator[Fact]:
    for name, kind in entry_types().items():
        if not kind.shared:
            yield Fact(name, "I said it.", MINIMAL[name][0])
    for phone in ("+12025550143", "+12025550144"):  # of whom one at most is primary
        yield Fact("emergency_contact", "I said it.", {"name": phone, "phone": phone, "is_primary": True})


async def test_every_type_of_entry_is_the_same_the_second_time(opened: Opened, scripted: Script) -> None:
    engine = Engine(says={"I said it.": tuple(_of_every_type())})
    scripted("engine", engine)
    async with opened(chains={"record": chain(scripted_link("engine"))}) as carelog:
        for _ in range(3):  # of the same subject, so that they tell some of it again
            await carelog.intake.accept(ME, [submission("I said it.")])
            await carelog.worker.drain()
        first = await dump(carelog)
        assert await reprocess(carelog) == 3
        assert await dump(carelog) == first
        async with carelog.health.read() as connection:
            types = set((await connection.execute(select(entry.c.type))).scalars())
        assert types == {name for name, kind in entry_types().items() if not kind.shared}
