"""Brings a database to the newest schema. Safe to run from several processes at once, and again."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import column, inspect, select, table, text
from sqlalchemy.engine import Connection as SyncConnection

from carelog.db.engine import Database
from carelog.kit.errors import ConfigurationError

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
    if _is_newest(connection, schema):
        return  # another process was faster

    from alembic import command

    command.upgrade(_config(schema, connection), "head")


def _revisions(schema: str) -> frozenset[str]:
    """Each file of a revision begins with its id."""
    return frozenset(path.name.partition("_")[0] for path in (_MIGRATIONS / schema / "versions").glob("[0-9]*.py"))


def _revision(connection: SyncConnection, schema: str) -> str | None:
    name = f"{schema}_schema_version"
    if not inspect(connection).has_table(name):
        return None
    found: str | None = connection.execute(select(column("version_num")).select_from(table(name))).scalar()
    return found


def _is_newest(connection: SyncConnection, schema: str) -> bool:
    """Raises ConfigurationError."""
    found, known = _revision(connection, schema), _revisions(schema)
    if found is not None and found not in known:
        raise ConfigurationError(
            f"this database belongs to a newer Carelog: its {schema} schema is at revision {found}, and this "
            f"program knows {max(known)} at the most. Start the newer one again, or put back the backup from before "
            "the upgrade",
            details={"schema": schema},
        )
    return found == max(known)


async def is_new(database: Database, schema: str) -> bool:
    """Whether it has never had this schema."""
    async with database.read() as connection:
        return await connection.run_sync(_revision, schema) is None


async def migrate(database: Database, schema: str) -> None:
    """Upgrade to the newest revision of `schema`, 'health' or 'auth', in one transaction under a lock. Raises
    ConfigurationError for one that a newer Carelog has upgraded."""
    if await require_known(database, schema):
        return
    async with database.write() as connection:
        if database.dialect == "postgresql":
            await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        with _named(database):
            await connection.run_sync(_upgrade, schema)


async def require_known(database: Database, schema: str) -> bool:
    """Whether a database is at the newest revision that this program knows. Raises ConfigurationError for one that a
    newer Carelog has upgraded."""
    async with database.read() as connection:
        with _named(database):
            return await connection.run_sync(_is_newest, schema)


@contextmanager
def _named(database: Database) -> Iterator[None]:
    try:
        yield
    except ConfigurationError as error:
        raise ConfigurationError(f"{database.label}: {error.message}", details=error.details) from None
