"""The table `vcons` of the postgres storage."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from copies import copy_of, document_copy

from carelog.kit import jsontext
from carelog.storages import Storage, StorageDown, StorageRefused, make_storage

pytestmark = pytest.mark.anyio


@pytest.fixture
def url(fresh_url: Callable[[str], str]) -> str:
    return fresh_url("postgresql")


@pytest.fixture
async def storage(url: str) -> AsyncIterator[Storage[Any]]:
    made = make_storage("postgres", {"url": url}, "warehouse")
    yield made
    await made.close()


async def ask(url: str, query: str, *arguments: object) -> list[Any]:
    connection = await asyncpg.connect(url)
    try:
        rows: list[Any] = await connection.fetch(query, *arguments)
        return rows
    finally:
        await connection.close()


async def test_a_row_is_what_sql_of_ones_own_expects(url: str, storage: Storage[Any]) -> None:
    copy = copy_of(title="Check-in")
    await storage.save([copy])
    [row] = await ask(url, "SELECT * FROM vcons")
    assert row["id"] == row["uuid"] == copy.conversation_id
    assert row["vcon"] == copy.document
    assert jsontext.parse(row["vcon_json"]) == jsontext.parse(copy.document)
    assert row["subject"] == "Check-in"
    assert row["created_at"].isoformat() == "2026-01-05T12:00:00"  # in UTC: its columns are without a zone
    assert row["revision"] == 1
    [found] = await ask(url, """SELECT id FROM vcons WHERE vcon_json @> '{"parties": [{"name": "Asha"}]}'""")
    assert found["id"] == copy.conversation_id


async def test_the_indexes_are_there(url: str, storage: Storage[Any]) -> None:
    await storage.open()
    rows = await ask(url, "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'vcons'")
    indexes = {row["indexname"]: row["indexdef"] for row in rows}
    assert set(indexes) == {"vcons_pkey", "idx_vcons_uuid", "idx_vcons_created_at", "idx_vcons_json"}
    assert "UNIQUE" in indexes["idx_vcons_uuid"]
    assert "gin" in indexes["idx_vcons_json"]


async def test_a_table_of_the_conserver_is_gone_on_with(url: str, storage: Storage[Any]) -> None:
    await ask(
        url,
        """CREATE TABLE vcons (id UUID PRIMARY KEY, vcon TEXT NOT NULL, uuid UUID UNIQUE NOT NULL,
           created_at TIMESTAMP NOT NULL, updated_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP, subject TEXT,
           vcon_json JSONB NOT NULL)""",
    )
    theirs, ours = UUID(int=1), copy_of()
    await ask(
        url,
        """INSERT INTO vcons (id, vcon, uuid, created_at, vcon_json) VALUES ($1, '0.0.1', $1, now(), '{"a": 1}')""",
        theirs,
    )
    assert await storage.get(theirs) == '{"a": 1}'
    newer = document_copy('{"a": 2}', id_=theirs)
    assert await storage.save([ours, newer]) == [None, None]
    assert await storage.get(theirs) == newer.document


async def test_many_that_start_at_once_make_one_table(url: str) -> None:
    storages = [make_storage("postgres", {"url": url}, str(i)) for i in range(6)]
    copies = [copy_of(str(i)) for i in range(6)]
    results = await asyncio.gather(*(one.save([copy]) for one, copy in zip(storages, copies, strict=True)))
    assert results == [[None]] * 6
    assert len(await ask(url, "SELECT id FROM vcons")) == 6
    for one in storages:
        await one.close()


async def test_the_table_is_not_made_anew_at_every_save(url: str, storage: Storage[Any]) -> None:
    await storage.save([copy_of()])
    [before] = await ask(url, "SELECT count(*) AS n FROM pg_stat_activity WHERE datname = current_database()")
    await ask(url, "DROP INDEX idx_vcons_json")
    for _ in range(3):
        await storage.save([copy_of()])
    assert await ask(url, "SELECT 1 FROM pg_indexes WHERE indexname = 'idx_vcons_json'") == []
    [after] = await ask(url, "SELECT count(*) AS n FROM pg_stat_activity WHERE datname = current_database()")
    assert after["n"] == before["n"]  # the same connections


async def test_a_table_that_was_dropped_is_made_again(url: str, storage: Storage[Any]) -> None:
    await storage.save([copy_of()])
    await ask(url, "DROP TABLE vcons")
    copy = copy_of()
    with pytest.raises(StorageDown, match="lost its table"):
        await storage.save([copy])
    assert await storage.save([copy]) == [None]
    assert await storage.get(copy.conversation_id) == copy.document


async def test_a_table_in_a_schema_of_its_own(url: str) -> None:
    await ask(url, "CREATE SCHEMA archive")
    storage = make_storage("postgres", {"url": url, "table": "archive.talks"}, "warehouse")
    await storage.save([copy_of()])
    await storage.close()
    assert len(await ask(url, "SELECT id FROM archive.talks")) == 1


async def test_what_postgresql_cannot_hold_is_that_copy_alone(storage: Storage[Any]) -> None:
    good = [copy_of(str(i)) for i in range(6)]
    bad = [document_copy('{"a": "secret words'), document_copy('{"a": "\\ud800"}')]
    results = await storage.save([good[0], bad[0], *good[1:5], bad[1], good[5]])
    assert [type(result) for result in results if result] == [StorageRefused, StorageRefused]
    assert [i for i, result in enumerate(results) if result] == [1, 6]
    assert "secret words" not in str(results[1])
    for copy in good:
        assert await storage.get(copy.conversation_id) == copy.document


async def test_a_nul_is_kept_as_it_came_and_does_not_stop_the_search(url: str, storage: Storage[Any]) -> None:
    copy = document_copy('{"one": "a\\u0000b", "two": "\\\\u0000", "three": "\\\\\\u0000"}')
    assert await storage.save([copy]) == [None]
    assert await storage.get(copy.conversation_id) == copy.document
    [row] = await ask(url, "SELECT vcon_json FROM vcons")
    assert jsontext.parse(row["vcon_json"]) == {"one": "a\ufffdb", "two": "\\u0000", "three": "\\\ufffd"}


async def test_it_is_reached_by_parts_as_well_as_by_url(storage: Storage[Any], url: str) -> None:
    [where] = await ask(url, "SELECT current_database() AS name, current_setting('unix_socket_directories') AS host")
    parts = {"host": where["host"], "user": "postgres", "database": where["name"], "password": "unused"}
    storage = make_storage("postgres", parts, "warehouse")
    assert await storage.save([copy_of()]) == [None]
    await storage.close()
    assert len(await ask(url, "SELECT id FROM vcons")) == 1
