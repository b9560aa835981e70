"""Reading records as FHIR: one resource, its versions, searches, and all that there is of a subject."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import datetime, time
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Column, ColumnElement, Text, and_, or_, select, type_coerce

from carelog.conversations.search import ConversationQuery
from carelog.conversations.store import ConversationStore, Listed, Stored
from carelog.db import Database, among
from carelog.identity import CATALOGUE, Principal
from carelog.identity.audit import AuditQuery, AuditTrail
from carelog.identity.grants import GrantStore
from carelog.kit.clock import Clock
from carelog.kit.errors import Forbidden, NotFound
from carelog.kit.paging import Cursor
from carelog.record.entries import Entry
from carelog.record.fhir.access import audit_event_of, consent_of
from carelog.record.fhir.elements import SUBJECT, Resource, referred
from carelog.record.fhir.kinds import Kind
from carelog.record.fhir.mappings import mapping_of
from carelog.record.fhir.narrowing import narrowed
from carelog.record.fhir.paging import ROWS, Found, Place, Row, Source, page_through
from carelog.record.fhir.people import FHIR_IDENTIFIER, Person, patient_of
from carelog.record.fhir.provenance import communication_of, document_of, provenance_of
from carelog.record.fhir.resources import resource_of
from carelog.record.fhir.search import Order, Search, Span, Token
from carelog.record.fhir.summary import MOST, Chosen, Section
from carelog.record.fhir.tables import fhir_source
from carelog.record.registry import entry_types
from carelog.record.selecting import current_entries, entry_of, past_entries
from carelog.record.subjects import Identifier, Subject, SubjectStore, is_called, is_known_as
from carelog.record.tables import entry, entry_revision, subject, subject_identifier

_LONGEST_SEQ: Final = 18
_OF_CONVERSATIONS: Final = {"Communication": communication_of, "DocumentReference": document_of}


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
        self._clock = clock
        self._subjects = subjects
        self._conversations = conversations
        self._grants = grants
        self._trail = trail

    async def search(self, principal: Principal, search: Search, *, count: int, place: Place | None = None) -> Found:
        """Resources of one kind, the latest first. Raises NotFound for a subject not theirs to see."""
        for subject_id in search.subjects or ():
            if not principal.may_see(subject_id):
                raise NotFound("no such subject")
        return await page_through(self._sources(principal, search), search.fits, count, place or Place(0))

    async def read(self, principal: Principal, kind: Kind, name: str) -> Resource:
        """Raises NotFound, also for what is not theirs to see, and Gone for what was retracted."""
        if kind.name == "AuditEvent":
            return await self._look(principal, name)
        id_ = _uuid(name)
        if id_ is None:
            raise NotFound("there is no such resource")
        if kind.name == "Consent":
            return consent_of(await self._grants.get(principal, id_), self._clock.now())
        if kind.name == "Patient":
            return (await self._patients(principal, [await self._subjects.get(principal, id_)]))[0]
        found = await self._entry(principal, kind, id_)
        if found is None:
            return await self._conversation(principal, kind, id_)
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
        id_ = _uuid(name)
        if id_ is None or not kind.types or kind.name == "Patient":
            return [await self.read(principal, kind, name)]
        if await self._entry(principal, kind, id_) is None:
            return [await self._conversation(principal, kind, id_)]
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
            return [(Cursor(person.recorded_at, person.id), await self._patients(principal, [person]))]

        async def entries(cursor: Cursor | None, limit: int) -> list[Row]:
            types = [name for name in entry_types() if name != "profile" and _is_wanted(name, wanted)]
            owned = [entry.c.subject_id == subject_id, *_spans(entry.c.updated_at, updated)]
            found = await self._entries(principal, types, owned, cursor, limit, by=entry.c.occurred_at)
            written = await self._written(found)
            return [(Cursor(e.occurred_at, e.id), _with_quote(e, r)) for e, r in zip(found, written, strict=True)]

        async def conversations(cursor: Cursor | None, limit: int) -> list[Row]:
            query = ConversationQuery(subject_id=subject_id)
            found = await self._conversations_of(principal, query, cursor, limit)
            return [(Cursor(c.recorded_at, c.id), [*_both(c, updated)]) for c in found]

        sources: list[Source] = [patient, entries, self._consents(principal, [subject_id])]
        if wanted is None or wanted & _OF_CONVERSATIONS.keys():
            sources.append(conversations)

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
        return (await self._patients(principal, [await self._subjects.get(principal, subject_id)]))[0]

    def _sources(self, principal: Principal, search: Search) -> list[Source]:
        if search.ids is not None and search.kind.name in ("AuditEvent", "Consent"):
            return [self._named(principal, search.kind, search.ids, search.subjects)]
        if search.kind.name == "Patient":
            return [self._people(principal, search)]
        if search.kind.name == "Consent":
            return [self._consents(principal, search.subjects)]
        if search.kind.name == "AuditEvent":
            return [self._looks(principal, search)]
        sources: list[Source] = []
        if search.kind.types or search.kind.name == "Provenance":
            sources.append(self._of_entries(principal, search))
        if search.kind.conversations:
            sources.append(self._of_conversations(principal, search))
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
            return [(Cursor(_updated(held[-1]), UUID(int=0)), held)] if held else []

        return named

    def _consents(self, principal: Principal, subjects: Sequence[UUID] | None) -> Source:
        """The grants of these records, or of the asker's own; none to whom they are not shown."""
        owners = subjects if subjects is not None else [principal.own] if principal.own else []

        async def consents(cursor: Cursor | None, limit: int) -> list[Row]:
            for owner in owners[:1]:
                try:
                    page = await self._grants.of_subject(principal, owner, limit=limit, cursor=cursor)
                except Forbidden:
                    return []
                now = self._clock.now()
                return [(Cursor(grant.given_at, grant.id), [consent_of(grant, now)]) for grant in page.items]
            return []

        return consents

    def _looks(self, principal: Principal, search: Search) -> Source:
        """What the audit trail says of one record, to whose record it is and to who reads the trail."""
        owners = search.subjects if search.subjects is not None else (principal.own,) if principal.own else ()

        async def looks(cursor: Cursor | None, limit: int) -> list[Row]:
            for owner in owners[:1]:
                if owner != principal.own and "audit:read" not in principal.scopes:
                    raise Forbidden("only whose record it is may see who looked", details={"scope": "audit:read"})
                principal.looks.note("read", "look", owner)
                page = await self._trail.page(AuditQuery(subject=owner), limit=limit, cursor=cursor)
                return [
                    (Cursor(e.at, UUID(int=e.seq)), [audit_event_of(e)] if _is_when(e.at, search) else [])
                    for e in page.items
                ]
            return []

        return looks

    async def _look(self, principal: Principal, name: str) -> Resource:
        seq = int(name) if name.isascii() and name.isdecimal() and len(name) <= _LONGEST_SEQ else None
        page = await self._trail.page(AuditQuery(seq=seq), limit=1) if seq is not None else None
        if page is None or not page.items:
            raise NotFound("there is no such resource")
        subject_id = page.items[0].event.subject
        is_own = subject_id is not None and subject_id == principal.own
        if not is_own and not (
            "audit:read" in principal.scopes and (subject_id is None or principal.may_see(subject_id))
        ):
            raise NotFound("there is no such resource")
        if subject_id is not None:
            principal.looks.note("read", "look", subject_id)
        return audit_event_of(page.items[0])

    def _people(self, principal: Principal, search: Search) -> Source:
        only = _of_people(search)

        async def people(cursor: Cursor | None, limit: int) -> list[Row]:
            found = (await self._subjects.page(principal, limit=limit, cursor=cursor, only=only)).items
            patients = await self._patients(principal, found)
            return [(Cursor(s.recorded_at, s.id), [p]) for s, p in zip(found, patients, strict=True)]

        return people

    async def _patients(self, principal: Principal, people: Sequence[Subject]) -> list[Resource]:
        """These subjects, each with their profile and their identifiers."""
        ids = [person.id for person in people]
        async with self._database.read() as connection:
            columns = subject_identifier.c
            rows = await connection.execute(
                select(columns.subject_id, columns.system, columns.value)
                .where(among(connection, columns.subject_id, ids))
                .order_by(columns.system, columns.value)
            )
            identifiers: dict[UUID, list[Identifier]] = {}
            for row in rows:
                identifiers.setdefault(row.subject_id, []).append(Identifier(row.system, row.value))
            of_these = current_entries(principal).where(
                among(connection, entry.c.subject_id, ids), entry.c.type == "profile", entry.c.state == "active"
            )
            profiles = {row.subject_id: resource_of(entry_of(row)) for row in await connection.execute(of_these)}
        return [
            patient_of(Person(person, identifiers.get(person.id, ())), profiles.get(person.id)) for person in people
        ]

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
        if search.subjects is not None:
            conditions.append(entry.c.subject_id.in_(search.subjects))
        if search.ids is not None:
            conditions.append(entry.c.id.in_(_uuids(search.ids)))
        if search.targets is not None:
            conditions.append(entry.c.id.in_(search.targets))
        if search.kind.name == "Provenance":
            conditions.append(type_coerce(entry_revision.c.evidence, Text) != "[]")
            return list(entry_types()), conditions
        types, by_codes = narrowed(search, self._database.dialect)
        return types, [*conditions, by_codes]

    def _of_conversations(self, principal: Principal, search: Search) -> Source:
        write = _OF_CONVERSATIONS[search.kind.name]

        async def conversations(cursor: Cursor | None, limit: int) -> list[Row]:
            if search.ids is not None:
                return await self._conversations_named(principal, search, cursor)
            only = search.subjects[0] if search.subjects else None
            found = await self._conversations_of(principal, ConversationQuery(subject_id=only), cursor, limit)
            return [(Cursor(c.recorded_at, c.id), [write(c)] if _is_in_time(c, search) else []) for c in found]

        return conversations

    async def _conversations_named(self, principal: Principal, search: Search, cursor: Cursor | None) -> list[Row]:
        rows: list[Row] = []
        for id_ in sorted(_uuids(search.ids or ())):
            if cursor is None or id_ > cursor.id:
                try:
                    found = await self._conversation(principal, search.kind, id_)
                except NotFound:
                    continue
                rows.append((Cursor(_updated(found), id_), [found]))
        return rows

    async def _conversations_of(
        self, principal: Principal, query: ConversationQuery, cursor: Cursor | None, limit: int
    ) -> list[Listed]:
        if "conversations:read" not in principal.scopes:
            return []
        return (await self._conversations.page(principal, query, limit=limit, cursor=cursor)).items

    async def _conversation(self, principal: Principal, kind: Kind, id_: UUID) -> Resource:
        if not kind.conversations or "conversations:read" not in principal.scopes:
            raise NotFound("there is no such resource")
        stored = await self._conversations.get(principal, id_)
        return _OF_CONVERSATIONS[kind.name](_listed(stored))

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


