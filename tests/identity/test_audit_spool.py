"""The spool of the audit trail: what was kept is in the trail once, whoever dies and when."""

import asyncio
import signal
import stat
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from forking import ForkedScript
from hypothesis import given
from hypothesis import strategies as st
from made_up import submission
from sqlalchemy import select

from carelog.app import Carelog
from carelog.db import Database
from carelog.identity import operator
from carelog.identity.audit import AuditEvent, AuditTrail
from carelog.identity.audit.event import Noted
from carelog.identity.audit.pump import Pump
from carelog.identity.audit.spool import Spool
from carelog.identity.audit.strangers import Strangers
from carelog.identity.audit.tables import audit_head
from carelog.kit.clock import ManualClock
from carelog.kit.ids import new_id

KEY = b"made up for these tests, 32 byte"
ASHA = new_id()
_AT = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


@pytest.fixture
async def auth(auth_url: str) -> AsyncIterator[Database]:
    database = Database(auth_url)
    yield database
    await database.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "audit"


@pytest.fixture
def trail(auth: Database, clock: ManualClock, folder: Path) -> AuditTrail:
    return AuditTrail(auth, clock, lambda: KEY, folder)


def looks(who: str, count: int) -> list[AuditEvent]:
    return [
        AuditEvent("read", "done", f"{who}:{n}", "carer", "198.51.100.7", ASHA, None, "read_entry", f"r-{n}")
        for n in range(count)
    ]


async def kept(trail: AuditTrail) -> Counter[str | None]:
    return Counter(one.event.principal for one in (await trail.page(limit=1000)).items)


def names(who: str, count: int) -> Counter[str | None]:
    return Counter(f"{who}:{n}" for n in range(count))


def left_in(folder: Path) -> list[Path]:
    return list(folder.iterdir())


def text_in(folder: Path) -> bytes:
    [path] = left_in(folder)
    return path.read_bytes()


def append(folder: Path, text: bytes) -> None:
    [path] = left_in(folder)
    with path.open("ab") as file:
        file.write(text)


def killed(program: str, *arguments: str) -> None:
    """Run a program that kills itself, as `kill -9` would."""
    assert ForkedScript(program, *arguments).wait() == -signal.SIGKILL


KEEP_AND_DIE = """
import os, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from carelog.identity.audit.event import AuditEvent, Noted
from carelog.identity.audit.spool import Spool
from carelog.kit.ids import new_id

spool = Spool(Path(sys.argv[1]))
for n in range(int(sys.argv[2])):
    spool.write([Noted(AuditEvent("read", principal=f"child:{n}"), datetime.now(UTC), new_id())])
os.kill(os.getpid(), signal.SIGKILL)
"""

# Python tells an audit hook of a file that is about to be deleted: by then all of it is committed.
BRING_IN_AND_DIE = """
import asyncio, os, signal, sys
from pathlib import Path
from carelog.db import Database
from carelog.identity.audit import AuditTrail
from carelog.kit.clock import SystemClock

def hook(event, arguments):
    if event == "os.remove" and str(arguments[0]).endswith(".jsonl"):
        os.kill(os.getpid(), signal.SIGKILL)

async def main():
    key = b"made up for these tests, 32 byte"
    await AuditTrail(Database(sys.argv[2]), SystemClock(), lambda: key, Path(sys.argv[1])).bring_in()

sys.addaudithook(hook)
asyncio.run(main())
"""


async def test_what_was_kept_is_in_the_trail_as_it_was(trail: AuditTrail, clock: ManualClock, folder: Path) -> None:
    at, [event] = clock.now(), looks("user", 1)
    trail.keep([event])
    clock.advance(seconds=5)
    [one] = (await trail.page()).items
    assert (one.seq, one.at, one.event) == (1, at, event)
    assert left_in(folder) == []
    assert (await trail.verify()).findings == []


def test_nobody_else_may_read_the_spool(folder: Path) -> None:
    Spool(folder).write([Noted(event, _AT, new_id()) for event in looks("user", 1)])
    [file] = left_in(folder)
    assert (stat.S_IMODE(folder.stat().st_mode), stat.S_IMODE(file.stat().st_mode)) == (0o700, 0o600)


async def test_what_a_killed_process_kept_is_brought_in(trail: AuditTrail, folder: Path) -> None:
    await asyncio.to_thread(killed, KEEP_AND_DIE, str(folder), "20")
    trail.keep(looks("user", 3))
    assert await kept(trail) == names("child", 20) + names("user", 3)
    assert left_in(folder) == []
    assert (await trail.verify()).findings == []


