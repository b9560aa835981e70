"""Updating rows one by one at about the cost of the driver; see `insert_all`."""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Dialect, Update

from carelog.db.engine import Connection


class _Written(NamedTuple):
    """An UPDATE as the driver takes it, and how each of its values, in their order, is taken from a row."""

    words: str
    values: tuple[Callable[[Mapping[str, Any]], Any], ...]


async def update_all(connection: Connection, statement: Update, rows: Sequence[Mapping[str, Any]]) -> None:
    """Run a statement for each of these rows, whose keys are the names of its parameters. Build the statement once:
    what is derived from it is remembered."""
    if not rows:
        return
    written = _written(statement, connection.dialect)
    await connection.exec_driver_sql(written.words, [tuple([value(row) for value in written.values]) for row in rows])


@lru_cache
def _written(statement: Update, dialect: Dialect) -> _Written:
    compiled: Any = statement.compile(dialect=dialect)
    names = compiled.positiontup
    return _Written(str(compiled), tuple(_value(compiled.binds[name], dialect) for name in names))


def _value(bound: Any, dialect: Dialect) -> Callable[[Mapping[str, Any]], Any]:
    convert = bound.type.dialect_impl(dialect).bind_processor(dialect) or (lambda value: value)
    if not bound.required:
        own = convert(bound.value)
        return lambda row: own
    key = bound.key
    return lambda row: convert(row[key])
