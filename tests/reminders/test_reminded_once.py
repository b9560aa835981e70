"""Reminders that come at the same moment, that are called off, that are killed: each comes once, or not at all."""

import asyncio
import json
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from forking import ForkedScript
from reminding import ME, notified, repeated, subject, told, write
from sqlalchemy import func, select, text, update
from waiting import until

from carelog.app import Carelog, open_carelog
from carelog.db import Database
from carelog.kit.clock import ManualClock
from carelog.record.tables import entry, entry_link, entry_revision
from carelog.settings import Settings

Opened = Callable[..., AbstractAsyncContextManager[Carelog]]
AN_HOUR = 3600
DAILY = {"kind": "water", "title": "A glass of water", "time": "10:00"}


async def test_two_pumps_at_once_make_no_doubles_and_leave_nothing_out(opened: Opened, clock: ManualClock) -> None:
    async with opened() as one, opened() as other:
        owners = [await subject(one, "Asia/Kolkata") for _ in range(12)]
        for owner in owners:
            await write(one, owner, "alarm", **DAILY)
        for _ in range(4):
            clock.advance(seconds=40 * AN_HOUR)
            await asyncio.gather(*(c.reminders.catch_up() for c in (one, other, one, other)))
            # What one pump had in hand, the other has left to it.
            await one.reminders.catch_up()
        for owner in owners:
            found = [told(e).due_at for e in await notified(one, owner)]
            assert not repeated(found)
            assert len(found) == (160 * AN_HOUR + 4.5 * AN_HOUR) // (24 * AN_HOUR) == 6


# Catches up, a record at a time, until it is killed.
PUMP = """
import asyncio, json, sys
from dataclasses import replace
from datetime import datetime
from carelog.app import open_carelog
from carelog.kit.clock import ManualClock
from carelog.reminders import ReminderOptions, Reminders
from carelog.settings import Settings

async def pump():
    settings, now = Settings(**json.loads(sys.argv[1])), datetime.fromisoformat(sys.argv[2])
    async with open_carelog(settings, ManualClock(now)) as carelog:
        options = ReminderOptions(records=1, most=7)
        await Reminders(carelog.health, carelog.auth, carelog.clock, [], lambda: None, options).catch_up()

asyncio.run(pump())
"""


def start_pump(settings: Settings, now: datetime) -> ForkedScript:
    given = json.dumps(settings.model_dump(mode="json"))
    return ForkedScript(PUMP, given, now.isoformat())


async def test_a_pump_that_is_killed_leaves_no_gap_and_no_double(
    opened: Opened, settings: Settings, clock: ManualClock
) -> None:
    async with opened() as carelog:
        owners = [await subject(carelog, "Europe/Berlin") for _ in range(20)]
        for owner in owners:
            await write(carelog, owner, "alarm", **DAILY)
        clock.advance(seconds=50 * 24 * AN_HOUR)
        expected = len(owners) * 50
        killed = 0
        for count in (60, 300):
            pump = start_pump(settings, clock.now())
            try:
                await until(_at_least(carelog.health, count, pump))
                killed += pump.poll() is None
            finally:
                pump.kill()
                pump.wait()
        assert killed
        assert await count_notifications(carelog.health) < expected
        await carelog.reminders.catch_up()
        assert await count_notifications(carelog.health) == expected
        for owner in owners:
            found = await notified(carelog, owner)
            assert not repeated(told(e).due_at for e in found)
        async with carelog.health.read() as connection:
            assert await connection.scalar(select(func.count()).select_from(entry_link)) == expected


async def count_notifications(database: Database) -> int:
    async with database.read() as connection:
        counted = select(func.count()).where(entry.c.type == "notification")
        return await connection.scalar(counted) or 0


def _at_least(database: Database, count: int, pump: ForkedScript) -> Any:
    async def reached() -> bool:
        return pump.poll() is not None or await count_notifications(database) >= count

    return reached


async def test_a_clock_that_is_set_back_reminds_of_nothing_twice(carelog: Carelog, clock: ManualClock) -> None:
    owner = await subject(carelog, "UTC")
    alarm = await write(carelog, owner, "alarm", **DAILY)
    due = alarm.due_at
    clock.advance(seconds=2 * AN_HOUR)
    await carelog.reminders.catch_up()
    async with carelog.health.write() as connection:
        await connection.execute(update(entry).where(entry.c.id == alarm.id).values(due_at=due))
    await carelog.reminders.catch_up()
    assert len(await notified(carelog, owner)) == 1
    assert (await carelog.record.get(ME, alarm.id)).due_at == datetime(2026, 1, 6, 10, tzinfo=UTC)


VISIT = {"title": "Dentist", "scheduled_at": "2026-01-05T11:00:00Z", "reminder_minutes_before": 60}


