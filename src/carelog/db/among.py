"""One parameter for many ids, or for many names: for whatever values a caller hands over, however many.

`IN` with a parameter for each value is written anew by SQLAlchemy, and prepared anew by the database, for each number
of values: for a batch of a hundred that costs more than the query, and some 32,000 are too many. So `in_` is for values
that stand in the code, such as states, and for what another query finds.
"""

import json
from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BindParameter,
    Column,
    ColumnElement,
    Text,
    Uuid,
    any_,
    bindparam,
    func,
    select,
    tuple_,
    type_coerce,
)

from carelog.db.engine import Connection


def among(connection: Connection, column: Column[Any], ids: Collection[UUID]) -> ColumnElement[bool]:
    """The condition that a column of UUIDs holds one of these."""
    dialect = connection.dialect.name
    return _among(dialect, column, bindparam(None, _ids(dialect, ids), type_=_ids_type(dialect)))


def among_texts(
    connection: Connection, text: ColumnElement[str] | Column[str], texts: Collection[str]
) -> ColumnElement[bool]:
    """The condition that a text is one of these."""
    if connection.dialect.name == "postgresql":
        return text == any_(bindparam(None, list(texts), type_=ARRAY(Text)))
    listed = func.json_each(json.dumps(list(texts))).table_valued("value")
    return text.in_(select(listed.c.value))


def among_pairs(
    connection: Connection, columns: tuple[Column[str], Column[str]], pairs: Collection[tuple[str, str]]
) -> ColumnElement[bool]:
    """The condition that two columns of text, together, hold one of these pairs.

    SQLite finds the pairs by an index because they come from a query; written out as a list, it would compare them with
    every row.
    """
    dialect = connection.dialect.name
    given = [bindparam(None, part, type_=_pairs_type(dialect)) for part in _pairs(dialect, pairs)]
    return _among_pairs(columns, given)


def among_given(dialect: str, column: Column[Any], name: str) -> ColumnElement[bool]:
    """`among` for a statement that is built once: the ids are parameters of each execution, made by `given_ids`."""
    return _among(dialect, column, bindparam(name, type_=_ids_type(dialect)))


def given_ids(dialect: str, name: str, ids: Collection[UUID]) -> dict[str, Any]:
    """The parameters of `among_given`."""
    return {name: _ids(dialect, ids)}


def among_given_pairs(dialect: str, columns: tuple[Column[str], Column[str]], name: str) -> ColumnElement[bool]:
    """`among_pairs` for a statement that is built once; its parameters are made by `given_pairs`."""
    parts = len(_pairs(dialect, ()))
    return _among_pairs(columns, [bindparam(f"{name}_{n}", type_=_pairs_type(dialect)) for n in range(parts)])


def given_pairs(dialect: str, name: str, pairs: Collection[tuple[str, str]]) -> dict[str, Any]:
    """The parameters of `among_given_pairs`."""
    return {f"{name}_{n}": part for n, part in enumerate(_pairs(dialect, pairs))}


def _among(dialect: str, column: Column[Any], ids: BindParameter[Any]) -> ColumnElement[bool]:
    if dialect == "postgresql":
        return column == any_(ids)
    return type_coerce(column, Text).in_(select(func.json_each(ids).table_valued("value").c.value))


def _ids(dialect: str, ids: Collection[UUID]) -> Any:
    if dialect == "postgresql":
        return list(ids)
    # As SQLAlchemy stores UUIDs in SQLite: 32 hexadecimal digits.
    return json.dumps([id_.hex for id_ in ids])


def _ids_type(dialect: str) -> Any:
    return ARRAY(Uuid) if dialect == "postgresql" else Text()


def _among_pairs(columns: tuple[Column[str], Column[str]], pairs: list[BindParameter[Any]]) -> ColumnElement[bool]:
    if len(pairs) > 1:
        given = func.unnest(*pairs).table_valued("first", "second").render_derived()
        return tuple_(*columns).in_(select(given.c.first, given.c.second))
    listed = func.json_each(*pairs).table_valued("value")
    return tuple_(*columns).in_(select(*(func.json_extract(listed.c.value, f"$[{n}]") for n in (0, 1))))


def _pairs(dialect: str, pairs: Collection[tuple[str, str]]) -> list[Any]:
    """PostgreSQL takes the two halves of all pairs, SQLite one text."""
    if dialect == "postgresql":
        return [[pair[n] for pair in pairs] for n in (0, 1)]
    return [json.dumps(list(pairs))]


def _pairs_type(dialect: str) -> Any:
    return ARRAY(Text) if dialect == "postgresql" else Text()
