"""The memory interface: events are stored under context ids, found again, changed, deleted and reckoned with.

An event is an entry, and its context id the entry's. Callers may give context ids of their own, such as
`vitals:this-morning`: these are names of the entry, and lead to it in that record alone.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

from sqlalchemy import and_, select

from carelog.db import Connection, Database, among
from carelog.identity import CATALOGUE, Principal
from carelog.kit.clock import Clock
from carelog.kit.errors import CarelogError, Conflict, InvalidInput, NotFound
from carelog.kit.paging import Cursor, Page
from carelog.kit.zones import zone
from carelog.record.editing import Draft, place_draft, read_back, record_to_change, require_only, write_plan
from carelog.record.entries import Entry, NewEntry
from carelog.record.events import SOURCES, Event, ToldSource, event_of, kind_of_event
from carelog.record.insights import Area, Insight, Insights
from carelog.record.links import LinkKind, link_to
from carelog.record.names import ContextId, NamedBy, give_name, ids_named, kind_named, names_of
from carelog.record.plan import OnDuplicate, Plan
from carelog.record.query import check, has_fields, narrowed, parameters
from carelog.record.recall import Recall, holds, may_hold, query_of, words_of
from carelog.record.registry import EntryType
from carelog.record.rejections import Rejections, explain, refusal_for
from carelog.record.selecting import current_entries, entry_of
from carelog.record.store import RecordStore
from carelog.record.subjects import SubjectStore
from carelog.record.surroundings import around, look
from carelog.record.tables import entry, subject

Status = Literal["created", "unchanged", "replaced", "merged"]

_LINKED: Final[tuple[LinkKind, ...]] = ("related_to", "extends", "reinforces", "contradicts")
_KIND: Final = re.compile(r"[a-z][a-z0-9_.:-]{0,39}")
_AT_ONCE: Final = 500
_MOST_READ: Final = 20_000


class ContextTaken(Conflict):
    """The context id is that of an entry which says something else: `replace` overwrites it."""

    code = "context.taken"


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event to be stored. `context_id` is `type:name`, or `type` alone for one that is to be given an id. Links are
    context ids of the same record or of the catalogue, and so are references in the payload (`medication_id`)."""

    context_id: str
    payload: Mapping[str, Any]
    event_kind: str | None = None
    source: ToldSource = "user"
    timestamp: datetime | None = None
    links: Mapping[LinkKind, Sequence[str]] = field(default_factory=dict)
    replace: bool = False


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """What became of an event, and what has changed besides."""

    status: Status
    event: Event
    notes: tuple[str, ...] = ()


