"""The fork server: what its copies have in common, and what they must not."""

import subprocess
import sys
from pathlib import Path

import pytest
from waiting import until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are copied on Linux alone")

_COPIES_SAY = """
import asyncio, os, random, secrets, sys
from carelog.cli.children import Children
from carelog.cli.fork_server import start_fork_server
from carelog.kit.ids import new_id

def say():
    print(new_id().hex[12:], random.random(), secrets.token_hex(), flush=True)
    sys.exit(int(os.environ["CODE"]))

new_id()
random.random()
children = Children(start_fork_server(say))

async def whole():
    for code in (0, 7):
        child = await children.start(["worker-process"], {"CODE": str(code)}, [])
        print((await child.stdout.read()).decode().strip(), await children.ended(child))

asyncio.run(whole())
"""

_THREAD_RUNS = """
import threading
from carelog.cli.fork_server import start_fork_server
go_on = threading.Event()
threading.Thread(target=go_on.wait).start()
print(start_fork_server(print))
go_on.set()
"""

_NO_DESCRIPTOR_IS_LEFT = """
import asyncio, resource, sys
from carelog.cli.children import Children
from carelog.cli.fork_server import start_fork_server

def end():
    sys.stdin.read()
    sys.exit(7)

children = Children(start_fork_server(end))

async def whole():
    child = await children.start(["worker-process"], {}, [])
    limit, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, most))
    child.send_signal(9)
    print(await children.ended(child))
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, most))

asyncio.run(whole())
"""

_A_DESCRIPTOR_TOO_FEW = """
import asyncio, os, pathlib, resource, sys
from carelog.cli.children import Children
from carelog.cli.fork_server import start_fork_server

children = Children(start_fork_server(lambda: sys.stdin.read()))

async def one_too_few():
    free = os.open(os.devnull, os.O_RDONLY)
    os.close(free)
    limit, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (free + 4, most))
    try:
        await children.start(["worker-process"], {}, [])
    except OSError as error:
        refused = error
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, most))
    print(refused.strerror, len(pathlib.Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()))

asyncio.run(one_too_few())
"""

_ENDS_WHILE_ITS_FORK_SERVER_IS_STOPPED = """
import asyncio, os, pathlib, signal
from carelog.cli.children import Children
from carelog.cli.fork_server import start_fork_server

children = Children(start_fork_server(lambda: None))

async def whole():
    await children.ended(await children.start(["worker-process"], {}, []))

asyncio.run(whole())
[pid] = map(int, pathlib.Path(f"/proc/self/task/{os.getpid()}/children").read_text().split())
os.kill(pid, signal.SIGSTOP)
os.waitid(os.P_PID, pid, os.WSTOPPED)
print(pid)
"""


def printed(script: str) -> str:
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_copies_draw_lots_of_their_own_and_end_with_codes_of_their_own() -> None:
    one, other = (line.split() for line in printed(_COPIES_SAY).splitlines())
    assert not set(one[:3]) & set(other[:3])
    assert (one[3], other[3]) == ("0", "7")


def test_a_process_with_a_thread_is_not_copied() -> None:
    assert printed(_THREAD_RUNS) == "None\n"


def test_a_child_is_seen_to_end_also_where_no_descriptor_is_left() -> None:
    assert printed(_NO_DESCRIPTOR_IS_LEFT) == "-9\n"


def test_a_child_that_cannot_be_watched_is_ended() -> None:
    assert printed(_A_DESCRIPTOR_TOO_FEW) == "Too many open files 1\n"


async def test_a_fork_server_that_was_stopped_ends_with_the_process_that_asks_it() -> None:
    process = Path("/proc", printed(_ENDS_WHILE_ITS_FORK_SERVER_IS_STOPPED).strip())

    async def ended() -> bool:
        try:
            return process.joinpath("stat").read_text().rpartition(")")[2].split()[0] == "Z"
        except (FileNotFoundError, ProcessLookupError):
            return True

    await until(ended)
