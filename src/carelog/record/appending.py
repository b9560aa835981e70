"""Writing to the record, within the caller's transaction: new entries, and new revisions of those there are."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, update

from carelog.db import Connection, insert_all
from carelog.kit.errors import NotFound, PreconditionFailed
from carelog.kit.zones import zone
from carelog.record.entries import Entry, NewEntry
from carelog.record.merging import payload_json
from carelog.record.payload import Payload
from carelog.record.registry import entry_types
from carelog.record.selecting import any_entries, entry_of
from carelog.record.tables import entry, entry_link, entry_revision
from carelog.record.zones import zones_of


@dataclass(frozen=True, slots=True)
class Placed:
    """A new entry with its owner and its origin, under which it can be written only once; `chain` is the one through
    which a conversation told it."""

    subject_id: UUID
    conversation_id: UUID | None
    origin: str
    entry: NewEntry
    chain: str | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """A stored entry, and what it is to be from now on."""

    stored: Entry
    wanted: Entry
    by: str
    reason: str | None = None


async def insert_entries(connection: Connection, placed: Sequence[tuple[UUID, Placed]], at: datetime) -> None:
    """Write new entries under these ids, each at revision 1."""
    if not placed:
        return
    zones = await zones_of(connection, {item.subject_id for _, item in placed if _reminds(item.entry.type)})
    heads = [
        {
            "id": id_,
            "subject_id": item.subject_id,
            "type": item.entry.type,
            "revision": 1,
            "state": "active",
            "occurred_at": item.entry.occurred_at,
            "conversation_id": item.conversation_id,
            "chain": item.chain,
            "origin": item.origin,
            "updated_at": at,
            "due_at": due_at(
                item.entry.type, item.entry.payload, at, zones.get(item.subject_id) or item.entry.occurred_zone
            ),
        }
        for id_, item in placed
    ]
    revisions = [
        {
            "entry_id": id_,
            "revision": 1,
            "state": "active",
            "payload": payload_json(item.entry.payload),
            "evidence": _evidence_json(item.entry),
            "occurred_at": item.entry.occurred_at,
            "occurred_zone": item.entry.occurred_zone,
            "recorded_at": at,
            "recorded_by": item.entry.recorded_by,
            "reason": None,
            "source": item.entry.source,
            "confidence": item.entry.confidence,
            "occurred_said": item.entry.occurred_said,
        }
        for id_, item in placed
    ]
    await insert_all(connection, entry, heads)
    await insert_all(connection, entry_revision, revisions)


async def append(connection: Connection, changes: Sequence[Change], at: datetime) -> None:
    """Write a new revision of each entry. Raises PreconditionFailed when one is no longer as it was read."""
    for change in changes:
        before, after = change.stored, change.wanted
        moved = await connection.execute(
            update(entry)
            .where(entry.c.id == before.id, entry.c.revision == before.revision)
            .values(
                revision=before.revision + 1,
                state=after.state,
                occurred_at=after.occurred_at,
                updated_at=at,
                due_at=_due_again(before, after, at) if after.state == "active" else None,
            )
        )
        if moved.rowcount != 1:
            raise PreconditionFailed("the entry has changed since it was read")
    rows = [
        {
            "entry_id": change.stored.id,
            "revision": change.stored.revision + 1,
            "state": change.wanted.state,
            "payload": payload_json(change.wanted.payload),
            "evidence": _evidence_json(change.wanted),
            "occurred_at": change.wanted.occurred_at,
            "occurred_zone": change.wanted.occurred_zone,
            "recorded_at": at,
            "recorded_by": change.by,
            "reason": change.reason,
            "source": change.wanted.source,
            "confidence": change.wanted.confidence,
            "occurred_said": change.wanted.occurred_said,
        }
        for change in changes
    ]
    await insert_all(connection, entry_revision, rows)


async def overwrite(
    connection: Connection, entry_id: UUID, new: NewEntry, *, by: str, at: datetime, reason: str | None = None
) -> int:
    """Write a revision that holds this instead of what was there, and return its number. One that is retracted stays
    so. Raises NotFound."""
    row = (await connection.execute(any_entries().where(entry.c.id == entry_id))).one_or_none()
    if row is None:
        raise NotFound("no such entry")
    stored = entry_of(row)
    wanted = replace(
        stored,
        payload=new.payload,
        evidence=new.evidence,
        occurred_at=new.occurred_at,
        occurred_zone=new.occurred_zone,
        occurred_said=new.occurred_said,
        source=new.source,
    )
    await append(connection, [Change(stored, wanted, by, reason)], at)
    return stored.revision + 1


async def link(connection: Connection, links: Collection[tuple[UUID, str, UUID]], *, by: str, at: datetime) -> None:
    """Write links, each from an entry, of a kind, to another."""
    rows = [
        {"from_id": one, "kind": kind, "to_id": other, "recorded_at": at, "recorded_by": by}
        for one, kind, other in links
    ]
    await insert_all(connection, entry_link, rows)


async def set_due_again(connection: Connection, subject_id: UUID, zone_name: str | None, now: datetime) -> None:
    """Reckon anew when a subject is to be reminded, after their clock has become another one."""
    reminding = [name for name, kind in entry_types().items() if _reminds(name) and kind.model.by_the_clock]
    if not reminding:
        return
    active = any_entries().where(
        entry.c.subject_id == subject_id, entry.c.state == "active", entry.c.type.in_(reminding)
    )
    found = [entry_of(row) for row in await connection.execute(active)]
    moved = [
        {"key": e.id, "due": due}
        for e in found
        if (due := _due_again(e, replace(e, subject_zone=zone_name), now)) != e.due_at
    ]
    if moved:
        setting = update(entry).where(entry.c.id == bindparam("key")).values(due_at=bindparam("due"))
        await connection.execute(setting, moved)


def due_at(type_name: str, payload: Payload, after: datetime, zone_name: str) -> datetime | None:
    """When the subject is next to be reminded of an entry, on the clock of that zone."""
    return payload.next_due(after, zone(zone_name)) if _reminds(type_name) else None


def _due_again(before: Entry, after: Entry, now: datetime) -> datetime | None:
    """As `due_at`; what has fallen due, and nobody was reminded of yet, stays due unless the change moves it."""
    overdue = before.due_at - timedelta.resolution if before.due_at else now
    return due_at(after.type, after.payload, min(now, overdue), after.zone_name)


def _reminds(type_name: str) -> bool:
    return entry_types()[type_name].model.next_due is not Payload.next_due


def _evidence_json(holder: NewEntry | Entry) -> list[dict[str, Any]]:
    return [e.model_dump(mode="json", exclude_none=True) for e in holder.evidence]