class Memory:
    """The events of one record, or of the catalogue, for whoever may see or change it."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        record: RecordStore,
        subjects: SubjectStore,
        insights: Insights,
        rejections: Rejections,
    ) -> None:
        self._database = database
        self._clock = clock
        self._record = record
        self._subjects = subjects
        self._insights = insights
        self._rejections = rejections

    async def store_event(
        self, principal: Principal, subject_id: UUID, event: NewEvent, *, on_duplicate: OnDuplicate = "refuse"
    ) -> StoredEvent:
        """Write an event. The same again changes nothing; another one under the same context id is refused, unless it
        is to `replace` the one there is, as a new revision.

        Raises NotFound, Forbidden, InvalidInput, ContextTaken, and what the record's rules raise.
        """
        now = self._clock.now()
        context, kind = _context(event.context_id)
        told = _told(event, kind, context)
        rejected = (await self._rejections.screen(principal, subject_id, [(kind.name, event.payload)])).get(0, [])
        async with self._database.write() as connection:
            clock = await record_to_change(connection, principal, subject_id)
            payload = await _with_ids(connection, subject_id, event.payload, kind)
            draft = Draft(kind.name, payload, event.timestamp, SOURCES[event.source])
            placed = place_draft(principal, subject_id, draft, clock, now)
            if isinstance(placed, CarelogError):
                raise explain(placed, rejected) if isinstance(placed, InvalidInput) else placed
            old = await _existing(connection, principal, subject_id, kind, context)
            sought = [around(subject_id, kind.name, placed.entry.payload, placed.entry.occurred_at)]
            seen = await look(connection, sought)
            if old is not None:
                require_only(old, seen)
            plan = Plan([*([old] if old else []), *seen], principal, now)
            refused = refusal_for(rejected)
            if refused and (old is None or old.payload != placed.entry.payload):
                raise refused
            status: Status
            if old is None:
                decided = plan.entering(placed, on_duplicate)
                id_, status, notes = decided.id, decided.verdict, decided.notes
            else:
                id_, (status, notes) = old.id, _again(plan, old, placed.entry, event)
            await write_plan(connection, plan)
            if context is not None and context.id != id_:
                await give_name(connection, subject_id, kind, id_, told)
            elif old is None:
                await give_name(connection, subject_id, kind, id_, replace(told, name=str(id_)))
            stored = (await read_back(connection, principal, [id_]))[id_]
            links = await _linked(connection, subject_id, event)
            await link_to(connection, principal, stored, links, now)
            [shown] = await _events(connection, [stored])
        _note(principal, "change", subject_id)
        return StoredEvent(status, shown, notes)

    async def retrieve_context(
        self,
        principal: Principal,
        subject_id: UUID,
        recall: Recall | None = None,
        *,
        limit: int = 50,
        cursor: Cursor | None = None,
    ) -> Page[Event]:
        """The events that are looked for, the latest to occur first. Raises NotFound, and InvalidInput for types and
        fields that there are not."""
        if not (subject_id == CATALOGUE or principal.may_see(subject_id)):
            raise NotFound("no such subject")
        wanted = recall or Recall()
        query = query_of(wanted)
        check(query)
        words = words_of(wanted.text or "")
        plain = [may_hold(word) for word in words if word.isascii()]
        plain += has_fields(self._database.dialect, query.fields)
        statement = current_entries(principal).where(entry.c.subject_id == subject_id, *plain)
        async with self._database.read() as connection:
            clock = await connection.scalar(select(subject.c.zone).where(subject.c.id == subject_id))
            if wanted.context_ids:
                contexts = [ContextId.parse(text) for text in wanted.context_ids]
                ids = await ids_named(connection, [subject_id], contexts)
                statement = statement.where(among(connection, entry.c.id, ids.values()))
            found: list[Entry] = []
            read = 0
            while len(found) <= limit and read < _MOST_READ:
                at_once = limit + 1 if not words else _AT_ONCE
                given = parameters(query, now=self._clock.now(), clock=zone(clock or "UTC"), cursor=cursor)
                narrow = narrowed(statement, given).limit(at_once)
                rows = [entry_of(row) for row in await connection.execute(narrow, given)]
                found += [e for e in rows if not words or holds(e, words)]
                read += len(rows)
                if len(rows) < at_once:
                    break
                cursor = query.place(rows[-1])
            page = Page.cut(found, limit, query.place)
            if page.next is None and read >= _MOST_READ:
                page = Page(page.items, cursor)
            events = await _events(connection, page.items)
        _note(principal, "read", subject_id)
        return Page(events, page.next)

    async def generate_insights(
        self,
        principal: Principal,
        subject_id: UUID,
        *,
        area: Area | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> list[Insight]:
        """What the events show, by rules, each with those that it rests on. Raises as `Insights.insights` does."""
        who = await self._subjects.get(principal, subject_id)
        return await self._insights.insights(principal, who, since=since, until=until, area=area)

    async def update_event(
        self,
        principal: Principal,
        subject_id: UUID,
        context_id: str,
        updates: Mapping[str, Any],
        *,
        revision: int | None = None,
        timestamp: datetime | None = None,
        reason: str | None = None,
    ) -> StoredEvent:
        """Merge these values into an event's payload; null removes one. Raises as `RecordStore.revise` does."""
        id_ = await self._id(principal, subject_id, context_id)
        kind = ContextId.parse(context_id).kind
        async with self._database.read() as connection:
            said = await _with_ids(connection, subject_id, updates, kind)
        written = await self._record.revise(
            principal, id_, said, revision=revision, occurred_at=timestamp, reason=reason
        )
        async with self._database.read() as connection:
            [event] = await _events(connection, [written.entry])
        return StoredEvent("merged", event, written.notes)

    async def delete_event(
        self,
        principal: Principal,
        subject_id: UUID,
        context_id: str,
        *,
        revision: int | None = None,
        reason: str | None = None,
    ) -> StoredEvent:
        """Take an event out of all that is found. Its history stays. Raises as `RecordStore.retract` does."""
        id_ = await self._id(principal, subject_id, context_id)
        written = await self._record.retract(principal, id_, revision=revision, reason=reason)
        async with self._database.read() as connection:
            [event] = await _events(connection, [written.entry])
        return StoredEvent("merged", event, written.notes)

    async def _id(self, principal: Principal, subject_id: UUID, context_id: str) -> UUID:
        """Raises NotFound for one that is not in this record, or not theirs to see."""
        if not (subject_id == CATALOGUE or principal.may_see(subject_id)):
            raise NotFound("no such subject")
        context = ContextId.parse(context_id)
        async with self._database.read() as connection:
            found = await _existing(connection, principal, subject_id, context.kind, context)
        if found is None:
            raise NotFound("no such event")
        return found.id


