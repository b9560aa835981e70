"""A whole transaction in one trip."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, func, insert, select, text
from sqlalchemy.exc import IntegrityError

from carelog.db import Connection, Database

_metadata = MetaData()
_number = Table("number", _metadata, Column("n", Integer, primary_key=True, autoincrement=False))

_ONLY_KNOWN = text("CREATE TABLE known (n INTEGER REFERENCES number (n) DEFERRABLE INITIALLY DEFERRED)")


@pytest.fixture
async def database(dialect: str, fresh_url: Callable[[str], str]) -> AsyncIterator[Database]:
    database = Database(fresh_url(dialect))
    async with database.write() as connection:
        await connection.run_sync(_metadata.create_all)
    yield database
    await database.close()


async def _count(database: Database) -> int:
    [[count]] = await database.rows(select(func.count()).select_from(_number))
    return int(count)


async def _add(connection: Connection, *numbers: int) -> int:
    await connection.execute(insert(_number), [{"n": n} for n in numbers])
    return (await connection.execute(select(func.count()).select_from(_number))).scalar_one()


async def test_it_is_committed_when_it_returns(database: Database) -> None:
    assert await database.transact(lambda connection: _add(connection, 1, 2)) == 2
    assert await _count(database) == 2


async def test_what_raises_leaves_nothing_and_the_next_is_none_the_worse(database: Database) -> None:
    async def fails(connection: Connection) -> None:
        await _add(connection, 1)
        await _add(connection, 1)

    with pytest.raises(IntegrityError):
        await database.transact(fails)
    assert await _count(database) == 0
    assert await database.transact(lambda connection: _add(connection, 7)) == 1


async def test_a_commit_that_fails_leaves_nothing_and_the_next_is_none_the_worse(database: Database) -> None:
    async with database.write() as connection:
        await connection.execute(_ONLY_KNOWN)

    async def fails(connection: Connection) -> None:
        await connection.execute(text("INSERT INTO known VALUES (1)"))  # which is looked at when it is committed

    for n in range(1, 3):
        with pytest.raises(IntegrityError):
            await database.transact(fails)
        assert await database.transact(lambda connection: _add(connection, 10 * n)) == n  # noqa: B023  awaited here
    async with database.write() as connection:
        assert await connection.scalar(text("SELECT count(*) FROM known")) == 0


async def test_to_wait_for_anything_else_is_refused_and_leaves_nothing(database: Database) -> None:
    async def waits(connection: Connection) -> None:
        await _add(connection, 1)
        await asyncio.sleep(0)

    with pytest.raises(RuntimeError, match="one trip"):
        await database.transact(waits)
    assert await _count(database) == 0


async def test_those_who_write_in_one_trip_and_in_many_take_turns(database: Database) -> None:
    async def in_one(number: int) -> None:
        await database.transact(lambda connection: _add(connection, number))

    async def in_many(number: int) -> None:
        async with database.write() as connection:
            await _add(connection, number)
            await asyncio.sleep(0)
            await _add(connection, number + 1)

    await asyncio.gather(*(in_one(n) for n in range(20)), *(in_many(n) for n in range(100, 140, 2)))
    assert await _count(database) == 60


async def test_who_is_cancelled_meanwhile_leaves_no_transaction_open(database: Database) -> None:
    task = asyncio.create_task(database.transact(lambda connection: _add(connection, 1)))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    # What was on its way may have been committed all the same.
    after = await database.transact(lambda connection: _add(connection, 2))
    assert after in (1, 2)
    assert after == await _count(database)
