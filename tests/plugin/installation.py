"""An installation that faults befall: an API and workers over one database, and callers who do not give up."""

import asyncio
import os
import signal
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from random import Random
from typing import TYPE_CHECKING, Final

import httpx
from short_calls import Call, Fact
from sqlalchemy import text

from carelog.db import Database
from carelog.pipeline.run import RunState

if TYPE_CHECKING:
    from tests.acceptance.conftest import Client, Up, Workers

_SENDERS: Final = 16
_PAUSE_SECONDS: Final = 0.05
_UNANSWERED_SECONDS: Final = 30
_OVER: Final = (RunState.FINISHED, RunState.DEAD)
_DEADLINE_SECONDS: Final = 90
EGRESS: Final = "done"

# Every conversation passes through one chain: it is read, changed and announced.
CONFIG: Final = f"""
chains:
  record: {{channels: [vcon], links: [extract, summarize], egress_lists: [{EGRESS}]}}
"""


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(_DEADLINE_SECONDS):
        while not await condition():
            await asyncio.sleep(0.03)


class Installation:
    """One `carelog up --no-worker` and one `carelog worker`, each started again when it was killed. `refused` counts
    the answers that asked to come again."""

    def __init__(
        self,
        start: "Callable[..., Up]",
        start_workers: "Callable[..., Workers]",
        talk: "Callable[[Up, str], AbstractAsyncContextManager[Client]]",
        database: Database,
    ) -> None:
        self._start = start
        self._start_workers = start_workers
        self._talk = talk
        self._database = database
        self.up: Up
        self.workers: Workers
        self.key = ""
        self.answered: dict[str, int] = {}
        self.refused = 0

    async def start_up(self) -> None:
        self.up = await asyncio.to_thread(self._start, "--no-worker")

    async def start_workers(self) -> None:
        self.workers = await asyncio.to_thread(self._start_workers, "--processes", "2")

    def talk(self) -> "AbstractAsyncContextManager[Client]":
        return self._talk(self.up, self.key)

    async def hand_in(self, calls: Sequence[Call]) -> None:
        """Hand the calls in over several connections; what got no 2xx is handed in again until it gets one."""
        waiting = iter(calls)

        async def sender() -> None:
            headers = {"Authorization": f"Bearer {self.key}"}
            async with httpx.AsyncClient(headers=headers, timeout=_UNANSWERED_SECONDS) as http:
                for one in waiting:
                    while not await self._taken(http, one):
                        await asyncio.sleep(_PAUSE_SECONDS)

        async with asyncio.TaskGroup() as senders:
            for _ in range(_SENDERS):
                senders.create_task(sender())

    async def _taken(self, http: httpx.AsyncClient, one: Call) -> bool:
        try:
            answer = await http.post(f"{self.up.address}/api/conversations", json=one)
        except httpx.TransportError:
            return False
        if answer.status_code == 503:
            assert int(answer.headers["Retry-After"]) > 0
            self.refused += 1
            return False
        assert answer.status_code in (200, 201), answer.text
        self.answered[one["uuid"]] = answer.status_code
        return True

    async def runs(self) -> Counter[str]:
        """How many runs there are in each state, read from the database itself."""
        async with self._database.read() as connection:
            rows = await connection.execute(text("SELECT state, count(*) FROM run GROUP BY state"))
            return Counter({state: count for state, count in rows})

    async def over(self) -> int:
        """How many runs have come to their end."""
        runs = await self.runs()
        return sum(runs[state] for state in _OVER)

    async def until_accepted(self, count: int) -> None:

        async def accepted() -> bool:
            return len(self.answered) >= count

        await until(accepted)

    async def until_refused(self, count: int) -> None:
        """Until callers were told so often to come again."""

        async def refused() -> bool:
            return self.refused >= count

        await until(refused)

    async def until_over(self, count: int) -> None:
        async def over() -> bool:
            return await self.over() >= count

        await until(over)

    async def until_in_hand(self, least: int, all_: int) -> None:
        """Until so many runs are over, and others are in hand; or until all are over."""

        async def in_hand() -> bool:
            runs = await self.runs()
            over = sum(runs[state] for state in _OVER)
            return over == all_ or (over >= least and runs[RunState.RUNNING] > 0 and bool(self.workers.children()))

        await until(in_hand)

    async def kill_up(self) -> None:
        self.up.kill()
        await self.start_up()

    async def kill_workers(self) -> None:
        """The supervisor, and all its worker processes."""
        self.workers.kill()
        await self.start_workers()

    def kill_one_worker(self, random: Random) -> None:
        """One worker process, which the supervisor replaces."""
        for pid in random.sample(self.workers.children(), 1):
            os.kill(pid, signal.SIGKILL)

    async def check(self, calls: Sequence[Call], facts: Counter[Fact]) -> None:
        """Whatever was accepted has come to its end once: accepted = finished + dead letters, and none is dead. What
        the calls say is in the record, and each is announced, exactly once."""
        async with self.talk() as client:
            await client.until_idle()
            await client.check_all_done(calls, facts)
            assert Counter(await client.popped(EGRESS)) == Counter(one["uuid"] for one in calls)
