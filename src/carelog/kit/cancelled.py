"""Whose cancellation it is: code of others may raise the same for something of its own that was cancelled."""

import asyncio


def is_being_cancelled() -> bool:
    """Whether it is the running task that is told to end."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
