"""`carelog up --workers` and `--servers`: the API with child processes beside it, on one machine."""

import asyncio
import os
import re
import signal
import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import httpx
from waiting import until

if TYPE_CHECKING:
    from tests.acceptance.conftest import Client, Up

Start = Callable[..., "Up"]
Talk = Callable[["Up", str], AbstractAsyncContextManager["Client"]]

_PATIENCE_SECONDS: Final = 60
_SAID: Final = "I have had a bad headache since Monday."


def check_in(number: int) -> dict[str, object]:
    start = "2026-01-05T09:00:00+00:00"
    said = {"type": "text", "start": start, "parties": 0, "mediatype": "text/plain", "encoding": "none", "body": _SAID}
    return {
        "vcon": "0.4.0",
        "uuid": f"019b8d4a-8000-8000-8000-{number:012x}",
        "created_at": start,
        "parties": [{"name": f"Patient {number}", "tel": f"+1202555{number:04d}", "role": "patient"}],
        "dialog": [said],
    }


def children(up: "Up", kind: str = "worker") -> list[int]:
    log = up.errors.read_text(encoding="utf-8")
    return [int(pid) for pid in re.findall(rf'"message":"a {kind} process was started".*"pid":"(\d+)"', log)]


async def until_started(up: "Up", servers: int) -> list[int]:
    """Wait until so many server processes have been started in all."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while len(started := children(up, "server")) < servers:
        assert time.monotonic() < deadline, "a server was not started in time"
        await asyncio.sleep(0.05)
    return started


async def test_two_worker_processes_do_the_work_also_after_one_was_killed(start: Start, talk: Talk, key: str) -> None:
    up = start("--workers", "2")
    async with talk(up, key) as client:
        for number in range(20):
            assert (await client.http.post("/api/conversations", json=check_in(number))).status_code == 201
        await client.until_idle()
        os.kill(children(up)[0], signal.SIGKILL)
        for number in range(20, 40):
            assert (await client.http.post("/api/conversations", json=check_in(number))).status_code == 201
        await client.until_idle()
        runs = await client.pages("/api/runs")
    assert [run["state"] for run in runs] == ["finished"] * 40
    assert up.terminate() == 0
    assert up.printed.endswith("Carelog has stopped.\n")
    assert '"level":"ERROR"' not in up.errors.read_text()
    for pid in children(up):
        assert not _lives(pid)


async def test_a_worker_that_starts_while_the_configuration_is_gone_does_not_do_without(
    start: Start, talk: Talk, key: str, tmp_path: Path
) -> None:
    file = tmp_path / "carelog.yaml"
    file.write_text("chains: {ours: {channels: [checkin], links: [{tag: {tags: [seen]}}]}}")
    up = start("--workers", "1")
    refused = f"CARELOG_CONFIG names a file that does not exist: {file}"
    async with talk(up, key) as client:  # so that the worker has worked
        assert (await client.http.post("/api/conversations?channel=checkin", json=check_in(0))).status_code == 201
        await client.until_idle()
    file.rename(tmp_path / "aside")
    os.kill(children(up)[0], signal.SIGKILL)
    await until(lambda: refused in up.errors.read_text(), seconds=_PATIENCE_SECONDS)
    (tmp_path / "aside").rename(file)
    assert up.terminate() == 0


async def test_servers_answer_for_each_other_and_one_that_was_killed_is_replaced(
    start: Start, talk: Talk, key: str
) -> None:
    up = start("--servers", "2")
    async with talk(up, key) as client:

        async def asked(method: str, path: str, body: object = None) -> httpx.Response:
            """By a connection of its own, so that either process may be the one that answers."""
            async with httpx.AsyncClient(base_url=up.address, headers=client.http.headers) as alone:
                return await alone.request(method, path, json=body)

        [killed] = await until_started(up, 1)
        for number in range(10):
            taken = await asked("POST", "/api/conversations", check_in(number))
            assert taken.status_code == 201
            assert (await asked("GET", f"/api/conversations/{taken.json()['id']}")).status_code == 200
        os.kill(killed, signal.SIGKILL)
        await until_started(up, 2)
        for number in range(10, 20):
            assert (await asked("POST", "/api/conversations", check_in(number))).status_code == 201
        await client.until_idle()
    assert up.terminate() == 0
    assert '"level":"ERROR"' not in up.errors.read_text()
    for pid in children(up, "server"):
        assert not _lives(pid)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
