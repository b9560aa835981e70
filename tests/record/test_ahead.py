"""What has been cannot lie ahead, whoever writes it; what is planned may be of any day."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from made_up import submission

from carelog.app import Carelog
from carelog.identity import operator
from carelog.kit.clock import ManualClock
from carelog.kit.errors import InvalidInput
from carelog.record import Entry, NewEntry, parse_payload
from carelog.record.ahead import as_told
from carelog.record.editing import Draft
from carelog.record.memory import NewEvent
from carelog.record.query import EntryQuery

ME = operator()
NOW = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)
PULSE = {"kind": "heart_rate", "value": {"value": 72, "unit": "/min"}}
HAVE_BEEN: Mapping[str, Mapping[str, Any]] = {
    "vitals": PULSE,
    "symptom": {"name": "headache", "polarity": "present"},
    "medication_log": {"name": "metformin"},
    "lab_result": {"test": "HbA1c", "text": "high"},
    "water": {"said": "a glass"},
}
PLANNED: Mapping[str, Mapping[str, Any]] = {
    "appointment": {"title": "Eye check", "scheduled_at": "2027-02-01T10:00:00+05:30"},
    "medication": {"name": "metformin", "status": "started"},
    "protocol": {"name": "walking"},
}


@pytest.fixture
async def subject(carelog: Carelog) -> UUID:
    [receipt] = await carelog.intake.accept(ME, [submission("Good morning.")])
    assert receipt.subject_id
    return receipt.subject_id


@pytest.mark.parametrize("kind", HAVE_BEEN)
async def test_by_hand_a_date_of_more_than_a_day_ahead_is_refused(carelog: Carelog, subject: UUID, kind: str) -> None:
    def draft(at: datetime) -> Draft:
        return Draft(kind, HAVE_BEEN[kind], at)

    with pytest.raises(InvalidInput, match="more than a day in the future") as refused:
        await carelog.record.create(ME, subject, draft(NOW + DAY + timedelta(seconds=1)))
    assert refused.value.details["problems"][0]["place"] == "/occurred_at"
    written = await carelog.record.create(ME, subject, draft(NOW + DAY))
    with pytest.raises(InvalidInput, match="more than a day in the future"):
        await carelog.record.revise(ME, written.entry.id, {}, revision=1, occurred_at=NOW + 2 * DAY)
    assert (await carelog.record.get(ME, written.entry.id)).occurred_at == NOW + DAY


@pytest.mark.parametrize("kind", PLANNED)
async def test_what_is_planned_may_be_of_any_day(carelog: Carelog, subject: UUID, kind: str) -> None:
    at = None if "scheduled_at" in PLANNED[kind] else NOW + 300 * DAY
    written = await carelog.record.create(ME, subject, Draft(kind, PLANNED[kind], at))
    assert written.entry.occurred_at > NOW + 299 * DAY


async def test_what_the_payload_says_counts_too(carelog: Carelog, subject: UUID) -> None:
    with pytest.raises(InvalidInput, match="more than a day in the future"):
        await carelog.record.create(
            ME, subject, Draft("medication_log", {"name": "x", "taken_at": "2026-02-01T08:00Z"})
        )


async def test_what_stands_with_a_wrong_date_can_be_changed_otherwise(
    carelog: Carelog, subject: UUID, clock: ManualClock
) -> None:
    clock.advance(seconds=30 * DAY.total_seconds())
    written = await carelog.record.create(ME, subject, Draft("symptom", HAVE_BEEN["symptom"], clock.now()))
    clock.advance(seconds=-30 * DAY.total_seconds())
    changed = await carelog.record.revise(ME, written.entry.id, {"severity": "mild"}, revision=1)
    assert changed.entry.revision == 2


async def test_the_memory_refuses_it_too(carelog: Carelog, subject: UUID) -> None:
    event = NewEvent("vitals:once", PULSE, timestamp=NOW + 2 * DAY)
    with pytest.raises(InvalidInput, match="more than a day in the future"):
        await carelog.memory.store_event(ME, subject, event)


async def said(carelog: Carelog, text: str, start: str) -> list[Entry]:
    dialog = {"type": "text", "start": start, "parties": 0, "mediatype": "text/plain", "encoding": "none", "body": text}
    [receipt] = await carelog.intake.accept(ME, [submission(created_at=start, dialog=[dialog])])
    await carelog.worker.drain()
    assert receipt.subject_id
    return (await carelog.record.page(ME, receipt.subject_id, EntryQuery())).items


async def test_what_a_clock_that_is_wrong_says_was_when_it_came(carelog: Carelog) -> None:
    found = await said(carelog, "My pulse was 72 today. I have chest pain.", "2027-03-01T08:00:00+00:00")
    assert {"vitals", "symptom"} <= {entry.type for entry in found}
    assert {entry.occurred_at for entry in found if entry.type in HAVE_BEEN} == {NOW}


async def test_what_is_said_of_plans_keeps_its_day(carelog: Carelog) -> None:
    [found] = await said(
        carelog, "I have an appointment with Dr. Rao on March 3 at 10 am.", "2026-01-05T08:00:00+00:00"
    )
    assert (found.type, found.occurred_at.date().isoformat()) == ("appointment", "2026-03-03")


def test_a_date_that_was_misread_is_not_kept() -> None:
    told_at = NOW - DAY
    payload = parse_payload("lab_result", {"test": "HbA1c", "text": "high", "collected_at": "2026-11-05T08:00:00Z"})
    entry = NewEntry("lab_result", payload, (), datetime(2026, 11, 5, 8, 0, tzinfo=UTC), "UTC", "local/1")
    kept = as_told(entry, told_at, NOW)
    assert (kept.occurred_at, kept.payload.happens_at()) == (told_at, None)
    assert kept.payload.headline() == "HbA1c: high"
    right = as_told(kept, told_at, NOW)
    assert right is kept