async def test_who_dies_after_the_commit_doubles_nothing(
    auth: Database, trail: AuditTrail, folder: Path, auth_url: str
) -> None:
    await asyncio.to_thread(killed, KEEP_AND_DIE, str(folder), "20")
    await asyncio.to_thread(killed, BRING_IN_AND_DIE, str(folder), auth_url)
    assert len(left_in(folder)) == 1
    [seq] = [row.seq for row in await auth.rows(select(audit_head.c.seq))]
    assert seq == 20, "it died before it had committed"
    assert await kept(trail) == names("child", 20)
    assert (await trail.head()).seq == 20
    assert left_in(folder) == []
    assert (await trail.verify()).findings == []


async def test_processes_see_what_the_others_keep(
    auth: Database, trail: AuditTrail, clock: ManualClock, folder: Path
) -> None:
    database = Database(auth.url.render_as_string(hide_password=False))
    other = AuditTrail(database, clock, lambda: KEY, folder)
    try:
        other.keep(looks("other", 2))
        trail.keep(looks("user", 2))
        assert await kept(trail) == names("other", 2) + names("user", 2)
        assert len(left_in(folder)) == 1, "the file of a process that may still write to it was deleted"
        other.keep(looks("later", 1))
        assert await kept(other) == names("other", 2) + names("user", 2) + names("later", 1)
        assert left_in(folder) == []
        assert (await trail.verify()).findings == []
    finally:
        await database.close()


async def test_each_is_in_the_trail_once_though_all_bring_in_at_once(
    auth: Database, clock: ManualClock, folder: Path
) -> None:
    databases = [Database(auth.url.render_as_string(hide_password=False)) for _ in range(3)]
    trails = [AuditTrail(database, clock, lambda: KEY, folder) for database in databases]

    async def keep_and_bring_in(number: int, trail: AuditTrail) -> None:
        for event in looks(f"user-{number}", 15):
            trail.keep([event])
            await trail.bring_in()

    try:
        await asyncio.gather(*(keep_and_bring_in(n, trail) for n, trail in enumerate(trails)))
        assert await kept(trails[0]) == names("user-0", 15) + names("user-1", 15) + names("user-2", 15)
        assert (await trails[0].verify()).findings == []
    finally:
        for database in databases:
            await database.close()


async def test_more_than_fits_into_one_commit(trail: AuditTrail, folder: Path) -> None:
    trail.keep(looks("user", 1700))
    await trail.bring_in()
    assert (await trail.head()).seq == 1700
    assert left_in(folder) == []


