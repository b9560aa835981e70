"""Processes that write to one SQLite file take turns."""

import asyncio
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, func, insert, select, text

from carelog.db import Combiner, Connection, Database
from carelog.db.turns import WriteTurn

Add = Callable[[Database, int], Awaitable[None]]

_PATIENCE = 30.0
_metadata = MetaData()
_number = Table("number", _metadata, Column("n", Integer, primary_key=True, autoincrement=False))
_LONG = text(
    "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 300000) "
    "INSERT INTO number SELECT x FROM c"
)

_HOLDER = """
import sys
from pathlib import Path
from carelog.db.turns import WriteTurn

with WriteTurn(Path(sys.argv[1]), 30.0):
    print("taken", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "some.db"


@pytest.fixture
async def database(file: Path) -> AsyncIterator[Database]:
    database = Database(f"sqlite:///{file}")
    async with database.write() as connection:
        await connection.run_sync(_metadata.create_all)
    yield database
    await database.close()


@contextmanager
def _another_process_writes(file: Path) -> Iterator["subprocess.Popen[str]"]:
    process = subprocess.Popen(
        [sys.executable, "-c", _HOLDER, str(file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin is not None and process.stdout is not None
    try:
        assert process.stdout.readline() == "taken\n"
        yield process
    finally:
        process.kill()
        process.wait()
        process.stdin.close()
        process.stdout.close()


async def _add(database: Database, number: int) -> None:
    async with database.write() as connection:
        await connection.execute(insert(_number), [{"n": number}])


async def _add_in_one_trip(database: Database, number: int) -> None:
    async def work(connection: Connection) -> None:
        await connection.execute(insert(_number), [{"n": number}])

    await database.transact(work)


async def _count(database: Database) -> int:
    [[count]] = await database.rows(select(func.count()).select_from(_number))
    return int(count)


@pytest.mark.parametrize("add", [_add, _add_in_one_trip])
@pytest.mark.parametrize("end", ["gives it back", "is killed"])
async def test_who_writes_waits_for_another_process_and_reads_go_on(
    database: Database, file: Path, add: Add, end: str
) -> None:
    with _another_process_writes(file) as other:
        waiting = asyncio.ensure_future(add(database, 1))
        for _ in range(20):
            assert await _count(database) == 0
        assert not waiting.done()
        if end == "is killed":
            other.kill()
        else:
            assert other.stdin is not None
            other.stdin.close()
        await asyncio.wait_for(waiting, _PATIENCE)
    assert await _count(database) == 1


@pytest.mark.parametrize("add", [_add, _add_in_one_trip])
async def test_the_turn_is_given_back_by_who_has_written_and_by_who_has_failed(
    database: Database, file: Path, add: Add
) -> None:
    await add(database, 1)
    with pytest.raises(Exception, match="UNIQUE"):
        await add(database, 1)
    with _another_process_writes(file):
        pass


def test_who_waits_for_a_process_that_was_halted_is_told_so_and_may_try_again(file: Path) -> None:
    impatient, patient = WriteTurn(file, patience=0.01), WriteTurn(file, _PATIENCE)
    with _another_process_writes(file):
        with pytest.raises(TimeoutError):
            impatient.take()
        threads = {*threading.enumerate()}
        with pytest.raises(TimeoutError):
            impatient.take()
        assert {*threading.enumerate()} <= threads  # however often it is tried, one waits
    with patient:  # nobody has it who was told that it did not come
        pass
    with impatient:
        pass
    impatient.close()
    patient.close()


async def test_what_comes_while_another_process_writes_shares_the_transaction_after_it(
    database: Database, file: Path
) -> None:
    batches = []

    async def add_all(numbers: Sequence[int]) -> Sequence[None]:
        async def work(connection: Connection) -> None:
            await connection.execute(insert(_number), [{"n": number} for number in numbers])

        await database.transact(work)
        batches.append(list(numbers))
        return [None for _ in numbers]

    combiner = Combiner(add_all, turn=database.turn)
    with _another_process_writes(file) as other:
        waiting = []
        for number in range(5):
            waiting.append(asyncio.ensure_future(combiner.submit(number)))
            assert await _count(database) == 0
        other.kill()
        await asyncio.wait_for(asyncio.gather(*waiting), _PATIENCE)
    assert batches == [[0, 1, 2, 3, 4]]
    with _another_process_writes(file):  # who may, since the turn was given back
        pass


async def test_who_had_the_turn_and_wrote_nothing_gives_it_back(database: Database, file: Path) -> None:
    with pytest.raises(ZeroDivisionError):
        async with database.turn():
            raise ZeroDivisionError
    with _another_process_writes(file):
        pass


async def test_who_is_cancelled_while_writing_gives_the_turn_back(database: Database, file: Path) -> None:
    under_way = asyncio.Event()

    async def write() -> None:
        async with database.write() as connection:
            under_way.set()
            await connection.execute(_LONG)

    writing = asyncio.ensure_future(write())
    await under_way.wait()
    await asyncio.sleep(0)
    writing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await writing
    with _another_process_writes(file):
        pass


async def test_without_a_file_for_turns_the_database_is_written_as_before(tmp_path: Path, file: Path) -> None:
    (tmp_path / "some.db-turn").mkdir()
    database = Database(f"sqlite:///{file}")
    async with database.write() as connection:
        await connection.run_sync(_metadata.create_all)
    await _add(database, 1)
    await _add_in_one_trip(database, 2)
    assert await _count(database) == 2
    await database.close()


def test_the_file_for_turns_belongs_to_whom_the_database_belongs(file: Path) -> None:
    file.touch()
    file.chmod(0o640)
    with WriteTurn(file, _PATIENCE):
        beside = (file.parent / "some.db-turn").stat()
    assert (beside.st_uid, beside.st_gid, beside.st_mode & 0o777) == (file.stat().st_uid, file.stat().st_gid, 0o640)
