"""Reading records as FHIR: one resource, its versions, searches, and all that there is of a subject."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from datetime import datetime, time
from typing import Final
from uuid import UUID

from sqlalchemy import Column, ColumnElement, Text, and_, select, type_coerce

from carelog.conversations.store import ConversationStore
from carelog.db import Database, among
from carelog.identity import CATALOGUE, Principal
from carelog.identity.audit import AuditTrail
from carelog.identity.grants import GrantStore
from carelog.kit.clock import Clock
from carelog.kit.errors import NotFound
from carelog.kit.paging import Cursor
from carelog.record.entries import Entry
from carelog.record.fhir.disclosures import Disclosures
from carelog.record.fhir.elements import Resource, referred, updated_at, uuid_in, uuids_in
from carelog.record.fhir.kinds import Kind
from carelog.record.fhir.mappings import mapping_of
from carelog.record.fhir.narrowing import narrowed
from carelog.record.fhir.paging import ROWS, Found, Place, Row, Source, page_through
from carelog.record.fhir.patients import Patients
from carelog.record.fhir.provenance import provenance_of
from carelog.record.fhir.resources import resource_of
from carelog.record.fhir.search import Order, Search, Span
from carelog.record.fhir.summary import MOST, Chosen, Section
from carelog.record.fhir.tables import fhir_source
from carelog.record.fhir.talk import WRITERS, Talk
from carelog.record.registry import entry_types
from carelog.record.selecting import current_entries, entry_of, past_entries
from carelog.record.subjects import SubjectStore
from carelog.record.tables import entry, entry_revision

_COUNTED_AT_ONCE: Final = 1000


class Gone(NotFound):
    """It was there, and was retracted."""

    code = "gone"


class FhirReader:
    """Reads, each time only for a principal who may see it."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        subjects: SubjectStore,
        conversations: ConversationStore,
        grants: GrantStore,
        trail: AuditTrail,
    ) -> None:
        self._database = database
        self._subjects = subjects
        self._patients = Patients(database, subjects)
        self._disclosures = Disclosures(clock, grants, trail)
        self._talk = Talk(conversations)

    async def search(self, principal: Principal, search: Search, *, count: int, place: Place | None = None) -> Found:
        """Resources of one kind, the latest first. Raises NotFound for a subject not theirs to see."""
        _require_seen(principal, search)
        return await page_through(self._sources(principal, search), search.fits, count, place or Place(0))

    async def total(self, principal: Principal, search: Search, wanted: Callable[[], Awaitable[bool]]) -> int:
        """How many resources a search finds. It looks at all that may be one, as long as that is `wanted`. Raises
        NotFound for a subject not theirs to see."""
        _require_seen(principal, search)
        sources, found, place = self._sources(principal, search), 0, Place(0)
        while await wanted():
            page = await page_through(sources, search.fits, _COUNTED_AT_ONCE, place)
            found += len(page.resources)
            if page.next is None:
                break
            place = page.next
        return found

    async def read(self, principal: Principal, kind: Kind, name: str) -> Resource:
        """Raises NotFound, also for what is not theirs to see, and Gone for what was retracted."""
        if kind.name == "AuditEvent":
            return await self._disclosures.look(principal, name)
        id_ = uuid_in(name)
        if id_ is None:
            raise NotFound("there is no such resource")
        if kind.name == "Consent":
            return await self._disclosures.consent(principal, id_)
        if kind.name == "Patient":
            return await self._patients.get(principal, id_)
        found = await self._entry(principal, kind, id_)
        if found is None:
            return await self._talk.get(principal, kind, id_)
        if found.state == "retracted":
            raise Gone("it was retracted")
        if kind.name == "Provenance":
            quoted = provenance_of(found)
            if quoted is None:
                raise NotFound("there is no such resource")
            return quoted
        return (await self._written([found]))[0]

    async def versions(self, principal: Principal, kind: Kind, name: str) -> list[Resource]:
        """Every version, the newest first. Raises NotFound."""
        id_ = uuid_in(name)
        if id_ is None or not kind.types or kind.name == "Patient":
            return [await self.read(principal, kind, name)]
        if await self._entry(principal, kind, id_) is None:
            return [await self._talk.get(principal, kind, id_)]
        statement = past_entries(principal).where(entry.c.id == id_).order_by(entry_revision.c.revision.desc())
        return await self._written([entry_of(row) for row in await self._database.rows(statement)])

    async def everything(
        self,
        principal: Principal,
        subject_id: UUID,
        *,
        count: int,
        place: Place | None = None,
        wanted: frozenset[str] | None = None,
        updated: tuple[Span, ...] = (),
    ) -> Found:
        """The Patient, every entry with what it quotes, and every conversation; of these kinds. Raises NotFound."""
        person = await self._subjects.get(principal, subject_id)

        async def patient(cursor: Cursor | None, _: int) -> list[Row]:
            if cursor is not None:
                return []
            return [(Cursor(person.recorded_at, person.id), await self._patients.written(principal, [person]))]

        async def entries(cursor: Cursor | None, limit: int) -> list[Row]:
            types = [name for name in entry_types() if name != "profile" and _is_wanted(name, wanted)]
            owned = [entry.c.subject_id == subject_id, *_spans(entry.c.updated_at, updated)]
            found = await self._entries(principal, types, owned, cursor, limit, by=entry.c.occurred_at)
            written = await self._written(found)
            return [(Cursor(e.occurred_at, e.id), _with_quote(e, r)) for e, r in zip(found, written, strict=True)]

        sources: list[Source] = [patient, entries, self._disclosures.consents(principal, [subject_id])]
        if wanted is None or wanted & WRITERS.keys():
            sources.append(self._talk.of_subject(principal, subject_id, updated))

        def fits(resource: Resource) -> bool:
            return wanted is None or resource["resourceType"] in wanted

        return await page_through(sources, fits, count, place or Place(0))

    async def latest(self, principal: Principal, subject_id: UUID, section: Section) -> Chosen:
        """What a section of a summary holds: its latest entries."""
        held: list[tuple[Entry, Resource]] = []
        cursor: Cursor | None = None
        while True:
            owned = [entry.c.subject_id == subject_id]
            found = await self._entries(principal, section.types, owned, cursor, ROWS, by=entry.c.occurred_at)
            fitting = list(filter(section.holds, found))[: MOST - len(held)]
            held += zip(fitting, await self._written(fitting), strict=True)
            if len(found) < ROWS or len(held) == MOST:
                return held
            cursor = Cursor(found[-1].occurred_at, found[-1].id)

    async def patient(self, principal: Principal, subject_id: UUID) -> Resource:
        """Raises NotFound."""
        return await self._patients.get(principal, subject_id)

    def _sources(self, principal: Principal, search: Search) -> list[Source]:
        if search.ids is not None and search.kind.name in ("AuditEvent", "Consent"):
            return [self._named(principal, search.kind, search.ids, search.subjects)]
        if search.kind.name == "Patient":
            return [self._patients.source(principal, search)]
        if search.kind.name == "Consent":
            return [self._disclosures.consents(principal, search.subjects)]
        if search.kind.name == "AuditEvent":
            return [self._disclosures.looks(principal, search)]
        sources: list[Source] = []
        if search.kind.types or search.kind.name == "Provenance":
            sources.append(self._of_entries(principal, search))
        if search.kind.conversations:
            sources.append(self._talk.found_by(principal, search))
        return sources

    def _named(self, principal: Principal, kind: Kind, ids: Sequence[str], subjects: Sequence[UUID] | None) -> Source:
        """Those of these ids that there are, of these records."""
        owners = None if subjects is None else {f"Patient/{id_}" for id_ in subjects}

        async def named(cursor: Cursor | None, _: int) -> list[Row]:
            found: list[Resource] = []
            for name in sorted(set(ids)) if cursor is None else ():
                with suppress(NotFound):
                    found.append(await self.read(principal, kind, name))
            held = [r for r in found if owners is None or owners & {*_subjects_in(r)}]
            return [(Cursor(updated_at(held[-1]), UUID(int=0)), held)] if held else []

        return named

    def _of_entries(self, principal: Principal, search: Search) -> Source:
        quotes = search.kind.name == "Provenance"
        types, conditions = self._narrowed(search)
        # Without a subject, the index is by when entries were written.
        order = search.order or Order("updated" if search.subjects is None else "happened")
        by = entry.c.updated_at if order.by == "updated" else entry.c.occurred_at

        async def entries(cursor: Cursor | None, limit: int) -> list[Row]:
            if not types:
                return []
            found = await self._entries(principal, types, conditions, cursor, limit, by=by, ascending=order.ascending)
            resources = map(provenance_of, found) if quotes else await self._written(found)
            rows: list[Row] = []
            for one, resource in zip(found, resources, strict=True):
                at = one.recorded_at if order.by == "updated" else one.occurred_at
                rows.append((Cursor(at, one.id), [resource] if resource else []))
            return rows

        return entries

    def _narrowed(self, search: Search) -> tuple[list[str], list[ColumnElement[bool]]]:
        """What the database can tell of a search."""
        conditions = _spans(entry.c.occurred_at, search.happened) + _spans(entry.c.updated_at, search.updated)
        if search.happened:
            conditions.append(entry_revision.c.occurred_said.is_(None))
        if search.subjects is not None:
            conditions.append(entry.c.subject_id.in_(search.subjects))
        if search.ids is not None:
            conditions.append(entry.c.id.in_(uuids_in(search.ids)))
        if search.targets is not None:
            conditions.append(entry.c.id.in_(search.targets))
        if search.kind.name == "Provenance":
            conditions.append(type_coerce(entry_revision.c.evidence, Text) != "[]")
            return list(entry_types()), conditions
        types, by_codes = narrowed(search, self._database.dialect)
        return types, [*conditions, by_codes]

    async def _entry(self, principal: Principal, kind: Kind, id_: UUID) -> Entry | None:
        """The entry behind a resource of that kind."""
        rows = await self._database.rows(current_entries(principal).where(entry.c.id == id_))
        found = entry_of(rows[0]) if rows else None
        if found is None or kind.name not in ("Provenance", mapping_of(found.type).resource):
            return None
        _note(principal, [found])
        return found

    async def _written(self, entries: Sequence[Entry]) -> list[Resource]:
        """These entries as resources, with their dates as exact as they were told."""
        # A date that is less exact than a moment was read as its first midnight.
        midnights = [one.id for one in entries if one.occurred_at.time() == time.min]
        dates: dict[UUID, str] = {}
        if midnights:
            async with self._database.read() as connection:
                told = select(fhir_source.c.entry_id, fhir_source.c.said_date).where(
                    among(connection, fhir_source.c.entry_id, midnights), fhir_source.c.said_date.is_not(None)
                )
                dates = {row.entry_id: row.said_date for row in await connection.execute(told)}
        return [resource_of(one, dates.get(one.id)) for one in entries]

    async def _entries(
        self,
        principal: Principal,
        types: Sequence[str],
        conditions: Sequence[ColumnElement[bool]],
        cursor: Cursor | None,
        limit: int,
        *,
        by: Column[datetime],
        ascending: bool = False,
    ) -> list[Entry]:
        order = (by, entry.c.id) if ascending else (by.desc(), entry.c.id.desc())
        statement = (
            current_entries(principal)
            .where(entry.c.state == "active", entry.c.type.in_(types), *conditions)
            .order_by(*order)
            .limit(limit)
        )
        if cursor:
            statement = statement.where((cursor.after if ascending else cursor.before)(by, entry.c.id))
        found = [entry_of(row) for row in await self._database.rows(statement)]
        _note(principal, found)
        return found


def _require_seen(principal: Principal, search: Search) -> None:
    if not all(map(principal.may_see, search.subjects or ())):
        raise NotFound("no such subject")


def _with_quote(one: Entry, resource: Resource) -> list[Resource]:
    quoted = provenance_of(one)
    return [resource, quoted] if quoted else [resource]


def _is_wanted(type_name: str, wanted: frozenset[str] | None) -> bool:
    return wanted is None or "Provenance" in wanted or mapping_of(type_name).resource in wanted


def _spans(column: Column[datetime], spans: Sequence[Span]) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    for span in spans:
        bounds = [
            *([column >= span.since] if span.since else []),
            *([column < span.until] if span.until else []),
        ]
        conditions.append(~and_(*bounds) if span.inverted else and_(*bounds))
    return conditions


def _subjects_in(resource: Resource) -> Iterable[str]:
    """Whom a Consent or an AuditEvent is about."""
    about = [resource.get("patient"), *(one.get("what") for one in resource.get("entity", ()))]
    return filter(None, map(referred, about))


def _note(principal: Principal, found: Sequence[Entry]) -> None:
    for owner in {one.subject_id for one in found} - {CATALOGUE}:
        principal.looks.note("read", "entry", owner)
