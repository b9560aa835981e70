"""`redis`: the JSON text of each conversation under a key, for a while or for good.

It may not be the Redis that dispatches Carelog's own work: that one may be wiped, this one holds copies.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar
from uuid import UUID

from pydantic import Field, SecretStr

from carelog.storages.batches import in_order, in_pieces, newest
from carelog.storages.storage import Copy, Extra, Storage, StorageError, StorageOptions

if TYPE_CHECKING:
    from redis.asyncio import Redis

# The revision stands under a key of its own, so that other programs read the plain JSON. Where the document is gone
# (expired, evicted) its revision says nothing any more.
_SAVE = """
local kept = redis.call('EXISTS', KEYS[1]) == 1 and tonumber(redis.call('GET', KEYS[2]) or '-1') or -1
if kept > tonumber(ARGV[2]) then return 0 end
if ARGV[3] == '0' then
  redis.call('SET', KEYS[1], ARGV[1])
  redis.call('SET', KEYS[2], ARGV[2])
else
  redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[3])
  redis.call('SET', KEYS[2], ARGV[2], 'EX', ARGV[3])
end
return 1
"""
_MOST_CHARACTERS = 8_000_000  # on the way at once


class RedisOptions(StorageOptions):
    """`url` is redis://, rediss:// (TLS) or unix://; `expire_seconds` counts from the last save; without it
    copies stay for good."""

    url: SecretStr | None = None
    url_env: str | None = None
    prefix: str = "vcon:"
    expire_seconds: int | None = Field(default=None, ge=1)
    timeout_seconds: float = Field(default=10.0, gt=0, le=600)


class RedisStorage(Storage[RedisOptions]):
    """A batch is one pipeline; each copy is set by a script, so that no other writer comes in between."""

    options_model = RedisOptions
    extra: ClassVar[Extra | None] = Extra("redis", "redis")

    def __init__(self, options: RedisOptions, name: str) -> None:
        super().__init__(options, name)
        self._url = self.needed("url")
        if not self._url.startswith(("redis://", "rediss://", "unix://")):
            raise self.misconfigured("url", "must begin with redis://, rediss:// or unix://")
        try:
            self._make()
        except ValueError:
            raise self.misconfigured("url", "is not one that Redis understands") from None
        self._client: Redis | None = None

    async def open(self) -> None:
        from redis.exceptions import RedisError

        try:
            await self._redis().ping()
        except (RedisError, OSError) as error:
            raise self._down(error) from None

    async def close(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    async def save(self, copies: Sequence[Copy]) -> list[StorageError | None]:
        failures: dict[UUID, StorageError] = {}
        for piece in in_pieces(newest(copies), _MOST_CHARACTERS):
            await self._save_piece(piece, failures)
        return in_order(copies, failures)

    async def get(self, conversation_id: UUID) -> str | None:
        from redis.exceptions import RedisError

        try:
            found: bytes | str | None = await self._redis().get(self._key(conversation_id))
        except (RedisError, OSError) as error:
            raise self._down(error) from None
        return found.decode() if isinstance(found, bytes) else found

    async def delete(self, conversation_ids: Sequence[UUID]) -> None:
        from redis.exceptions import RedisError

        keys = [key for one in conversation_ids for key in (self._key(one), self._revision_key(one))]
        try:
            if keys:
                await self._redis().unlink(*keys)
        except (RedisError, OSError) as error:
            raise self._down(error) from None

    async def _save_piece(self, piece: Sequence[Copy], failures: dict[UUID, StorageError]) -> None:
        from redis.exceptions import RedisError

        sent: list[Copy] = []
        async with self._redis().pipeline(transaction=False) as pipeline:
            for copy in piece:
                try:
                    document = copy.document.encode()
                except UnicodeEncodeError:
                    failures[copy.conversation_id] = self.refused("cannot keep this copy: it is no Unicode text")
                    continue
                keys = (self._key(copy.conversation_id), self._revision_key(copy.conversation_id))
                pipeline.eval(_SAVE, 2, *keys, document, copy.revision, self.options.expire_seconds or 0)
                sent.append(copy)
            try:
                answers = await pipeline.execute(raise_on_error=False) if sent else []
            except (RedisError, OSError) as error:
                raise self._down(error) from None
        for answer in answers:
            # Each copy is set in the same way: what Redis does not do for one (out of memory, read-only, a script
            # that is not allowed), it does for none.
            if isinstance(answer, Exception):
                raise self._down(answer)

    def _redis(self) -> "Redis":
        """The client. It connects anew by itself after the server was away."""
        if self._client is None:
            self._client = self._make()
        return self._client

    def _make(self) -> "Redis":
        from redis.asyncio import Redis
        from redis.asyncio.retry import Retry
        from redis.backoff import NoBackoff

        seconds = self.options.timeout_seconds
        # Once more at once, on a new connection: an idle one may have been closed. Longer pauses are the caller's.
        return Redis.from_url(
            self._url, socket_timeout=seconds, socket_connect_timeout=seconds, retry=Retry(NoBackoff(), 1)
        )

    def _key(self, conversation_id: UUID) -> str:
        return f"{self.options.prefix}{conversation_id}"

    def _revision_key(self, conversation_id: UUID) -> str:
        # Before the prefix, so that a scan of the prefix finds conversations only.
        return f"revision:{self.options.prefix}{conversation_id}"

    def _down(self, error: Exception) -> StorageError:
        return self.down(f"cannot use Redis ({type(error).__name__})")
