"""The supervisor with small processes in the place of workers: it starts, hears, ends, kills, and gives up."""

import asyncio
import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from carelog.api.shapes import Check
from carelog.cli.children import Children
from carelog.cli.health_server import health_app
from carelog.cli.supervisor import Supervisor
from carelog.kit.errors import ConfigurationError
from carelog.pipeline import supervision

WORKS = "while True: print('working', flush=True); time.sleep(0.05)"
DEAF = "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + WORKS
DIES = "sys.exit(3)"
DIES_ONCE = "first = not mark.exists(); mark.touch()\nif first: sys.exit(3)\n" + WORKS
MUTE = "time.sleep(600)"


@pytest.fixture(autouse=True)
def _without_long_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervision, "FIRST_DELAY", 0.01)


def supervisor(tmp_path: Path, does: str, *, processes: int = 1, drain_seconds: float = 60) -> Supervisor:
    mark = f"mark = pathlib.Path({str(tmp_path / 'mark')!r})\n"
    script = "import pathlib, signal, sys, time\n" + mark + does
    children = Children(program=(sys.executable, "-c", script))
    return Supervisor(processes, children, drain_seconds=drain_seconds, arguments=())


@asynccontextmanager
async def running(made: Supervisor) -> AsyncIterator["asyncio.Task[int]"]:
    task = asyncio.create_task(made.run())
    try:
        async with asyncio.timeout(30):
            yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until(condition: Callable[[], bool]) -> None:
    while not condition():
        await asyncio.sleep(0.01)


async def test_children_are_started_heard_and_ended(tmp_path: Path) -> None:
    made = supervisor(tmp_path, WORKS, processes=2)
    async with running(made) as task:
        assert made.silent() == 2
        await made.ready()
        assert made.silent() == 0
        made.drain()
        assert await task == 0


async def test_a_child_that_died_is_started_again(tmp_path: Path) -> None:
    made = supervisor(tmp_path, DIES_ONCE)
    async with running(made):
        await made.ready()


async def test_a_child_that_will_not_end_is_killed_when_it_is_told_to_for_the_second_time(tmp_path: Path) -> None:
    made = supervisor(tmp_path, DEAF, processes=2)
    async with running(made) as task:
        await made.ready()
        made.drain()
        made.drain()
        await asyncio.sleep(0)
        assert not task.done()
        made.kill()
        assert await task == 2


async def test_a_child_that_will_not_end_is_killed_after_the_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("carelog.cli.supervisor._GRACE_SECONDS", 0.0)
    made = supervisor(tmp_path, DEAF, drain_seconds=0.05)
    async with running(made) as task:
        await made.ready()
        made.drain()
        assert await task == 1


async def test_it_gives_up_where_no_child_ever_works_and_says_how_they_end(tmp_path: Path) -> None:
    async with running(supervisor(tmp_path, DIES, processes=2)) as task:
        with pytest.raises(ConfigurationError, match="ended with code 3"):
            await task


async def test_a_program_that_is_not_there_is_told(tmp_path: Path) -> None:
    made = Supervisor(1, Children(program=(str(tmp_path / "nothing"),)), drain_seconds=1)
    async with running(made) as task:
        with pytest.raises(ConfigurationError, match="cannot be started"):
            await task


async def test_a_child_that_says_nothing_for_long_is_killed_and_started_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervision, "SILENT_TOO_LONG", 1.5)
    hangs_once = DIES_ONCE.replace("sys.exit(3)", MUTE)
    made = supervisor(tmp_path, hangs_once)
    async with running(made):
        await made.ready()


async def test_no_child_is_left_when_the_supervisor_is_cancelled(tmp_path: Path) -> None:
    pid_of_child = "pathlib.Path(str(mark) + '.pid').write_text(str(os.getpid()))\n"
    made = supervisor(tmp_path, "import os\n" + pid_of_child + DEAF)
    async with running(made):
        await made.ready()
    pid = int((tmp_path / "mark.pid").read_text())
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


_AS_FIRST_PROCESS = ("unshare", "--user", "--map-root-user", "--pid", "--fork", "--kill-child")
_LEAVES_ONE_BEHIND = """
import os, signal, subprocess, sys
left = subprocess.Popen([sys.executable, "-c", "pass"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
left.stdout.read()
print("working", flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""
_SUPERVISES = f"""
import asyncio, os, sys
from carelog.cli.children import Children
from carelog.cli.supervisor import Supervisor

def buried():
    try:
        return os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None
    except ChildProcessError:
        return True

async def main():
    children = Children(program=(sys.executable, "-c", {_LEAVES_ONE_BEHIND!r}))
    made = Supervisor(1, children, drain_seconds=60)
    task = asyncio.create_task(made.run())
    await made.ready()
    async with asyncio.timeout(20):
        while not buried():
            await asyncio.sleep(0.05)
    made.kill()
    await task
    print(os.getpid(), "buried")

asyncio.run(main())
"""


@pytest.mark.skipif(
    shutil.which("unshare") is None
    or subprocess.run([*_AS_FIRST_PROCESS, "true"], capture_output=True).returncode != 0,
    reason="no process can be made the first one here",
)
def test_the_first_process_of_a_container_buries_what_killed_children_left_behind() -> None:
    command = [*_AS_FIRST_PROCESS, sys.executable, "-c", _SUPERVISES]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.stdout == "1 buried\n", done.stderr


@pytest.mark.parametrize("sound", [True, False])
async def test_health_is_told_as_the_api_tells_it(sound: bool) -> None:
    async def checks() -> list[Check]:
        return [Check(name="workers", ok=sound, detail=None if sound else "1 not heard of lately")]

    transport = httpx.ASGITransport(health_app(checks))
    async with httpx.AsyncClient(transport=transport, base_url="http://carelog.test") as http:
        assert (await http.get("/health/live")).json()["status"] == "ok"
        answer = await http.get("/health/ready")
    assert answer.status_code == (200 if sound else 503)
    assert answer.json()["status"] == ("ok" if sound else "failing")
    assert answer.json()["checks"][0]["name"] == "workers"
