"""What the database can tell of a search by codes, so that it gives only entries that may have them."""

from typing import Final

from sqlalchemy import ColumnElement, Text, and_, func, or_, true, type_coerce

from carelog.kit import jsontext
from carelog.record.fhir.elements import ENTRY_TYPE
from carelog.record.fhir.mapping import CodeSource
from carelog.record.fhir.mappings import mapping_of
from carelog.record.fhir.search import Search, Token
from carelog.record.query import has_field
from carelog.record.tables import entry, entry_revision

_ANY: Final = true()


def narrowed(search: Search, dialect: str) -> tuple[list[str], ColumnElement[bool]]:
    """The types whose entries may be what is looked for, and a condition that holds for all that are. It may hold for
    others as well."""
    found = {
        name: condition
        for name in search.kind.types
        if _may_be_tagged(name, search) and (condition := _condition(name, search, dialect)) is not None
    }
    plain = [name for name, condition in found.items() if condition is _ANY]
    asked = [and_(entry.c.type == name, condition) for name, condition in found.items() if condition is not _ANY]
    if not asked:
        return list(found), _ANY
    return list(found), or_(*([entry.c.type.in_(plain)] if plain else []), *asked)


def _may_be_tagged(type_name: str, search: Search) -> bool:
    return all(
        any(t.words is not None or (t.system in (None, ENTRY_TYPE) and t.code in (None, type_name)) for t in wanted)
        for wanted in search.tags
    )


def _condition(type_name: str, search: Search, dialect: str) -> ColumnElement[bool] | None:
    """The condition for a type; None where nothing of that type is looked for."""
    conditions: list[ColumnElement[bool]] = []
    for element, wanted in search.tokens:
        told = mapping_of(type_name).told.get(element)
        if told is None:
            continue
        any_of = [found for token in wanted if (found := _one(told, token, dialect)) is not None]
        if not any_of:
            return None
        if not any(one is _ANY for one in any_of):
            conditions.append(or_(*any_of))
    return and_(*conditions) if conditions else _ANY


def _one(told: CodeSource, token: Token, dialect: str) -> ColumnElement[bool] | None:
    if token.code is None or token.code in told.fixed:
        return _ANY
    conditions = [has_field(dialect, told.of, value) for value, code in told.by.items() if code == token.code]
    if told.quoted:
        conditions.append(_has_quoted(dialect, token.code))
    return or_(*conditions) if conditions else None


def _has_quoted(dialect: str, code: str) -> ColumnElement[bool]:
    """The payload has this text somewhere: with its quotation marks, so that it is a whole one."""
    find = func.strpos if dialect == "postgresql" else func.instr
    found: ColumnElement[bool] = find(type_coerce(entry_revision.c.payload, Text), jsontext.dump(code)) > 0
    return found
