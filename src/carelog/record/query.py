"""What to list of a record, and the conditions and the order that it becomes."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from typing import Any, Final, Literal
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Text, Uuid, and_, bindparam, case, cast, func, literal, or_, type_coerce
from sqlalchemy.dialects.postgresql import JSON

from carelog.db import UtcDateTime
from carelog.db.lowered import lowered
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

    @property
    def by_the_day(self) -> bool:
        """Whether it depends on where the subject's day begins."""
        return self.when in ("today", "due")

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


def parameters(query: EntryQuery, *, now: datetime, clock: tzinfo, cursor: Cursor | None) -> dict[str, Any]:
    """What a query asks for, but for the fields of payloads, each by the name of the condition that it is a part of;
    `clock` is the subject's."""
    begins, ends = bounds_of_day(now, clock) if query.by_the_day else (None, None)
    given = {
        "state": None if query.retracted else "active",
        "type": query.types[0] if len(query.types) == 1 else None,
        "types": query.types if len(query.types) > 1 else None,
        "since": query.since,
        "until": query.until,
        "conversation": query.conversation_id,
        "source": query.source,
        "past": now if query.when == "past" else None,
        "upcoming": now if query.when == "upcoming" else None,
        "today": begins if query.when == "today" else None,
        "tomorrow": ends if query.when == "today" else None,
        "due": ends if query.when == "due" else None,
        "cursor_at": cursor.at if cursor else None,
        "cursor_id": cursor.id if cursor else None,
    }
    return {name: value for name, value in given.items() if value is not None}


def narrowed(statement: Select[Any], given: Collection[str]) -> Select[Any]:
    """The entries for which the conditions of these names hold, in the order in which they are listed. The statement
    takes the parameters of the same names."""
    moment = entry.c.due_at if "due" in given else entry.c.occurred_at
    soonest_first = "due" in given or "upcoming" in given
    conditions = [condition for name, condition in _CONDITIONS.items() if name in given]
    if "cursor_at" in given:
        at, id_ = bindparam("cursor_at", type_=UtcDateTime), bindparam("cursor_id", type_=Uuid)
        further = or_(moment > at, and_(moment == at, entry.c.id > id_))
        conditions.append(further if soonest_first else or_(moment < at, and_(moment == at, entry.c.id < id_)))
    order = (moment, entry.c.id) if soonest_first else (moment.desc(), entry.c.id.desc())
    return statement.where(*conditions).order_by(*order)


# By the parameter that each takes.
_CONDITIONS: Final[Mapping[str, ColumnElement[bool]]] = {
    "state": entry.c.state == bindparam("state"),
    "type": entry.c.type == bindparam("type"),
    "types": entry.c.type.in_(bindparam("types", expanding=True)),
    "since": entry.c.occurred_at >= bindparam("since"),
    "until": entry.c.occurred_at < bindparam("until"),
    "conversation": entry.c.conversation_id == bindparam("conversation"),
    "source": entry_revision.c.source == bindparam("source"),
    "past": entry.c.occurred_at < bindparam("past"),
    "upcoming": entry.c.occurred_at >= bindparam("upcoming"),
    "today": entry.c.occurred_at >= bindparam("today"),
    "tomorrow": entry.c.occurred_at < bindparam("tomorrow"),
    "due": entry.c.due_at < bindparam("due"),
}


def has_fields(dialect: str, fields: Mapping[str, Any]) -> list[ColumnElement[bool]]:
    """The conditions that fields of the payload have these values."""
    return [has_field(dialect, name, value) for name, value in fields.items()]


# PostgreSQL reads no JSON with this escape, which the text may hold; no filter finds such a payload there.
_NUL: Final = "\\u0000"


def has_field(dialect: str, name: str, value: Any) -> ColumnElement[bool]:
    """The condition that a field of the payload has this value.

    Text is compared without regard to case.
    """
    stored = field_text(dialect, name)
    if isinstance(value, bool):
        return stored == (str(value).lower() if dialect == "postgresql" else str(int(value)))
    if isinstance(value, str):
        return or_(stored == value, lowered(stored) == lowered(literal(value)))
    return stored == (value.isoformat() if isinstance(value, date) else str(value))


def field_text(dialect: str, name: str) -> ColumnElement[str]:
    """A field of the payload as text."""
    payload = type_coerce(entry_revision.c.payload, Text)
    if dialect == "postgresql":
        return case((func.strpos(payload, _NUL) == 0, cast(payload, JSON)[name].astext))
    return cast(func.json_extract(payload, f"$.{name}"), Text)
