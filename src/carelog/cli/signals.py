"""SIGINT and SIGTERM, for commands that end in good order."""

import asyncio
import signal
from collections.abc import Callable
from typing import Any, Final

_ONE_SIGNAL_SECONDS: Final = 1.0
"""timeout(1), and a terminal together with a wrapper, send the same signal twice."""


def on_signal(act: Callable[[], object], *, again: Callable[[], object] | None = None) -> None:
    """Do this on SIGINT and SIGTERM, and `again` when another one comes more than a second later."""
    loop = asyncio.get_running_loop()
    heard_at: float | None = None

    def hear() -> None:
        nonlocal heard_at
        if heard_at is None:
            heard_at = loop.time()
            act()
        elif again and loop.time() - heard_at > _ONE_SIGNAL_SECONDS:
            again()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, hear)


def cancelled_by_signal() -> "asyncio.Task[Any]":
    """The running task, which SIGINT and SIGTERM cancel from now on."""
    task = asyncio.current_task()
    assert task is not None
    on_signal(task.cancel)
    return task
