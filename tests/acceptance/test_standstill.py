"""Worker processes that stand still, as on a machine that is suspended, find their runs taken over when they go on."""

import asyncio
import os
import signal
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Final
from uuid import UUID

import pytest
from installation import Installation, until
from short_calls import Call, Fact, calls

Install = Callable[..., AbstractAsyncContextManager[Installation]]
Facts = Callable[[Sequence[Call]], Counter[Fact]]

_CALLS: Final = 400


async def stop_with_runs_in_hand(installation: Installation) -> set[UUID]:
    """Stop both processes for longer than their leases last. Returns the runs that they have lost by that: all that
    they had in hand, but for those that they were just committing."""
    while await installation.over() < _CALLS:
        await installation.until_at_work(_CALLS // 4, _CALLS)
        send(signal.SIGSTOP, installation.workers.children())
        await until(installation.all_leases_ran_out)
        if lost := await installation.in_nobodys_hands():
            return lost
        send(signal.SIGCONT, installation.workers.children())
    pytest.fail("all was done before they could be stopped")


def send(number: signal.Signals, pids: Sequence[int]) -> None:
    for pid in pids:
        os.kill(pid, number)


async def test_what_others_have_taken_over_is_not_done_twice(
    install: Install, health_url: Callable[[str], str], facts: Facts
) -> None:
    handed = calls(_CALLS)
    # On SQLite, whoever is stopped in the middle of a commit keeps everybody else waiting too.
    async with install(health_url("postgresql")) as installation:

        async def stand_still() -> None:
            lost = await stop_with_runs_in_hand(installation)
            stopped = installation.workers
            await installation.start_workers()

            async def done_by_others() -> bool:
                return lost <= await installation.those_over()

            await until(done_by_others)
            pids = stopped.children()
            send(signal.SIGCONT, pids)
            assert await asyncio.to_thread(stopped.terminate) == 0
            assert stopped.children() == pids, "one of them did not survive it"

        async with asyncio.TaskGroup() as at_once:
            at_once.create_task(installation.hand_in(handed))
            at_once.create_task(stand_still())
        await installation.check(handed, facts(handed))
