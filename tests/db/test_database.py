"""What a transaction sees, what one query leaves behind, and connections that a server has closed."""

import asyncio
import stat
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, bindparam, func, insert, literal_column, select, text, update
from sqlalchemy.exc import DBAPIError
from waiting import until

from carelog.db import Connection, Database, is_outage
from carelog.kit.beside import beside

_metadata = MetaData()
_number = Table("number", _metadata, Column("value", Integer, primary_key=True))
_COUNT = select(func.count()).select_from(_number)
_DEADLINE = 20.0


@pytest.fixture
async def database(dialect: str, fresh_url: Callable[[str], str]) -> AsyncIterator[Database]:
    database = Database(fresh_url(dialect))
    async with database.write() as connection:
        await connection.run_sync(_metadata.create_all)
        await connection.execute(insert(_number), [{"value": n} for n in range(3)])
    yield database
    await database.close()


async def _add(database: Database, value: int) -> None:
    async with database.write() as connection:
        await connection.execute(insert(_number).values(value=value))


def _size(database: Database) -> int:
    return Path(str(database.url.database)).stat().st_size


def test_a_new_file_is_for_its_owner_alone_in_whatever_folder(tmp_path: Path) -> None:
    async def write() -> None:
        database = Database(f"sqlite:///{tmp_path}/new.db")
        async with database.write() as connection:
            await connection.run_sync(_metadata.create_all)
        await database.close()

    tmp_path.chmod(0o755)
    asyncio.run(write())
    assert {stat.S_IMODE(file.stat().st_mode) for file in tmp_path.glob("new.db*")} == {0o600}


async def test_one_query_gives_its_rows(database: Database) -> None:
    statement = select(_number.c.value).where(_number.c.value > bindparam("above")).order_by(_number.c.value)
    assert [row.value for row in await database.rows(statement, {"above": 0})] == [1, 2]
    assert await database.rows(statement, {"above": 9}) == []
    await _add(database, 3)
    assert [row.value for row in await database.rows(statement, {"above": 1})] == [2, 3]


async def test_queries_at_the_same_time_do_not_mix(database: Database) -> None:
    statement = select(_number.c.value).where(_number.c.value == bindparam("value"))
    found = await asyncio.gather(*(database.rows(statement, {"value": n % 3}) for n in range(60)))
    assert [row.value for rows in found for row in rows] == [n % 3 for n in range(60)]


@pytest.mark.parametrize("dialect", ["sqlite"])
async def test_a_transaction_for_reading_sees_one_state(database: Database) -> None:
    async with database.read() as connection:
        before = (await connection.execute(_COUNT)).scalar_one()
        await _add(database, 7)
        assert (await connection.execute(_COUNT)).scalar_one() == before
    async with database.read() as connection:
        assert (await connection.execute(_COUNT)).scalar_one() == before + 1


@pytest.mark.parametrize("dialect", ["sqlite"])
async def test_reading_holds_nothing_back_afterwards(database: Database) -> None:
    """The log can be moved into the file and emptied, which it cannot while anyone still reads an older state."""
    await asyncio.gather(*(database.rows(_COUNT) for _ in range(5)))
    async with database.read() as connection:
        await connection.execute(_COUNT)
    await _add(database, 7)
    async with database.read() as connection:
        driver = (await connection.get_raw_connection()).driver_connection
        assert driver is not None
        busy, _, _ = (await driver.carry_out("PRAGMA wal_checkpoint(TRUNCATE)", (), many=False))[1][0]
    assert busy == 0


@pytest.mark.parametrize("dialect", ["sqlite"])
async def test_what_is_committed_moves_from_the_log_into_the_file_meanwhile(database: Database) -> None:
    before, numbers = _size(database), count(7)
    async with beside(database.keep_log_short()):

        async def grown() -> bool:
            await _add(database, next(numbers))
            return _size(database) > before

        await until(grown)


