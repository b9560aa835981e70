"""Carelog as whoever runs it sees it: processes on one data folder, spoken to over HTTP."""

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any, Final

import httpx
import pytest
from forking import Forked
from installation import CONFIG, Installation
from short_calls import PATIENTS, Call, Fact, calls, fact, facts_of, written

from carelog.db import Database

_CARELOG: Final = (sys.executable, "-m", "carelog")
_PATIENCE_SECONDS: Final = 60
_ADDRESS: Final = re.compile(r"Carelog listens on (http://\S+)\n")
_WORKS: Final = re.compile(r"(Carelog works), with \d+ worker process")
_PAGE: Final = 200

# Kills the programs that it is told of once the tests let go of its stdin, which they do even when they are killed.
_GUARD: Final = """
import contextlib, os, signal, sys
for pid in list(sys.stdin):
    with contextlib.suppress(ProcessLookupError):
        os.killpg(int(pid), signal.SIGKILL)
"""


@dataclass
class Program:
    """A running `carelog ...`, and what it printed."""

    process: subprocess.Popen[bytes] | Forked
    output: Path
    errors: Path

    @property
    def printed(self) -> str:
        return self.output.read_text(encoding="utf-8")

    @property
    def lives(self) -> bool:
        return self.process.poll() is None

    def wait_for(self, wanted: re.Pattern[str]) -> str:
        """Wait until it has printed this, and return its group."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while not (found := wanted.search(self.printed)):
            if not self.lives or time.monotonic() > deadline:
                pytest.fail(f"carelog did not print {wanted.pattern!r}, but: {self.printed} {self.errors.read_text()}")
            time.sleep(0.02)
        return found[1]

    def kill(self) -> None:
        """As a power cut would: no handler runs, no buffer is written."""
        for kill in (os.killpg, os.kill):  # it may not have come to a session of its own yet
            with suppress(ProcessLookupError):
                kill(self.process.pid, signal.SIGKILL)
        self.process.wait(_PATIENCE_SECONDS)
        for pid in self.children():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def terminate(self) -> int:
        """End it in good order, and return its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(_PATIENCE_SECONDS)

    def children(self) -> list[int]:
        """Its worker processes, as far as they were started and have not ended again."""
        pids: dict[str, int] = {}
        for line in self.errors.read_text(encoding="utf-8").splitlines():
            with suppress(ValueError):
                match json.loads(line):
                    case {"message": "a worker process was started", "worker": number, "pid": pid}:
                        pids[number] = int(pid)
                    case {"message": "a worker process ended, and is started again", "worker": number}:
                        pids.pop(number, None)
        return list(pids.values())


@dataclass
class Up(Program):
    """A running `carelog up`, on a port of its own."""

    address: str = ""


@dataclass
class Workers(Program):
    """A running `carelog worker`."""


@dataclass(frozen=True)
class Client:
    """The API of one `carelog up`."""

    http: httpx.AsyncClient

    async def pages(self, path: str, **query: Any) -> list[dict[str, Any]]:
        """Every item of a listing."""
        items: list[dict[str, Any]] = []
        cursor: str | None = None
        while True:
            parameters = {**query, "limit": _PAGE, **({"cursor": cursor} if cursor else {})}
            answer = await self.http.get(path, params=parameters)
            assert answer.status_code == 200, answer.text
            page = answer.json()
            items += page["items"]
            cursor = page["next"]
            if cursor is None:
                return items

    async def any_run(self, *states: str) -> bool:
        answer = await self.http.get("/api/runs", params={"state": states, "limit": 1})
        assert answer.status_code == 200, answer.text
        return bool(answer.json()["items"])

    async def until_idle(self) -> None:
        """Wait until no run is left to be done."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while await self.any_run("queued", "running"):
            assert time.monotonic() < deadline, "the runs did not come to their end in time"
            await asyncio.sleep(0.05)

    async def popped(self, egress_list: str) -> list[str]:
        """The conversations that are on an egress list, in order; they are there no more then."""
        conversations: list[str] = []
        while True:
            answer = await self.http.post(f"/api/egress/{egress_list}/pop", params={"limit": 1000})
            assert answer.status_code == 200, answer.text
            if not (some := answer.json()["conversations"]):
                return conversations
            conversations += some

    async def check_all_done(self, calls: Sequence[Call], facts: Counter[Fact]) -> None:
        """Every call is there, its one run is finished, and what it says is in the record exactly once."""
        wanted = Counter(one["uuid"] for one in calls)
        assert Counter(one["id"] for one in await self.pages("/api/conversations")) == wanted
        runs = await self.pages("/api/runs")
        assert Counter(run["conversation_id"] for run in runs) == wanted
        assert {run["state"] for run in runs} == {"finished"}
        found: Counter[Fact] = Counter()
        for subject in await self.pages("/api/subjects"):
            found.update(map(fact, await self.pages(f"/api/subjects/{subject['id']}/entries")))
        assert found
        assert found == facts


def _started(arguments: Sequence[str], output: Path, errors: Path) -> subprocess.Popen[bytes]:
    with output.open("wb") as out, errors.open("wb") as err:
        return subprocess.Popen([*_CARELOG, *arguments], stdout=out, stderr=err, start_new_session=True)


@pytest.fixture
def launch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, migrated: None) -> Iterator[Callable[..., Any]]:
    """Launches a command as a program of its own; whatever still runs at the end is killed."""
    # So that the runs of a process that was killed soon come back.
    monkeypatch.setenv("CARELOG_LEASE_SECONDS", "2")
    monkeypatch.setenv("COLUMNS", "200")
    launched: list[Program] = []
    over = False
    # Threads that a failed test leaves behind must not launch anything after its end.
    launching = Lock()
    guard = subprocess.Popen([sys.executable, "-c", _GUARD], stdin=subprocess.PIPE, start_new_session=True)
    told = guard.stdin
    assert told

    def launch_program(kind: type[Program], *arguments: str, forked: bool = True) -> Program:
        with launching:
            assert not over, "the test is over"
            output, errors = (tmp_path / f"{arguments[0]}-{len(launched)}.{name}" for name in ("out", "err"))
            process = (Forked if forked else _started)(arguments, output, errors)
            told.write(f"{process.pid}\n".encode())
            told.flush()
            launched.append(kind(process, output, errors))
            return launched[-1]

    yield launch_program
    with launching:
        over = True
    for program in launched:
        if program.lives:
            program.kill()
    guard.kill()
    guard.communicate()


@pytest.fixture
def start(launch: Callable[..., Any]) -> Callable[..., Up]:
    """Starts `carelog up` with these options on the test's data folder."""

    def start_up(*options: str, forked: bool = True) -> Up:
        up: Up = launch(Up, "up", "--port", "0", *options, forked=forked)
        up.address = up.wait_for(_ADDRESS)
        return up

    return start_up


