"""Entries with all their revisions, the names that callers gave them, who told them again, and their links."""

from collections.abc import AsyncIterator, Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar, Final
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from sqlalchemy import ColumnElement, exists, or_, select, update

from carelog.db import Connection, among, among_texts, insert_all, insert_new
from carelog.identity import CATALOGUE
from carelog.kit.errors import CarelogError
from carelog.kit.zones import is_zone
from carelog.record.appending import due_at
from carelog.record.archive.container import ArchiveRefused
from carelog.record.archive.lines import AT_ONCE, PlainText, by_id, read_as, written
from carelog.record.archive.part import Bringing, Part, Piece, Taking
from carelog.record.archive.quotes import misquoting
from carelog.record.entries import Confidence, Source, State
from carelog.record.evidence import Evidence
from carelog.record.links import LinkKind
from carelog.record.names import LONGEST, entry_name
from carelog.record.registry import entry_types, parse_payload
from carelog.record.rules import RULES
from carelog.record.tables import entry, entry_link, entry_mention, entry_revision, subject

_REVISION: Final = (
    "revision", "state", "payload", "evidence", "occurred_at", "occurred_zone", "recorded_at", "recorded_by", "reason",
    "source", "confidence", "occurred_said",
)  # fmt: skip


class RevisionLine(BaseModel):
    model_config = ConfigDict(extra="forbid")

    revision: int = Field(ge=1)
    state: State
    payload: dict[str, Any]
    evidence: list[Evidence]
    occurred_at: AwareDatetime
    occurred_zone: PlainText = Field(max_length=64)
    recorded_at: AwareDatetime
    recorded_by: PlainText = Field(max_length=80)
    reason: PlainText | None = Field(max_length=200)
    source: Source
    confidence: Confidence | None = None
    occurred_said: PlainText | None = Field(default=None, max_length=80)


