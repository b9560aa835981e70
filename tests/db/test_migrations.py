"""The migrations make just the schema that the code works with, on both databases."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import MetaData, inspect, select, text
from sqlalchemy.engine import Connection

import carelog.conversations.tables
import carelog.delivery.tables
import carelog.identity.tables
import carelog.pipeline.tables
import carelog.record.tables
import carelog.reminders.tables  # noqa: F401
from carelog.conversations.tables import conversation
from carelog.db import Database, auth_metadata, health_metadata, migrate
from carelog.db.migrate import _config

_SEARCH_INDEX = "conversation_words"


_VERSIONS = {"health": "health_schema_version", "auth": "auth_schema_version"}


def differences(connection: Connection, schema: str, metadata: MetaData) -> list[Any]:
    def ours(_object: Any, name: str | None, kind: str, _reflected: bool, _compared: Any) -> bool:
        hidden = name or ""
        return not (hidden.startswith(_SEARCH_INDEX) or hidden in ("ix_conversation_text_words", _VERSIONS[schema]))

    context = MigrationContext.configure(
        connection, opts={"compare_type": True, "include_object": ours, "target_metadata": metadata}
    )
    return list(compare_metadata(context, metadata))


@pytest.mark.parametrize(("schema", "metadata"), [("health", health_metadata), ("auth", auth_metadata)])
async def test_a_migrated_database_has_the_tables_of_the_code(
    dialect: str, fresh_url: Callable[[str], str], schema: str, metadata: MetaData
) -> None:
    database = Database(fresh_url(dialect))
    try:
        await migrate(database, schema)
        async with database.read() as connection:
            assert await connection.run_sync(differences, schema, metadata) == []
    finally:
        await database.close()


async def test_processes_that_start_together_migrate_once(dialect: str, fresh_url: Callable[[str], str]) -> None:
    url = fresh_url(dialect)
    databases = [Database(url) for _ in range(3)]
    try:
        await asyncio.gather(*(migrate(database, "health") for database in databases))
        await databases[0].ping()
    finally:
        for database in databases:
            await database.close()


async def test_both_schemas_may_share_one_database(dialect: str, fresh_url: Callable[[str], str]) -> None:
    database = Database(fresh_url(dialect))
    try:
        for _ in range(2):
            await migrate(database, "health")
            await migrate(database, "auth")
        async with database.read() as connection:
            names = await connection.run_sync(lambda sync: inspect(sync).get_table_names())
        assert {"api_key", "conversation", "run", "entry"} <= set(names)
    finally:
        await database.close()


async def test_what_was_stored_before_is_there_after(dialect: str, fresh_url: Callable[[str], str]) -> None:
    """Also what points to a table that is changed: SQLite can take it along when it makes a table anew."""
    database = Database(fresh_url(dialect))
    id_, moment = "0192f3c45d6e7f809a1b2c3d4e5f6071", "2026-01-05 09:00:00.000000"
    moment += "+00:00" if dialect == "postgresql" else ""

    def first(connection: Connection) -> None:
        command.upgrade(_config("health", connection), "0001")
        connection.execute(
            text(
                "INSERT INTO conversation (id, channel, external_id, subject_id, started_at, recorded_at, digest,"
                f" revision, document) VALUES ('{id_}', 'calls', 'a', '{id_}', '{moment}', '{moment}', 'd', 1, '{{}}')"
            )
        )
        connection.execute(text(f"INSERT INTO conversation_party VALUES ('{id_}', 0, 'tel', '+12025550100')"))

    try:
        async with database.write() as connection:
            await connection.run_sync(first)
        await migrate(database, "health")
        async with database.read() as connection:
            assert (await connection.execute(text("SELECT value FROM conversation_party"))).scalars().all() == [
                "+12025550100"
            ]
            when = (await connection.execute(select(conversation.c.created_at))).scalar_one()
            assert when == datetime(2026, 1, 5, 9, tzinfo=UTC)
    finally:
        await database.close()