def _again(plan: Plan, old: Entry, new: NewEntry, event: NewEvent) -> tuple[Status, tuple[str, ...]]:
    """What becomes of an event whose context id is that of an entry. Raises ContextTaken."""
    says_when = event.timestamp or new.payload.happens_at()
    wanted = replace(
        old,
        state="active",
        payload=new.payload,
        occurred_at=new.occurred_at if says_when else old.occurred_at,
        source=new.source if new.payload != old.payload else old.source,
    )
    if wanted == old:
        return "unchanged", ()
    if old.state == "active" and not event.replace:
        raise ContextTaken(
            "the context id is that of another event: `replace` overwrites it",
            details={"context_id": event.context_id, "revision": old.revision},
        )
    return "replaced" if old.state == "active" else "created", plan.revised(old, wanted, "stored again").notes


def _context(text: str) -> tuple[ContextId | None, EntryType]:
    if ":" not in text:
        return None, kind_named(text)
    context = ContextId.parse(text)
    return context, context.kind


def _told(event: NewEvent, kind: EntryType, context: ContextId | None) -> NamedBy:
    event_kind = event.event_kind or kind_of_event(kind.name)
    if not _KIND.fullmatch(event_kind):
        raise InvalidInput("an event kind is a word of small letters, such as fact or action")
    return NamedBy(context.name if context else "", event_kind, event.source)


async def _existing(
    connection: Connection, principal: Principal, subject_id: UUID, kind: EntryType, context: ContextId | None
) -> Entry | None:
    """The entry of this context id, retracted or not. Where a record has one entry of the type, it is that one."""
    if context is None:
        return None
    named = (await ids_named(connection, [subject_id], [context])).get(context)
    if named is None and kind.one:
        only = and_(entry.c.subject_id == subject_id, entry.c.type == kind.name, entry.c.state == "active")
        named = await connection.scalar(select(entry.c.id).where(only))
    return None if named is None else (await read_back(connection, principal, [named])).get(named)


async def _with_ids(
    connection: Connection, subject_id: UUID, payload: Mapping[str, Any], kind: EntryType
) -> dict[str, Any]:
    """A payload whose references to entries are ids, as they are stored. Raises InvalidInput for context ids that name
    nothing here."""
    named = {
        name: value
        for name, value in payload.items()
        if name.endswith("_id") and name in kind.model.model_fields and isinstance(value, str) and ":" in value
    }
    ids = await _ids_of(connection, subject_id, named)
    return {**payload, **{name: str(id_) for name, id_ in ids.items()}}


async def _linked(connection: Connection, subject_id: UUID, event: NewEvent) -> list[tuple[LinkKind, UUID]]:
    places = {f"{kind}/{n}": text for kind in _LINKED for n, text in enumerate(event.links.get(kind, ()))}
    ids = await _ids_of(connection, subject_id, places)
    return [(kind, id_) for place, id_ in ids.items() for kind in _LINKED if place.startswith(f"{kind}/")]


async def _ids_of(connection: Connection, subject_id: UUID, texts: Mapping[str, str]) -> dict[str, UUID]:
    """The entries of this record and of the catalogue that these context ids name, by the places where they stand.
    Raises InvalidInput."""
    contexts = {place: ContextId.parse(text) for place, text in texts.items()}
    if not contexts:
        return {}
    found = await ids_named(connection, [subject_id, CATALOGUE], set(contexts.values()))
    unknown = [place for place, context in contexts.items() if context not in found]
    if unknown:
        problems = [{"place": f"/{place}", "problem": "names no event of this record"} for place in unknown]
        raise InvalidInput(f"/{unknown[0]} names no event of this record", details={"problems": problems})
    return {place: found[context] for place, context in contexts.items()}


async def _events(connection: Connection, entries: Sequence[Entry]) -> list[Event]:
    names = await names_of(connection, [e.id for e in entries]) if entries else {}
    return [event_of(e, names.get(e.id)) for e in entries]


def _note(principal: Principal, action: Literal["read", "change"], owner: UUID) -> None:
    if owner != CATALOGUE:
        principal.looks.note(action, "entry", owner)
