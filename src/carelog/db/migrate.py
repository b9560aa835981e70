"""Brings a database to the newest schema. Safe to run from several processes at once, and again."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import text
from sqlalchemy.engine import Connection as SyncConnection

from carelog.db.engine import Database

# Any fixed number: it names the lock under which PostgreSQL migrates.
_LOCK = 7_205_311_008


def _config(schema: str, connection: SyncConnection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations" / schema))
    config.attributes["connection"] = connection
    return config


def _upgrade(connection: SyncConnection, schema: str) -> None:
    command.upgrade(_config(schema, connection), "head")


async def migrate(database: Database, schema: str) -> None:
    """Upgrade to the newest revision of `schema`, 'health' or 'auth', in one transaction under a lock."""
    async with database.write() as connection:
        if database.dialect == "postgresql":
            await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        await connection.run_sync(_upgrade, schema)
