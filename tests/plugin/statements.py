"""Statements that stay compiled from test to test, as they do in a process that goes on: each test has databases of its
own, for which SQLAlchemy would write all of them anew."""

from typing import Any, Final

from sqlalchemy import Engine
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlalchemy.dialects.sqlite.aiosqlite import SQLiteDialect_aiosqlite
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.util import LRUCache

_COMPILED: Final[LRUCache[Any, Any]] = LRUCache(5_000)


class _Remembering:
    """A dialect that takes what was compiled for another of its kind for its own."""

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self)

    def __hash__(self) -> int:
        return hash(type(self))

    @classmethod
    def engine_created(cls, engine: Engine) -> None:
        engine.update_execution_options(compiled_cache=_COMPILED)


class Aiosqlite(_Remembering, SQLiteDialect_aiosqlite):
    supports_statement_cache = True


class Pysqlite(_Remembering, SQLiteDialect_pysqlite):
    supports_statement_cache = True


class Asyncpg(_Remembering, PGDialect_asyncpg):
    supports_statement_cache = True


def remember() -> None:
    for name, dialect in (("sqlite.aiosqlite", Aiosqlite), ("sqlite", Pysqlite), ("postgresql.asyncpg", Asyncpg)):
        registry.register(name, __name__, dialect.__name__)
