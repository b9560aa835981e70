"""An installation that faults befall: an API and workers over one database, and callers who do not give up."""

import asyncio
import os
import signal
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, suppress
from datetime import UTC, datetime
from random import Random
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

import waiting
from plain_connection import Connection
from short_calls import Call, Fact
from sqlalchemy import Column, func, select

from carelog.conversations.tables import conversation
from carelog.db import Database
from carelog.pipeline.run import RunState
from carelog.pipeline.tables import run

if TYPE_CHECKING:
    from tests.acceptance.conftest import Client, Up, Workers

_SENDERS: Final = 16
_PAUSE_SECONDS: Final = 0.05
_UNANSWERED_SECONDS: Final = 30
_OVER: Final = (RunState.FINISHED, RunState.DEAD)
_DEADLINE_SECONDS: Final = 90
_SUMMARIZED: Final = 2
"""The revision of a document that was changed once."""
EGRESS: Final = "done"

# Every conversation passes through one chain: it is read, changed and announced.
CONFIG: Final = f"""
chains:
  record: {{channels: [vcon], links: [extract, summarize], egress_lists: [{EGRESS}]}}
"""


async def until(condition: Callable[[], bool | Awaitable[bool]]) -> None:
    """With the patience that processes need which start again and again on a busy machine."""
    await waiting.until(condition, seconds=_DEADLINE_SECONDS)


class Installation:
    """One `carelog up`, which works too if `up_works`, and one `carelog worker`, each started again when it was killed.
    `refused` counts the answers that asked to come again."""

    def __init__(
        self,
        start: "Callable[..., Up]",
        start_workers: "Callable[..., Workers]",
        talk: "Callable[[Up, str], AbstractAsyncContextManager[Client]]",
        database: Database,
        *,
        up_works: bool,
    ) -> None:
        self._start = start
        self._start_workers = start_workers
        self._talk = talk
        self._database = database
        self._up_options = () if up_works else ("--no-worker",)
        self.up: Up
        self.workers: Workers
        self.key = ""
        self.answered: dict[str, int] = {}
        self.refused = 0
        self._listens = asyncio.Event()

    async def start_up(self) -> None:
        self.up = await asyncio.to_thread(self._start, *self._up_options)
        self._listens.set()

    async def start_workers(self) -> None:
        self.workers = await asyncio.to_thread(self._start_workers, "--processes", "2")

    def talk(self) -> "AbstractAsyncContextManager[Client]":
        return self._talk(self.up, self.key)

    async def hand_in(self, calls: Sequence[Call]) -> None:
        """Hand the calls in over several connections; what got no 2xx is handed in again until it gets one, once the
        API listens, which it does on another port each time."""
        waiting = iter(calls)

        async def sender() -> None:
            with Connection(self.key, seconds=_UNANSWERED_SECONDS) as connection:
                for one in waiting:
                    while not await self._taken(connection, one):
                        await asyncio.sleep(_PAUSE_SECONDS)
                        await self._listens.wait()

        async with asyncio.TaskGroup() as senders:
            for _ in range(_SENDERS):
                senders.create_task(sender())

    async def _taken(self, connection: Connection, one: Call) -> bool:
        try:
            answer = await connection.post(self.up.address, "/api/conversations", one)
        except (OSError, EOFError):
            return False
        if answer.status == 503:
            assert int(answer.headers["retry-after"]) > 0
            self.refused += 1
            return False
        assert answer.status in (200, 201), answer.body
        self.answered[one["uuid"]] = answer.status
        return True

    async def runs(self) -> Counter[str]:
        """How many runs there are in each state, read from the database itself."""
        return await self._count(run.c.state)

    async def _count(self, column: Column[Any]) -> Counter[Any]:
        async with self._database.read() as connection:
            rows = await connection.execute(select(column, func.count()).group_by(column))
            return Counter({row[0]: row[1] for row in rows})

    async def all_leases_ran_out(self) -> bool:
        async with self._database.read() as connection:
            last = select(func.max(run.c.lease_until)).where(run.c.state == RunState.RUNNING)
            moment = (await connection.execute(last)).scalar_one_or_none()
            return moment is None or moment <= datetime.now(UTC)

    async def in_nobodys_hands(self) -> set[UUID]:
        """The runs whose lease ran out, and which nobody is just committing."""
        async with self._database.read() as connection:
            rows = await connection.execute(
                select(run.c.id)
                .where(run.c.state == RunState.RUNNING, run.c.lease_until <= datetime.now(UTC))
                .with_for_update(skip_locked=True)
            )
            return set(rows.scalars())

    async def those_over(self) -> set[UUID]:
        """The runs that have come to their end."""
        async with self._database.read() as connection:
            return set((await connection.execute(select(run.c.id).where(run.c.state.in_(_OVER)))).scalars())

    async def over(self) -> int:
        """How many runs have come to their end."""
        return len(await self.those_over())

    async def until_accepted(self, count: int) -> None:
        await until(lambda: len(self.answered) >= count)

    async def until_refused(self, count: int) -> None:
        """Until callers were told so often to come again."""
        await until(lambda: self.refused >= count)

    async def until_over(self, count: int) -> None:
        async def over() -> bool:
            return await self.over() >= count

        await until(over)

    async def until_at_work(self, accepted: int, of: int) -> None:
        """Until so many calls are taken in, and runs are in hand; or until the runs of all of them are over."""

        async def at_work() -> bool:
            if len(self.answered) < accepted or not self.workers.children():
                return False
            runs = await self.runs()
            return runs[RunState.RUNNING] > 0 or sum(runs[state] for state in _OVER) == of

        await until(at_work)

    async def kill_up(self) -> None:
        self._listens.clear()
        self.up.kill()
        await self.start_up()

    async def kill_workers(self) -> None:
        """The supervisor, and all its worker processes."""
        self.workers.kill()
        await self.start_workers()

    async def kill_one_worker(self, random: Random) -> None:
        """One worker process, which the supervisor replaces."""

        def killed() -> bool:
            with suppress(ProcessLookupError, IndexError):  # when those there were have just been killed
                os.kill(random.choice(self.workers.children()), signal.SIGKILL)
                return True
            return False

        await until(killed)

    async def check(self, calls: Sequence[Call], facts: Counter[Fact]) -> None:
        """Whatever was accepted has come to its end once: accepted = finished + dead letters, and none is dead. What
        the calls say is in the record, and each is changed and announced, exactly once."""
        async with self.talk() as client:
            await client.until_idle()
            await client.check_all_done(calls, facts)
            assert Counter(await client.popped(EGRESS)) == Counter(one["uuid"] for one in calls)
        assert await self._count(conversation.c.revision) == {_SUMMARIZED: len(calls)}
