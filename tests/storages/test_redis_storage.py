"""The redis storage as other programs see it."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from copies import copy_of

from carelog.storages import Storage, StorageDown, make_storage

redis = pytest.importorskip("redis.asyncio", reason="the extra `redis` is not installed")

pytestmark = pytest.mark.anyio

Maker = Callable[..., Storage[Any]]


@pytest.fixture
async def make(redis_url: str) -> AsyncIterator[Maker]:
    made: list[Storage[Any]] = []

    def maker(**options: object) -> Storage[Any]:
        made.append(make_storage("redis", {"url": redis_url, **options}, "recent"))
        return made[-1]

    yield maker
    for storage in made:
        await storage.close()


@pytest.fixture
async def client(redis_url: str) -> AsyncIterator[Any]:
    async with redis.Redis.from_url(redis_url, decode_responses=True) as made:
        yield made


async def test_the_plain_json_stands_under_prefix_and_id(make: Maker, client: Any) -> None:
    copy = copy_of()
    await make().save([copy])
    assert await client.keys("vcon:*") == [f"vcon:{copy.conversation_id}"]
    assert await client.get(f"vcon:{copy.conversation_id}") == copy.document
    assert await client.ttl(f"vcon:{copy.conversation_id}") == -1


async def test_it_goes_when_its_time_is_over_and_nothing_is_left(make: Maker, client: Any) -> None:
    storage, copy = make(prefix="copies/", expire_seconds=600), copy_of()
    await storage.save([copy])
    for key in await client.keys("*"):
        assert 0 < await client.ttl(key) <= 600
    newer = copy_of(id_=copy.conversation_id, revision=2)
    await make(prefix="copies/").save([newer])
    for key in await client.keys("*"):
        assert await client.ttl(key) == -1
    await storage.delete([copy.conversation_id])
    assert await client.keys("*") == []


async def test_a_copy_that_was_evicted_may_be_saved_again(make: Maker, client: Any) -> None:
    storage, newer = make(), copy_of(revision=5)
    await storage.save([newer])
    await client.delete(f"vcon:{newer.conversation_id}")
    older = copy_of(id_=newer.conversation_id, revision=4)
    await storage.save([older])
    assert await storage.get(older.conversation_id) == older.document


async def test_out_of_memory_is_down_and_over_when_there_is_room(make: Maker, client: Any) -> None:
    storage, copy = make(), copy_of()
    await client.config_set("maxmemory", "1")
    try:
        with pytest.raises(StorageDown, match="OutOfMemoryError"):
            await storage.save([copy])
    finally:
        await client.config_set("maxmemory", "0")
    assert await storage.save([copy]) == [None]
