"""What to list of a record, and the conditions and the order that it becomes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from typing import Any, Final, Literal
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Text, case, cast, func, or_, type_coerce
from sqlalchemy.dialects.postgresql import JSON

from carelog.kit.errors import InvalidInput
from carelog.kit.paging import Cursor
from carelog.record.days import bounds_of_day
from carelog.record.entries import Entry, Source
from carelog.record.registry import entry_types
from carelog.record.tables import entry, entry_revision

When = Literal["past", "today", "upcoming", "due"]
"""Has happened; happens today on the subject's clock; is still to happen; the subject is to be reminded of it by the
end of today."""


@dataclass(frozen=True, slots=True)
class EntryQuery:
    """What to list. `since` and `until` bound `occurred_at`: from, and up to but not including. `fields` are values of
    the payload's fields, of those that entries of the one type in `types` are listed by."""

    types: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    conversation_id: UUID | None = None
    retracted: bool = False
    source: Source | None = None
    when: When | None = None
    fields: Mapping[str, Any] = field(default_factory=dict)

    @property
    def soonest_first(self) -> bool:
        return self.when in ("upcoming", "due")

    def place(self, found: Entry) -> Cursor:
        """Where an entry stands in this list."""
        return Cursor(found.due_at if self.when == "due" and found.due_at else found.occurred_at, found.id)


def check(query: EntryQuery) -> None:
    """Raise InvalidInput for types that there are not, and for fields by which their entries are not listed."""
    unknown = set(query.types) - set(entry_types())
    if unknown:
        raise InvalidInput("unknown entry type", details={"types": list(entry_types())})
    allowed = entry_types()[query.types[0]].model.filters if len(query.types) == 1 else ()
    if not query.fields.keys() <= set(allowed):
        raise InvalidInput("entries are not listed by this field", details={"fields": list(allowed)})


def narrowed(
    statement: Select[Any],
    query: EntryQuery,
    *,
    now: datetime,
    clock: tzinfo,
    dialect: str,
    cursor: Cursor | None,
) -> Select[Any]:
    """The entries that a query is after, in the order in which it lists them; `clock` is the subject's."""
    conditions: list[ColumnElement[bool]] = []
    if not query.retracted:
        conditions.append(entry.c.state == "active")
    if query.types:
        one = len(query.types) == 1
        conditions.append(entry.c.type == query.types[0] if one else entry.c.type.in_(query.types))
    if query.since:
        conditions.append(entry.c.occurred_at >= query.since)
    if query.until:
        conditions.append(entry.c.occurred_at < query.until)
    if query.conversation_id:
        conditions.append(entry.c.conversation_id == query.conversation_id)
    if query.source:
        conditions.append(entry_revision.c.source == query.source)
    conditions += _when(query.when, now, clock)
    conditions += [has_field(dialect, name, value) for name, value in query.fields.items()]
    moment = entry.c.due_at if query.when == "due" else entry.c.occurred_at
    if cursor:
        further = cursor.after if query.soonest_first else cursor.before
        conditions.append(further(moment, entry.c.id))
    order = (moment, entry.c.id) if query.soonest_first else (moment.desc(), entry.c.id.desc())
    return statement.where(*conditions).order_by(*order)


def _when(when: When | None, now: datetime, clock: tzinfo) -> list[ColumnElement[bool]]:
    occurred = entry.c.occurred_at
    match when:
        case "past":
            return [occurred < now]
        case "upcoming":
            return [occurred >= now]
        case "today":
            begins, ends = bounds_of_day(now, clock)
            return [occurred >= begins, occurred < ends]
        case "due":
            return [entry.c.due_at < bounds_of_day(now, clock)[1]]
        case None:
            return []


# PostgreSQL reads no JSON with this escape, which the text may hold; no filter finds such a payload there.
_NUL: Final = "\\u0000"


def has_field(dialect: str, name: str, value: Any) -> ColumnElement[bool]:
    """The condition that a field of the payload has this value.

    Text is compared without regard to case as far as it is ASCII, which is what both databases can do.
    """
    stored = field_text(dialect, name)
    if isinstance(value, bool):
        return stored == (str(value).lower() if dialect == "postgresql" else str(int(value)))
    if isinstance(value, str):
        return or_(stored == value, func.lower(stored) == func.lower(value))
    return stored == (value.isoformat() if isinstance(value, date) else str(value))


def field_text(dialect: str, name: str) -> ColumnElement[str]:
    """A field of the payload as text."""
    payload = type_coerce(entry_revision.c.payload, Text)
    if dialect == "postgresql":
        return case((func.strpos(payload, _NUL) == 0, cast(payload, JSON)[name].astext))
    return cast(func.json_extract(payload, f"$.{name}"), Text)
