"""One parameter for many ids, or for many names.

`IN` with a parameter for each value is written anew by SQLAlchemy, and prepared anew by the database, for each number
of values: for a batch of a hundred that costs more than the query.
"""

import json
from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import Column, ColumnElement, Text, Uuid, any_, bindparam, func, select, tuple_, type_coerce
from sqlalchemy.dialects.postgresql import ARRAY

from carelog.db.engine import Connection


def among(connection: Connection, column: Column[Any], ids: Collection[UUID]) -> ColumnElement[bool]:
    """The condition that a column of UUIDs holds one of these."""
    if connection.dialect.name == "postgresql":
        return column == any_(bindparam(None, list(ids), type_=ARRAY(Uuid)))
    # As SQLAlchemy writes UUIDs there: 32 hexadecimal digits.
    listed = func.json_each(json.dumps([id_.hex for id_ in ids])).table_valued("value")
    return type_coerce(column, Text).in_(select(listed.c.value))


def among_texts(connection: Connection, text: ColumnElement[str], texts: Collection[str]) -> ColumnElement[bool]:
    """The condition that a text is one of these."""
    if connection.dialect.name == "postgresql":
        return text == any_(bindparam(None, list(texts), type_=ARRAY(Text)))
    listed = func.json_each(json.dumps(list(texts))).table_valued("value")
    return text.in_(select(listed.c.value))


def among_pairs(
    connection: Connection, columns: tuple[Column[str], Column[str]], pairs: Collection[tuple[str, str]]
) -> ColumnElement[bool]:
    """The condition that two columns of text, together, hold one of these pairs.

    SQLite looks a list of pairs up in an index when it is a query, as it is here; a list of two or more that is
    written out it compares with every row there is.
    """
    if connection.dialect.name == "postgresql":
        firsts, seconds = (bindparam(None, [pair[n] for pair in pairs], type_=ARRAY(Text)) for n in (0, 1))
        given = func.unnest(firsts, seconds).table_valued("first", "second").render_derived()
        return tuple_(*columns).in_(select(given.c.first, given.c.second))
    listed = func.json_each(json.dumps(list(pairs))).table_valued("value")
    return tuple_(*columns).in_(select(*(func.json_extract(listed.c.value, f"$[{n}]") for n in (0, 1))))
