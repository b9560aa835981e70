"""The search for conversations: one statement for each set of conditions, written once and kept.

To write a statement of this size anew, and to look up what SQLAlchemy has made of it before, takes longer than the
database does to answer it.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from functools import cache
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, Select, bindparam, func, literal_column, select, text

from carelog.conversations import tables
from carelog.conversations.found_by import party_value
from carelog.conversations.parties import Kind
from carelog.db.lowered import lowered

_stored = tables.conversation
_party = tables.conversation_party
_text = tables.conversation_text

_ESCAPE: Final = "/"


@dataclass(frozen=True, slots=True)
class ConversationQuery:
    """What to look for. All that is given must hold. `since` and `until` bound the start: from, up to. `among` gives
    the ids that are looked at."""

    tel: str | None = None
    mailto: str | None = None
    name: str | None = None
    title: str | None = None
    words: str | None = None
    channel: str | None = None
    subject_id: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None
    among: Select[Any] | None = None


def search(query: ConversationQuery, dialect: str, most: int) -> tuple[Select[Any], dict[str, Any]]:
    """The statement that finds at most so many conversations, the last to come in first, and its parameters."""
    given = {name: value for name in _FIELDS if (value := getattr(query, name)) is not None}
    parameters = {name: _PARAMETERS[name](value) if name in _PARAMETERS else value for name, value in given.items()}
    if "words" in given and dialect == "sqlite":
        parameters["words"] = _quoted(parameters["words"])
    statement = _statement(frozenset(given), dialect)
    if query.among is not None:
        statement = statement.where(_stored.c.id.in_(query.among))
    return statement, {**parameters, "most": most}


@cache
def _statement(given: frozenset[str], dialect: str) -> Select[Any]:
    return (
        select(
            _stored.c.id,
            _stored.c.channel,
            _stored.c.external_id,
            _stored.c.subject_id,
            _stored.c.title,
            _stored.c.started_at,
            _stored.c.recorded_at,
        )
        .where(*(_CONDITIONS[name](dialect) for name in sorted(given)))
        .order_by(_stored.c.recorded_at.desc(), _stored.c.id.desc())
        .limit(bindparam("most", type_=Integer))
    )


def _has_party(kind: Kind) -> ColumnElement[bool]:
    return _stored.c.id.in_(
        select(_party.c.conversation_id).where(_party.c.kind == kind, _party.c.value == bindparam(kind))
    )


def _has_words(dialect: str) -> ColumnElement[bool]:
    if dialect == "postgresql":
        simple: ColumnElement[str] = literal_column("'simple'")
        wanted = func.plainto_tsquery(simple, bindparam("words"))
        matches: ColumnElement[bool] = func.to_tsvector(simple, _text.c.content).op("@@")(wanted)
    else:
        rowids = text("SELECT rowid FROM conversation_words WHERE conversation_words MATCH :words")
        matches = _text.c.seq.in_(rowids)
    return _stored.c.id.in_(select(_text.c.conversation_id).where(matches))


def _quoted(words: str) -> str:
    """Each word in quotes, so that nothing in it is taken for an operator of SQLite's search language."""
    return " ".join('"' + word.replace('"', '""') + '"' for word in re.findall(r"\S+", words)) or '""'


def _part(title: str) -> str:
    """The pattern for texts that hold this one, whatever it is made of."""
    return "%" + re.sub(f"[{_ESCAPE}%_]", rf"{_ESCAPE}\g<0>", title) + "%"


_FIELDS: Final = tuple(field.name for field in fields(ConversationQuery) if field.name != "among")

# By the field of the query, whose value is the parameter of the same name.
_CONDITIONS: Final[Mapping[str, Callable[[str], ColumnElement[bool]]]] = {
    "tel": lambda _: _has_party("tel"),
    "mailto": lambda _: _has_party("mailto"),
    "name": lambda _: _has_party("name"),
    "title": lambda _: lowered(_stored.c.title).like(lowered(bindparam("title")), escape=_ESCAPE),
    "words": _has_words,
    "channel": lambda _: _stored.c.channel == bindparam("channel"),
    "subject_id": lambda _: _stored.c.subject_id == bindparam("subject_id"),
    "since": lambda _: _stored.c.started_at >= bindparam("since"),
    "until": lambda _: _stored.c.started_at < bindparam("until"),
}

# What a value becomes on its way there; others go as they are.
_PARAMETERS: Final[Mapping[str, Callable[[str], str]]] = {
    "tel": lambda value: party_value("tel", value),
    "mailto": lambda value: party_value("mailto", value),
    "name": lambda value: party_value("name", value),
    "title": _part,
    "words": lambda value: value.replace("\x00", " "),
}
