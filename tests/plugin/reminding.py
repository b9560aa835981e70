"""Records with something to remind of, and what has come of it."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import insert

from carelog.app import Carelog
from carelog.identity import operator
from carelog.kit.ids import new_id
from carelog.record import Entry
from carelog.record import subjects as subjects_room
from carelog.record.editing import Draft
from carelog.record.query import EntryQuery
from carelog.record.subjects import Identifier, Subject
from carelog.record.types.notification import Notification
from carelog.reminders.tables import reminder_preference

ME = operator()
SECRET = "whsec_c2VjcmV0LW1hZGUtdXAtZm9yLXRlc3RzISE="


async def subject(carelog: Carelog, zone: str | None, **identifiers: str) -> UUID:
    """Somebody on that clock, known by these identifiers."""
    id_ = new_id()
    async with carelog.health.write() as connection:
        known = [(Identifier(system, value), id_) for system, value in identifiers.items()]
        await subjects_room.add(connection, [Subject(id_, None, zone, carelog.clock.now())], known, carelog.clock.now())
    return id_


async def write(carelog: Carelog, owner: UUID, type_name: str, **payload: Any) -> Entry:
    written = await carelog.record.create(ME, owner, Draft(type_name, payload), on_duplicate="keep")
    return written.entry


async def prefer(carelog: Carelog, owner: UUID, **preferences: Any) -> None:
    await carelog.reminder_preferences.change(ME, owner, preferences)


async def prefer_after_joining(carelog: Carelog, owner: UUID, at: datetime, **content: Any) -> None:
    """As they stand where two records with preferences became one."""
    async with carelog.health.write() as connection:
        row = {"id": new_id(), "subject_id": owner, "content": content, "updated_at": at, "updated_by": "test"}
        await connection.execute(insert(reminder_preference).values(row))


async def notified(carelog: Carelog, owner: UUID) -> list[Entry]:
    """All of a subject's notifications, the first first."""
    query = EntryQuery(types=("notification",))
    return [e async for found in carelog.record.every(ME, owner, query) for e in found][::-1]


def told(entry: Entry) -> Notification:
    assert isinstance(entry.payload, Notification)
    return entry.payload


def crossings(
    zone: Any, times: Mapping[tuple[int, int], object], begin: datetime, end: datetime
) -> list[tuple[datetime, datetime]]:
    """Each moment at which the clock of a zone first shows one of these times, or jumps over it, with the time on the
    wall; found by looking at the clock every five minutes, at which all of them are."""
    found: list[tuple[datetime, datetime]] = []
    step = timedelta(minutes=5)
    furthest = begin.astimezone(zone).replace(tzinfo=None)
    moment = begin
    while moment < end:
        moment += step
        shown = moment.astimezone(zone).replace(tzinfo=None)
        while furthest < shown:
            furthest += step
            if (furthest.hour, furthest.minute) in times:
                found.append((moment, furthest))
    return found


def repeated(values: Any) -> list[Any]:
    return [value for value, count in Counter(values).items() if count > 1]
