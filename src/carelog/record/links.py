"""Links between entries, and the graph that they make."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, get_args
from uuid import UUID

from sqlalchemy import ColumnElement, Row, and_, delete, or_, select, union_all

from carelog.db import Connection, Database, among, insert_new
from carelog.identity import CATALOGUE, Principal
from carelog.kit.clock import Clock
from carelog.kit.errors import InvalidInput, NotFound
from carelog.record.editing import record_to_change
from carelog.record.entries import Entry
from carelog.record.selecting import current_entries, entry_of, read_entry
from carelog.record.tables import entry, entry_link

LinkKind = Literal["related_to", "extends", "reinforces", "contradicts", "duplicates"]
"""How one entry stands to another: it belongs with it, adds to it, speaks for it, cannot be true together with it, or
is the same thing once more."""

KINDS: Final[tuple[LinkKind, ...]] = get_args(LinkKind)
DEEPEST: Final = 10
MOST_NODES: Final = 500


@dataclass(frozen=True, slots=True)
class Link:
    """A link from one entry to another, and who made it when."""

    from_id: UUID
    kind: LinkKind
    to_id: UUID
    recorded_at: datetime
    recorded_by: str


@dataclass(frozen=True, slots=True)
class Links:
    """The links of one entry, in both directions, and the entries at their other ends."""

    links: tuple[Link, ...]
    entries: dict[UUID, Entry]


@dataclass(frozen=True, slots=True)
class Graph:
    """Entries by how many links away from the first they are, and the links among them. `truncated` where there are
    more entries than are walked to."""

    depths: dict[UUID, int]
    entries: dict[UUID, Entry]
    links: tuple[Link, ...]
    truncated: bool


class LinkStore:
    """Reads and makes links. Both ends are of one record, or the other end is in the catalogue."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def of(self, principal: Principal, entry_id: UUID) -> Links:
        """All links of an entry but those to retracted ones. Raises NotFound."""
        async with self._database.read() as connection:
            start = await read_entry(connection, principal, entry_id)
            links = await _links_of(connection, start.subject_id, [entry_id], KINDS)
            others = {end for link in links for end in (link.from_id, link.to_id)} - {entry_id}
            found = await _entries(connection, principal, others)
        _note(principal, "read", start.subject_id)
        return Links(tuple(links), found)

    async def add(self, principal: Principal, entry_id: UUID, kind: LinkKind, other_id: UUID) -> Link:
        """Link an entry to another; the link that there is stays as it is. Raises NotFound, Forbidden, and InvalidInput
        for an entry of another record, and for the entry itself."""
        async with self._database.write() as connection:
            start = await read_entry(connection, principal, entry_id)
            await record_to_change(connection, principal, start.subject_id)
            await link_to(connection, principal, start, [(kind, other_id)], self._clock.now())
            made = and_(entry_link.c.from_id == entry_id, entry_link.c.kind == kind, entry_link.c.to_id == other_id)
            row = (await connection.execute(select(entry_link).where(made))).one()
        _note(principal, "change", start.subject_id)
        return _link(row)

    async def remove(self, principal: Principal, entry_id: UUID, kind: LinkKind, other_id: UUID) -> None:
        """Take a link back, whichever of the two it leads from. Raises NotFound and Forbidden."""
        async with self._database.write() as connection:
            start, other = [await read_entry(connection, principal, id_) for id_ in (entry_id, other_id)]
            # A link of a record to the catalogue is the record's.
            owner = start.subject_id if start.subject_id != CATALOGUE else other.subject_id
            await record_to_change(connection, principal, owner)
            ends = [(entry_id, other_id), (other_id, entry_id)]
            either = or_(*(and_(entry_link.c.from_id == one, entry_link.c.to_id == other) for one, other in ends))
            gone = await connection.execute(delete(entry_link).where(either, entry_link.c.kind == kind))
            if not gone.rowcount:
                raise NotFound("no such link")
        _note(principal, "change", owner)

    async def graph(
        self,
        principal: Principal,
        entry_id: UUID,
        *,
        depth: int = 2,
        kinds: Collection[LinkKind] = KINDS,
        most: int = MOST_NODES,
    ) -> Graph:
        """What can be reached from an entry by at most `depth` links of these kinds, in either direction, breadth
        first: of the same record and of the catalogue. One query a level. Raises NotFound."""
        if not 1 <= depth <= DEEPEST:
            raise InvalidInput(f"a graph is walked from 1 to {DEEPEST} links deep")
        async with self._database.read() as connection:
            start = await read_entry(connection, principal, entry_id)
            depths = {entry_id: 0}
            links: dict[tuple[UUID, str, UUID], Link] = {}
            truncated = False
            level: Sequence[UUID] = [entry_id]
            for far in range(1, depth + 1):
                found = await _links_of(connection, start.subject_id, level, kinds)
                links |= {(link.from_id, link.kind, link.to_id): link for link in found}
                reached = dict.fromkeys(end for link in found for end in (link.from_id, link.to_id))
                level = [id_ for id_ in reached if id_ not in depths][: most - len(depths)]
                truncated = truncated or len(reached.keys() - depths.keys()) > len(level)
                depths |= dict.fromkeys(level, far)
                if not level:
                    break
            entries = await _entries(connection, principal, depths)
        _note(principal, "read", start.subject_id)
        inside = [link for link in links.values() if {link.from_id, link.to_id} <= depths.keys()]
        return Graph(depths, entries, tuple(inside), truncated)


