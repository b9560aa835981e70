"""The record store: append-only. An update adds a revision, a delete retracts, and the history stays."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, insert, literal, select, update

from carelog.db import Connection, Database
from carelog.identity import Principal
from carelog.kit import jsontext
from carelog.kit.clock import Clock
from carelog.kit.errors import Conflict, InvalidInput, NotFound
from carelog.kit.ids import new_id
from carelog.kit.paging import Cursor, Page
from carelog.kit.zones import zone
from carelog.record.entries import Entry, NewEntry, State
from carelog.record.evidence import Evidence
from carelog.record.registry import entry_types, parse_payload
from carelog.record.tables import entry, entry_revision


@dataclass(frozen=True, slots=True)
class Placed:
    """A new entry with its owner and its origin, under which it can be written only once."""

    subject_id: UUID
    conversation_id: UUID | None
    origin: str
    entry: NewEntry


@dataclass(frozen=True, slots=True)
class EntryQuery:
    """What to list. `since` and `until` bound `occurred_at`: from, and up to but not including."""

    types: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    conversation_id: UUID | None = None
    retracted: bool = False


async def add(connection: Connection, placed: Sequence[Placed], recorded_at: datetime) -> None:
    """Write new entries, each at revision 1, within the caller's transaction."""
    if not placed:
        return
    heads, revisions = [], []
    for item in placed:
        new, entry_id = item.entry, new_id()
        heads.append(
            {
                "id": entry_id,
                "subject_id": item.subject_id,
                "type": new.type,
                "revision": 1,
                "state": "active",
                "occurred_at": new.occurred_at,
                "conversation_id": item.conversation_id,
                "origin": item.origin,
                "updated_at": recorded_at,
                "due_at": new.payload.next_due(recorded_at, zone(new.occurred_zone)),
            }
        )
        revisions.append(
            {
                "entry_id": entry_id,
                "revision": 1,
                "state": "active",
                "payload": _payload_json(new.payload),
                "evidence": _evidence_json(new),
                "occurred_at": new.occurred_at,
                "occurred_zone": new.occurred_zone,
                "recorded_at": recorded_at,
                "recorded_by": new.recorded_by,
                "reason": None,
                "source": new.source,
            }
        )
    await connection.execute(insert(entry), heads)
    await connection.execute(insert(entry_revision), revisions)


async def without_repeats(connection: Connection, placed: Sequence[Placed]) -> list[Placed]:
    """Those that no entry of the same conversation has ever said, in the same words: what was corrected or retracted
    since does not come back."""
    conversations = {item.conversation_id for item in placed}
    if not conversations:
        return []
    rows = await connection.execute(
        select(entry.c.conversation_id, entry.c.type, entry_revision.c.payload, entry_revision.c.evidence)
        .join(entry_revision, entry.c.id == entry_revision.c.entry_id)
        .where(entry.c.conversation_id.in_(list(conversations)))
    )
    said = {(conversation, kind, jsontext.canonical([*rest])) for conversation, kind, *rest in rows}
    return [
        item
        for item in placed
        if (
            item.conversation_id,
            item.entry.type,
            jsontext.canonical([_payload_json(item.entry.payload), _evidence_json(item.entry)]),
        )
        not in said
    ]


async def retract_said_in(connection: Connection, conversations: Collection[UUID], *, by: str, at: datetime) -> None:
    """Retract every active entry of these conversations, as a new revision each."""
    said_there = and_(entry.c.conversation_id.in_(list(conversations)), entry.c.state == "active")
    kept = ("payload", "evidence", "occurred_at", "occurred_zone", "source")
    retraction = select(
        entry.c.id,
        entry.c.revision + 1,
        *(entry_revision.c[name] for name in kept),
        *(literal(value, entry_revision.c[name].type) for name, value in (("state", "retracted"), ("recorded_at", at),
          ("recorded_by", by), ("reason", "the conversation was deleted"))),
    ).select_from(entry.join(entry_revision, _is_newest())).where(said_there)  # fmt: skip
    columns = ("entry_id", "revision", *kept, "state", "recorded_at", "recorded_by", "reason")
    await connection.execute(insert(entry_revision).from_select(columns, retraction))
    await connection.execute(
        update(entry)
        .where(said_there)
        .values(state="retracted", revision=entry.c.revision + 1, updated_at=at, due_at=None)
    )