async def test_a_query_that_fails_leaves_no_transaction_open(database: Database) -> None:
    for _ in range(3):
        with pytest.raises(DBAPIError, match="nowhere"):
            async with database.read() as connection:
                await connection.execute(text("SELECT * FROM nowhere"))
    async with database.read() as connection:
        assert (await connection.execute(_COUNT)).scalar_one() == 3


@pytest.mark.parametrize("dialect", ["sqlite"])
async def test_a_query_that_is_cancelled_leaves_no_transaction_open(database: Database) -> None:
    begun = threading.Event()
    numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300000)"

    async def read() -> None:
        async with database.read() as connection:
            driver = (await connection.get_raw_connection()).driver_connection
            assert driver is not None
            await driver.create_function("begun", 0, begun.set)
            await connection.execute(text(f"SELECT begun(), ({numbers} SELECT max(i) FROM n)"))

    task = asyncio.create_task(read())
    assert await asyncio.to_thread(begun.wait, _DEADLINE)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await _add(database, 7)
    counts = await asyncio.gather(*(database.rows(_COUNT) for _ in range(10)))
    assert {rows[0][0] for rows in counts} == {4}


@pytest.mark.parametrize("dialect", ["sqlite"])
async def test_what_is_rolled_back_is_gone(database: Database) -> None:
    with pytest.raises(RuntimeError):
        async with database.write() as connection:
            await connection.execute(insert(_number).values(value=7))
            raise RuntimeError
    assert (await database.rows(_COUNT))[0][0] == 3


@pytest.mark.parametrize("dialect", ["postgresql"])
async def test_a_connection_that_the_server_has_closed_is_not_used_again(database: Database) -> None:
    await asyncio.gather(*(database.rows(_COUNT) for _ in range(4)))
    name = database.url.database
    other = Database(database.url.set(drivername="postgresql", database="postgres").render_as_string(False))
    others = select(func.count()).select_from(text("pg_stat_activity")).where(text("datname = :name"))
    end = select(func.pg_terminate_backend(literal_column("pid"))).select_from(text("pg_stat_activity"))
    try:
        await other.rows(end.where(text("datname = :name")), {"name": name})
        async with asyncio.timeout(_DEADLINE):
            while (await other.rows(others, {"name": name}))[0][0]:
                await asyncio.sleep(0.01)
        assert (await database.rows(_COUNT))[0][0] == 3
        async with database.write() as connection:
            await connection.execute(insert(_number).values(value=7))
    finally:
        await other.close()


@pytest.mark.parametrize("dialect", ["postgresql"])
async def test_a_transaction_that_stands_still_gives_back_what_it_has_locked(database: Database) -> None:
    halted = Database(database.url.render_as_string(False), idle_seconds=0.2)
    try:
        with pytest.raises(DBAPIError) as refused:
            async with halted.write() as connection:
                await connection.execute(update(_number).where(_number.c.value == 1).values(value=10))
                async with asyncio.timeout(_DEADLINE), database.write() as another:
                    await another.execute(update(_number).where(_number.c.value == 1).values(value=20))
                await connection.execute(insert(_number).values(value=11))
        assert is_outage(refused.value)
        await _goes_on(halted)
    finally:
        await halted.close()


async def _goes_on(database: Database) -> None:
    """Who stood still finds nothing done by halves, and goes on."""
    await _add(database, 30)
    numbers = await database.rows(select(_number.c.value).order_by(_number.c.value))
    assert [row.value for row in numbers] == [0, 2, 20, 30]


@asynccontextmanager
async def _halted_in_mid_statement(database: Database, *, locked: int) -> AsyncIterator[Connection]:
    """A transaction that has a number locked, and whose process stands still before it says with what a statement that
    it has had prepared is to be carried out."""
    async with database.write() as connection:
        await connection.execute(select(_number).where(_number.c.value == locked).with_for_update())
        driver: Any = (await connection.get_raw_connection()).driver_connection
        await driver.prepare("SELECT value FROM number WHERE value = $1")
        yield connection


