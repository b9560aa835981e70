"""Rejected values: remembered for that value and that record alone, explained when they come again, forgotten on
request."""

from typing import Any
from uuid import UUID

import pytest
from made_up import submission
from sqlalchemy import select

from carelog.app import Carelog
from carelog.identity import CATALOGUE, SCOPES, Principal, operator
from carelog.kit.clock import ManualClock
from carelog.kit.errors import Forbidden, InvalidInput, NotFound
from carelog.record.editing import Draft, Written
from carelog.record.memory import NewEvent
from carelog.record.rejections import Value, ValueRejected, rejection

ME = operator()
NUMBER = "+1 202-555-0143"
INES = {"name": "Ines", "phone": NUMBER}


async def someone(carelog: Carelog, tel: str = "+12025550100") -> UUID:
    [receipt] = await carelog.intake.accept(ME, [submission(tel=tel)])
    assert receipt.subject_id
    return receipt.subject_id


async def add(carelog: Carelog, subject: UUID, kind: str, payload: dict[str, Any]) -> Written:
    return await carelog.record.create(ME, subject, Draft(kind, payload))


async def test_a_reported_number_is_refused_and_explained_until_it_is_forgotten(
    carelog: Carelog, clock: ManualClock
) -> None:
    subject = await someone(carelog)
    kept = await carelog.rejections.report(ME, subject, Value.phone("+12025550143"), "wrong_person")
    clock.advance(seconds=86_400)
    with pytest.raises(ValueRejected) as refused:
        await add(carelog, subject, "emergency_contact", INES)
    [told] = refused.value.details["rejections"]
    assert told == {
        "id": str(kept.id),
        "place": "phone",
        "reason": "wrong_person",
        "rejected_at": "2026-01-05T09:00:00+00:00",
    }
    assert refused.value.details["problems"][0]["place"] == "/payload/phone"
    assert "2026-01-05" in refused.value.message
    assert "0143" not in repr(refused.value.details) + refused.value.message
    with pytest.raises(ValueRejected):
        await carelog.memory.store_event(ME, subject, NewEvent("emergency_contact:c1", INES))
    await carelog.rejections.forget(ME, subject, kept.id)
    await add(carelog, subject, "emergency_contact", INES)


async def test_no_other_number_and_no_other_record_is_touched(carelog: Carelog) -> None:
    subject, other = await someone(carelog), await someone(carelog, "+12025550177")
    await carelog.rejections.report(ME, subject, Value.phone(NUMBER), "unreachable")
    await add(carelog, subject, "emergency_contact", {"name": "Omar", "phone": "+1 202-555-0144"})
    await add(carelog, other, "emergency_contact", INES)
    async with carelog.health.read() as connection:
        [row] = (await connection.execute(select(rejection))).all()
    assert not any(number in str(row) for number in (NUMBER, "2025550143"))
    same = await carelog.rejections.report(ME, other, Value.phone(NUMBER), "unreachable")
    async with carelog.health.read() as connection:
        digests = set((await connection.execute(select(rejection.c.digest))).scalars())
    assert len(digests) == 2  # nothing tells that it is the same number
    assert same.kind == "phone"


async def test_what_is_not_valid_is_told_to_have_been_refused_before(carelog: Carelog) -> None:
    subject = await someone(carelog)
    with pytest.raises(InvalidInput) as first:
        await add(carelog, subject, "emergency_contact", {"name": "Ines", "phone": "555-01"})
    assert "rejections" not in first.value.details
    with pytest.raises(InvalidInput) as second:
        await add(carelog, subject, "emergency_contact", {"name": "Ines", "phone": "55501"})
    assert [one["reason"] for one in second.value.details["rejections"]] == ["invalid"]
    assert not isinstance(second.value, ValueRejected)
    await add(carelog, subject, "emergency_contact", INES)
    [listed] = await carelog.rejections.of(ME, subject)
    assert (listed.kind, listed.reason) == ("phone", "invalid")


async def test_a_change_that_puts_a_reported_address_in_is_refused_and_one_that_leaves_it_is_not(
    carelog: Carelog,
) -> None:
    subject, url = await someone(carelog), "https://meet.example.org/room-1"
    visit = await add(carelog, subject, "appointment", {"title": "Eye check", "url": url})
    await carelog.rejections.report(ME, subject, Value.url("https://MEET.example.org/room-1"), "not_found")
    kept = await carelog.record.revise(ME, visit.entry.id, {"notes": "Bring the glasses"}, revision=1)
    assert kept.entry.revision == 2
    other = await add(carelog, subject, "appointment", {"title": "Teeth"})
    with pytest.raises(ValueRejected):
        await carelog.record.revise(ME, other.entry.id, {"url": url}, revision=1)


async def test_the_catalogue_remembers_for_itself(carelog: Carelog) -> None:
    await carelog.rejections.report(ME, CATALOGUE, Value.url("https://audio.example.org/calm.mp3"), "not_found")
    calm = {"title": "Calm", "minutes": 5, "audio_url": "https://audio.example.org/calm.mp3"}
    with pytest.raises(ValueRejected):
        await add(carelog, CATALOGUE, "meditation_session", calm)
    await add(carelog, CATALOGUE, "meditation_session", calm | {"audio_url": "https://audio.example.org/calm2.mp3"})


async def test_of_a_batch_only_what_is_rejected_is_refused(carelog: Carelog) -> None:
    subject = await someone(carelog)
    await carelog.rejections.report(ME, subject, Value.phone(NUMBER), "other")
    drafts = [Draft("emergency_contact", who) for who in (INES, {"name": "Omar", "phone": "+12025550144"})]
    results = await carelog.record.create_all(ME, subject, drafts)
    assert [type(result) for result in results] == [ValueRejected, Written]


async def test_only_who_may_change_a_record_reports_and_forgets(carelog: Carelog) -> None:
    subject, other = await someone(carelog), await someone(carelog, "+12025550177")
    kept = await carelog.rejections.report(ME, subject, Value.phone(NUMBER), "other")
    stranger = Principal("key:1", frozenset(SCOPES), frozenset({other}))
    reader = Principal("key:2", frozenset(SCOPES), frozenset({subject}), read_only=frozenset({subject}))
    with pytest.raises(NotFound):
        await carelog.rejections.of(stranger, subject)
    with pytest.raises(NotFound):
        await carelog.rejections.report(stranger, subject, Value.phone(NUMBER), "other")
    with pytest.raises(NotFound):
        await carelog.rejections.forget(stranger, other, kept.id)
    with pytest.raises(Forbidden):
        await carelog.rejections.forget(reader, subject, kept.id)
    assert len(await carelog.rejections.of(reader, subject)) == 1
