"""What a new entry is compared with: the active entries around it, of many records in one query."""

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, DateTime, Select, Text, Uuid, and_, bindparam, func, select, type_coerce, union
from sqlalchemy.dialects.postgresql import ARRAY

from carelog.db import Connection, among
from carelog.record.entries import Entry
from carelog.record.payload import Payload
from carelog.record.registry import entry_types
from carelog.record.rules import RULES, references
from carelog.record.selecting import any_entries, entry_of
from carelog.record.tables import entry, subject

_FIRST: Final = datetime(1, 1, 1, tzinfo=UTC)
_LAST: Final = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Window:
    """The entries of a type that a record has from one moment to another, both included."""

    subject_id: UUID
    type: str
    since: datetime = _FIRST
    until: datetime = _LAST


@dataclass(frozen=True, slots=True)
class Sought:
    """What is to be looked at: entries in these windows, and these."""

    windows: frozenset[Window] = frozenset()
    ids: frozenset[UUID] = frozenset()


def around(subject_id: UUID, type_name: str, payload: Payload | None, occurred_at: datetime) -> Sought:
    """What the rules of the type, and a look for duplicates, ask to see."""
    kind, rule = entry_types()[type_name], RULES.get(type_name)
    windows = {Window(subject_id, name) for name in rule.looks_at} if rule else set()
    if kind.one:
        windows.add(Window(subject_id, type_name))
    elif payload is not None and (sameness := kind.model.sameness):
        near = sameness.within
        windows.add(
            Window(subject_id, type_name, _moved(occurred_at, -near), _moved(occurred_at, near))
            if near
            else Window(subject_id, type_name)
        )
    return Sought(frozenset(windows), frozenset(references(type_name, payload) if payload else ()))


async def look(connection: Connection, sought: Iterable[Sought]) -> list[Entry]:
    """The active entries that are sought, of whatever record: the rules say whose may be named."""
    windows: set[Window] = set()
    ids: set[UUID] = set()
    for one in sought:
        windows |= one.windows
        ids |= one.ids
    if not windows and not ids:
        return []
    wanted = union(in_windows(connection, windows), select(entry.c.id).where(among(connection, entry.c.id, ids)))
    rows = await connection.execute(any_entries().where(entry.c.state == "active", entry.c.id.in_(wanted)))
    return [entry_of(row) for row in rows]


async def lock_records(connection: Connection, subjects: Collection[UUID]) -> dict[UUID, str | None]:
    """The zones of these records, which nobody else writes with regard to others meanwhile. In one order, so that two
    who lock never wait for each other; SQLite has one writer at a time anyway."""
    rows = await connection.execute(
        select(subject.c.id, subject.c.zone)
        .where(among(connection, subject.c.id, subjects))
        .order_by(subject.c.id)
        .with_for_update(key_share=True)
    )
    return {row.id: row.zone for row in rows}


def in_windows(connection: Connection, windows: Collection[Window]) -> Select[Any]:
    """The ids of the active entries in these windows, which go as one parameter, for the reason that `db.among` has."""
    owned: ColumnElement[bool]
    if connection.dialect.name == "postgresql":
        moment = DateTime(timezone=True)
        arrays = (
            bindparam(None, [w.subject_id for w in windows], type_=ARRAY(Uuid)),
            bindparam(None, [w.type for w in windows], type_=ARRAY(Text)),
            bindparam(None, [w.since for w in windows], type_=ARRAY(moment)),
            bindparam(None, [w.until for w in windows], type_=ARRAY(moment)),
        )
        given = func.unnest(*arrays).table_valued("owner", "kind", "since", "until").render_derived()
        owned = and_(entry.c.subject_id == given.c.owner, entry.c.type == given.c.kind)
        during = entry.c.occurred_at.between(given.c.since, given.c.until)
    else:
        written = [[w.subject_id.hex, w.type, _stored(w.since), _stored(w.until)] for w in windows]
        given = func.json_each(json.dumps(written)).table_valued("value")
        owner, kind, since, until = (func.json_extract(given.c.value, f"$[{n}]") for n in range(4))
        owned = and_(type_coerce(entry.c.subject_id, Text) == owner, entry.c.type == kind)
        during = type_coerce(entry.c.occurred_at, Text).between(since, until)
    inside = and_(owned, entry.c.state == "active", during)
    return select(entry.c.id).select_from(given.join(entry, inside))


def _stored(moment: datetime) -> str:
    """As SQLAlchemy writes moments on SQLite."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")


def _moved(moment: datetime, by: timedelta) -> datetime:
    try:
        return moment.astimezone(UTC) + by
    except OverflowError:
        return _FIRST if by < timedelta() else _LAST