@pytest.mark.parametrize("dialect", ["postgresql"])
async def test_a_transaction_that_stands_still_in_mid_statement_is_ended(database: Database) -> None:
    watching = Database(database.url.render_as_string(False), idle_seconds=0.2)
    try:
        with pytest.raises(DBAPIError) as refused:
            async with _halted_in_mid_statement(database, locked=1) as halted, beside(watching.end_halted()):
                async with asyncio.timeout(_DEADLINE), watching.write() as another:
                    await another.execute(update(_number).where(_number.c.value == 1).values(value=20))
                await halted.execute(insert(_number).values(value=11))
        assert is_outage(refused.value)
        await _goes_on(database)
    finally:
        await watching.close()


@pytest.mark.parametrize("dialect", ["postgresql"])
async def test_nobody_is_ended_who_is_at_work_or_none_of_ours(database: Database) -> None:
    watching = Database(database.url.render_as_string(False), idle_seconds=0.2)
    try:
        async with database.write() as working, database.write() as strange, beside(watching.end_halted()):
            await strange.execute(text("SET application_name = 'another'"))
            driver: Any = (await strange.get_raw_connection()).driver_connection
            await driver.prepare("SELECT value FROM number WHERE value = $1")
            with pytest.raises(DBAPIError):
                async with _halted_in_mid_statement(database, locked=1) as halted:
                    work = asyncio.create_task(working.execute(text("SELECT pg_sleep(1)")))
                    await until(await _gone(database, halted))
            await work
            assert (await strange.execute(_COUNT)).scalar_one() == 3
    finally:
        await watching.close()


async def _gone(watching: Database, connection: Connection) -> Callable[[], Awaitable[bool]]:
    """Whether the server has ended this session."""
    sessions = select(func.count()).select_from(text("pg_stat_activity")).where(text("pid = :pid"))
    driver: Any = (await connection.get_raw_connection()).driver_connection

    async def gone() -> bool:
        return not (await watching.rows(sessions, {"pid": driver.get_server_pid()}))[0][0]

    return gone


@pytest.mark.parametrize("dialect", ["postgresql"])
async def test_whoever_reads_much_or_writes_at_leisure_may_take_its_time(database: Database) -> None:
    slow = Database(database.url.render_as_string(False), idle_seconds=0.05)
    try:
        async with slow.snapshot() as reading, slow.write(at_leisure=True) as writing:
            assert (await reading.execute(_COUNT)).scalar_one() == 3
            await writing.execute(insert(_number).values(value=7))
            await _outlasted(slow, database)
            assert (await reading.execute(_COUNT)).scalar_one() == 3
        assert (await slow.rows(_COUNT))[0][0] == 4
    finally:
        await slow.close()


async def _outlasted(slow: Database, watching: Database) -> None:
    """Wait until another transaction, which began later, was ended for standing still."""
    with suppress(DBAPIError):  # it cannot be rolled back any more
        async with slow.read() as connection:
            await connection.execute(_COUNT)
            await until(await _gone(watching, connection))


@pytest.mark.parametrize("dialect", ["postgresql"])
async def test_a_connection_that_is_lost_as_it_is_made_is_an_outage(database: Database) -> None:
    folder, port = database.url.query["host"], database.url.query.get("port", "5432")

    async def pass_on(asking: asyncio.StreamReader, answering: asyncio.StreamWriter) -> None:
        answers, asked = await asyncio.open_unix_connection(f"{folder}/.s.PGSQL.{port}")

        async def back() -> None:
            while some := await answers.read(65536):
                answering.write(some)

        async with beside(back()):
            while (some := await asking.read(65536)) and b"idle_in_transaction" not in some:
                asked.write(some)
        asked.close()
        answering.close()

    server = await asyncio.start_server(pass_on, "127.0.0.1")
    there = database.url.set(host="127.0.0.1", port=server.sockets[0].getsockname()[1], query={})
    cut_off = Database(there.render_as_string(False))
    try:
        with pytest.raises(DBAPIError) as refused:
            await cut_off.ping()
        assert is_outage(refused.value)
    finally:
        await cut_off.close()
        server.close()
