"""`carelog worker` as whoever runs it sees it: processes on SQLite and on PostgreSQL, killed and told to end."""

import asyncio
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import httpx
import pytest
import yaml
from forking import Forked
from made_up import chain, submission
from sqlalchemy import func, select

from carelog.app import Carelog, open_carelog
from carelog.identity import operator
from carelog.pipeline.run import RunState
from carelog.pipeline.runs import RunQuery
from carelog.pipeline.tables import run as table
from carelog.pipeline.workers import WorkerRow, listed
from carelog.settings import load_settings

if TYPE_CHECKING:
    from tests.cli.conftest import Ran

_PATIENCE_SECONDS: Final = 60
_PLUGIN: Final = Path(__file__).parents[1] / "plugin"
_STARTED: Final = re.compile(r'"message":"a worker process was started".*"pid":"(\d+)"')


@dataclass
class Workers:
    """A running `carelog worker`."""

    process: Forked
    output: Path
    errors: Path

    @property
    def printed(self) -> str:
        return self.output.read_text(encoding="utf-8")

    @property
    def log(self) -> str:
        return self.errors.read_text(encoding="utf-8")

    @property
    def pids(self) -> list[int]:
        """Of every worker process that it started."""
        return [int(pid) for pid in _STARTED.findall(self.log)]

    def terminate(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(_PATIENCE_SECONDS)


@pytest.fixture
def database(dialect: str, new_database: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """A new database for the test's processes."""
    monkeypatch.setenv("CARELOG_DATABASE_URL", new_database(dialect)("health"))


@pytest.fixture
def configured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Writes carelog.yaml: a chain of one link that takes so long, which processes find, and other settings."""
    monkeypatch.setenv("PYTHONPATH", str(_PLUGIN))

    def write(seconds: float, **settings: Any) -> None:
        chains = {"record": chain({"scripted_slow": {"seconds": seconds}})}
        (tmp_path / "carelog.yaml").write_text(yaml.safe_dump({"chains": chains, "lease_seconds": 1, **settings}))

    return write


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Workers]]:
    """Starts `carelog worker` with these options; one that still runs at the end is killed, and its children end."""
    started: list[Workers] = []

    def start_workers(*options: str) -> Workers:
        output, errors = (tmp_path / f"worker-{len(started)}.{name}" for name in ("out", "err"))
        started.append(Workers(Forked(["worker", *options], output, errors), output, errors))
        return started[-1]

    yield start_workers
    for workers in started:
        if workers.process.poll() is None:
            workers.process.kill()
            workers.process.wait(_PATIENCE_SECONDS)


@asynccontextmanager
async def whole() -> AsyncIterator[Carelog]:
    """The same Carelog as that of the processes."""
    async with open_carelog(load_settings()) as carelog:
        yield carelog


async def until(workers: Workers, condition: Callable[[], bool | Awaitable[bool]]) -> None:
    """Wait for what is to come; the log tells why it does not."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        found = condition()
        if found if isinstance(found, bool) else await found:
            return
        assert time.monotonic() < deadline, workers.log
        await asyncio.sleep(0.02)


async def counts(carelog: Carelog) -> dict[RunState, int]:
    return await carelog.runs.counts(operator())


async def rows(carelog: Carelog) -> list[WorkerRow]:
    async with carelog.health.read() as connection:
        return await listed(connection, carelog.clock.now())


def is_gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


async def at_work(carelog: Carelog) -> bool:
    return (await counts(carelog)).get(RunState.RUNNING, 0) > 0


def children_of(pid: int) -> set[int]:
    return {int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()}


def line_of(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_text()


def name_of(pid: int) -> str:
    return Path(f"/proc/{pid}/comm").read_text().strip()


@pytest.mark.usefixtures("database")
async def test_a_child_that_is_killed_is_replaced_and_its_runs_are_finished(
    start: Callable[..., Workers], configured: Callable[..., None]
) -> None:
    configured(0.02, worker_batch=10, worker_concurrency=1)
    async with whole() as carelog:
        await carelog.intake.accept(operator(), [submission(tel=f"+1202555{n:04}") for n in range(200)])
        workers = start("--processes", "2", "--health-port", "0")

        async def both_work() -> bool:
            leases = select(func.count(table.c.lease.distinct())).where(table.c.state == RunState.RUNNING)
            async with carelog.health.read() as connection:
                return bool((await connection.execute(leases)).scalar_one() == 2)

        await until(workers, both_work)
        os.kill(workers.pids[0], signal.SIGKILL)

        async def all_done() -> bool:
            return await counts(carelog) == {RunState.FINISHED: 200}

        await until(workers, all_done)
        await until(workers, lambda: len(workers.pids) == 3)
        assert "a worker process ended, and is started again" in workers.log

        [address] = re.findall(r"http://\S+", workers.printed)

        async def all_heard() -> bool:
            async with httpx.AsyncClient() as http:
                return (await http.get(address)).status_code == 200

        await until(workers, all_heard)
        assert workers.terminate() == 0
        assert workers.printed.endswith("Carelog has stopped.\n")
        assert all(is_gone(pid) for pid in workers.pids)
        assert {row.pid for row in await rows(carelog)} == {workers.pids[0]}, "only who was killed could not say so"


@pytest.mark.usefixtures("database")
async def test_what_does_not_end_in_time_goes_back_to_the_queue(
    start: Callable[..., Workers], configured: Callable[..., None]
) -> None:
    configured(3600, worker_batch=2)
    async with whole() as carelog:
        await carelog.intake.accept(operator(), [submission(tel=f"+1202555{n:04}") for n in range(3)])
        workers = start("--drain-seconds", "0.2")

        await until(workers, lambda: at_work(carelog))
        assert workers.terminate() == 0
        left = (await carelog.runs.page(operator(), RunQuery())).items
        assert [(run.state, run.tries) for run in left] == [(RunState.QUEUED, 0)] * 3
        assert await rows(carelog) == []
        assert {json.loads(line)["level"] for line in workers.log.splitlines()} == {"INFO"}


async def test_a_second_signal_does_not_wait(start: Callable[..., Workers], configured: Callable[..., None]) -> None:
    configured(3600)
    async with whole() as carelog:
        await carelog.intake.accept(operator(), [submission()])
        workers = start("--drain-seconds", "600")

        async def draining() -> bool:
            return [row.state for row in await rows(carelog)] == ["draining"]

        await until(workers, lambda: at_work(carelog))
        workers.process.send_signal(signal.SIGINT)
        await until(workers, draining)

        async def is_killed() -> bool:
            """Like someone who loses patience: signals that come at once are taken for one."""
            if "a worker process is killed" in workers.log:
                return True
            workers.process.send_signal(signal.SIGTERM)
            return False

        await until(workers, is_killed)
        assert workers.process.wait(_PATIENCE_SECONDS) == 1
        assert all(is_gone(pid) for pid in workers.pids)


async def test_children_end_with_a_supervisor_that_is_killed(
    start: Callable[..., Workers], configured: Callable[..., None]
) -> None:
    configured(3600)
    async with whole() as carelog:
        await carelog.intake.accept(operator(), [submission()])
        workers = start("--processes", "2", "--drain-seconds", "0.2")

        async def both_are_there() -> bool:
            return await at_work(carelog) and len(await rows(carelog)) == 2

        await until(workers, both_are_there)
        workers.process.kill()

        async def all_gone() -> bool:
            return not await rows(carelog)

        await until(workers, all_gone)
        assert await counts(carelog) == {RunState.QUEUED: 1}
        await until(workers, lambda: all(is_gone(pid) for pid in workers.pids))


@pytest.mark.skipif(sys.platform != "linux", reason="processes are copied on Linux alone")
async def test_children_are_copies_that_have_only_what_is_theirs(
    start: Callable[..., Workers], configured: Callable[..., None]
) -> None:
    configured(3600)
    async with whole() as carelog:
        await carelog.intake.accept(operator(), [submission()])
        workers = start("--processes", "2", "--drain-seconds", "600", "--health-port", "0")

        await until(workers, lambda: at_work(carelog))
        await until(workers, lambda: "Carelog works" in workers.printed)
        [copier] = children_of(workers.process.pid) - set(workers.pids)
        assert name_of(copier) == "fork-server"
        for pid in workers.pids:
            assert name_of(pid) == "worker-process"
            assert line_of(pid) == line_of(copier)
        [port] = re.findall(r"http://127.0.0.1:(\d+)", workers.printed)
        workers.process.kill()
        workers.process.wait(_PATIENCE_SECONDS)
        await until(workers, lambda: is_gone(copier))
        assert await at_work(carelog)
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", int(port))).close()
        for pid in workers.pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


@pytest.mark.skipif(sys.platform != "linux", reason="processes are copied on Linux alone")
async def test_children_outlive_the_process_that_copied_them_and_others_are_started_without_it(
    start: Callable[..., Workers],
) -> None:
    workers = start("--processes", "2")
    await until(workers, lambda: "Carelog works" in workers.printed)
    [copier] = children_of(workers.process.pid) - set(workers.pids)
    first, other = workers.pids
    os.kill(copier, signal.SIGKILL)
    os.kill(first, signal.SIGKILL)
    await until(workers, lambda: len(workers.pids) == 3)
    [ended] = [line for line in map(json.loads, workers.log.splitlines()) if "and is started again" in line["message"]]
    assert (ended["pid"], ended["code"]) == (str(first), "-9")
    assert "the fork server is gone" in workers.log
    assert is_gone(copier)
    assert "worker-process" in line_of(workers.pids[2])
    assert workers.terminate() == 0
    assert is_gone(other)


def test_what_is_wrong_with_the_configuration_is_told_before_anything_starts(
    start: Callable[..., Workers], tmp_path: Path
) -> None:
    (tmp_path / "carelog.yaml").write_text(yaml.safe_dump({"chains": {"record": {"links": ["extrct"]}}}))
    workers = start("--processes", "2")
    assert workers.process.wait(_PATIENCE_SECONDS) == 2
    assert "there is no link named 'extrct'" in workers.log
    assert workers.pids == []


def test_workers_and_no_worker_exclude_each_other(carelog_command: Callable[..., "Ran"]) -> None:
    ran = carelog_command("up", "--port", "0", "--workers", "2", "--no-worker")
    assert ran.code == 2
    assert "--no-worker" in ran.err


def test_a_port_that_is_taken_is_told(start: Callable[..., Workers]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        workers = start("--health-port", str(taken.getsockname()[1]))
        assert workers.process.wait(_PATIENCE_SECONDS) == 2
    assert "--health-port" in workers.log


async def test_systemd_is_told_when_it_is_ready_that_it_lives_and_when_it_ends(
    start: Callable[..., Workers], monkeypatch: pytest.MonkeyPatch
) -> None:
    with (
        tempfile.TemporaryDirectory() as folder,  # a socket's path is short
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd,
    ):
        systemd.bind(f"{folder}/notify")
        systemd.settimeout(_PATIENCE_SECONDS)
        monkeypatch.setenv("NOTIFY_SOCKET", f"{folder}/notify")
        monkeypatch.setenv("WATCHDOG_USEC", "400000")
        workers = start()
        heard = [await asyncio.to_thread(systemd.recv, 100) for _ in range(3)]
        assert heard == [b"READY=1", b"WATCHDOG=1", b"WATCHDOG=1"]
        workers.process.send_signal(signal.SIGTERM)
        while (said := await asyncio.to_thread(systemd.recv, 100)) == b"WATCHDOG=1":
            pass
        assert said == b"STOPPING=1"
        assert workers.process.wait(_PATIENCE_SECONDS) == 0


def test_a_worker_process_that_nobody_supervises_ends_at_once() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "carelog", "worker-process"], stdin=subprocess.DEVNULL, capture_output=True, check=True
    )
    assert b"ERROR" not in done.stderr
    assert set(done.stdout.split()) <= {b"working"}
