"""Recalling: what to look for among events, and the words that they hold."""

import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import ColumnElement, Text, func, or_, type_coerce

from carelog.kit.errors import InvalidInput
from carelog.record.entries import Entry
from carelog.record.merging import payload_json
from carelog.record.names import kind_named
from carelog.record.query import EntryQuery
from carelog.record.registry import EntryType
from carelog.record.tables import entry, entry_revision


@dataclass(frozen=True, slots=True)
class Recall:
    """What to look for: events of a type, with these values in their fields, of these context ids, with all of these
    words in their values and quotes."""

    context_type: str | None = None
    context_ids: tuple[str, ...] = ()
    filters: Mapping[str, Any] = field(default_factory=dict)
    text: str | None = None
    since: datetime | None = None
    until: datetime | None = None


def query_of(wanted: Recall) -> EntryQuery:
    """The list of entries that it is sought in. Raises InvalidInput for a type or a field that there is not."""
    if wanted.context_type is None:
        if wanted.filters:
            raise InvalidInput("fields are those of a context type: name one")
        return EntryQuery(since=wanted.since, until=wanted.until)
    kind = kind_named(wanted.context_type)
    fields = {name: _value(kind, name, value) for name, value in wanted.filters.items()}
    return EntryQuery(types=(kind.name,), since=wanted.since, until=wanted.until, fields=fields)


def _value(kind: EntryType, name: str, value: Any) -> Any:
    """A value to filter by, read as the field's: from an address all come as text. Raises InvalidInput."""
    described = kind.model.model_fields.get(name)
    if described is None or name not in kind.model.filters:
        raise InvalidInput("entries are not listed by this field", details={"fields": list(kind.model.filters)})
    try:
        read = TypeAdapter[Any](described.annotation or str).validate_python(value)
    except ValidationError:
        return str(value)
    return read if isinstance(read, bool | int | float) else str(value)


def words_of(text: str) -> list[str]:
    """The words of a text, in small letters: letters, marks and digits, of whatever script.

    >>> words_of("Große STRAẞE 12, Straße")
    ['große', 'straße', '12']
    """
    plain = "".join(_small(c) if unicodedata.category(c)[0] in "LMN" else " " for c in text)
    return list(dict.fromkeys(plain.split()))


def _small(letter: str) -> str:
    """A letter as it is compared. None becomes one of ASCII but those of ASCII themselves, as in the databases, which
    would not find a word that is spelt otherwise here: `ß` is not `ss`, and the sign for kelvin no `k`."""
    forms = letter.casefold(), letter.lower(), letter
    return next(form for form in forms if letter.isascii() or not any(c.isascii() for c in form))


def may_hold(word: str) -> ColumnElement[bool]:
    """What the databases can tell of a word in plain letters, in whatever case: the others they do not fold alike."""
    columns = entry_revision.c.payload, entry_revision.c.evidence
    texts = (func.lower(type_coerce(column, Text)) for column in columns)
    return or_(entry.c.type.contains(word), *(text.contains(word) for text in texts))


def holds(found: Entry, words: Collection[str]) -> bool:
    """Whether each word begins a word of its values, its quotes, or its type."""
    values = _texts(payload_json(found.payload))
    there = words_of(" ".join([found.type, *values, *(e.quote for e in found.evidence)]))
    return all(any(one.startswith(word) for one in there) for word in words)


def _texts(value: Any) -> list[str]:
    match value:
        case dict():
            return [text for member in value.values() for text in _texts(member)]
        case list():
            return [text for item in value for text in _texts(item)]
        case _:
            return [str(value)]
