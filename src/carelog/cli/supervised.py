"""The life of a supervised process: it ends when it is told to, and when its supervisor is gone."""

import asyncio
import logging
import os
import sys
import threading
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, suppress
from typing import Final

from carelog.app import Carelog
from carelog.cli.reloading import reload_on_hangup
from carelog.cli.run_async import opened
from carelog.cli.signals import cancelled_by_signal, on_signal
from carelog.kit.garbage import calm
from carelog.settings import Settings
from carelog.telemetry.processes import share_counts

Part = Callable[[Carelog], AbstractAsyncContextManager["asyncio.Task[None]"]]
"""What such a process does: a task that goes on beside the block, and has ended in good order after it."""

_GREETING_SECONDS: Final = 1.0


async def live_under_supervisor(settings: Settings, part: Part) -> None:
    """Run this part until SIGTERM, or until the supervisor is gone, and report every second that it still works."""
    share_counts(settings.make_data_dir() / "metrics")
    supervisor = _take_standard_output()
    cancelled_by_signal()
    async with opened(settings) as carelog:
        calm()
        ending = asyncio.Event()
        on_signal(ending.set)
        reload_on_hangup(carelog, told=logging.DEBUG)  # the supervisor told of it already
        _when_standard_input_ends(ending.set)
        async with part(carelog) as task:
            task.add_done_callback(lambda _: ending.set())
            while not ending.is_set():
                _greet(supervisor)
                with suppress(TimeoutError):
                    async with asyncio.timeout(_GREETING_SECONDS):
                        await ending.wait()


def _take_standard_output() -> int:
    """Standard output leads to the supervisor; whatever else is printed in this process goes to standard error."""
    taken = os.dup(sys.stdout.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    # A supervisor that was stopped does not read, and must not block its children.
    os.set_blocking(taken, False)
    return taken


def _greet(supervisor: int) -> None:
    with suppress(BlockingIOError, BrokenPipeError):
        os.write(supervisor, b"working\n")


def _when_standard_input_ends(act: Callable[[], object]) -> None:
    """The supervisor alone holds the other end, so this happens whenever it ends, in whatever way."""
    loop = asyncio.get_running_loop()

    def wait() -> None:
        with suppress(OSError):
            while os.read(0, 1):
                pass
        with suppress(RuntimeError):  # the loop is closed already
            loop.call_soon_threadsafe(act)

    threading.Thread(target=wait, daemon=True, name="supervisor").start()
