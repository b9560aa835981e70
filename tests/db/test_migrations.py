"""The migrations make just the schema that the code works with, on both databases."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

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
from carelog.kit.errors import ConfigurationError
from carelog.pipeline.tables import reading
from carelog.record.tables import entry

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


async def test_entries_from_before_reprocessing_learn_their_chain_and_who_read_them(
    dialect: str, fresh_url: Callable[[str], str]
) -> None:
    database = Database(fresh_url(dialect))
    talk, run, read, lost, written, odd, other = (f"0192f3c45d6e7f809a1b2c3d4e5f60{n}" for n in range(71, 78))
    long = f"{'name' * 12}/{'1' * 30}"
    moment = "2026-01-05 09:00:00.000000" + ("+00:00" if dialect == "postgresql" else "")
    never = "FALSE" if dialect == "postgresql" else "0"

    def before(connection: Connection) -> None:
        command.upgrade(_config("health", connection), "0008")
        statements = [
            f"INSERT INTO subject (id, recorded_at) VALUES ('{talk}', '{moment}')",
            "INSERT INTO conversation (id, channel, external_id, subject_id, started_at, created_at, recorded_at,"
            f" digest, revision, document) VALUES ('{talk}', 'calls', 'a', '{talk}', '{moment}', '{moment}',"
            f" '{moment}', 'd', 1, '{{}}')",
            "INSERT INTO run (id, conversation_id, subject_id, chain, chain_version, pass, state, lane, position,"
            f" tries, due_at, stopped, created_at, updated_at) VALUES ('{run}', '{talk}', '{talk}', 'calls', '1', 1,"
            f" 'finished', 1, 1, 1, '{moment}', {never}, '{moment}', '{moment}')",
        ]
        for id_, origin, by in (
            (read, f"{UUID(run)}:0:0", "local/1"),
            (lost, f"{UUID(lost)}:0:0", "local/1"),
            (written, "hand:1", "operator"),
            (odd, f"{'-' * 36}:0:0", "local/1"),
            (other, f"{UUID(run)}:0:1", long),
        ):
            statements += [
                "INSERT INTO entry (id, subject_id, type, revision, state, occurred_at, conversation_id, origin,"
                f" updated_at) VALUES ('{id_}', '{talk}', 'mood', 1, 'active', '{moment}', '{talk}', '{origin}',"
                f" '{moment}')",
                "INSERT INTO entry_revision (entry_id, revision, state, payload, evidence, occurred_at, occurred_zone,"
                f" recorded_at, recorded_by, source) VALUES ('{id_}', 1, 'active', '{{}}', '[]', '{moment}', 'UTC',"
                f" '{moment}', '{by}', 'conversation')",
            ]
        for statement in statements:
            connection.exec_driver_sql(statement)

    try:
        async with database.write() as connection:
            await connection.run_sync(before)
        await migrate(database, "health")
        async with database.read() as connection:
            chains = {row.id.hex: row.chain for row in await connection.execute(select(entry.c.id, entry.c.chain))}
            assert chains == {read: "calls", lost: None, written: None, odd: None, other: "calls"}
            found = await connection.execute(select(reading).order_by(reading.c.engine))
            assert [tuple(row) for row in found] == [
                (UUID(talk), "calls", "local", "1"),
                (UUID(talk), "calls", "name" * 12, "1" * 30),
            ]
    finally:
        await database.close()


async def test_those_who_open_a_new_file_at_once_all_get_in(tmp_path: Path) -> None:
    for attempt in range(15):
        databases = [Database(f"sqlite:///{tmp_path}/{attempt}.db") for _ in range(5)]
        try:
            await asyncio.gather(*(database.ping() for database in databases))
        finally:
            for database in databases:
                await database.close()


@pytest.mark.parametrize("schema", ["health", "auth"])
async def test_a_database_of_a_newer_carelog_is_left_alone(
    dialect: str, fresh_url: Callable[[str], str], schema: str
) -> None:
    database = Database(fresh_url(dialect))
    try:
        await migrate(database, schema)
        async with database.write() as connection:
            await connection.execute(text(f"UPDATE {_VERSIONS[schema]} SET version_num = '9999'"))
        with pytest.raises(ConfigurationError, match=r"belongs to a newer Carelog: .* revision 9999, and .* knows 00"):
            await migrate(database, schema)
        async with database.read() as connection:
            found = await connection.scalar(text(f"SELECT version_num FROM {_VERSIONS[schema]}"))
        assert found == "9999"
    finally:
        await database.close()
