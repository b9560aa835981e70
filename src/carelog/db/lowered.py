"""Lower case for all letters: SQLite's own `lower` knows ASCII only."""

import sqlite3
from typing import Any, Final

from sqlalchemy import Text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

_ON_SQLITE: Final = "carelog_lower"


class lowered(FunctionElement[str]):
    """`func.lower` for text that may hold any letters. On SQLite it costs several times as much."""

    type = Text()
    inherit_cache = True


@compiles(lowered)
def _by_the_database(element: lowered, compiler: Any, **options: Any) -> str:
    return f"lower({compiler.process(element.clauses, **options)})"


@compiles(lowered, "sqlite")
def _on_sqlite(element: lowered, compiler: Any, **options: Any) -> str:
    return f"{_ON_SQLITE}({compiler.process(element.clauses, **options)})"


def teach_lower(connection: sqlite3.Connection) -> None:
    """Define the function on a SQLite connection."""
    connection.create_function(_ON_SQLITE, 1, _lower, deterministic=True)


def _lower(text: str | None) -> str | None:
    return None if text is None else text.lower()
