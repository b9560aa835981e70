"""The names by which callers know entries: the context ids that they gave themselves, with what they said beside."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Column, ForeignKey, Index, String, Table, Uuid, select

from carelog.db import Connection, among, among_texts, health_metadata, insert_new
from carelog.kit.errors import InvalidInput
from carelog.record.registry import EntryType, entry_types
from carelog.record.tables import entry, subject

LONGEST: Final = 200

# No constraint over the subject: two records that become one may both have had the name.
entry_name = Table(
    "entry_name",
    health_metadata,
    Column("entry_id", Uuid, ForeignKey(entry.c.id, ondelete="CASCADE"), primary_key=True),
    Column("name", String(LONGEST), primary_key=True),
    Column("subject_id", Uuid, ForeignKey(subject.c.id, ondelete="CASCADE"), nullable=False),
    Column("type", String(40), nullable=False),
    # As the caller said: `fact`, `action`, ... and `user`, `tool`, ...
    Column("event_kind", String(40), nullable=False),
    Column("source", String(20)),
)
Index("ix_entry_name_name", entry_name.c.subject_id, entry_name.c.type, entry_name.c.name)


@dataclass(frozen=True, slots=True)
class ContextId:
    """`type:name`. The name is the id of an entry, or whatever a caller has called one.

    >>> str(ContextId.parse("med_log:breakfast"))
    'med_log:breakfast'
    >>> ContextId.parse("vitals:01928f00-0000-7000-8000-000000000001").id
    UUID('01928f00-0000-7000-8000-000000000001')
    """

    kind: EntryType
    name: str

    @classmethod
    def parse(cls, text: str) -> "ContextId":
        """Raises InvalidInput for what is none, and for a type that there is not."""
        prefix, _, name = text.partition(":")
        kind = kind_named(prefix)
        name = name.strip()
        if not 0 < len(name) <= LONGEST or "\x00" in name or any(c.isspace() and c != " " for c in name):
            raise InvalidInput(f"a context id is written type:name, with a name of at most {LONGEST} characters")
        return cls(kind, name)

    @property
    def id(self) -> UUID | None:
        """The name as an id, where it can be one."""
        try:
            return UUID(self.name)
        except ValueError:
            return None

    def __str__(self) -> str:
        return f"{self.kind.prefix}:{self.name}"


def kind_named(context_type: str) -> EntryType:
    """The entry type of this name, or whose context ids begin so. Raises InvalidInput."""
    for kind in entry_types().values():
        if context_type in (kind.prefix, kind.name):
            return kind
    raise InvalidInput("unknown entry type", details={"types": sorted(k.prefix for k in entry_types().values())})


async def ids_named(
    connection: Connection, owners: Collection[UUID], wanted: Collection[ContextId]
) -> dict[ContextId, UUID]:
    """The entries of these records that are named so, the retracted ones too. An entry's own id goes before a name; of
    several of one name the one that was made last counts."""
    ids = {id_ for c in wanted if (id_ := c.id)}
    own = select(entry.c.id, entry.c.type).where(
        among(connection, entry.c.id, ids), among(connection, entry.c.subject_id, owners)
    )
    named = select(entry_name.c.entry_id, entry_name.c.type, entry_name.c.name).where(
        among(connection, entry_name.c.subject_id, owners),
        among_texts(connection, entry_name.c.name, {c.name for c in wanted}),
    )
    by_id = {(row.id, row.type) for row in await connection.execute(own)} if ids else set()
    by_name = {
        (row.type, row.name): row.entry_id for row in await connection.execute(named.order_by(entry_name.c.entry_id))
    }
    found = {}
    for context in wanted:
        if context.id and (context.id, context.kind.name) in by_id:
            found[context] = context.id
        elif (named_so := by_name.get((context.kind.name, context.name))) is not None:
            found[context] = named_so
    return found


@dataclass(frozen=True, slots=True)
class NamedBy:
    """What a caller said of an entry: its name, the kind of event, and where it came from."""

    name: str
    event_kind: str
    source: str | None


async def names_of(connection: Connection, entries: Collection[UUID]) -> dict[UUID, NamedBy]:
    """Of each of these entries that a caller named: the first name it was given."""
    named = select(entry_name).where(among(connection, entry_name.c.entry_id, entries))
    rows = await connection.execute(named.order_by(entry_name.c.entry_id, entry_name.c.name.desc()))
    return {row.entry_id: NamedBy(row.name, row.event_kind, row.source) for row in rows}


async def give_name(connection: Connection, subject_id: UUID, kind: EntryType, id_: UUID, told: NamedBy) -> None:
    """Write a name of an entry down; one that it has stays as it was told first."""
    row: dict[str, Any] = {"entry_id": id_, "subject_id": subject_id, "type": kind.name}
    row |= {"name": told.name, "event_kind": told.event_kind, "source": told.source}
    await insert_new(connection, entry_name, [row])
