"""What subjects answer to reminders: later, taken, skipped, read."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from reminding import ME, notified, prefer, subject, told, write
from sqlalchemy import select

from carelog.app import Carelog
from carelog.identity import Principal
from carelog.kit.clock import ManualClock
from carelog.kit.errors import Conflict, Forbidden, NotFound
from carelog.record import Entry
from carelog.record.query import EntryQuery
from carelog.record.tables import entry_link
from carelog.record.types.medication_log import MedicationLog
from carelog.reminders.answers import Dose

SCHEDULE = {"name": "metformin", "times": ["10:00", "10:20"], "dose": {"value": 500, "unit": "mg"}}
TEN = datetime(2026, 1, 5, 10, tzinfo=UTC)


async def reminded(carelog: Carelog, clock: ManualClock, **schedule: Any) -> tuple[UUID, Entry, list[Entry]]:
    """A subject with a schedule of doses, and the reminders of the first hours."""
    owner = await subject(carelog, "UTC")
    source = await write(carelog, owner, "medication_schedule", **{**SCHEDULE, **schedule})
    clock.advance(seconds=3600)
    await carelog.reminders.catch_up()
    clock.advance(seconds=1260)
    await carelog.reminders.catch_up()
    return owner, source, await notified(carelog, owner)


async def doses(carelog: Carelog, owner: UUID) -> list[MedicationLog]:
    page = await carelog.record.page(ME, owner, EntryQuery(types=("medication_log",)))
    found = [e.payload for e in page.items]
    assert all(isinstance(payload, MedicationLog) for payload in found)
    return found[::-1]  # type: ignore[return-value]


async def answer(carelog: Carelog, owner: UUID, notification: Entry, **said: Any) -> tuple[Entry, Entry]:
    return await carelog.reminder_answers.dose(ME, owner, notification.id, Dose(**said))


async def links(carelog: Carelog, dose: Entry) -> set[UUID]:
    async with carelog.health.read() as connection:
        rows = await connection.execute(select(entry_link.c.to_id).where(entry_link.c.from_id == dose.id))
        return set(rows.scalars())


async def test_a_dose_taken_from_a_reminder_is_one_dose_of_its_schedule(carelog: Carelog, clock: ManualClock) -> None:
    owner, schedule, [first, second] = await reminded(carelog, clock)
    for _ in range(2):
        dose, notification = await answer(carelog, owner, first, status="taken")
    assert told(notification).completed_at == told(notification).read_at == clock.now()
    assert await links(carelog, dose) == {schedule.id, first.id}
    assert await doses(carelog, owner) == [
        MedicationLog(
            schedule_id=schedule.id,
            name="metformin",
            dose={"value": 500, "unit": "mg"},  # type: ignore[arg-type]
            status="taken",
            taken_at=clock.now(),
            scheduled_for=TEN,
        )
    ]
    # The next one, twenty minutes later, is another dose.
    await answer(carelog, owner, second, status="taken")
    assert [d.scheduled_for for d in await doses(carelog, owner)] == [TEN, TEN + timedelta(minutes=20)]


async def test_what_was_said_last_of_a_dose_counts(carelog: Carelog, clock: ManualClock) -> None:
    owner, _, [first, _] = await reminded(carelog, clock)
    await answer(carelog, owner, first, status="skipped", reason="nausea")
    [skipped] = await doses(carelog, owner)
    assert (skipped.status, skipped.taken_at, skipped.reason) == ("skipped", None, "nausea")
    dose, _ = await answer(carelog, owner, first, status="taken", taken_at=TEN + timedelta(minutes=3))
    [taken] = await doses(carelog, owner)
    assert (taken.status, taken.taken_at) == ("taken", TEN + timedelta(minutes=3))
    # One that was retracted is there again when it is said again.
    await carelog.record.retract(ME, dose.id, revision=None)
    assert await doses(carelog, owner) == []
    await answer(carelog, owner, first, status="taken")
    assert len(await doses(carelog, owner)) == 1


async def test_a_dose_that_was_written_by_hand_is_not_written_again(carelog: Carelog, clock: ManualClock) -> None:
    owner, schedule, [first, _] = await reminded(carelog, clock)
    by_hand = {"name": "metformin", "taken_at": (TEN + timedelta(minutes=4)).isoformat()}
    written = await write(carelog, owner, "medication_log", **by_hand)
    dose, _ = await answer(carelog, owner, first, status="taken")
    assert dose.id == written.id
    [one] = await doses(carelog, owner)
    assert (one.taken_at, one.scheduled_for) == (TEN + timedelta(minutes=4), TEN)
    assert await links(carelog, dose) == {schedule.id, first.id}


async def test_an_alarm_for_a_schedule_asks_for_its_dose(carelog: Carelog, clock: ManualClock) -> None:
    owner = await subject(carelog, "UTC")
    schedule = await write(carelog, owner, "medication_schedule", name="metformin", times=["10:00"])
    alarm = {"kind": "medication", "title": "Your tablet", "time": "10:00", "reference_id": str(schedule.id)}
    await write(carelog, owner, "alarm", **alarm)
    clock.advance(seconds=3600)
    await carelog.reminders.catch_up()
    both = await notified(carelog, owner)
    assert {told(e).title for e in both} == {"Your tablet", "Time for metformin"}
    for notification in both:
        dose, _ = await answer(carelog, owner, notification, status="taken")
    assert len(await doses(carelog, owner)) == 1
    assert await links(carelog, dose) == {schedule.id, *(e.id for e in both)}


async def test_no_dose_is_made_up(carelog: Carelog, clock: ManualClock) -> None:
    owner = await subject(carelog, "UTC")
    await write(carelog, owner, "alarm", kind="medication", title="Your tablets", time="10:00")
    clock.advance(seconds=3600)
    await carelog.reminders.catch_up()
    [notification] = await notified(carelog, owner)
    with pytest.raises(Conflict):
        await answer(carelog, owner, notification, status="taken")
    assert await doses(carelog, owner) == []


async def test_a_dose_of_a_schedule_that_ended_since_may_still_be_told(carelog: Carelog, clock: ManualClock) -> None:
    owner, schedule, [first, _] = await reminded(carelog, clock)
    await carelog.record.revise(ME, schedule.id, {"active": False}, revision=None)
    await answer(carelog, owner, first, status="taken")
    assert len(await doses(carelog, owner)) == 1


async def test_a_snoozed_reminder_comes_back_once_and_unread(carelog: Carelog, clock: ManualClock) -> None:
    owner, _, [first, _] = await reminded(carelog, clock)
    await carelog.reminder_answers.snooze(ME, owner, first.id, 15)
    await carelog.reminder_answers.read(ME, owner, first.id)
    clock.advance(seconds=14 * 60)
    await carelog.reminders.catch_up()
    assert told(await carelog.record.get(ME, first.id)).read_at
    clock.advance(seconds=60)
    await carelog.reminders.catch_up()
    back = await carelog.record.get(ME, first.id)
    assert told(back).read_at is None
    assert back.due_at is None
    await carelog.reminder_answers.read(ME, owner, first.id)
    clock.advance(seconds=3600)
    await carelog.reminders.catch_up()
    assert told(await carelog.record.get(ME, first.id)).read_at
    assert len(await notified(carelog, owner)) == 2


@pytest.mark.parametrize("called_off", ["taken", "ended", "retracted"])
async def test_a_snooze_ends_with_what_it_reminds_of(carelog: Carelog, clock: ManualClock, called_off: str) -> None:
    owner, schedule, [first, _] = await reminded(carelog, clock)
    await carelog.reminder_answers.snooze(ME, owner, first.id, 15)
    await carelog.reminder_answers.read(ME, owner, first.id)
    match called_off:
        case "taken":
            await answer(carelog, owner, first, status="taken")
        case "ended":
            await carelog.record.revise(ME, schedule.id, {"active": False}, revision=None)
        case _:
            await carelog.record.retract(ME, schedule.id, revision=None)
    clock.advance(seconds=3600)
    await carelog.reminders.catch_up()
    found = await carelog.record.get(ME, first.id)
    assert told(found).read_at
    assert found.due_at is None
    if called_off == "taken":
        with pytest.raises(Conflict):
            await carelog.reminder_answers.snooze(ME, owner, first.id, 15)


async def test_a_notification_of_what_is_never_due_is_snoozed_too(carelog: Carelog, clock: ManualClock) -> None:
    owner = await subject(carelog, "UTC")
    reading = await write(carelog, owner, "water", amount={"value": 200, "unit": "mL"})
    info = await write(carelog, owner, "notification", kind="info", title="A glass", reference_id=str(reading.id))
    await carelog.reminder_answers.read(ME, owner, info.id)
    await carelog.reminder_answers.snooze(ME, owner, info.id, 15)
    clock.advance(seconds=15 * 60)
    await carelog.reminders.catch_up()
    back = told(await carelog.record.get(ME, info.id))
    assert (back.read_at, back.title) == (None, "A glass")


async def test_reading_counts_the_first_time(carelog: Carelog, clock: ManualClock) -> None:
    owner, _, [first, _] = await reminded(carelog, clock)
    read = [await carelog.reminder_answers.read(ME, owner, first.id)]
    clock.advance(seconds=60)
    read.append(await carelog.reminder_answers.read(ME, owner, first.id))
    assert read[0] == read[1]


def someone(subjects: Sequence[UUID], read_only: Sequence[UUID] = ()) -> Principal:
    scopes = frozenset({"entries:read", "entries:write"})
    return Principal("user:someone", scopes, frozenset(subjects), read_only=frozenset(read_only))


async def test_only_who_may_change_a_record_answers_for_it(carelog: Carelog, clock: ManualClock) -> None:
    owner, _, [first, _] = await reminded(carelog, clock)
    other = await subject(carelog, "UTC")
    answers = carelog.reminder_answers
    with pytest.raises(NotFound):
        await answers.read(someone([other]), owner, first.id)
    with pytest.raises(NotFound):
        await answers.read(someone([other, owner]), other, first.id)
    with pytest.raises(Forbidden):
        await answers.dose(someone([owner], read_only=[owner]), owner, first.id, Dose("taken"))
    with pytest.raises(Forbidden):
        await carelog.reminder_preferences.change(someone([owner], read_only=[owner]), owner, {"muted": ["water"]})
    with pytest.raises(NotFound):
        await carelog.reminder_preferences.get(someone([other]), owner)
    await prefer(carelog, owner, muted=["water"])
    assert (await carelog.reminder_preferences.get(someone([owner]), owner)).muted == ("water",)


async def test_a_notification_that_names_an_entry_of_another_record_is_told_nothing_of_it(
    carelog: Carelog, clock: ManualClock
) -> None:
    theirs, mine = await subject(carelog, "UTC"), await subject(carelog, "UTC")
    schedule = await write(carelog, theirs, "medication_schedule", **SCHEDULE)
    await write(
        carelog, mine, "notification",
        kind="other", title="Hello", reference_id=str(schedule.id), snoozed_until=TEN.isoformat(),
    )  # fmt: skip
    clock.advance(seconds=3660)
    await carelog.reminders.catch_up()
    [back] = await notified(carelog, mine)
    assert (back.revision, told(back).title) == (2, "Hello")