def _with_quote(one: Entry, resource: Resource) -> list[Resource]:
    quoted = provenance_of(one)
    return [resource, quoted] if quoted else [resource]


def _both(conversation: Listed, updated: Sequence[Span]) -> Iterable[Resource]:
    if all(span.holds(conversation.recorded_at) for span in updated):
        yield from (write(conversation) for write in _OF_CONVERSATIONS.values())


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


def _of_people(search: Search) -> list[ColumnElement[bool]]:
    """The conditions for the subjects that a search of Patients is after."""
    conditions = [or_(*map(is_called, beginnings)) for beginnings in search.names]
    if search.ids is not None:
        conditions.append(subject.c.id.in_(_uuids(search.ids)))
    for wanted in search.identifiers:
        own = _uuids(token.code for token in wanted if token.system in (None, SUBJECT))
        known = [_in_system(token) for token in wanted if token.system != SUBJECT]
        conditions.append(or_(subject.c.id.in_(own), *(is_known_as(FHIR_IDENTIFIER, one) for one in known)))
    return conditions


def _in_system(token: Token) -> ColumnElement[bool]:
    value = subject_identifier.c.value
    if token.system is None:
        return value.endswith(f"|{token.code}", autoescape=True)
    return (
        value == f"{token.system}|{token.code}" if token.code else value.startswith(f"{token.system}|", autoescape=True)
    )


