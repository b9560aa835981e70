"""The fork server: what its copies have in common, and what they must not."""

import subprocess
import sys

import pytest

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
children = Children(start_fork_server(say, []))

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
print(start_fork_server(print, []))
go_on.set()
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
