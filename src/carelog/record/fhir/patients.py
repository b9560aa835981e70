"""Subjects as Patients, each with their profile and the identifiers by which other systems know them."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select

from carelog.db import Database, among
from carelog.identity import Principal
from carelog.kit.paging import Cursor
from carelog.record.fhir.elements import SUBJECT, Resource, uuids_in
from carelog.record.fhir.paging import Row, Source
from carelog.record.fhir.people import FHIR_IDENTIFIER, Person, patient_of
from carelog.record.fhir.resources import resource_of
from carelog.record.fhir.search import Search, Token
from carelog.record.selecting import current_entries, entry_of
from carelog.record.subjects import Identifier, Subject, SubjectStore, is_called, is_known_as
from carelog.record.tables import entry, subject, subject_identifier


class Patients:
    """Reads Patients, each time only for a principal who may see them."""

    def __init__(self, database: Database, subjects: SubjectStore) -> None:
        self._database = database
        self._subjects = subjects

    async def get(self, principal: Principal, subject_id: UUID) -> Resource:
        """Raises NotFound, also for a subject not theirs to see."""
        return (await self.written(principal, [await self._subjects.get(principal, subject_id)]))[0]

    def source(self, principal: Principal, search: Search) -> Source:
        only = _of_people(search)

        async def people(cursor: Cursor | None, limit: int) -> list[Row]:
            found = (await self._subjects.page(principal, limit=limit, cursor=cursor, only=only)).items
            patients = await self.written(principal, found)
            return [(Cursor(s.recorded_at, s.id), [p]) for s, p in zip(found, patients, strict=True)]

        return people

    async def written(self, principal: Principal, people: Sequence[Subject]) -> list[Resource]:
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
            written = await connection.execute(
                select(entry.c.subject_id, func.max(entry.c.updated_at).label("at"))
                .where(among(connection, entry.c.subject_id, ids), entry.c.type == "profile")
                .group_by(entry.c.subject_id)
            )
            changed = {row.subject_id: row.at for row in written}
        return [
            patient_of(Person(person, identifiers.get(person.id, ()), changed.get(person.id)), profiles.get(person.id))
            for person in people
        ]


def _of_people(search: Search) -> list[ColumnElement[bool]]:
    """The conditions for the subjects that a search of Patients is after."""
    conditions = [or_(*map(is_called, beginnings)) for beginnings in search.names]
    if search.ids is not None:
        conditions.append(subject.c.id.in_(uuids_in(search.ids)))
    for wanted in search.identifiers:
        own = uuids_in(token.code for token in wanted if token.system in (None, SUBJECT))
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
