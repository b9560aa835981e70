"""Reading entries: the columns of a revision, and the entry that a row becomes."""

from typing import Any, Final
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    Text,
    and_,
    case,
    cast,
    func,
    literal_column,
    or_,
    select,
    type_coerce,
)

from carelog.db import Connection
from carelog.identity import CATALOGUE, Principal
from carelog.kit.errors import NotFound
from carelog.record.entries import Entry
from carelog.record.evidence import Evidence
from carelog.record.registry import entry_types
from carelog.record.tables import entry, entry_link, entry_revision, subject

# As text SQLAlchemy would write it into the statement at each execution anew.
_SPACE: Final[Any] = literal_column("' '")
_QUOTES: Final = TypeAdapter(tuple[Evidence, ...])


def is_newest() -> ColumnElement[bool]:
    """Joins an entry to its newest revision."""
    return and_(entry.c.id == entry_revision.c.entry_id, entry.c.revision == entry_revision.c.revision)


def revisions(joined: ColumnElement[bool]) -> Select[Any]:
    """Revisions of entries, joined to them so; whoever asks says whose."""
    revision = entry_revision.c
    return select(
        entry.c.id,
        entry.c.subject_id,
        entry.c.type,
        revision.revision,
        revision.state,
        # As text, which the models read themselves.
        type_coerce(revision.payload, Text).label("payload"),
        type_coerce(revision.evidence, Text).label("evidence"),
        revision.occurred_at,
        revision.occurred_zone,
        revision.recorded_at,
        revision.recorded_by,
        revision.reason,
        revision.source,
        revision.confidence,
        revision.occurred_said,
        entry.c.due_at,
        subject.c.zone.label("subject_zone"),
    ).select_from(entry.join(entry_revision, joined).join(subject, subject.c.id == entry.c.subject_id))


def _linked_as(kind: str) -> ColumnElement[str]:
    """The active entries of the record that links of a kind lead to and from, as one text: `type:id type:id ...`."""
    other, links = entry.alias(), entry_link.alias()
    ends = (links.c.from_id, links.c.to_id)
    one_way, other_way = (
        select(func.aggregate_strings(other.c.type + ":" + cast(other.c.id, String), _SPACE))
        .select_from(links.join(other, there == other.c.id))
        .where(here == entry.c.id, links.c.kind == kind)
        .where(other.c.state == "active")
        # Within an expression, so that SQLite does not begin with all entries of the record.
        .where(case((other.c.subject_id == entry.c.subject_id, 1), else_=0) == 1)
        .correlate(entry)
        .scalar_subquery()
        for here, there in (ends, ends[::-1])
    )
    return func.coalesce(one_way, "") + " " + func.coalesce(other_way, "")


_ANY = revisions(is_newest())
_COLUMNS = len(_ANY.selected_columns)
_CURRENT = _ANY.add_columns(_linked_as("contradicts").label("contradicts"))
_HISTORY = revisions(entry.c.id == entry_revision.c.entry_id)


def current_entries(principal: Principal) -> Select[Any]:
    """The newest revision of every entry that this principal may see, the retracted ones too."""
    return _seen_by(principal, _CURRENT)


def any_current_entries() -> Select[Any]:
    """The same for whoever has already made sure that this principal may see those of whom they ask."""
    return _CURRENT


def past_entries(principal: Principal) -> Select[Any]:
    """Every revision of every entry that this principal may see."""
    return _seen_by(principal, _HISTORY)


def _seen_by(principal: Principal, statement: Select[Any]) -> Select[Any]:
    """Those of the subjects that they may see, and the catalogue, which everyone may."""
    if principal.subjects is None:
        return statement
    owner = entry.c.subject_id
    return statement.where(or_(principal.sees(owner), owner == CATALOGUE))


def any_entries() -> Select[Any]:
    """The newest revision of every entry there is: for rules, which look at more than is shown."""
    return _ANY


def entry_of(row: Any) -> Entry:
    """From a row whose first columns are those of `revisions`. They are taken by their order: by their names it would
    take a third of the time that a list does."""
    (
        id_, subject_id, type_name, revision, state, payload, evidence, occurred_at, occurred_zone, recorded_at,
        recorded_by, reason, source, confidence, occurred_said, due_at, subject_zone,
    ) = row[:_COLUMNS]  # fmt: skip
    return Entry(
        id=id_,
        subject_id=subject_id,
        type=type_name,
        revision=revision,
        state=state,
        payload=entry_types()[type_name].model.model_validate_json(payload),
        evidence=_QUOTES.validate_json(evidence),
        occurred_at=occurred_at,
        occurred_zone=occurred_zone,
        recorded_at=recorded_at,
        recorded_by=recorded_by,
        reason=reason,
        source=source,
        confidence=confidence,
        occurred_said=occurred_said,
        due_at=due_at,
        subject_zone=subject_zone,
        contradicts=_context_ids(getattr(row, "contradicts", "")),
    )


def _context_ids(linked: str) -> tuple[str, ...]:
    if not linked or linked.isspace():
        return ()
    named = sorted({tuple(one.split(":")) for one in linked.split()})
    return tuple(entry_types()[type_name].context_id(UUID(id_)) for type_name, id_ in named)


async def read_entry(connection: Connection, principal: Principal, entry_id: UUID) -> Entry:
    """Its newest revision, within the caller's transaction. Raises NotFound, also for an entry that is not theirs to
    see."""
    row = (await connection.execute(current_entries(principal).where(entry.c.id == entry_id))).one_or_none()
    if row is None:
        raise NotFound("no such entry")
    return entry_of(row)
