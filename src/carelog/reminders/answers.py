"""What subjects answer to a reminder: later, taken, skipped, read. Each is safe to say twice."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal
from uuid import UUID

from sqlalchemy import select

from carelog.db import Connection, Database
from carelog.identity import Principal
from carelog.kit.clock import Clock
from carelog.kit.errors import Conflict, NotFound
from carelog.kit.ids import new_id
from carelog.record.appending import Change, Placed, append, insert_entries, link
from carelog.record.entries import Entry, NewEntry
from carelog.record.merging import patched
from carelog.record.selecting import any_entries, entry_of, read_entry
from carelog.record.surroundings import Sought, Window, lock_records, look
from carelog.record.tables import entry, entry_link
from carelog.record.types.alarm import Alarm
from carelog.record.types.medication import Medication
from carelog.record.types.medication_log import MedicationLog, Status
from carelog.record.types.medication_schedule import MedicationSchedule
from carelog.record.types.notification import Notification

_SAME_DOSE: Final = timedelta(minutes=30)
"""A dose of the schedule that was written down by hand so near to this one is this one."""


@dataclass(frozen=True, slots=True)
class Dose:
    """What is said of a dose that a reminder asked for."""

    status: Status
    taken_at: datetime | None = None
    reason: str | None = None
    notes: str | None = None


@dataclass(frozen=True, slots=True)
class _Asked:
    """The dose that a reminder asks for: of which entry, a schedule or a medication, and when."""

    of: Entry
    at: datetime

    @property
    def origin(self) -> str:
        return f"dose:{self.of.id}:{self.at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"


class ReminderAnswers:
    """Takes answers, each only from a principal who may change the record."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def snooze(self, principal: Principal, subject_id: UUID, id_: UUID, minutes: int) -> Entry:
        """Have it come back in so many minutes. Raises NotFound, Forbidden, and Conflict for one that is done."""
        async with self._notification(principal, subject_id, id_) as (connection, stored, notification):
            if notification.completed_at is not None:
                raise Conflict("what this notification asks for is done")
            now = self._clock.now()
            until = {"snoozed_until": (now + timedelta(minutes=minutes)).isoformat()}
            return await _change(connection, principal, stored, until, "snoozed", now)

    async def read(self, principal: Principal, subject_id: UUID, id_: UUID) -> Entry:
        """Note that it was read; the first time counts. Raises NotFound and Forbidden."""
        async with self._notification(principal, subject_id, id_) as (connection, stored, notification):
            if notification.read_at is not None:
                return stored
            now = self._clock.now()
            return await _change(connection, principal, stored, {"read_at": now.isoformat()}, "read", now)

    async def dose(self, principal: Principal, subject_id: UUID, id_: UUID, said: Dose) -> tuple[Entry, Entry]:
        """Note what became of the dose that it asks for; returns the dose and the notification.

        However often it is said, by however many reminders of the same dose, there is one dose, and what was said last
        counts. Raises NotFound, Forbidden, and Conflict for a notification that asks for no dose.
        """
        async with self._notification(principal, subject_id, id_) as (connection, stored, notification):
            now = self._clock.now()
            asked = await _asked(connection, stored, notification)
            before = await _dose_of(connection, subject_id, asked, said.taken_at or now)
            if before is None:
                dose = await _write(connection, principal, stored, asked, said, now)
            else:
                dose = await _say_again(connection, principal, before, asked, said, now)
            await _link(connection, principal, dose.id, {id_, asked.of.id}, now)
            done = {
                "completed_at": notification.completed_at or now,
                "read_at": notification.read_at or now,
            }
            patch: dict[str, Any] = {name: moment.isoformat() for name, moment in done.items()}
            told = await _change(connection, principal, stored, patch | {"snoozed_until": None}, said.status, now)
        return dose, told

    @asynccontextmanager
    async def _notification(
        self, principal: Principal, subject_id: UUID, id_: UUID
    ) -> AsyncIterator[tuple[Connection, Entry, Notification]]:
        """A transaction with the notification, in which nobody else writes to the record."""
        if not principal.may_see(subject_id):
            raise NotFound("no such subject")
        principal.require_change(subject_id)
        async with self._database.write() as connection:
            if subject_id not in await lock_records(connection, [subject_id]):
                raise NotFound("no such subject")
            stored = await read_entry(connection, principal, id_)
            if stored.subject_id != subject_id or not isinstance(stored.payload, Notification):
                raise NotFound("no such notification")
            if stored.state != "active":
                raise Conflict("the notification is retracted")
            yield connection, stored, stored.payload
        principal.looks.note("change", "entry", subject_id)