class NameLine(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: PlainText = Field(min_length=1, max_length=LONGEST)
    event_kind: PlainText = Field(max_length=40)
    source: PlainText | None = Field(max_length=20)


class EntryLine(BaseModel):
    model_config = ConfigDict(extra="forbid")

    id: UUID
    type: str
    conversation: UUID | None
    chain: PlainText | None = Field(default=None, max_length=80)
    origin: PlainText = Field(max_length=120)
    names: list[NameLine] = []
    told_again_in: list[UUID] = []
    revisions: list[RevisionLine] = Field(min_length=1)


class LinkLine(BaseModel):
    model_config = ConfigDict(extra="forbid")

    from_id: UUID = Field(alias="from")
    kind: LinkKind
    to: UUID
    recorded_at: AwareDatetime
    recorded_by: PlainText = Field(max_length=80)


class EntriesPart(Part):
    name: ClassVar = "entries"
    member: ClassVar = "entries.ndjson"

    async def take(self, taking: Taking) -> AsyncIterator[Piece]:
        async for lines in _taken(taking.connection, entry.c.subject_id == taking.subject_id):
            yield self.member, written(lines)

    async def bring(self, bringing: Bringing) -> None:
        async for values in bringing.archive.lines(self.member, AT_ONCE):
            lines = [_read(value, self.member, shared=False) for value in values]
            misquotes = await misquoting(bringing, {line.id: _quoted(line) for line in lines})
            bringing.count("entries", "left_out", len(misquotes))
            lines = [line for line in lines if line.id not in misquotes]
            await _brought(bringing, lines, bringing.subject_id, "entries")


class CataloguePart(Part):
    """What the record refers to of all that records share."""

    name: ClassVar = "catalogue"
    member: ClassVar = "catalogue.ndjson"

    async def take(self, taking: Taking) -> AsyncIterator[Piece]:
        owner = entry.c.subject_id
        linked = select(entry_link.c.to_id).join(entry, entry.c.id == entry_link.c.from_id)
        wanted = entry.c.id.in_(linked.where(owner == taking.subject_id))
        named = await _referred(taking)
        here = or_(wanted, among(taking.connection, entry.c.id, named)) if named else wanted
        async for lines in _taken(taking.connection, owner == CATALOGUE, here):
            yield self.member, written(lines)

    async def bring(self, bringing: Bringing) -> None:
        """What is not in the catalogue yet is added by who may change it, and otherwise left out."""
        async for values in bringing.archive.lines(self.member, AT_ONCE):
            lines = [_read(value, self.member, shared=True) for value in values]
            if not bringing.principal.may_change(CATALOGUE):
                there = await owners_of(bringing.connection, [line.id for line in lines])
                bringing.count("catalogue", "left_out", sum(line.id not in there for line in lines))
                lines = [line for line in lines if line.id in there]
            await _brought(bringing, lines, CATALOGUE, "catalogue")


class LinksPart(Part):
    name: ClassVar = "links"
    member: ClassVar = "links.ndjson"

    async def take(self, taking: Taking) -> AsyncIterator[Piece]:
        order = entry_link.c.from_id, entry_link.c.kind, entry_link.c.to_id
        async for heads in _heads(taking.connection, entry.c.subject_id == taking.subject_id):
            theirs = among(taking.connection, entry_link.c.from_id, [head.id for head in heads])
            rows = (await taking.connection.execute(select(entry_link).where(theirs).order_by(*order))).all()
            if rows:
                yield self.member, written(map(_link_line, rows))

    async def bring(self, bringing: Bringing) -> None:
        """Those whose two ends are here."""
        async for values in bringing.archive.lines(self.member, AT_ONCE):
            lines = [read_as(LinkLine, value, self.member) for value in values]
            ends = {bringing.id_of(end) for line in lines for end in (line.from_id, line.to)}
            owners = await owners_of(bringing.connection, ends)
            here = (bringing.subject_id, CATALOGUE)
            rows = [
                {
                    "from_id": bringing.id_of(line.from_id),
                    "kind": line.kind,
                    "to_id": bringing.id_of(line.to),
                    "recorded_at": line.recorded_at,
                    "recorded_by": line.recorded_by,
                }
                for line in lines
                if owners.get(bringing.id_of(line.from_id)) == bringing.subject_id
                and owners.get(bringing.id_of(line.to)) in here
            ]
            bringing.count("links", "left_out", len(lines) - len(rows))
            await insert_new(bringing.connection, entry_link, rows)


async def _taken(connection: Connection, *conditions: ColumnElement[bool]) -> AsyncIterator[list[dict[str, Any]]]:
    """Lines of entries, some hundreds at a time, in the order of their ids."""
    async for heads in _heads(connection, *conditions):
        yield [line async for line in _lines(connection, heads)]


async def _heads(connection: Connection, *conditions: ColumnElement[bool]) -> AsyncIterator[Sequence[Any]]:
    heads = select(entry.c.id, entry.c.type, entry.c.conversation_id, entry.c.chain, entry.c.origin).where(*conditions)
    async for rows in by_id(connection, heads, entry.c.id):
        yield rows


async def _lines(connection: Connection, heads: Sequence[Any]) -> AsyncIterator[dict[str, Any]]:
    ids = [head.id for head in heads]

    async def beside(table: Any, column: Any, *order: Any) -> dict[UUID, list[Any]]:
        found: dict[UUID, list[Any]] = {}
        for row in await connection.execute(select(table).where(among(connection, column, ids)).order_by(*order)):
            found.setdefault(row.entry_id, []).append(row)
        return found

    revisions = await beside(entry_revision, entry_revision.c.entry_id, entry_revision.c.revision)
    names = await beside(entry_name, entry_name.c.entry_id, entry_name.c.name)
    mentions = await beside(entry_mention, entry_mention.c.entry_id, entry_mention.c.conversation_id)
    for head in heads:
        yield {
            "id": str(head.id),
            "type": head.type,
            "conversation": str(head.conversation_id) if head.conversation_id else None,
            "chain": head.chain,
            "origin": head.origin,
            "names": [{n: getattr(row, n) for n in ("name", "event_kind", "source")} for row in names.get(head.id, ())],
            "told_again_in": [str(row.conversation_id) for row in mentions.get(head.id, ())],
            "revisions": [
                {name: _json(getattr(row, name)) for name in _REVISION} for row in revisions.get(head.id, ())
            ],
        }


async def _referred(taking: Taking) -> set[UUID]:
    """The ids of entries of the catalogue that payloads name."""
    fields = {
        (name, field)
        for name, rule in RULES.items()
        for field, kind in rule.refers.items()
        if entry_types()[kind].shared
    }
    payloads = (
        select(entry.c.type, entry_revision.c.payload)
        .join(entry_revision, entry_revision.c.entry_id == entry.c.id)
        .where(entry.c.subject_id == taking.subject_id, entry.c.type.in_({name for name, _ in fields}))
    )
    found = set()
    for row in await taking.connection.execute(payloads):
        found |= {row.payload.get(field) for name, field in fields if name == row.type}
    return {UUID(text) for text in found if text}


def _read(value: Any, member: str, *, shared: bool) -> EntryLine:
    """Raises ArchiveRefused."""
    line = read_as(EntryLine, value, member)
    kind = entry_types().get(line.type)
    numbers = [revision.revision for revision in line.revisions]
    if kind is None or kind.shared != shared:
        raise ArchiveRefused(f"{member}: an entry is of a type that does not stand here")
    if numbers != list(range(1, len(numbers) + 1)):
        raise ArchiveRefused(f"{member}: the revisions of an entry are not 1, 2, 3 ...")
    for revision in line.revisions:
        if not is_zone(revision.occurred_zone):
            raise ArchiveRefused(f"{member}: there is no such zone")
        try:
            parse_payload(line.type, revision.payload)
        except CarelogError as error:
            raise ArchiveRefused(f"{member}: {error.message}", details=error.details) from None
    return line


def _quoted(line: EntryLine) -> Sequence[Evidence]:
    """What the entry rests on. What a person has changed rests on them, and may quote what has been replaced since."""
    last = line.revisions[-1]
    return last.evidence if last.state == "active" and last.source == "conversation" else ()


async def _brought(bringing: Bringing, lines: Sequence[EntryLine], owner: UUID, what: str) -> None:
    """Write the entries that are not here, and the revisions by which one here is behind."""
    connection = bringing.connection
    owners = await owners_of(connection, [line.id for line in lines])
    taken = [line.id for line in lines if owners.get(line.id, owner) != owner]
    owners |= await owners_of(connection, [bringing.another(id_) for id_ in taken])
    new = [line for line in lines if bringing.id_of(line.id) not in owners]
    known = [line for line in lines if bringing.id_of(line.id) in owners]
    if any(owners[bringing.id_of(line.id)] != owner for line in known):
        raise ArchiveRefused("an id is taken")
    await _insert(bringing, new, owner)
    advanced = await _advance(bringing, known)
    bringing.count(what, "new", len(new))
    bringing.count(what, "advanced", advanced)
    bringing.count(what, "known", len(known) - advanced)
    beside: dict[Any, list[dict[str, Any]]] = {entry_name: [], entry_mention: []}
    for line in lines:
        id_ = bringing.id_of(line.id)
        mine = {"entry_id": id_, "subject_id": owner, "type": line.type}
        beside[entry_name] += [mine | name.model_dump() for name in line.names]
        told = [bringing.id_of(conversation) for conversation in line.told_again_in]
        beside[entry_mention] += [{"entry_id": id_, "conversation_id": one} for one in told]
    for table, rows in beside.items():
        await insert_new(connection, table, rows)


async def _insert(bringing: Bringing, lines: Sequence[EntryLine], owner: UUID) -> None:
    if not lines:
        return
    connection, now = bringing.connection, bringing.at
    zone = await connection.scalar(select(subject.c.zone).where(subject.c.id == owner))
    origins = [line.origin for line in lines]
    same = select(entry.c.origin).where(among_texts(connection, entry.c.origin, origins))
    used = set((await connection.execute(same)).scalars())
    heads, revisions = [], []
    for line in lines:
        id_ = bringing.id_of(line.id)
        mine = [*_revisions(bringing, line, id_)]
        if await _stands_alone(bringing, line, owner):
            mine.append(_withdrawn(mine[-1], now, bringing.principal.id))
        last = mine[-1]
        origin = line.origin if line.origin not in used else f"archive:{id_}"
        used.add(line.origin)
        heads.append(_head(bringing, line, id_, owner, last, zone) | {"origin": origin})
        revisions += mine
    await insert_all(connection, entry, heads)
    await insert_all(connection, entry_revision, revisions)


def _head(
    bringing: Bringing, line: EntryLine, id_: UUID, owner: UUID, last: Mapping[str, Any], zone: str | None
) -> dict[str, Any]:
    active = last["state"] == "active"
    payload = parse_payload(line.type, last["payload"])
    return {
        "id": id_,
        "subject_id": owner,
        "type": line.type,
        "revision": last["revision"],
        "state": last["state"],
        "occurred_at": last["occurred_at"],
        "conversation_id": bringing.id_of(line.conversation) if line.conversation else None,
        "chain": line.chain,
        "updated_at": bringing.at,
        "due_at": due_at(line.type, payload, bringing.at, zone or last["occurred_zone"]) if active else None,
    }


async def _stands_alone(bringing: Bringing, line: EntryLine, owner: UUID) -> bool:
    """Whether it is of a type of which a record has one, and the record has another one."""
    if not entry_types()[line.type].one or line.revisions[-1].state != "active":
        return False
    other = exists().where(entry.c.subject_id == owner, entry.c.type == line.type, entry.c.state == "active")
    return bool(await bringing.connection.scalar(select(other)))


def _withdrawn(last: Mapping[str, Any], now: datetime, by: str) -> dict[str, Any]:
    said = {"state": "retracted", "recorded_at": now, "recorded_by": by, "reason": "the record had another one"}
    return {**last, **said, "revision": last["revision"] + 1}


async def _advance(bringing: Bringing, lines: Sequence[EntryLine]) -> int:
    """Write the revisions that only the archive has. What was changed here since stays as it is here."""
    ids = [bringing.id_of(line.id) for line in lines]
    if not ids:
        return 0
    connection = bringing.connection
    columns = (
        entry.c.id,
        entry.c.subject_id,
        entry_revision.c.revision,
        entry_revision.c.payload,
        entry_revision.c.recorded_at,
    )
    joined = entry.join(
        entry_revision, (entry.c.id == entry_revision.c.entry_id) & (entry.c.revision == entry_revision.c.revision)
    )
    newest = select(*columns).select_from(joined).where(among(connection, entry.c.id, ids))
    here = {row.id: row for row in await connection.execute(newest)}
    advanced = 0
    for line in lines:
        id_ = bringing.id_of(line.id)
        stored, mine = here[id_], list(_revisions(bringing, line, id_))
        if len(mine) <= stored.revision:
            continue
        same = mine[stored.revision - 1]
        if (same["payload"], same["recorded_at"]) != (stored.payload, stored.recorded_at):
            continue
        zone = await connection.scalar(select(subject.c.zone).where(subject.c.id == stored.subject_id))
        head = _head(bringing, line, id_, stored.subject_id, mine[-1], zone)
        await insert_all(connection, entry_revision, mine[stored.revision :])
        await connection.execute(update(entry).where(entry.c.id == id_).values(head))
        advanced += 1
    return advanced


def _revisions(bringing: Bringing, line: EntryLine, id_: UUID) -> Iterator[dict[str, Any]]:
    for revision in line.revisions:
        evidence = [e.model_dump(mode="json", exclude_none=True) for e in revision.evidence]
        yield {
            "entry_id": id_,
            **{name: getattr(revision, name) for name in _REVISION},
            "payload": bringing.renamed(revision.payload),
            "evidence": bringing.renamed(evidence),
        }


async def owners_of(connection: Connection, ids: Collection[UUID]) -> dict[UUID, UUID]:
    """Whose each of these entries is, of those that there are."""
    if not ids:
        return {}
    rows = await connection.execute(select(entry.c.id, entry.c.subject_id).where(among(connection, entry.c.id, ids)))
    return {row.id: row.subject_id for row in rows}


def _link_line(row: Any) -> dict[str, Any]:
    return {
        "from": str(row.from_id),
        "kind": row.kind,
        "to": str(row.to_id),
        "recorded_at": row.recorded_at.isoformat(),
        "recorded_by": row.recorded_by,
    }


def _json(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
