"""Carelog as whoever runs it sees it: processes on one data folder, spoken to over HTTP."""

import asyncio
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

_CARELOG: Final = (sys.executable, "-m", "carelog")
_PATIENCE_SECONDS: Final = 60
_ADDRESS: Final = re.compile(r"Carelog listens on (http://\S+)\n")
_PAGE: Final = 200


@dataclass
class Up:
    """A running `carelog up`, on a port of its own."""

    process: subprocess.Popen[bytes]
    output: Path
    errors: Path
    address: str = ""

    @property
    def printed(self) -> str:
        return self.output.read_text(encoding="utf-8")

    def wait_for(self, wanted: re.Pattern[str]) -> str:
        """Wait until it has printed this, and return its group."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while not (found := wanted.search(self.printed)):
            if self.process.poll() is not None or time.monotonic() > deadline:
                pytest.fail(
                    f"carelog up did not print {wanted.pattern!r}, but: {self.printed} {self.errors.read_text()}"
                )
            time.sleep(0.02)
        return found[1]

    def kill(self) -> None:
        """As a power cut would: no handler runs, no buffer is written."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(_PATIENCE_SECONDS)

    def terminate(self) -> int:
        """End it in good order, and return its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(_PATIENCE_SECONDS)


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


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Up]]:
    """Starts `carelog up` with these options on the test's data folder; whatever still runs at the end is killed."""
    # So that the runs of a process that was killed soon come back.
    monkeypatch.setenv("CARELOG_LEASE_SECONDS", "2")
    monkeypatch.setenv("COLUMNS", "200")
    started: list[Up] = []

    def start_up(*options: str) -> Up:
        output, errors = (tmp_path / f"up-{len(started)}.{name}" for name in ("out", "err"))
        with output.open("wb") as out, errors.open("wb") as err:
            arguments = [*_CARELOG, "up", "--port", "0", *options]
            process = subprocess.Popen(arguments, stdout=out, stderr=err, start_new_session=True)
        up = Up(process, output, errors)
        started.append(up)
        up.address = up.wait_for(_ADDRESS)
        return up

    yield start_up
    for up in started:
        if up.process.returncode is None:
            up.kill()


@pytest.fixture
def command() -> Callable[..., "subprocess.CompletedProcess[str]"]:
    """Runs a command to its end, and gives what it printed. It must succeed."""

    def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run([*_CARELOG, *arguments], capture_output=True, text=True, encoding="utf-8", check=True)

    return run


@pytest.fixture
def key(command: Callable[..., "subprocess.CompletedProcess[str]"]) -> str:
    """A key for the test's data folder, made as one is made."""
    return command("keys", "add", "test").stdout.strip()


@pytest.fixture
def talk() -> Callable[[Up, str], AbstractAsyncContextManager[Client]]:
    """Opens the API of a `carelog up` with a key."""

    @asynccontextmanager
    async def open_client(up: Up, key: str) -> AsyncIterator[Client]:
        headers = {"Authorization": f"Bearer {key}"}
        async with httpx.AsyncClient(base_url=up.address, headers=headers, timeout=_PATIENCE_SECONDS) as http:
            yield Client(http)

    return open_client
