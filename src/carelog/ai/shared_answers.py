"""Answers that processes share through Redis, and who of them is just asking.

Answers are health data, and Redis may be read by others, kept on disk or copied: each answer is sealed with a key that
Redis does not know, and bound to its name, which is a keyed digest. While Redis is away each process asks by itself.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from time import monotonic
from typing import TYPE_CHECKING, Final

from carelog.kit.beside import beside
from carelog.kit.sealing import BrokenSeal, seal, unseal
from carelog.kit.shared_redis import RedisAway, SharedRedis

if TYPE_CHECKING:
    from redis.asyncio import Redis

_ANSWER: Final = "carelog:ai:answer:"
_ASKING: Final = "carelog:ai:asking:"
_FIRST_PAUSE: Final = 0.1  # seconds
_LONGEST_PAUSE: Final = 1.0
_CLAIM: Final = timedelta(seconds=6)  # that a process which died is waited for
_TO_BE_KEPT: Final = timedelta(seconds=2)  # within which whoever got an answer finds that it can be relied on


class SharedAnswers:
    """Answers by their names, each sealed with a key."""

    def __init__(self, redis: SharedRedis) -> None:
        self._redis = redis

    async def find(self, name: bytes, key: bytes, patience: timedelta) -> tuple[str, timedelta] | None:
        """An answer, and how long it is to be remembered yet; where another process is asking, once it has one, if it
        takes no longer than `patience`. None: it is for the caller to ask, in `asking`."""
        pause, until = _FIRST_PAUSE, monotonic() + patience.total_seconds()
        while True:
            try:
                if found := await self._redis.ask(lambda redis: _found(redis, name, key)):
                    return found
                mine = await self._redis.ask(lambda redis: redis.set(_ASKING + name.hex(), b"", nx=True, px=_CLAIM))
            except RedisAway:
                return None
            if mine or monotonic() + pause > until:
                return None
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)

    @asynccontextmanager
    async def asking(self, name: bytes) -> AsyncIterator[None]:
        """The others wait as long as the block goes on and its process lives; and for a moment longer, where it ends
        with an answer that may be kept."""
        left = timedelta(0)
        try:
            async with beside(self._renewing(name)):
                yield
            left = _TO_BE_KEPT
        finally:
            with suppress(RedisAway):
                await self._redis.ask(lambda redis: redis.pexpire(_ASKING + name.hex(), left))

    async def _renewing(self, name: bytes) -> None:
        while True:
            await asyncio.sleep(_CLAIM.total_seconds() / 3)
            with suppress(RedisAway):
                await self._redis.ask(lambda redis: redis.pexpire(_ASKING + name.hex(), _CLAIM))

    async def keep(self, name: bytes, key: bytes, text: str, lifetime: timedelta) -> None:
        sealed = await asyncio.to_thread(seal, key, name, text.encode())
        with suppress(RedisAway):
            await self._redis.ask(lambda redis: redis.set(_ANSWER + name.hex(), sealed, px=lifetime))


async def _found(redis: "Redis", name: bytes, key: bytes) -> tuple[str, timedelta] | None:
    async with redis.pipeline(transaction=True) as pipeline:
        pipeline.get(_ANSWER + name.hex())
        pipeline.pttl(_ANSWER + name.hex())
        sealed, left = await pipeline.execute()
    if sealed is None:
        return None
    try:
        return unseal(key, name, sealed).decode(), timedelta(milliseconds=left)
    except BrokenSeal:
        return None  # by who has not the key: it says nothing