@pytest.fixture
def start_workers(launch: Callable[..., Any]) -> Callable[..., Workers]:
    """Starts `carelog worker` with these options on the test's data folder."""

    def start_worker(*options: str) -> Workers:
        workers: Workers = launch(Workers, "worker", *options)
        workers.wait_for(_WORKS)
        return workers

    return start_worker


@pytest.fixture
def command(launch: Callable[..., Any]) -> Callable[..., str]:
    """Runs a command to its end, and gives what it printed. It must succeed."""

    def run(*arguments: str) -> str:
        program: Program = launch(Program, *arguments)
        code = program.process.wait(_PATIENCE_SECONDS)
        assert code == 0, program.errors.read_text(encoding="utf-8")
        return program.printed

    return run


@pytest.fixture
def key(command: Callable[..., str]) -> str:
    """A key for the test's data folder, made as one is made."""
    return command("keys", "add", "test").strip()


@pytest.fixture(scope="session")
def facts(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Sequence[Call]], Counter[Fact]]:
    """Says what is to be found in calls, by the command that has no database."""
    folder = tmp_path_factory.mktemp("calls")
    output, errors = folder / "extract.out", folder / "extract.err"
    process = Forked(("extract", str(written(folder / "of-all", calls(PATIENTS)))), output, errors)
    assert process.wait(_PATIENCE_SECONDS) == 0, errors.read_text(encoding="utf-8")
    found = [fact(json.loads(line)) for line in output.read_text(encoding="utf-8").splitlines()]
    return lambda calls: facts_of(calls, found)


@pytest.fixture
def talk() -> Callable[[Up, str], AbstractAsyncContextManager[Client]]:
    """Opens the API of a `carelog up` with a key."""

    @asynccontextmanager
    async def open_client(up: Up, key: str) -> AsyncIterator[Client]:
        headers = {"Authorization": f"Bearer {key}"}
        async with httpx.AsyncClient(base_url=up.address, headers=headers, timeout=_PATIENCE_SECONDS) as http:
            yield Client(http)

    return open_client


@pytest.fixture
def install(
    start: Callable[..., Up],
    start_workers: Callable[..., Workers],
    talk: Callable[[Up, str], AbstractAsyncContextManager[Client]],
    command: Callable[..., str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> Callable[..., AbstractAsyncContextManager[Installation]]:
    """Sets up an API, and two worker processes unless they are to come later, over a database, all at once."""

    @asynccontextmanager
    async def install_on(
        database_url: str,
        broker_url: str | None = None,
        *,
        config: str = CONFIG,
        up_works: bool = False,
        workers: bool = True,
    ) -> AsyncIterator[Installation]:
        monkeypatch.setenv("CARELOG_DATABASE_URL", database_url)
        if broker_url:
            monkeypatch.setenv("CARELOG_BROKER_URL", broker_url)
        (tmp_path / "carelog.yaml").write_text(config, encoding="utf-8")
        database = Database(database_url)
        installation = Installation(start, start_workers, talk, database, up_works=up_works)
        try:
            async with asyncio.TaskGroup() as at_once:
                added = at_once.create_task(asyncio.to_thread(command, "keys", "add", "test"))
                at_once.create_task(installation.start_up())
                if workers:
                    at_once.create_task(installation.start_workers())
            installation.key = added.result().strip()
            yield installation
        finally:
            await database.close()

    return install_on
