"""Subjects: the people whom records are about, and the identifiers they are known by."""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, insert, select

from carelog.conversations.parties import normal
from carelog.db import Connection, Database, among_pairs
from carelog.identity import CATALOGUE, Principal
from carelog.kit.errors import InvalidInput, NotFound
from carelog.kit.paging import Cursor, Page
from carelog.record.tables import subject, subject_identifier

# Strongest first: where two identifiers of one party lead to two subjects, the stronger one decides.
SYSTEMS: Final = ("uuid", "did", "mailto", "tel", "conversation")


@dataclass(frozen=True, slots=True, order=True)
class Identifier:
    """One way to name a subject; `value` is already normalised."""

    system: str
    value: str


@dataclass(frozen=True, slots=True)
class Subject:
    id: UUID
    name: str | None
    zone: str | None
    recorded_at: datetime


def strongest(found: Iterable[tuple[Identifier, UUID]]) -> UUID | None:
    """The subject that the strongest of these identifiers names."""
    ranked = sorted(found, key=lambda pair: (SYSTEMS.index(pair[0].system), pair[0].value))
    return ranked[0][1] if ranked else None


async def known(connection: Connection, identifiers: Collection[Identifier]) -> dict[Identifier, UUID]:
    """The subjects that these identifiers already name."""
    if not identifiers:
        return {}
    columns = subject_identifier.c
    pairs = [(i.system, i.value) for i in identifiers]
    rows = await connection.execute(
        select(columns.system, columns.value, columns.subject_id).where(
            among_pairs(connection, (columns.system, columns.value), pairs)
        )
    )
    return {Identifier(row.system, row.value): row.subject_id for row in rows}


async def existing(connection: Connection, ids: Collection[UUID]) -> set[UUID]:
    """Which of these subjects there are."""
    if not ids:
        return set()
    rows = await connection.execute(select(subject.c.id).where(subject.c.id.in_(list(ids))))
    return set(rows.scalars())


async def add(
    connection: Connection,
    subjects: Sequence[Subject],
    identifiers: Collection[tuple[Identifier, UUID]],
) -> None:
    """Write new subjects and new identifiers."""
    if subjects:
        await connection.execute(
            insert(subject),
            [
                {
                    "id": s.id,
                    "name": s.name,
                    "name_key": normal("name", s.name) if s.name else None,
                    "zone": s.zone,
                    "recorded_at": s.recorded_at,
                }
                for s in subjects
            ],
        )
    if identifiers:
        await connection.execute(
            insert(subject_identifier),
            [{"system": i.system, "value": i.value, "subject_id": owner} for i, owner in identifiers],
        )


class SubjectStore:
    """Reads subjects, each only for a principal who may see it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, principal: Principal, subject_id: UUID) -> Subject:
        """Raises NotFound, also for a subject that is not for this principal."""
        async with self._database.read() as connection:
            query = _visible(principal).where(subject.c.id == subject_id)
            row = (await connection.execute(query)).one_or_none()
        if row is None:
            raise NotFound("no such subject")
        return _subject(row)

    async def find(self, principal: Principal, reference: str) -> Subject:
        """The one subject that an id, a phone number, an e-mail address or a full name refers to.

        Raises NotFound when nobody is, InvalidInput when several are: a record is never picked by chance.
        """
        async with self._database.read() as connection:
            rows = (await connection.execute(_visible(principal).where(_refers(reference.strip())).limit(2))).all()
        if not rows:
            raise NotFound("no such subject: give an id, a phone number, an e-mail address or a full name")
        if len(rows) > 1:
            raise InvalidInput("several subjects have that name: give an id, a phone number or an e-mail address")
        return _subject(rows[0])

    async def page(self, principal: Principal, *, limit: int = 50, cursor: Cursor | None = None) -> Page[Subject]:
        """Subjects, the newest first."""
        query = _visible(principal).order_by(subject.c.recorded_at.desc(), subject.c.id.desc()).limit(limit + 1)
        if cursor:
            query = query.where(cursor.before(subject.c.recorded_at, subject.c.id))
        async with self._database.read() as connection:
            found = [_subject(row) for row in await connection.execute(query)]
        return Page.cut(found, limit, lambda s: Cursor(s.recorded_at, s.id))


def _visible(principal: Principal) -> Select[tuple[UUID, str | None, str | None, datetime]]:
    columns = subject.c
    return select(columns.id, columns.name, columns.zone, columns.recorded_at).where(
        principal.sees(columns.id), columns.id != CATALOGUE
    )


def _refers(reference: str) -> ColumnElement[bool]:
    try:
        return subject.c.id == UUID(reference)
    except ValueError:
        pass
    system, value = _read(reference)
    if system == "name":
        return subject.c.name_key == value
    owners = select(subject_identifier.c.subject_id).where(
        subject_identifier.c.system == system, subject_identifier.c.value == value
    )
    return subject.c.id.in_(owners)


def _read(reference: str) -> tuple[str, str]:
    if "@" in reference:
        return "mailto", normal("mailto", reference)
    if re.fullmatch(r"(tel:)?\+?[\d\s().-]{4,30}", reference):
        return "tel", normal("tel", reference)
    return "name", normal("name", reference)


def _subject(row: object) -> Subject:
    return Subject(id=row.id, name=row.name, zone=row.zone, recorded_at=row.recorded_at)  # type: ignore[attr-defined]
