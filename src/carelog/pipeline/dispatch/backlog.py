"""What a worker has heard of from a stream: the runs, and the messages that they came in."""

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from carelog.pipeline.run import Lane


@dataclass(slots=True, eq=False)
class Message:
    """One message of a stream. `unsettled` counts its runs of which the ledger has not said yet what became."""

    stream: str
    id: bytes
    unsettled: int


@dataclass(frozen=True, slots=True)
class Heard:
    """Runs that may be claimed, as far as is known, each with the message that told of it."""

    runs: tuple[UUID, ...]
    messages: tuple[Message, ...]

    def settle(self) -> list[Message]:
        """Count these runs as settled, and return the messages that have no other ones left."""
        done: list[Message] = []
        for message in self.messages:
            message.unsettled -= 1
            if not message.unsettled:
                done.append(message)
        return done


class Backlog:
    """Holds, for each lane, little more than `most` runs: whoever brings more waits until some were taken, so that
    a busy worker leaves to others what it cannot take on yet."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._lanes: dict[Lane, deque[tuple[UUID, Message]]] = {lane: deque() for lane in Lane}
        self._taken = asyncio.Event()
        self._open = False

    def __len__(self) -> int:
        return sum(map(len, self._lanes.values()))

    def open(self) -> None:
        self._open = True

    def close(self) -> None:
        """Take nothing more in, and forget what is held: its messages stay pending, and the ledger knows the runs."""
        self._open = False
        for waiting in self._lanes.values():
            waiting.clear()
        self._taken.set()

    async def put(self, lane: Lane, message: Message, runs: Sequence[UUID]) -> None:
        """Wait for room, and add the runs of a message."""
        while self._open and len(self._lanes[lane]) >= self._most:
            self._taken.clear()
            await self._taken.wait()
        if self._open:
            self._lanes[lane].extend((run, message) for run in runs)

    def take(self, limit: int) -> Heard:
        """Up to `limit` runs, those of urgent lanes first, and in a lane those that came first."""
        taken: list[tuple[UUID, Message]] = []
        for lane in Lane:
            waiting = self._lanes[lane]
            while waiting and len(taken) < limit:
                taken.append(waiting.popleft())
        self._taken.set()
        return Heard(tuple(run for run, _ in taken), tuple(message for _, message in taken))