async def _asked(connection: Connection, stored: Entry, notification: Notification) -> _Asked:
    """Raises Conflict for a notification that asks for no dose."""
    source = await _of_record(connection, stored.subject_id, notification.reference_id)
    if source is not None and isinstance(source.payload, Alarm):
        source = await _of_record(connection, stored.subject_id, source.payload.reference_id)
    if source is None or not isinstance(source.payload, MedicationSchedule | Medication):
        raise Conflict("this notification is not about a dose of a medication that the record names")
    return _Asked(source, notification.due_at or stored.occurred_at)


async def _of_record(connection: Connection, subject_id: UUID, id_: UUID | None) -> Entry | None:
    """An entry of this record, also one that was retracted since it was due."""
    if id_ is None:
        return None
    row = (await connection.execute(any_entries().where(entry.c.id == id_))).one_or_none()
    return entry_of(row) if row and row.subject_id == subject_id else None


async def _dose_of(connection: Connection, subject_id: UUID, asked: _Asked, when: datetime) -> Entry | None:
    """The dose that the record has: told by this reminder or another one of it, or written down by hand near then."""
    row = (await connection.execute(any_entries().where(entry.c.origin == asked.origin))).one_or_none()
    if row is not None:
        return entry_of(row)
    windows = {
        Window(subject_id, "medication_log", moment - _SAME_DOSE, moment + _SAME_DOSE) for moment in (when, asked.at)
    }
    near = await look(connection, [Sought(windows=frozenset(windows))])
    same = [e for e in near if isinstance(e.payload, MedicationLog) and _is_this(e.payload, asked)]
    return min(same, key=lambda e: (abs(e.occurred_at - when), e.id), default=None)


def _is_this(dose: MedicationLog, asked: _Asked) -> bool:
    ours = dose.schedule_id == asked.of.id or (dose.schedule_id is None and dose.medication_id == asked.of.id)
    return ours and dose.scheduled_for in (None, asked.at)


async def _write(
    connection: Connection, principal: Principal, stored: Entry, asked: _Asked, said: Dose, now: datetime
) -> Entry:
    of = asked.of.payload
    known: dict[str, Any] = {}
    if isinstance(of, MedicationSchedule):
        known = {"schedule_id": asked.of.id, "medication_id": of.medication_id, "name": of.name, "dose": of.dose}
    elif isinstance(of, Medication):
        known = {"medication_id": asked.of.id, "name": of.name}
    payload = MedicationLog(
        **known,
        status=said.status,
        taken_at=(said.taken_at or now) if said.status == "taken" else None,
        scheduled_for=asked.at,
        reason=said.reason,
        notes=said.notes,
    )
    new = NewEntry(
        type="medication_log",
        payload=payload,
        evidence=(),
        occurred_at=payload.happens_at() or now,
        occurred_zone=stored.zone_name,
        recorded_by=principal.id,
        source="manual",
    )
    id_ = new_id()
    await insert_entries(connection, [(id_, Placed(stored.subject_id, None, asked.origin, new))], now)
    return await read_entry(connection, principal, id_)


async def _say_again(
    connection: Connection, principal: Principal, before: Entry, asked: _Asked, said: Dose, now: datetime
) -> Entry:
    """The dose as it is said to be now; when it was taken stays as it was said before, unless it is said anew."""
    assert isinstance(before.payload, MedicationLog)
    taken_at = said.taken_at or before.payload.taken_at or now
    patch: dict[str, Any] = {
        "status": said.status,
        "taken_at": taken_at.isoformat() if said.status == "taken" else None,
        "scheduled_for": asked.at.isoformat(),
    }
    patch |= {name: value for name in ("reason", "notes") if (value := getattr(said, name)) is not None}
    payload = patched(before.type, before.payload, patch)
    wanted = replace(before, payload=payload, state="active", occurred_at=payload.happens_at() or before.occurred_at)
    if wanted == before:
        return before
    await append(connection, [Change(before, wanted, principal.id, "answered from a reminder")], now)
    return await read_entry(connection, principal, before.id)


async def _link(connection: Connection, principal: Principal, dose: UUID, others: set[UUID], now: datetime) -> None:
    """To what asked for it, once."""
    linked = select(entry_link.c.to_id).where(entry_link.c.from_id == dose, entry_link.c.kind == _RELATED)
    missing = others - set((await connection.execute(linked)).scalars())
    await link(connection, [(dose, _RELATED, other) for other in sorted(missing)], by=principal.id, at=now)


_RELATED: Final[Literal["related_to"]] = "related_to"


async def _change(
    connection: Connection, principal: Principal, stored: Entry, patch: Mapping[str, Any], reason: str, now: datetime
) -> Entry:
    wanted = replace(stored, payload=patched(stored.type, stored.payload, patch))
    if wanted == stored:
        return stored
    await append(connection, [Change(stored, wanted, principal.id, reason)], now)
    return await read_entry(connection, principal, stored.id)
