"""Inserting what several processes may insert at the same moment."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite

from carelog.db.engine import Connection


async def insert_new(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert these rows, except those whose key exists already: whoever was first is right."""
    if rows:
        insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
        await connection.execute(insert(table).on_conflict_do_nothing(), [dict(row) for row in rows])
