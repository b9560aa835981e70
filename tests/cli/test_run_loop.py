"""A command ends when its work has ended."""

import subprocess
import sys

import pytest

# The work leaves a thread behind that nobody waits for; `fails` says whether it fails besides.
_LEAVES_A_THREAD = """
import asyncio, sys, threading
from carelog.cli.run_async import run_loop

async def work(fails):
    begun = threading.Event()
    thread = asyncio.get_running_loop().run_in_executor(None, lambda: (begun.set(), threading.Event().wait()))
    await asyncio.to_thread(begun.wait)
    print("done")
    if fails:
        raise RuntimeError("no")

run_loop(work(sys.argv[1] == "fails"), patience=0.1)
"""


@pytest.mark.parametrize(("how", "code"), [("ends well", 0), ("fails", 1)])
def test_a_thread_that_never_ends_does_not_hold_up_the_end(how: str, code: int) -> None:
    command = [sys.executable, "-c", _LEAVES_A_THREAD, how]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (code, "done\n")
