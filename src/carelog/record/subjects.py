"""Subjects: the people whom records are about, and the identifiers they are known by."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Uuid, bindparam, exists, or_, select, update

from carelog.conversations.parties import normal
from carelog.db import Connection, Database, among, among_given_pairs, given_pairs, insert_all
from carelog.identity import CATALOGUE, Principal
from carelog.kit.errors import Forbidden, InvalidInput, NotFound
from carelog.kit.paging import Cursor, Page
from carelog.kit.zones import is_zone
from carelog.record.appending import set_due_again
from carelog.record.tables import subject, subject_identifier, subject_merge

# Not a part of another record by now.
_ITSELF: Final = ~exists().where(subject_merge.c.source_id == subject.c.id)

_ANY: Final = select(subject.c.id, subject.c.name, subject.c.zone, subject.c.recorded_at, subject.c.updated_at).where(
    subject.c.id != CATALOGUE, _ITSELF
)
_ONE: Final = _ANY.where(subject.c.id == bindparam("id", type_=Uuid))

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
    updated_at: datetime | None = None


def strongest(found: Iterable[tuple[Identifier, UUID]]) -> UUID | None:
    """The subject that the strongest of these identifiers names."""
    ranked = sorted(found, key=lambda pair: (SYSTEMS.index(pair[0].system), pair[0].value))
    return ranked[0][1] if ranked else None


async def known(connection: Connection, identifiers: Collection[Identifier]) -> dict[Identifier, UUID]:
    """The subjects that these identifiers already name."""
    if not identifiers:
        return {}
    dialect = connection.dialect.name
    given = given_pairs(dialect, "identifiers", [(i.system, i.value) for i in identifiers])
    rows = await connection.execute(_known(dialect), given)
    return {Identifier(system, value): subject_id for system, value, subject_id in rows}


@cache
def _known(dialect: str) -> Select[Any]:
    columns = subject_identifier.c
    return select(columns.system, columns.value, columns.subject_id).where(
        among_given_pairs(dialect, (columns.system, columns.value), "identifiers")
    )


async def joined_into(connection: Connection, ids: Collection[UUID]) -> dict[UUID, UUID]:
    """Of these subjects those that became a part of another one, and of which."""
    pairs = select(subject_merge.c.source_id, subject_merge.c.target_id)
    rows = await connection.execute(pairs.where(among(connection, subject_merge.c.source_id, ids)))
    return {row.source_id: row.target_id for row in rows}


async def parts_of(connection: Connection, whole: UUID) -> list[UUID]:
    """The subjects that became a part of this one."""
    parts = select(subject_merge.c.source_id).where(subject_merge.c.target_id == whole)
    return list((await connection.execute(parts)).scalars())


async def existing(connection: Connection, ids: Collection[UUID]) -> set[UUID]:
    """Which of these subjects there are."""
    if not ids:
        return set()
    rows = await connection.execute(select(subject.c.id).where(among(connection, subject.c.id, ids), _ITSELF))
    return set(rows.scalars())


async def add(
    connection: Connection,
    subjects: Sequence[Subject],
    identifiers: Collection[tuple[Identifier, UUID]],
    at: datetime,
) -> None:
    """Write new subjects and new identifiers."""
    await insert_all(
        connection,
        subject,
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
    await insert_all(
        connection,
        subject_identifier,
        [{"system": i.system, "value": i.value, "subject_id": owner} for i, owner in identifiers],
    )
    await touch(connection, {owner for _, owner in identifiers} - {s.id for s in subjects}, at)


async def touch(connection: Connection, ids: Collection[UUID], at: datetime) -> None:
    """Note that the names or the identifiers of these subjects have changed."""
    if ids:
        await connection.execute(update(subject).where(among(connection, subject.c.id, ids)).values(updated_at=at))


class SubjectStore:
    """Reads subjects, each only for a principal who may see it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, principal: Principal, subject_id: UUID) -> Subject:
        """Raises NotFound, also for a subject that is not for this principal."""
        rows = await self._database.rows(principal.seen_of(_ONE, subject.c.id), {"id": subject_id})
        if not rows:
            raise NotFound("no such subject")
        principal.looks.note("read", "subject", subject_id)
        return _subject(rows[0])

    async def find(self, principal: Principal, reference: str) -> Subject:
        """The one subject that an id, a phone number, an e-mail address or a full name refers to.

        Raises NotFound when nobody is, InvalidInput when several are: a record is never picked by chance.
        """
        rows = await self._database.rows(_visible(principal).where(_refers(reference.strip())).limit(2))
        if not rows:
            raise NotFound("no such subject: give an id, a phone number, an e-mail address or a full name")
        if len(rows) > 1:
            raise InvalidInput("several subjects have that name: give an id, a phone number or an e-mail address")
        principal.looks.note("read", "subject", rows[0].id)
        return _subject(rows[0])

    async def page(
        self,
        principal: Principal,
        *,
        limit: int = 50,
        cursor: Cursor | None = None,
        only: Sequence[ColumnElement[bool]] = (),
    ) -> Page[Subject]:
        """Subjects, the newest first; `only` those for whom all of these conditions hold."""
        query = _visible(principal).where(*only)
        query = query.order_by(subject.c.recorded_at.desc(), subject.c.id.desc()).limit(limit + 1)
        if cursor:
            query = query.where(cursor.before(subject.c.recorded_at, subject.c.id))
        found = [_subject(row) for row in await self._database.rows(query)]
        page = Page.cut(found, limit, lambda s: Cursor(s.recorded_at, s.id))
        for one in page.items:
            principal.looks.note("read", "subject", one.id)
        return page

    async def change(
        self, principal: Principal, subject_id: UUID, changes: Mapping[str, str | None], now: datetime
    ) -> Subject:
        """Give a subject another `name`, another `zone`, or none. On a new clock reminders are due at other moments.

        Raises NotFound, Forbidden for a record that may only be read, and InvalidInput for a zone that there is not.
        """
        if not principal.may_see(subject_id):
            raise NotFound("no such subject")
        if not principal.may_change(subject_id):
            raise Forbidden("this record may be read, and not changed")
        values = dict(changes)
        if values.get("name"):
            values["name_key"] = normal("name", str(values["name"]))
        elif "name" in values:
            values["name_key"] = None
        if (name := values.get("zone")) and not is_zone(name):
            problem = "must be an IANA name, such as Asia/Kolkata, or an offset, such as +05:30"
            raise InvalidInput(f"/zone {problem}", details={"problems": [{"place": "/zone", "problem": problem}]})
        async with self._database.write() as connection:
            found = _visible(principal).where(subject.c.id == subject_id).with_for_update(key_share=True)
            row = (await connection.execute(found)).one_or_none()
            if row is None:
                raise NotFound("no such subject")
            changed = replace(_subject(row), **changes)  # type: ignore[arg-type]
            if values:
                changing = update(subject).where(subject.c.id == subject_id)
                await connection.execute(changing.values(**values, updated_at=now))
            if changed.zone != row.zone:
                await set_due_again(connection, subject_id, changed.zone, now)
        principal.looks.note("change", "subject", subject_id)
        return changed


def is_called(beginning: str) -> ColumnElement[bool]:
    """The condition that a subject's name, or a word of it, begins so, in upper or lower case."""
    key = normal("name", beginning)
    return or_(
        subject.c.name_key.startswith(key, autoescape=True), subject.c.name_key.contains(f" {key}", autoescape=True)
    )


def is_known_as(system: str, values: ColumnElement[bool]) -> ColumnElement[bool]:
    """The condition that a subject has an identifier of this system whose value is one of these."""
    known_so = select(subject_identifier.c.subject_id).where(subject_identifier.c.system == system, values)
    return subject.c.id.in_(known_so)


def _visible(principal: Principal) -> Select[Any]:
    return principal.seen_of(_ANY, subject.c.id)


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
    return Subject(row.id, row.name, row.zone, row.recorded_at, row.updated_at)  # type: ignore[attr-defined]
