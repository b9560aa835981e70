"""Many names at once are found by an index, however many are stored."""

from collections.abc import Callable

import pytest
from sqlalchemy import Column, MetaData, String, Table, insert, select

from carelog.db import Database, among_pairs

_name = Table(
    "name",
    MetaData(),
    Column("system", String(20), primary_key=True),
    Column("value", String(80), primary_key=True),
)
_STORED = [("tel", "+12025550100"), ("mailto", "+12025550100"), ("tel", 'o\'brien "[1]" {}'), ("नाम", "आशा\U0001f600")]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ([], []),
        (_STORED[:1], _STORED[:1]),
        (_STORED[2:], _STORED[2:]),
        ([("tel", "+1"), ("mailto", 'o\'brien "[1]" {}'), ("", "")], []),
        ([*_STORED, ("नाम", "+12025550100")], _STORED),
    ],
)
async def test_just_the_pairs_that_are_asked_for(
    dialect: str,
    fresh_url: Callable[[str], str],
    asked: list[tuple[str, str]],
    found: list[tuple[str, str]],
) -> None:
    database = Database(fresh_url(dialect))
    try:
        async with database.write() as connection:
            await connection.run_sync(_name.metadata.create_all)
            await connection.execute(insert(_name), [{"system": s, "value": v} for s, v in _STORED])
            rows = await connection.execute(
                select(_name).where(among_pairs(connection, (_name.c.system, _name.c.value), asked))
            )
            assert sorted(map(tuple, rows)) == sorted(found)
    finally:
        await database.close()


async def test_sqlite_looks_pairs_up(fresh_url: Callable[[str], str]) -> None:
    """It would read the whole table for a list of pairs that is written out."""
    database = Database(fresh_url("sqlite"))
    try:
        async with database.write() as connection:
            await connection.run_sync(_name.metadata.create_all)
            query = select(_name).where(among_pairs(connection, (_name.c.system, _name.c.value), _STORED))
            written = query.compile(connection.sync_connection, compile_kwargs={"literal_binds": True})
            steps = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {written}")
            assert any(step.detail.startswith("SEARCH name ") for step in steps)
    finally:
        await database.close()
