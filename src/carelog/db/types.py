"""Column types that mean the same on SQLite and PostgreSQL."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from carelog.kit import jsontext


class UtcDateTime(TypeDecorator[datetime]):
    """A moment. In Python always zone-aware; a naive datetime is refused, since it names no moment."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], Any] | None:
        """As SQLAlchemy keeps moments in SQLite, some times faster: a run alone has five."""
        return _text_of if dialect.name == "sqlite" else super().bind_processor(dialect)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], datetime | None] | None:
        """SQLite keeps text, which is read at once as what it means: a list of entries has some hundred moments, and to
        read each without a zone first would take a tenth of the list's time."""
        return _moment if dialect.name == "sqlite" else super().result_processor(dialect, coltype)


def _text_of(moment: datetime | None) -> str | None:
    if moment is None:
        return None
    if moment.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    written = (moment if moment.tzinfo is UTC else moment.astimezone(UTC)).isoformat(" ", "microseconds")
    return written.removesuffix("+00:00")


def _moment(stored: str | None) -> datetime | None:
    return None if stored is None else datetime.fromisoformat(stored + "+00:00")


class JsonText(TypeDecorator[Any]):
    """A JSON value kept as text, so that it comes back as it was: JSONB refuses U+0000 and rewrites numbers."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else jsontext.dump(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else jsontext.reread(value)