@given(data=st.data())
def test_a_line_that_was_cut_off_is_told_and_costs_no_other(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("audit")
    events = [Noted(event, _AT, new_id()) for event in looks("user", 3)]
    spool = Spool(folder)
    spool.write(events)
    spool.let_go()
    [path] = left_in(folder)
    whole = path.read_bytes()
    cut = data.draw(st.integers(0, len(whole)))
    path.write_bytes(whole[:cut])
    [file] = spool.waiting()
    with file:
        read = [event for batch in file.batches(2) for event in batch]
    ends = [n + 1 for n, byte in enumerate(whole) if byte == ord("\n")]
    there = sum(cut >= end - 1 for end in ends)
    assert read == events[:there]
    assert file.torn == (cut not in (0, *ends, *(end - 1 for end in ends)))


async def test_a_line_that_is_being_written_waits(trail: AuditTrail, folder: Path, tmp_path: Path) -> None:
    first, second = (Noted(event, _AT, new_id()) for event in looks("user", 2))
    writer, elsewhere = Spool(folder), Spool(tmp_path / "elsewhere")
    elsewhere.write([second])
    line = text_in(tmp_path / "elsewhere")
    writer.write([first])
    append(folder, line[:40])
    assert await kept(trail) == names("user", 1)
    append(folder, line[40:])
    assert await kept(trail) == names("user", 2)
    writer.let_go()
    elsewhere.let_go()
    await trail.bring_in()
    assert left_in(folder) == []


def test_a_full_disk_is_told_and_leaves_no_half_line(tmp_path: Path) -> None:
    """A limit on the size of files stands for a disk: the system writes what fits, then refuses."""
    program = """
import resource, sys
from datetime import UTC, datetime
from pathlib import Path
from carelog.identity.audit.event import AuditEvent, Noted
from carelog.identity.audit.spool import Spool
from carelog.kit.ids import new_id

spool = Spool(Path(sys.argv[1]))
def keep():
    spool.write([Noted(AuditEvent("read", principal="user:1"), datetime.now(UTC), new_id())])

resource.setrlimit(resource.RLIMIT_FSIZE, (1000, resource.RLIM_INFINITY))
written = 0
try:
    while True:
        keep()
        written += 1
except OSError:
    pass
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
keep()
Path(sys.argv[2]).write_text(str(written + 1))
"""
    folder, told = tmp_path / "audit", tmp_path / "told"
    assert ForkedScript(program, str(folder), str(told)).wait() == 0
    [file] = Spool(folder).waiting()
    with file:
        read = [event for batch in file.batches(100) for event in batch]
    assert len(read) == int(told.read_text()) > 2
    assert file.torn == 0


async def test_the_pump_brings_in_by_itself_and_all_at_its_end(trail: AuditTrail, folder: Path) -> None:
    pump = Pump(trail)
    pumping = asyncio.create_task(pump.run())
    trail.keep(looks("user", 3))
    async with asyncio.timeout(20):
        while left_in(folder):
            await asyncio.sleep(0.01)
    trail.keep(looks("later", 2))
    pump.stop()
    await pumping
    assert left_in(folder) == []
    assert await kept(trail) == names("user", 3) + names("later", 2)


async def test_the_pump_leaves_the_file_of_a_living_process_to_it_until_it_is_gone(
    auth: Database, trail: AuditTrail, folder: Path
) -> None:
    async def round_of_the_pump() -> int:
        pump = Pump(trail)
        pump.stop()
        await pump.run()
        [end] = await auth.rows(select(audit_head.c.seq))
        return int(end.seq)

    writer = Spool(folder)
    writer.write([Noted(event, _AT, new_id()) for event in looks("other", 2)])
    trail.keep(looks("user", 1))
    assert await round_of_the_pump() == 1
    writer.let_go()
    assert await round_of_the_pump() == 3
    assert left_in(folder) == []


async def test_what_cannot_be_brought_in_waits(
    auth: Database, trail: AuditTrail, clock: ManualClock, folder: Path
) -> None:
    nowhere = Database("postgresql://nobody@127.0.0.1:1/nothing")
    cut_off = AuditTrail(nowhere, clock, lambda: KEY, folder)
    pump = Pump(cut_off)
    cut_off.keep(looks("user", 2))
    pump.stop()
    await pump.run()
    await nowhere.close()
    assert await kept(trail) == names("user", 2)


async def test_the_trail_forgets_who_looked_just_before_an_erasure(
    opened: Callable[..., AbstractAsyncContextManager[Carelog]], auth_url: str
) -> None:
    async with opened(auth_database_url=auth_url, secret_key="made up for these tests, and long") as carelog:
        [receipt] = await carelog.intake.accept(carelog.operator, [submission()])
        subject = receipt.subject_id
        assert subject
        carelog.audit.keep([AuditEvent("read", principal="user:1", subject=subject)])
        await carelog.erasure.erase(operator(), subject)
        events = (await carelog.audit.page()).items
        assert len(events) >= 3
        assert {(one.event.principal, one.event.subject) for one in events} == {(None, None)}
        assert (await carelog.audit.verify()).findings == []


# Strangers


def refusal(address: str = "203.0.113.9", operation: str = "list_entries", request: str = "r-1") -> AuditEvent:
    return AuditEvent("access", "refused", address=address, operation=operation, request_id=request)


def test_refusals_that_are_alike_are_counted_by_the_minute(clock: ManualClock) -> None:
    strangers = Strangers()
    assert strangers.refused(refusal(), clock.now()) == [refusal()]
    for n in range(4):
        assert strangers.refused(refusal(request=f"r-{n}"), clock.now()) == []
    assert strangers.refused(refusal(operation="list_runs"), clock.now()) == [refusal(operation="list_runs")]
    assert strangers.over(clock.now()) == []
    clock.advance(seconds=60)
    [counted] = strangers.over(clock.now())
    assert (counted.address, counted.operation, counted.request_id, counted.times) == (
        "203.0.113.9",
        "list_entries",
        None,
        4,
    )
    assert strangers.over(clock.now()) == []
    assert strangers.refused(refusal(), clock.now()) == [refusal()]


@given(st.lists(st.tuples(st.integers(0, 300), st.integers(0, 3), st.integers(0, 40)), max_size=400))
def test_every_refusal_is_counted_and_rows_are_few(asked: list[tuple[int, int, int]]) -> None:
    strangers, now = Strangers(), _AT
    rows: list[AuditEvent] = []
    for address, operation, seconds in asked:
        now += timedelta(seconds=seconds if seconds > 30 else 0)
        rows += strangers.refused(refusal(f"203.0.113.{address}", f"op-{operation}"), now)
    rows += strangers.counted()
    assert sum(row.times for row in rows) == len(asked)
    minutes = 1 + (now - _AT) // timedelta(minutes=1)
    assert len(rows) <= (2 * 100 + 4) * (minutes + 1)


async def test_a_flood_of_strangers_leaves_two_rows_a_minute(trail: AuditTrail, clock: ManualClock) -> None:
    for n in range(500):
        trail.keep_refusal_of_stranger(refusal(request=f"r-{n}"))
    clock.advance(seconds=61)
    trail.keep_counted()
    rows = (await trail.page()).items
    assert [(row.event.times, row.event.request_id) for row in rows] == [(499, None), (1, "r-0")]
    assert (await trail.verify()).findings == []
