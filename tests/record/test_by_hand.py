"""Entries written by hand: the rules that look beyond one entry, duplicates, and who may."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest
from made_up import submission

from carelog.app import Carelog
from carelog.identity import CATALOGUE, SCOPES, Principal, operator
from carelog.kit.clock import ManualClock
from carelog.kit.errors import Conflict, Forbidden, InvalidInput, NotFound, PreconditionFailed
from carelog.kit.ids import new_id
from carelog.record import Entry
from carelog.record.editing import BatchRefused, Draft, Written
from carelog.record.plan import Duplicate
from carelog.record.query import EntryQuery
from carelog.record.requests import Request, RequestNameReused
from carelog.record.rules import LastContact

ME = operator()
INES = {"name": "Ines", "phone": "+12025550143"}
OMAR = {"name": "Omar", "phone": "+12025550144"}
EYES = {"title": "Eye check", "scheduled_at": "2026-02-01T10:00:00+05:30"}


@pytest.fixture
async def subject(carelog: Carelog) -> UUID:
    [receipt] = await carelog.intake.accept(ME, [submission()])
    assert receipt.subject_id
    return receipt.subject_id


async def add(carelog: Carelog, subject: UUID, kind: str, payload: Mapping[str, Any], **more: Any) -> Written:
    return await carelog.record.create(more.pop("by", ME), subject, Draft(kind, payload), **more)


async def listed(carelog: Carelog, subject: UUID, kind: str) -> list[Entry]:
    return (await carelog.record.page(ME, subject, EntryQuery(types=(kind,)))).items


def primary(entries: list[Entry]) -> list[str]:
    return [e.payload.name for e in entries if e.payload.is_primary]  # type: ignore[attr-defined]


async def test_a_new_primary_contact_takes_the_place_of_the_old_one(carelog: Carelog, subject: UUID) -> None:
    first = await add(carelog, subject, "emergency_contact", INES | {"is_primary": True})
    assert first.notes == ()
    second = await add(carelog, subject, "emergency_contact", OMAR | {"is_primary": True})
    assert second.notes == ("another emergency contact is no longer primary",)
    assert primary(await listed(carelog, subject, "emergency_contact")) == ["Omar"]
    assert [e.revision for e in await carelog.record.history(ME, first.entry.id)] == [1, 2]
    await carelog.record.revise(ME, first.entry.id, {"is_primary": True}, revision=2)
    assert primary(await listed(carelog, subject, "emergency_contact")) == ["Ines"]


async def test_the_last_contact_stays_and_that_no_contact_is_primary_is_said(carelog: Carelog, subject: UUID) -> None:
    ines = await add(carelog, subject, "emergency_contact", INES | {"is_primary": True})
    with pytest.raises(LastContact):
        await carelog.record.retract(ME, ines.entry.id, revision=1)
    omar = await add(carelog, subject, "emergency_contact", OMAR)
    gone = await carelog.record.retract(ME, ines.entry.id, revision=1)
    assert gone.notes == ("no emergency contact is primary now",)
    assert primary(await listed(carelog, subject, "emergency_contact")) == []
    with pytest.raises(LastContact):
        await carelog.record.retract(ME, omar.entry.id, revision=None)


async def test_of_the_last_two_contacts_retracted_at_once_one_stays(carelog: Carelog, subject: UUID) -> None:
    both = [(await add(carelog, subject, "emergency_contact", who)).entry for who in (INES, OMAR)]
    results = await asyncio.gather(
        *(carelog.record.retract(ME, e.id, revision=1) for e in both), return_exceptions=True
    )
    assert sorted(type(r).__name__ for r in results) == ["LastContact", "Written"]
    assert len(await listed(carelog, subject, "emergency_contact")) == 1


async def test_a_primary_contact_that_comes_back_is_the_only_one(carelog: Carelog, subject: UUID) -> None:
    ines = await add(carelog, subject, "emergency_contact", INES | {"is_primary": True})
    await add(carelog, subject, "emergency_contact", OMAR)
    await carelog.record.retract(ME, ines.entry.id, revision=1)
    await add(carelog, subject, "emergency_contact", {"name": "Lea", "phone": "+12025550145", "is_primary": True})
    back = await carelog.record.restore(ME, ines.entry.id, revision=2)
    assert (back.entry.state, back.entry.revision) == ("active", 3)
    assert primary(await listed(carelog, subject, "emergency_contact")) == ["Ines"]


async def test_a_dose_finds_the_one_schedule_of_its_medication(carelog: Carelog, subject: UUID) -> None:
    async def schedule(name: str) -> UUID:
        payload = {"name": name, "times": ["08:00"]}
        return (await add(carelog, subject, "medication_schedule", payload)).entry.id

    async def link_of(payload: Mapping[str, Any]) -> UUID | None:
        dose = await add(carelog, subject, "medication_log", payload, on_duplicate="keep")
        return dose.entry.payload.schedule_id  # type: ignore[attr-defined, no-any-return]

    ramipril = await schedule("Ramipril")
    assert await link_of({"name": "ramipril"}) == ramipril
    assert await link_of({"name": "metformin"}) is None
    assert await link_of({"name": "metformin", "schedule_id": str(ramipril)}) == ramipril
    await schedule("ramipril")
    assert await link_of({"name": "ramipril"}) is None


async def test_a_dose_names_only_an_active_schedule_of_the_same_record(carelog: Carelog, subject: UUID) -> None:
    [other] = await carelog.intake.accept(ME, [submission(tel="+12025550111")])
    assert other.subject_id
    schedules = {
        "of another": (other.subject_id, True),
        "not active": (subject, False),
    }
    for owner, active in schedules.values():
        named = await add(
            carelog, owner, "medication_schedule", {"name": "ramipril", "times": ["08:00"], "active": active}
        )
        with pytest.raises(InvalidInput) as caught:
            await add(carelog, subject, "medication_log", {"schedule_id": str(named.entry.id)})
        assert caught.value.details["problems"][0]["place"] == "/schedule_id"
    assert await listed(carelog, subject, "medication_log") == []


async def test_only_clinicians_review_and_the_server_says_who_and_when(
    carelog: Carelog, subject: UUID, clock: ManualClock
) -> None:
    check_in = await add(carelog, subject, "check_in", {"summary": "Slept badly."})
    with pytest.raises(Forbidden):
        await carelog.record.revise(ME, check_in.entry.id, {"status": "reviewed"}, revision=1)
    with pytest.raises(Forbidden):
        await add(carelog, subject, "check_in", {"status": "reviewed", "reviewed_by": "somebody"})
    doctor = replace(ME, id="user:doctor", role="clinician")
    clock.advance(seconds=60)
    change = {"status": "flagged", "reviewed_by": "somebody else", "review_notes": "call back"}
    flagged = (await carelog.record.revise(doctor, check_in.entry.id, change, revision=1)).entry.payload
    assert (flagged.reviewed_by, flagged.reviewed_at) == ("user:doctor", clock.now())  # type: ignore[attr-defined]
    later = await carelog.record.revise(ME, check_in.entry.id, {"energy": 4, "reviewed_by": "me"}, revision=2)
    assert later.entry.payload.reviewed_by == "user:doctor"  # type: ignore[attr-defined]


async def test_what_all_records_share_stands_in_the_catalogue(carelog: Carelog, subject: UUID) -> None:
    with pytest.raises(InvalidInput):
        await add(carelog, subject, "meditation_session", {"title": "Evening calm"})
    with pytest.raises(InvalidInput):
        await add(carelog, CATALOGUE, "food", {"name": "rice"})
    calm = await add(carelog, CATALOGUE, "meditation_session", {"title": "Evening calm"})
    log = await add(carelog, subject, "meditation_log", {"session_id": str(calm.entry.id)})
    assert log.verdict == "created"
    with pytest.raises(InvalidInput):
        await add(carelog, subject, "meditation_log", {"session_id": str(new_id())})
    patient = Principal("user:p", frozenset(SCOPES) - {"catalogue:write"}, subjects=frozenset({subject}))
    assert (await carelog.record.get(patient, calm.entry.id)).id == calm.entry.id
    assert len((await carelog.record.page(patient, CATALOGUE)).items) == 1
    with pytest.raises(Forbidden):
        await carelog.record.retract(patient, calm.entry.id, revision=1)


async def test_what_the_record_has_is_refused_merged_or_kept(carelog: Carelog, subject: UUID) -> None:
    first = (await add(carelog, subject, "appointment", EYES | {"status": "confirmed"})).entry
    again = EYES | {"title": "eye check", "location": "Pune"}
    with pytest.raises(Duplicate) as caught:
        await add(carelog, subject, "appointment", again)
    [candidate] = caught.value.details["candidates"]
    assert candidate == {
        "id": str(first.id),
        "context_id": first.context_id,
        "headline": first.headline(),
        "score": 1.0,
    }
    merged = await add(carelog, subject, "appointment", again, on_duplicate="merge")
    assert (merged.verdict, merged.entry.id, merged.entry.revision) == ("merged", first.id, 2)
    assert merged.entry.payload.status == "confirmed"  # type: ignore[attr-defined]
    assert merged.entry.payload.location == "Pune"  # type: ignore[attr-defined]
    kept = await add(carelog, subject, "appointment", again, on_duplicate="keep")
    assert kept.verdict == "created"
    assert len(await listed(carelog, subject, "appointment")) == 2
    await add(carelog, subject, "appointment", EYES | {"scheduled_at": "2026-02-08T10:00:00+05:30"})


async def test_nothing_retracted_and_nothing_of_others_is_a_duplicate(carelog: Carelog, subject: UUID) -> None:
    first = await add(carelog, subject, "appointment", EYES)
    [other] = await carelog.intake.accept(ME, [submission(tel="+12025550111")])
    assert other.subject_id
    assert (await add(carelog, other.subject_id, "appointment", EYES)).verdict == "created"
    await carelog.record.retract(ME, first.entry.id, revision=1)
    assert (await add(carelog, subject, "appointment", EYES)).verdict == "created"


async def test_a_batch_writes_what_can_be_written_and_an_atomic_one_all_or_nothing(
    carelog: Carelog, subject: UUID
) -> None:
    drafts = [
        Draft("food", {"name": "rice"}),
        Draft("food", {"colour": "red"}),
        Draft("appointment", EYES),
        Draft("appointment", EYES),
    ]
    with pytest.raises(BatchRefused) as caught:
        await carelog.record.create_all(ME, subject, drafts, atomic=True)
    assert [(i["index"], i["code"]) for i in caught.value.details["items"]] == [(1, "invalid_input"), (3, "duplicate")]
    assert (await carelog.record.page(ME, subject)).items == []
    done = await carelog.record.create_all(ME, subject, drafts)
    assert [type(one).__name__ for one in done] == ["Written", "InvalidInput", "Written", "Duplicate"]
    assert {e.type for e in (await carelog.record.page(ME, subject)).items} == {"food", "appointment"}


async def test_a_request_writes_once_however_often_it_comes(carelog: Carelog, subject: UUID) -> None:
    request = Request.of("breakfast-1", ["rice"])
    drafts = [Draft("food", {"name": "rice"}), Draft("food", {"name": ""})]
    results = await asyncio.gather(*(carelog.record.create_all(ME, subject, drafts, request=request) for _ in range(4)))
    written = [one for one, _ in results if isinstance(one, Written)]
    assert len({one.entry.id for one in written}) == 1
    assert sorted(one.replayed for one in written) == [False, True, True, True]
    assert len(await listed(carelog, subject, "food")) == 1
    with pytest.raises(RequestNameReused):
        await carelog.record.create_all(ME, subject, drafts, request=Request.of("breakfast-1", ["roti"]))
    theirs = replace(ME, id="another")
    assert (await add(carelog, subject, "food", {"name": "rice"}, by=theirs, request=request)).replayed is False


async def test_who_may_only_read_changes_nothing_and_a_stranger_learns_nothing(carelog: Carelog, subject: UUID) -> None:
    entry = (await add(carelog, subject, "food", {"name": "rice"})).entry
    reader = replace(ME, subjects=frozenset({subject}), read_only=frozenset({subject}))
    stranger = replace(ME, subjects=frozenset({new_id()}))
    for who, error in ((reader, Forbidden), (stranger, NotFound)):
        for attempt in (
            add(carelog, subject, "food", {"name": "roti"}, by=who),
            carelog.record.revise(who, entry.id, {"name": "roti"}, revision=1),
            carelog.record.retract(who, entry.id, revision=1),
            carelog.record.restore(who, entry.id, revision=1),
            carelog.record.merge_into_one(who, subject, "profile", {}),
            carelog.subjects.change(who, subject, {"name": "Someone"}, carelog.clock.now()),
        ):
            with pytest.raises(error):
                await attempt
    assert await listed(carelog, subject, "food") == [entry]


async def test_a_profile_is_one_and_a_part_of_it_changes_alone(carelog: Carelog, subject: UUID) -> None:
    first, second = await asyncio.gather(
        *(carelog.record.merge_into_one(ME, subject, "profile", p) for p in ({"blood_type": "AB+"}, {"height_cm": 170}))
    )
    assert first.entry.id == second.entry.id
    after = await carelog.record.merge_into_one(ME, subject, "profile", {"dietary_preferences": ["vegan"]})
    assert after.entry.payload.blood_type == "AB+"  # type: ignore[attr-defined]
    assert after.entry.payload.height_cm == 170  # type: ignore[attr-defined]
    assert len(await listed(carelog, subject, "profile")) == 1
    await carelog.record.retract(ME, after.entry.id, revision=None)
    with pytest.raises(NotFound):
        await carelog.record.one(ME, subject, "profile")
    await carelog.record.merge_into_one(ME, subject, "profile", {"blood_type": "O-"})
    with pytest.raises(Conflict):
        await carelog.record.restore(ME, after.entry.id, revision=None)


async def test_what_changes_nothing_makes_no_revision_and_what_is_stale_is_refused(
    carelog: Carelog, subject: UUID
) -> None:
    entry = (await add(carelog, subject, "food", {"name": "rice", "meal": "lunch"})).entry
    same = await carelog.record.revise(ME, entry.id, {"meal": "lunch"}, revision=1)
    assert same.entry.revision == 1
    less = await carelog.record.revise(ME, entry.id, {"meal": None}, revision=1)
    assert less.entry.payload.model_dump(exclude_none=True) == {"name": "rice"}
    with pytest.raises(PreconditionFailed) as caught:
        await carelog.record.revise(ME, entry.id, {"meal": "dinner"}, revision=1)
    assert caught.value.details == {"revision": 2}


async def test_when_it_happens_is_what_the_payload_says(carelog: Carelog, subject: UUID) -> None:
    entry = (await add(carelog, subject, "appointment", EYES)).entry
    assert entry.occurred_at == datetime(2026, 2, 1, 4, 30, tzinfo=UTC)
    moved = await carelog.record.revise(ME, entry.id, {"scheduled_at": "2026-02-02T10:00:00Z"}, revision=1)
    assert moved.entry.occurred_at == datetime(2026, 2, 2, 10, tzinfo=UTC)
    [listed_first] = (await carelog.record.page(ME, subject, EntryQuery(since=datetime(2026, 2, 2, tzinfo=UTC)))).items
    assert listed_first.id == entry.id
    with pytest.raises(InvalidInput):
        await carelog.record.revise(ME, entry.id, {}, revision=2, occurred_at=datetime(2026, 1, 1, tzinfo=UTC))
    with pytest.raises(InvalidInput):
        far = datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=5)))
        await carelog.record.create(ME, subject, Draft("food", {"name": "rice"}, occurred_at=far))


async def test_reminders_follow_the_subjects_clock(carelog: Carelog, subject: UUID, clock: ManualClock) -> None:
    await carelog.subjects.change(ME, subject, {"zone": "Asia/Kolkata"}, clock.now())
    alarm = (await add(carelog, subject, "alarm", {"kind": "water", "title": "Drink", "time": "09:00"})).entry
    assert alarm.due_at == datetime(2026, 1, 6, 3, 30, tzinfo=UTC)
    await carelog.subjects.change(ME, subject, {"zone": "America/New_York"}, clock.now())
    assert (await carelog.record.get(ME, alarm.id)).due_at == datetime(2026, 1, 5, 14, 0, tzinfo=UTC)
    off = await carelog.record.revise(ME, alarm.id, {"active": False}, revision=1)
    assert off.entry.due_at is None
    with pytest.raises(InvalidInput):
        await carelog.subjects.change(ME, subject, {"zone": "the moon"}, clock.now())


async def test_a_change_loses_no_reminder_that_has_fallen_due(
    carelog: Carelog, subject: UUID, clock: ManualClock
) -> None:
    await carelog.subjects.change(ME, subject, {"zone": "UTC"}, clock.now())
    alarm = (await add(carelog, subject, "alarm", {"kind": "water", "title": "Drink", "time": "09:30"})).entry
    clock.advance(seconds=31 * 60)
    renamed = await carelog.record.revise(ME, alarm.id, {"title": "Drink a glass"}, revision=1)
    assert renamed.entry.due_at == datetime(2026, 1, 5, 9, 30, tzinfo=UTC)
    moved = await carelog.record.revise(ME, alarm.id, {"time": "08:00"}, revision=2)
    assert moved.entry.due_at == datetime(2026, 1, 6, 8, tzinfo=UTC)


async def test_text_that_no_database_looks_for_is_refused(carelog: Carelog, subject: UUID) -> None:
    with pytest.raises(InvalidInput):
        await add(carelog, subject, "food", {"name": "ri\x00ce"})