class RecordStore:
    """Reads and changes entries, each only for a principal who may see their subject."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def page(
        self,
        principal: Principal,
        subject_id: UUID,
        query: EntryQuery | None = None,
        *,
        limit: int = 50,
        cursor: Cursor | None = None,
    ) -> Page[Entry]:
        """A subject's entries, the latest to occur first. Raises NotFound for a subject not theirs to see."""
        if not principal.may_see(subject_id):
            raise NotFound("no such subject")
        wanted = query or EntryQuery()
        unknown = set(wanted.types) - set(entry_types())
        if unknown:
            raise InvalidInput("unknown entry type", details={"types": list(entry_types())})
        statement = (
            _current(principal)
            .where(entry.c.subject_id == subject_id)
            .order_by(entry.c.occurred_at.desc(), entry.c.id.desc())
            .limit(limit + 1)
        )
        if not wanted.retracted:
            statement = statement.where(entry.c.state == "active")
        if wanted.types:
            statement = statement.where(entry.c.type.in_(wanted.types))
        if wanted.since:
            statement = statement.where(entry.c.occurred_at >= wanted.since)
        if wanted.until:
            statement = statement.where(entry.c.occurred_at < wanted.until)
        if wanted.conversation_id:
            statement = statement.where(entry.c.conversation_id == wanted.conversation_id)
        if cursor:
            statement = statement.where(cursor.before(entry.c.occurred_at, entry.c.id))
        async with self._database.read() as connection:
            found = [_entry(row) for row in await connection.execute(statement)]
        return Page.cut(found, limit, lambda e: Cursor(e.occurred_at, e.id))

    async def get(self, principal: Principal, entry_id: UUID) -> Entry:
        """The newest revision. Raises NotFound, also for an entry that is not theirs to see."""
        async with self._database.read() as connection:
            return await self._get(connection, principal, entry_id)

    async def history(self, principal: Principal, entry_id: UUID) -> list[Entry]:
        """Every revision, oldest first. Raises NotFound."""
        statement = (
            _revisions(principal, entry.c.id == entry_revision.c.entry_id)
            .where(entry.c.id == entry_id)
            .order_by(entry_revision.c.revision)
        )
        async with self._database.read() as connection:
            found = [_entry(row) for row in await connection.execute(statement)]
        if not found:
            raise NotFound("no such entry")
        return found

    async def revise(
        self,
        principal: Principal,
        entry_id: UUID,
        payload: dict[str, Any],
        *,
        revision: int,
        reason: str | None = None,
    ) -> Entry:
        """Merge `payload` into the entry as a new revision; its evidence stays.

        `revision` is the one that the caller saw. Raises NotFound, InvalidInput, or Conflict when the entry has
        moved on or is retracted.
        """
        async with self._database.write() as connection:
            old = await self._get(connection, principal, entry_id)
            merged = parse_payload(old.type, {**_payload_json(old.payload), **payload})
            return await self._append(connection, principal, old, revision, "active", _payload_json(merged), reason)

    async def retract(self, principal: Principal, entry_id: UUID, *, revision: int, reason: str | None = None) -> Entry:
        """Take the entry out of every list, as a new revision. Raises NotFound or Conflict."""
        async with self._database.write() as connection:
            old = await self._get(connection, principal, entry_id)
            payload = _payload_json(old.payload)
            return await self._append(connection, principal, old, revision, "retracted", payload, reason)

    async def _get(self, connection: Connection, principal: Principal, entry_id: UUID) -> Entry:
        row = (await connection.execute(_current(principal).where(entry.c.id == entry_id))).one_or_none()
        if row is None:
            raise NotFound("no such entry")
        return _entry(row)

    async def _append(
        self,
        connection: Connection,
        principal: Principal,
        old: Entry,
        seen: int,
        state: State,
        payload: dict[str, Any],
        reason: str | None,
    ) -> Entry:
        now = self._clock.now()
        parsed = parse_payload(old.type, payload)
        due = parsed.next_due(now, zone(old.occurred_zone)) if state == "active" else None
        moved = await connection.execute(
            update(entry)
            .where(entry.c.id == old.id, entry.c.revision == seen, entry.c.state == "active")
            .values(revision=seen + 1, state=state, updated_at=now, due_at=due)
        )
        if moved.rowcount != 1:
            raise Conflict("the entry has changed since it was read", details={"revision": old.revision})
        await connection.execute(
            insert(entry_revision).values(
                entry_id=old.id,
                revision=seen + 1,
                state=state,
                payload=payload,
                evidence=[e.model_dump(mode="json", exclude_none=True) for e in old.evidence],
                occurred_at=old.occurred_at,
                occurred_zone=old.occurred_zone,
                recorded_at=now,
                recorded_by=principal.id,
                reason=reason,
                source=old.source,
            )
        )
        return await self._get(connection, principal, old.id)


def _evidence_json(new: NewEntry) -> list[dict[str, Any]]:
    return [e.model_dump(mode="json", exclude_none=True) for e in new.evidence]


def _payload_json(payload: Any) -> dict[str, Any]:
    dumped: dict[str, Any] = payload.model_dump(mode="json", exclude_none=True)
    return dumped


def _revisions(principal: Principal, joined: Any) -> Select[Any]:
    revision = entry_revision.c
    return (
        select(
            entry.c.id,
            entry.c.subject_id,
            entry.c.type,
            revision.revision,
            revision.state,
            revision.payload,
            revision.evidence,
            revision.occurred_at,
            revision.occurred_zone,
            revision.recorded_at,
            revision.recorded_by,
            revision.reason,
            revision.source,
            entry.c.due_at,
        )
        .select_from(entry.join(entry_revision, joined))
        .where(principal.sees(entry.c.subject_id))
    )


def _current(principal: Principal) -> Select[Any]:
    return _revisions(principal, _is_newest())


def _is_newest() -> ColumnElement[bool]:
    return and_(entry.c.id == entry_revision.c.entry_id, entry.c.revision == entry_revision.c.revision)


def _entry(row: Any) -> Entry:
    return Entry(
        id=row.id,
        subject_id=row.subject_id,
        type=row.type,
        revision=row.revision,
        state=row.state,
        payload=entry_types()[row.type].model.model_validate(row.payload),
        evidence=tuple(Evidence.model_validate(e) for e in row.evidence),
        occurred_at=row.occurred_at,
        occurred_zone=row.occurred_zone,
        recorded_at=row.recorded_at,
        recorded_by=row.recorded_by,
        reason=row.reason,
        source=row.source,
        due_at=row.due_at,
    )
