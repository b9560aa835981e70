"""Brings a database to the newest schema. Safe to run from several processes at once, and again."""

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import column, inspect, select, table, text
from sqlalchemy.engine import Connection as SyncConnection

from carelog.db.engine import Database

if TYPE_CHECKING:
    from alembic.config import Config

_MIGRATIONS = Path(__file__).parent / "migrations"

# Any fixed number: it names the lock under which PostgreSQL migrates.
_LOCK = 7_205_311_008


def _config(schema: str, connection: SyncConnection) -> "Config":
    from alembic.config import Config  # it takes a while to load, and most starts have nothing to migrate

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS / schema))
    config.attributes["connection"] = connection
    return config


def _upgrade(connection: SyncConnection, schema: str) -> None:
    from alembic import command

    command.upgrade(_config(schema, connection), "head")


def _newest(schema: str) -> str:
    """Each file of a revision begins with its id."""
    return max(path.name.partition("_")[0] for path in (_MIGRATIONS / schema / "versions").glob("[0-9]*.py"))


def _is_newest(connection: SyncConnection, schema: str) -> bool:
    name = f"{schema}_schema_version"
    if not inspect(connection).has_table(name):
        return False
    return connection.execute(select(column("version_num")).select_from(table(name))).scalar() == _newest(schema)


async def migrate(database: Database, schema: str) -> None:
    """Upgrade to the newest revision of `schema`, 'health' or 'auth', in one transaction under a lock."""
    async with database.read() as connection:
        if await connection.run_sync(_is_newest, schema):
            return
    async with database.write() as connection:
        if database.dialect == "postgresql":
            await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        await connection.run_sync(_upgrade, schema)
