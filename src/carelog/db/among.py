"""One parameter for many ids.

`IN` with a parameter for each value is written anew by SQLAlchemy, and prepared anew by the database, for each number
of values: for a batch of a hundred that costs more than the query.
"""

import json
from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import Column, ColumnElement, Text, Uuid, any_, bindparam, func, select, type_coerce
from sqlalchemy.dialects.postgresql import ARRAY

from carelog.db.engine import Connection


def among(connection: Connection, column: Column[Any], ids: Collection[UUID]) -> ColumnElement[bool]:
    """The condition that a column of UUIDs holds one of these."""
    if connection.dialect.name == "postgresql":
        return column == any_(bindparam(None, list(ids), type_=ARRAY(Uuid)))
    # As SQLAlchemy writes UUIDs there: 32 hexadecimal digits.
    listed = func.json_each(json.dumps([id_.hex for id_ in ids])).table_valued("value")
    return type_coerce(column, Text).in_(select(listed.c.value))
