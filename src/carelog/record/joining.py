"""Two records of one person become one."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import Table, exists, select, update

from carelog.conversations.tables import conversation
from carelog.db import Connection, health_metadata, insert_new
from carelog.kit.errors import InvalidInput
from carelog.record.appending import Change, append, set_due_again
from carelog.record.entries import Entry
from carelog.record.merging import patched, payload_json
from carelog.record.registry import entry_types
from carelog.record.selecting import any_entries, entry_of
from carelog.record.subjects import touch
from carelog.record.surroundings import lock_records
from carelog.record.tables import entry, subject, subject_merge

_ON_THEIR_WAY: Final = timedelta(days=1)
"""For so long something may still come in for a record that has become a part of another: a run that is in hand."""

JOINED: Final = "two records of this person became one"


async def is_empty(connection: Connection, subject_id: UUID) -> bool:
    """Whether a record holds neither an entry nor a conversation."""
    held = exists().where(entry.c.subject_id == subject_id) | exists().where(conversation.c.subject_id == subject_id)
    return not await connection.scalar(select(held))


async def join(connection: Connection, source: UUID, target: UUID, now: datetime, *, by: str) -> None:
    """Move all of the source to the target, within the caller's transaction. Safe to do again.

    Of entries that a record has one of, the one that was changed last stays, with what only the other says. Reminders
    are due on the target's clock.
    """
    zones = await lock_records(connection, [source, target])
    if source == target or len(zones) < 2:
        return
    await insert_new(connection, subject_merge, [{"source_id": source, "target_id": target, "merged_at": now}])
    before = update(subject_merge).where(subject_merge.c.target_id == source)
    await connection.execute(before.values(target_id=target, merged_at=now))
    await _move(connection, source, target)
    await _move_name(connection, source, target)
    await touch(connection, [target], now)
    if zones[source] != zones[target]:
        await set_due_again(connection, target, zones[target] or zones[source], now)
    await _keep_one(connection, target, now, by)


async def join_late(connection: Connection, now: datetime) -> int:
    """Move what came in for records after they had become a part of others; returns how many rows there were."""
    recent = select(subject_merge.c.source_id, subject_merge.c.target_id).where(
        subject_merge.c.merged_at > now - _ON_THEIR_WAY
    )
    return sum([await _move(connection, *pair) for pair in (await connection.execute(recent)).all()])


def tables_of_subjects() -> Iterator[Table]:
    """Every table of health data whose rows are a subject's."""
    return (table for table in health_metadata.sorted_tables if "subject_id" in table.c)


async def _move(connection: Connection, source: UUID, target: UUID) -> int:
    moved = 0
    for table in tables_of_subjects():
        theirs = update(table).where(table.c.subject_id == source)
        moved += (await connection.execute(theirs.values(subject_id=target))).rowcount
    return moved


async def _move_name(connection: Connection, source: UUID, target: UUID) -> None:
    """The target is called as before, or else as the source was, which names nobody any more."""
    known = select(subject.c.name, subject.c.name_key, subject.c.zone).where(subject.c.id == source)
    name, name_key, zone = (await connection.execute(known)).one()
    called = update(subject).where(subject.c.id == target)
    await connection.execute(called.where(subject.c.name.is_(None)).values(name=name, name_key=name_key))
    await connection.execute(called.where(subject.c.zone.is_(None)).values(zone=zone))
    nameless = {"name": None, "name_key": None, "zone": None}
    await connection.execute(update(subject).where(subject.c.id == source).values(nameless))


async def _keep_one(connection: Connection, target: UUID, now: datetime, by: str) -> None:
    ones = [name for name, kind in entry_types().items() if kind.one]
    rows = await connection.execute(
        any_entries()
        .where(entry.c.subject_id == target, entry.c.state == "active", entry.c.type.in_(ones))
        .order_by(entry.c.updated_at.desc(), entry.c.id.desc())
    )
    found: dict[str, list[Entry]] = defaultdict(list)
    for row in rows:
        found[row.type].append(entry_of(row))
    changes = [change for entries in found.values() if len(entries) > 1 for change in _made_one(entries, by)]
    await append(connection, changes, now)


def _made_one(entries: Sequence[Entry], by: str) -> Iterator[Change]:
    """The newest, which comes first, says what it says; what only older ones say is added to it."""
    newest = entries[0]
    payload = newest.payload
    for older in entries[1:]:
        with suppress(InvalidInput):  # what does not go together stays as the newest has it
            payload = patched(newest.type, older.payload, payload_json(payload))
    yield Change(newest, replace(newest, payload=payload), by, JOINED)
    for older in entries[1:]:
        yield Change(older, replace(older, state="retracted"), by, JOINED)