@pytest.mark.parametrize(
    "change", [{"status": "cancelled"}, {"status": "completed"}, {"reminder_minutes_before": None}]
)
async def test_an_appointment_that_is_off_reminds_no_more(
    carelog: Carelog, clock: ManualClock, change: dict[str, Any]
) -> None:
    owner = await subject(carelog, "UTC")
    visit = await write(carelog, owner, "appointment", **VISIT, status="scheduled")
    await carelog.record.revise(ME, visit.id, change, revision=None)
    clock.advance(seconds=5 * AN_HOUR)
    await carelog.reminders.catch_up()
    assert await notified(carelog, owner) == []


async def test_what_is_off_or_retracted_reminds_no_more_and_what_comes_back_does(
    carelog: Carelog, clock: ManualClock
) -> None:
    owner = await subject(carelog, "UTC")
    off, gone = [await write(carelog, owner, "alarm", **DAILY) for _ in range(2)]
    await carelog.record.revise(ME, off.id, {"active": False}, revision=None)
    await carelog.record.retract(ME, gone.id, revision=None)
    clock.advance(seconds=2 * 24 * AN_HOUR)
    await carelog.reminders.catch_up()
    assert await notified(carelog, owner) == []
    await carelog.record.revise(ME, off.id, {"active": True}, revision=None)
    await carelog.record.restore(ME, gone.id, revision=None)
    clock.advance(seconds=24 * AN_HOUR)
    await carelog.reminders.catch_up()
    found = [told(e) for e in await notified(carelog, owner)]
    assert {(n.reference_id, n.due_at) for n in found} == {
        (id_, datetime(2026, 1, 7, 10, tzinfo=UTC)) for id_ in (off.id, gone.id)
    }


async def test_a_new_time_reminds_again(carelog: Carelog, clock: ManualClock) -> None:
    owner = await subject(carelog, "UTC")
    visit = await write(carelog, owner, "appointment", **VISIT)
    clock.advance(seconds=1.5 * AN_HOUR)
    await carelog.reminders.catch_up()
    await carelog.record.revise(ME, visit.id, {"scheduled_at": "2026-01-06T11:00:00Z"}, revision=None)
    clock.advance(seconds=24 * AN_HOUR)
    await carelog.reminders.catch_up()
    assert [told(e).due_at for e in await notified(carelog, owner)] == [
        datetime(2026, 1, 5, 10, tzinfo=UTC),
        datetime(2026, 1, 6, 10, tzinfo=UTC),
    ]


@pytest.mark.parametrize("dialect", ["postgresql"])  # SQLite has one writer at a time
async def test_what_is_called_off_while_a_pump_looks_is_not_reminded_of(carelog: Carelog, clock: ManualClock) -> None:
    """The pump has seen that the record is due; before it can write, somebody calls the appointment off."""
    owner = await subject(carelog, "UTC")
    visit = await write(carelog, owner, "appointment", **VISIT)
    clock.advance(seconds=2 * AN_HOUR)
    async with carelog.health.write() as connection:
        await connection.execute(update(entry).where(entry.c.id == visit.id).values(state="retracted", due_at=None))
        pump = asyncio.create_task(carelog.reminders.catch_up())
        await until(lambda: _waits_for_a_lock(carelog.health))
    await pump
    assert await notified(carelog, owner) == []


async def _waits_for_a_lock(database: Database) -> bool:
    async with database.read() as connection:
        waiting = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
        return bool(await connection.scalar(waiting))


async def test_a_record_that_cannot_be_read_holds_up_no_other(carelog: Carelog, clock: ManualClock) -> None:
    bad, good = [await subject(carelog, "UTC") for _ in range(2)]
    broken = await write(carelog, bad, "alarm", **DAILY)
    await write(carelog, good, "alarm", **DAILY)
    async with carelog.health.write() as connection:
        spoiled = update(entry_revision).where(entry_revision.c.entry_id == broken.id)
        await connection.execute(spoiled.values(payload={"kind": "no such kind"}))
    clock.advance(seconds=2 * AN_HOUR)
    await carelog.reminders.catch_up()
    assert len(await notified(carelog, good)) == 1
    async with carelog.health.write() as connection:
        await connection.execute(spoiled.values(payload=DAILY))
    clock.advance(seconds=120)
    await carelog.reminders.catch_up()
    assert len(await notified(carelog, bad)) == 1


async def test_a_reminder_is_told_at_its_time_by_whoever_works(settings: Settings) -> None:
    """By the machine's clock."""
    async with open_carelog(settings) as carelog:
        owner = await subject(carelog, "UTC")
        soon = datetime.now(UTC) + timedelta(seconds=1.5)
        at = (soon + timedelta(minutes=1)).isoformat()
        await write(carelog, owner, "appointment", title="Dentist", scheduled_at=at, reminder_minutes_before=1)
        working = asyncio.create_task(carelog.work())
        try:

            async def told_of_it() -> bool:
                return len(await notified(carelog, owner)) == 1

            await until(told_of_it)
        finally:
            carelog.stop()
            await working
        [found] = await notified(carelog, owner)
        assert told(found).due_at == soon
        assert not told(found).late
        assert found.recorded_at >= soon
        assert isinstance(told(found).reference_id, UUID)
