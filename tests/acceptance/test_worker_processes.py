"""`carelog up --workers`: the API with worker processes beside it, on one machine."""

import os
import re
import signal
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.acceptance.conftest import Client, Up

Start = Callable[..., "Up"]
Talk = Callable[["Up", str], AbstractAsyncContextManager["Client"]]

_SAID = "I have had a bad headache since Monday."


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


def children(up: "Up") -> list[int]:
    log = up.errors.read_text(encoding="utf-8")
    return [int(pid) for pid in re.findall(r'"message":"a worker process was started".*"pid":"(\d+)"', log)]


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


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
