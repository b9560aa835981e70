"""Records that are likely of one person: they have one full name, and nothing that is known of them speaks against it.

A name alone never joins two records; it is for a person to say that they are one (`joins`).
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, func, or_, select

from carelog.db import Connection, Database, among, among_texts
from carelog.identity import CATALOGUE, Principal
from carelog.kit.errors import NotFound
from carelog.kit.paging import Cursor, Page
from carelog.record.selecting import any_entries, entry_of
from carelog.record.subjects import Subject
from carelog.record.tables import entry, subject, subject_merge
from carelog.record.types.profile import Profile

Sign = Literal["name", "birth_date"]

_OF_A_NAME: Final = 50
"""Of so many who have one name each is compared with each: there may be thousands."""

_other: Final = subject.alias("other")


@dataclass(frozen=True, slots=True)
class LikelySame:
    """A subject, and what speaks for it."""

    subject: Subject
    because: tuple[Sign, ...]


@dataclass(frozen=True, slots=True)
class Alike:
    """A subject, and those known before it who are likely the same person, the first known first."""

    subject: Subject
    likely: Sequence[LikelySame]


class Likenesses:
    """Finds records that are likely of one person, among those that a principal may see."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(self, principal: Principal, *, limit: int = 50, cursor: Cursor | None = None) -> Page[Alike]:
        """Subjects who are likely the same person as others who were known before them, the newest first. A page may
        be shorter than `limit` where names were the same and more spoke against it."""
        before = or_(
            _other.c.recorded_at < subject.c.recorded_at,
            and_(_other.c.recorded_at == subject.c.recorded_at, _other.c.id < subject.c.id),
        )
        namesake = exists().where(_other.c.name_key == subject.c.name_key, before, *_seen(principal, _other))
        query = select(subject).where(namesake, *_seen(principal, subject))
        if cursor:
            query = query.where(cursor.before(subject.c.recorded_at, subject.c.id))
        query = query.order_by(subject.c.recorded_at.desc(), subject.c.id.desc()).limit(limit + 1)
        async with self._database.read() as connection:
            rows = list(await connection.execute(query))
            page = Page.cut(rows, limit, lambda row: Cursor(row.recorded_at, row.id))
            found = await _likely(connection, principal, page.items)
        alike = [Alike(_subject(row), earlier) for row in page.items if (earlier := _before(row, found[row.id]))]
        for one in alike:
            for shown in (one.subject, *(likely.subject for likely in one.likely)):
                principal.looks.note("read", "subject", shown.id)
        return Page(alike, page.next)

    async def of(self, principal: Principal, subject_id: UUID) -> Sequence[LikelySame]:
        """Who is likely the same person as this subject, the first known first. Raises NotFound."""
        seen = select(subject).where(subject.c.id == subject_id, *_seen(principal, subject))
        async with self._database.read() as connection:
            rows = list(await connection.execute(seen))
            if not rows:
                raise NotFound("no such subject")
            found = (await _likely(connection, principal, rows))[subject_id]
        principal.looks.note("read", "subject", subject_id)
        for likely in found:
            principal.looks.note("read", "subject", likely.subject.id)
        return found


def _seen(principal: Principal, table: Any) -> tuple[ColumnElement[bool], ...]:
    itself = ~exists().where(subject_merge.c.source_id == table.c.id)
    return table.c.id != CATALOGUE, itself, principal.sees(table.c.id)


async def _likely(connection: Connection, principal: Principal, rows: Sequence[Any]) -> Mapping[UUID, list[LikelySame]]:
    """For each of these rows of `subject` the first known of one name that nothing speaks against."""
    keys = {row.name_key for row in rows if row.name_key}
    in_order = (subject.c.recorded_at, subject.c.id)
    place = func.row_number().over(partition_by=subject.c.name_key, order_by=in_order).label("place")
    namesakes = (
        select(subject, place)
        .where(among_texts(connection, subject.c.name_key, keys), *_seen(principal, subject))
        .subquery()
    )
    first = select(namesakes).where(namesakes.c.place <= _OF_A_NAME).order_by(namesakes.c.place)
    named: dict[str, list[Any]] = defaultdict(list)
    for row in await connection.execute(first):
        named[row.name_key].append(row)
    profiles = await _profiles(connection, {row.id for those in named.values() for row in those})
    found: dict[UUID, list[LikelySame]] = {row.id: [] for row in rows}
    for row in rows:
        for other in named.get(row.name_key, []):
            if other.id != row.id and (signs := _signs(profiles.get(row.id), profiles.get(other.id))):
                found[row.id].append(LikelySame(_subject(other), signs))
    return found


async def _profiles(connection: Connection, ids: Collection[UUID]) -> dict[UUID, Profile]:
    active = (entry.c.type == "profile", entry.c.state == "active", among(connection, entry.c.subject_id, ids))
    entries = map(entry_of, await connection.execute(any_entries().where(*active)))
    return {one.subject_id: one.payload for one in entries if isinstance(one.payload, Profile)}


def _signs(one: Profile | None, other: Profile | None) -> tuple[Sign, ...]:
    """What speaks for two of one name being one person; nothing where they were born on different days, or are of
    different sex."""
    born, born_too = (str(p.birth_date) if p and p.birth_date else "" for p in (one, other))
    if not (born.startswith(born_too) or born_too.startswith(born)):
        return ()
    if one and other and one.sex and other.sex and one.sex != other.sex:
        return ()
    return ("name", "birth_date") if born and born_too else ("name",)


def _before(row: Any, likely: Sequence[LikelySame]) -> Sequence[LikelySame]:
    place = (row.recorded_at, row.id)
    return [one for one in likely if (one.subject.recorded_at, one.subject.id) < place]


def _subject(row: Any) -> Subject:
    return Subject(id=row.id, name=row.name, zone=row.zone, recorded_at=row.recorded_at)
