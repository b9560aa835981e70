"""Inserting rows at about the cost of the driver.

SQLAlchemy writes an INSERT anew for each call, and takes as long over each row as the database does. Here the statement
is written once for each database, and a row costs the conversion of its values.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple, TypeAlias

from sqlalchemy import Dialect, Table, insert

from carelog.db.engine import Connection

_Convert: TypeAlias = Callable[[Any], Any]


class _Insert(NamedTuple):
    """An INSERT as the driver takes it, and its columns in order, each with the conversion of its values."""

    words: str
    values: tuple[tuple[str, _Convert | None], ...]


async def insert_all(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert these rows, which all have the same columns."""
    if not rows:
        return
    statement = _insert_into(table, tuple(rows[0]), connection.dialect)
    given = [
        tuple([row[name] if convert is None else convert(row[name]) for name, convert in statement.values])
        for row in rows
    ]
    await connection.exec_driver_sql(statement.words, given)


@lru_cache
def _insert_into(table: Table, columns: tuple[str, ...], dialect: Dialect) -> _Insert:
    compiled = insert(table).compile(dialect=dialect, column_keys=list(columns))
    kinds = {name: table.c[name].type.dialect_impl(dialect) for name in columns}
    return _Insert(
        str(compiled), tuple((name, kinds[name].bind_processor(dialect)) for name in compiled.positiontup or columns)
    )
