"""What the error of a run or a copy says, for conditions of a query: it is kept as JSON text."""

from sqlalchemy import JSON, ColumnElement, FromClause, cast, func


def error_text(table: FromClause, key: str, dialect: str) -> ColumnElement[str]:
    """The text that stands under the key in a row's `error`."""
    if dialect == "postgresql":
        told: ColumnElement[str] = cast(table.c.error, JSON)[key].as_string()
    else:
        told = func.json_extract(table.c.error, f"$.{key}")
    return told
