"""What is still to be forwarded, and what was: within the caller's transaction."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ScalarSelect, and_, delete, func, or_, select, update

from carelog.db import Connection, among, insert_new
from carelog.identity import CATALOGUE
from carelog.record.entries import Entry
from carelog.record.locusgraph.tables import forwarded
from carelog.record.names import NamedBy, names_of
from carelog.record.registry import entry_types
from carelog.record.selecting import entry_of, revisions
from carelog.record.tables import entry, entry_link, entry_revision


@dataclass(frozen=True, slots=True)
class Sent:
    """What is over there of an entry."""

    entry_id: UUID
    graph: str
    context_id: str
    locus_id: str | None
    revision: int
    links: int = 0
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """An entry with the revisions that are not over there yet, the oldest first; only the newest where its links have
    changed. It is linked to context ids, by kind."""

    revisions: tuple[Entry, ...]
    sent: Sent | None
    told: NamedBy | None
    links: Mapping[str, Sequence[str]]
    links_made: int
    changed_at: datetime

    @property
    def newest(self) -> Entry:
        return self.revisions[-1]


async def waiting(connection: Connection, since: datetime | None, most: int) -> list[Waiting]:
    """The entries that have changed since then and were not forwarded since, the first to change first."""
    behind = or_(
        forwarded.c.revision < entry.c.revision, and_(forwarded.c.entry_id.is_(None), entry.c.state == "active")
    )
    joined = entry.outerjoin(forwarded, forwarded.c.entry_id == entry.c.id)
    owned = entry.c.subject_id != CATALOGUE
    changed = select(entry.c.id, entry.c.updated_at).select_from(joined).where(behind, owned)
    other_links = forwarded.c.links != _links_from_it()
    linked = select(entry.c.id, entry.c.updated_at).join(forwarded, forwarded.c.entry_id == entry.c.id)
    linked = linked.where(other_links, entry.c.state == "active", forwarded.c.error.is_(None), owned)
    if since is not None:
        changed = changed.where(entry.c.updated_at >= since)
        linked = linked.where(entry.c.id.in_(select(entry_link.c.from_id).where(entry_link.c.recorded_at >= since)))
    moments: dict[UUID, datetime] = {}
    for query in (changed.order_by(entry.c.updated_at, entry.c.id), linked.order_by(entry.c.id)):
        for row in await connection.execute(query.limit(most - len(moments))):
            moments.setdefault(row.id, row.updated_at)
        if len(moments) >= most:
            break
    return await _whole(connection, moments)


def _links_from_it() -> ScalarSelect[int]:
    links = select(func.count()).select_from(entry_link).where(entry_link.c.from_id == entry.c.id)
    return links.correlate(entry).scalar_subquery()


async def erased(connection: Connection, most: int) -> list[Sent]:
    """What is still over there of entries that were erased here."""
    rows = await connection.execute(select(forwarded).where(forwarded.c.erased).order_by("entry_id").limit(most))
    return [_sent(row) for row in rows]


async def settle(connection: Connection, sent: Sequence[Sent], at: datetime) -> None:
    """Write down what is over there. What was erased here meanwhile is to be deleted there too."""
    if not sent:
        return
    ids = [one.entry_id for one in sent]
    still = select(entry.c.id).where(among(connection, entry.c.id, ids))
    there = set((await connection.execute(still)).scalars())
    await connection.execute(delete(forwarded).where(among(connection, forwarded.c.entry_id, ids)))
    await insert_new(
        connection,
        forwarded,
        [
            {
                "entry_id": one.entry_id,
                "graph": one.graph,
                "context_id": one.context_id,
                "locus_id": one.locus_id,
                "revision": one.revision,
                "links": one.links,
                "error": one.error,
                "forwarded_at": at,
                "erased": one.entry_id not in there,
            }
            for one in sent
        ],
    )


async def forget(connection: Connection, entries: Collection[UUID]) -> None:
    """What is over there no more."""
    await connection.execute(delete(forwarded).where(among(connection, forwarded.c.entry_id, entries)))


async def erase_forwarded(connection: Connection, subject_id: UUID, _now: datetime) -> int:
    """An eraser: what was forwarded of this subject is deleted over there, too."""
    theirs = select(entry.c.id).where(entry.c.subject_id == subject_id)
    marked = update(forwarded).where(forwarded.c.entry_id.in_(theirs), ~forwarded.c.erased)
    return (await connection.execute(marked.values(erased=True))).rowcount


async def _whole(connection: Connection, moments: Mapping[UUID, datetime]) -> list[Waiting]:
    ids = list(moments)
    if not ids:
        return []
    rows = await connection.execute(select(forwarded).where(among(connection, forwarded.c.entry_id, ids)))
    sent = {row.entry_id: _sent(row) for row in rows}
    past = revisions(and_(entry.c.id == entry_revision.c.entry_id, entry_revision.c.revision <= entry.c.revision))
    found: dict[UUID, list[Entry]] = {id_: [] for id_ in ids}
    ordered = past.where(among(connection, entry.c.id, ids)).order_by(entry.c.id, entry_revision.c.revision)
    for row in await connection.execute(ordered):
        found[row.id].append(entry_of(row))
    names = await names_of(connection, ids)
    links = await _links(connection, ids)
    counted = await connection.execute(select(entry.c.id, _links_from_it()).where(among(connection, entry.c.id, ids)))
    made = {row[0]: row[1] for row in counted}
    return [
        Waiting(
            tuple(_unsent(found[id_], sent.get(id_))),
            sent.get(id_),
            names.get(id_),
            links.get(id_, {}),
            made[id_],
            moments[id_],
        )
        for id_ in ids
        if found[id_]
    ]


def _unsent(past: Sequence[Entry], sent: Sent | None) -> Sequence[Entry]:
    """Those to be sent, always the newest among them; what was retracted in between is not brought up again."""
    new = [one for one in past if sent is None or one.revision > sent.revision]
    newest = past[-1]
    return [one for one in new if one.state == "active" and one is not newest and newest.state == "active"] + [newest]


async def _links(connection: Connection, ids: Collection[UUID]) -> dict[UUID, dict[str, list[str]]]:
    other = entry.alias()
    query = (
        select(entry_link.c.from_id, entry_link.c.kind, other.c.type, other.c.id)
        .join(other, other.c.id == entry_link.c.to_id)
        .where(among(connection, entry_link.c.from_id, ids), other.c.state == "active")
        .order_by(entry_link.c.from_id, entry_link.c.kind, other.c.id)
    )
    found: dict[UUID, dict[str, list[str]]] = {}
    for row in await connection.execute(query):
        context = entry_types()[row.type].context_id(row.id)
        found.setdefault(row.from_id, {}).setdefault(row.kind, []).append(context)
    return found


def _sent(row: Any) -> Sent:
    return Sent(row.entry_id, row.graph, row.context_id, row.locus_id, row.revision, row.links, row.error)
