"""Planning: what is written when entries have fallen due. Pure: whoever plans has read what there is, and writes the
plan down afterwards, in one transaction."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from carelog.kit.ids import new_id
from carelog.kit.zones import zone
from carelog.record.appending import Change, Placed
from carelog.record.entries import Entry, NewEntry
from carelog.record.payload import Payload
from carelog.record.types.notification import Kind, Notification
from carelog.reminders.wording import wording_of

BY = "reminders"


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One time at which the subject was to be reminded of an entry."""

    entry: Entry
    at: datetime

    @property
    def origin(self) -> str:
        """What makes it one: a reminder of the same origin is not written twice."""
        return f"reminder:{self.entry.id}:{self.at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"


@dataclass(frozen=True, slots=True)
class Reminder:
    """A notification as messages tell it."""

    id: UUID
    kind: Kind
    title: str
    message: str | None
    at: datetime
    late: bool


@dataclass(frozen=True, slots=True)
class Reminding:
    """What is to be written: notifications, each with its id and the entry that it reminds of; notifications that come
    back after a snooze; when entries are due next; and what messages are to tell, by subject and in order of time."""

    new: Sequence[tuple[UUID, Placed, UUID]]
    again: Sequence[Change]
    due: Mapping[UUID, datetime | None]
    told: Mapping[UUID, Sequence[Reminder]]


@dataclass(frozen=True, slots=True)
class Fallen:
    """An entry that has fallen due: every time at which the subject was to be reminded of it, and the next one."""

    entry: Entry
    occurrences: Sequence[Occurrence]
    next: datetime | None


def fallen_due(entry: Entry, now: datetime, most: int) -> Fallen:
    """With `most` times at the most: where there were more, the next one lies in the past too."""
    clock = zone(entry.zone_name)
    found: list[Occurrence] = []
    at = entry.due_at
    while at is not None and at <= now and len(found) < most:
        found.append(Occurrence(entry, at))
        at = entry.payload.next_due(at, clock)
    return Fallen(entry, found, at)


def plan(
    due: Iterable[Fallen],
    referred: Mapping[UUID, Mapping[UUID, Entry]],
    known: Collection[str],
    now: datetime,
    late: timedelta,
) -> Reminding:
    """`due` are active entries, `referred` those that they refer to, by record; `known` the origins that were written
    before. What comes more than `late` after its time is marked so."""
    new: list[tuple[UUID, Placed, UUID]] = []
    again: list[Change] = []
    moved: dict[UUID, datetime | None] = {}
    told: dict[UUID, list[Reminder]] = {}
    for fallen in due:
        entry = fallen.entry
        others = referred.get(entry.subject_id, {})
        moved[entry.id] = fallen.next
        tellings = told.setdefault(entry.subject_id, [])
        if isinstance(entry.payload, Notification):
            change = _again(entry, entry.payload, others, now, late)
            if change:
                again.append(change)
                tellings.append(_told(entry.id, change.wanted, fallen.occurrences[-1].at))
            continue
        for occurrence in fallen.occurrences:
            if occurrence.origin in known:
                continue
            notification = _notification(occurrence, others, now - occurrence.at > late)
            id_ = new_id()
            new.append((id_, _placed(occurrence, notification), entry.id))
            tellings.append(_told_of(id_, notification, occurrence.at))
    ordered = {subject: sorted(each, key=lambda t: (t.at, t.id)) for subject, each in told.items() if each}
    return Reminding(new, again, moved, ordered)


def still_reminds(entry: Entry, at: datetime) -> bool:
    """Whether an entry of which the subject was reminded at a moment is in force as it was then: not retracted, not
    cancelled, not turned off."""
    if entry.state != "active" or not _reminds(entry):
        return entry.state == "active"
    return entry.payload.next_due(at - timedelta.resolution, zone(entry.zone_name)) is not None


def _reminds(entry: Entry) -> bool:
    return type(entry.payload).next_due is not Payload.next_due


def _notification(occurrence: Occurrence, others: Mapping[UUID, Entry], late: bool) -> Notification:
    entry = occurrence.entry
    words = wording_of(entry.payload, others, zone(entry.zone_name))
    return Notification(
        kind=words.kind,
        title=words.title,
        message=words.message,
        due_at=occurrence.at,
        late=late,
        reference_id=entry.id,
    )


def _placed(occurrence: Occurrence, notification: Notification) -> Placed:
    entry = occurrence.entry
    new = NewEntry(
        type="notification",
        payload=notification,
        evidence=(),
        occurred_at=occurrence.at,
        occurred_zone=entry.zone_name,
        recorded_by=BY,
        source="derived",
    )
    return Placed(entry.subject_id, None, occurrence.origin, new)


def _again(
    entry: Entry, notification: Notification, others: Mapping[UUID, Entry], now: datetime, late: timedelta
) -> Change | None:
    """A notification that was snoozed comes back, unread, in today's words; not so when what it is of was called
    off."""
    source = others.get(notification.reference_id) if notification.reference_id else None
    update: dict[str, object] = {"read_at": None}
    if entry.due_at and now - entry.due_at > late:
        update["late"] = True
    if source is not None:
        if not still_reminds(source, notification.due_at or now):
            return None
        if _reminds(source):
            words = wording_of(source.payload, others, zone(source.zone_name))
            update |= {"title": words.title, "message": words.message}
    return Change(entry, replace(entry, payload=notification.model_copy(update=update)), BY, "snoozed until now")


def _told(id_: UUID, entry: Entry, at: datetime) -> Reminder:
    assert isinstance(entry.payload, Notification)
    return _told_of(id_, entry.payload, at)


def _told_of(id_: UUID, notification: Notification, at: datetime) -> Reminder:
    return Reminder(id_, notification.kind, notification.title, notification.message, at, notification.late)
