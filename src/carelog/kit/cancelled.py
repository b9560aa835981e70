"""Tells whose cancellation a CancelledError is: other code may raise one for something of its own."""

import asyncio


def is_being_cancelled() -> bool:
    """Whether the running task itself is being cancelled."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