def _is_when(moment: datetime, search: Search) -> bool:
    return all(span.holds(moment) for span in (*search.happened, *search.updated))


def _is_in_time(conversation: Listed, search: Search) -> bool:
    return all(span.holds(conversation.started_at) for span in search.happened) and all(
        span.holds(conversation.recorded_at) for span in search.updated
    )


def _updated(resource: Resource) -> datetime:
    return datetime.fromisoformat(resource["meta"]["lastUpdated"])


def _uuid(text: Any) -> UUID | None:
    try:
        return UUID(text)
    except (ValueError, TypeError, AttributeError):
        return None


def _subjects_in(resource: Resource) -> Iterable[str]:
    """Whom a Consent or an AuditEvent is about."""
    about = [resource.get("patient"), *(one.get("what") for one in resource.get("entity", ()))]
    return filter(None, map(referred, about))


def _uuids(texts: Iterable[Any]) -> set[UUID]:
    return {id_ for text in texts if (id_ := _uuid(text)) is not None}


def _note(principal: Principal, found: Sequence[Entry]) -> None:
    for owner in {one.subject_id for one in found} - {CATALOGUE}:
        principal.looks.note("read", "entry", owner)


def _listed(stored: Stored) -> Listed:
    return Listed(
        id=stored.id,
        channel=stored.channel,
        external_id=stored.external_id,
        subject_id=stored.subject_id,
        title=stored.title,
        started_at=stored.started_at,
        recorded_at=stored.recorded_at,
    )
