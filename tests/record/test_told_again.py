"""What conversations tell again makes no second entry, and every telling stays quoted."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from made_up import submission

from carelog.app import Carelog
from carelog.identity import operator
from carelog.kit.ids import new_id
from carelog.record import Entry, Evidence, NewEntry, parse_payload
from carelog.record import store as record
from carelog.record.editing import Draft
from carelog.record.query import EntryQuery
from carelog.record.store import Placed

ME = operator()
AT = datetime(2026, 2, 1, 4, 30, tzinfo=UTC)


class Told:
    """A record, and what conversations tell of it."""

    def __init__(self, carelog: Carelog) -> None:
        self.carelog = carelog
        self.subject: UUID | None = None

    async def conversation(self) -> UUID:
        [receipt] = await self.carelog.intake.accept(ME, [submission()])
        assert receipt.subject_id
        self.subject = receipt.subject_id
        return receipt.conversation_id

    def entry(self, conversation: UUID, quote: str, kind: str = "appointment", **payload: object) -> Placed:
        assert self.subject
        said = {"title": "Eye check", "scheduled_at": AT.isoformat()} if kind == "appointment" else {}
        parsed = parse_payload(kind, said | payload)
        evidence = Evidence(
            conversation=conversation, turn=0, pointer="/dialog/0/body", start=0, end=len(quote), quote=quote
        )
        new = NewEntry(kind, parsed, (evidence,), parsed.happens_at() or AT, "UTC", "test")
        return Placed(self.subject, conversation, str(new_id()), new)

    async def add(self, *placed: Placed) -> list[UUID]:
        async with self.carelog.health.write() as connection:
            return await record.add(connection, placed, self.carelog.clock.now())

    async def again(self, *placed: Placed) -> Sequence[Placed]:
        async with self.carelog.health.read() as connection:
            return await record.without_repeats(connection, placed)

    async def listed(self) -> list[Entry]:
        assert self.subject
        return (await self.carelog.record.page(ME, self.subject, EntryQuery())).items


@pytest.fixture
async def told(carelog: Carelog) -> Told:
    return Told(carelog)


async def test_said_twice_in_one_conversation_and_again_in_the_next_it_is_one_entry(told: Told) -> None:
    first = await told.conversation()
    ids = await told.add(
        told.entry(first, "an eye check"),
        told.entry(first, "the eye check, in Pune", title="eye check", location="Pune"),
        told.entry(first, "a glass of water", "water", said="a glass"),
    )
    assert ids[0] == ids[1] != ids[2]
    second = await told.conversation()
    assert await told.add(told.entry(second, "it is confirmed", status="confirmed")) == ids[:1]
    [entry] = [e for e in await told.listed() if e.type == "appointment"]
    assert [e.quote for e in entry.evidence] == ["an eye check", "the eye check, in Pune", "it is confirmed"]
    assert entry.payload.model_dump(exclude_none=True, exclude={"scheduled_at"}) == {
        "title": "Eye check",
        "location": "Pune",
        "status": "confirmed",
    }
    history = await told.carelog.record.history(ME, entry.id)
    assert [(e.revision, e.reason) for e in history] == [(1, None), (2, "told again")]


async def test_what_somebody_wrote_is_told_again_by_a_conversation(told: Told) -> None:
    conversation = await told.conversation()
    assert told.subject
    draft = Draft("appointment", {"title": "Eye check", "scheduled_at": AT.isoformat()})
    written = await told.carelog.record.create(ME, told.subject, draft)
    assert await told.add(told.entry(conversation, "an eye check")) == [written.entry.id]
    [entry] = await told.listed()
    assert (entry.source, len(entry.evidence)) == ("manual", 1)
    await delete(told, conversation)
    [entry] = await told.listed()
    assert entry.evidence == ()


async def test_another_hour_is_another_appointment_and_other_types_are_never_merged(told: Told) -> None:
    conversation = await told.conversation()
    later = (AT + timedelta(hours=2)).isoformat()
    ids = await told.add(
        told.entry(conversation, "an eye check"),
        told.entry(conversation, "another one", scheduled_at=later),
        told.entry(conversation, "a glass", "water", said="a glass"),
        told.entry(conversation, "a glass", "water", said="a glass"),
    )
    assert len(set(ids)) == 4


async def test_two_workers_who_hear_the_same_write_it_once(told: Told) -> None:
    first, second = await told.conversation(), await told.conversation()
    await asyncio.gather(told.add(told.entry(first, "an eye check")), told.add(told.entry(second, "my eye check")))
    [entry] = await told.listed()
    assert {e.quote for e in entry.evidence} == {"an eye check", "my eye check"}


async def test_what_was_told_again_and_retracted_does_not_come_back_with_another_passage(told: Told) -> None:
    first, second = await told.conversation(), await told.conversation()
    again = told.entry(second, "the same")
    [id_] = await told.add(told.entry(first, "an eye check"))
    await told.add(again)
    await told.carelog.record.retract(ME, id_, revision=None)
    assert await told.again(replace(again, origin="another passage")) == []
    other = told.entry(second, "other words")
    assert await told.again(other) == [other]


async def delete(told: Told, *conversations: UUID) -> None:
    assert list(await told.carelog.deletion.delete(ME, conversations)) == list(conversations)


async def test_an_entry_stays_as_long_as_one_conversation_tells_it(told: Told) -> None:
    first, second = await told.conversation(), await told.conversation()
    await told.add(told.entry(first, "an eye check"))
    await told.add(told.entry(second, "my eye check"))
    await delete(told, first)
    [entry] = await told.listed()
    assert [e.quote for e in entry.evidence] == ["my eye check"]
    await delete(told, second)
    assert await told.listed() == []


async def test_both_tellers_deleted_at_once_leave_nothing(told: Told) -> None:
    first, second = await told.conversation(), await told.conversation()
    await told.add(told.entry(first, "an eye check"), told.entry(second, "my eye check"))
    await delete(told, first, second)
    assert await told.listed() == []


async def test_a_contact_that_is_told_as_primary_takes_the_place_of_the_other(told: Told) -> None:
    conversation = await told.conversation()
    await told.add(
        told.entry(conversation, "Ines", "emergency_contact", name="Ines", phone="+12025550143", is_primary=True),
        told.entry(conversation, "Omar", "emergency_contact", name="Omar", phone="+12025550144", is_primary=True),
    )
    names = [e.payload.name for e in await told.listed() if e.payload.is_primary]  # type: ignore[attr-defined]
    assert names == ["Omar"]


async def test_no_rule_drops_what_was_said(told: Told) -> None:
    conversation = await told.conversation()
    await told.add(told.entry(conversation, "done", "check_in", status="reviewed", summary="All is well."))
    assert len(await told.listed()) == 1