async def link_to(
    connection: Connection, principal: Principal, start: Entry, wanted: Collection[tuple[LinkKind, UUID]], at: datetime
) -> None:
    """Write links from an entry, which the principal may change, to others. Raises NotFound for an end that is not
    theirs to see, InvalidInput for one of another record or the entry itself."""
    others = {other for _, other in wanted}
    if not others:
        return
    if start.id in others:
        raise InvalidInput("an entry is not linked to itself")
    found = await _entries(connection, principal, others)
    if len(found) < len(others):
        raise NotFound("no such entry to link to")
    if any(e.subject_id not in (start.subject_id, CATALOGUE) for e in found.values()):
        raise InvalidInput("entries of two records are not linked")
    rows = [
        {"from_id": start.id, "kind": kind, "to_id": other, "recorded_at": at, "recorded_by": principal.id}
        for kind, other in wanted
    ]
    await insert_new(connection, entry_link, rows)


async def _links_of(
    connection: Connection, subject_id: UUID, ids: Collection[UUID], kinds: Collection[str]
) -> list[Link]:
    """The links from and to these entries, of those whose other end is active, and in the same record or the
    catalogue."""

    def towards(here: ColumnElement[Any], there: ColumnElement[Any]) -> Any:
        other = entry.alias()
        shown = and_(other.c.state == "active", other.c.subject_id.in_((subject_id, CATALOGUE)))
        return (
            select(entry_link)
            .join(other, other.c.id == there)
            .where(among(connection, here, ids), entry_link.c.kind.in_(list(kinds)), shown)  # type: ignore[arg-type]
        )

    ends = entry_link.c.from_id, entry_link.c.to_id
    rows = await connection.execute(union_all(towards(*ends), towards(*ends[::-1])))
    found = {(link.from_id, link.kind, link.to_id): link for link in map(_link, rows)}
    return sorted(found.values(), key=lambda link: (link.recorded_at, link.from_id, link.kind, link.to_id))


async def _entries(connection: Connection, principal: Principal, ids: Collection[UUID]) -> dict[UUID, Entry]:
    if not ids:
        return {}
    rows = await connection.execute(current_entries(principal).where(among(connection, entry.c.id, ids)))
    return {row.id: entry_of(row) for row in rows}


def _link(row: Row[Any]) -> Link:
    return Link(row.from_id, row.kind, row.to_id, row.recorded_at, row.recorded_by)


def _note(principal: Principal, action: Literal["read", "change"], owner: UUID) -> None:
    if owner != CATALOGUE:
        principal.looks.note(action, "entry", owner)
