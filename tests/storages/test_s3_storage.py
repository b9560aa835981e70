"""The s3 storage against a server that speaks S3, through the real client."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from copies import copy_of
from stand_ins import Answer, ObjectServer, Request

from carelog.storages import Storage, StorageDown, StorageError, StorageRefused, make_storage

pytest.importorskip("obstore", reason="the extra `s3` is not installed")

pytestmark = pytest.mark.anyio

KEYS = {"access_key_id": "made-up-id", "secret_access_key": "made-up-key", "region": "eu-central-1"}


@pytest.fixture
async def server() -> AsyncIterator[ObjectServer]:
    made = ObjectServer("copies")
    await made.start()
    yield made
    await made.stop()


@pytest.fixture
def storage(server: ObjectServer) -> Storage[Any]:
    return make_storage("s3", {"url": "s3://copies/carelog", "endpoint": server.url, **KEYS}, "cloud")


async def test_the_newest_revision_is_the_one_object(server: ObjectServer, storage: Storage[Any]) -> None:
    copy = copy_of()
    newer = copy_of(id_=copy.conversation_id, revision=12)
    await storage.save([copy])
    await storage.save([newer])
    assert server.objects == {f"carelog/{copy.conversation_id}/12.json": newer.document.encode()}
    put = next(request for request in server.requests if request.method == "PUT")
    assert put.headers["content-type"] == "application/vcon"
    assert "Credential=made-up-id/" in put.headers["authorization"]
    assert "/eu-central-1/s3/" in put.headers["authorization"]


async def test_a_list_of_many_pages_is_read_whole(server: ObjectServer, storage: Storage[Any]) -> None:
    copy = copy_of(revision=30)
    server.objects = {f"carelog/{copy.conversation_id}/{i}.json": b"older" for i in range(1, 11)}
    assert await storage.save([copy]) == [None]
    assert list(server.objects.values()) == [copy.document.encode()]


async def test_of_several_revisions_the_newest_is_read(server: ObjectServer, storage: Storage[Any]) -> None:
    copy = copy_of(revision=10)
    folder = f"carelog/{copy.conversation_id}"
    server.objects = {f"{folder}/9.json": b"older", f"{folder}/10.json": copy.document.encode(), f"{folder}/x": b""}
    assert await storage.get(copy.conversation_id) == copy.document


@pytest.mark.parametrize("status", [400, 401, 403, 404, 429, 500, 503])
async def test_a_store_that_takes_nothing_is_down(status: int, server: ObjectServer, storage: Storage[Any]) -> None:
    server.override = lambda request: Answer(status, b"<Error><Code>Made</Code></Error>")
    with pytest.raises(StorageDown):
        await storage.save([copy_of(), copy_of()])
    server.override = None
    assert await storage.save([copy_of()]) == [None]


@pytest.mark.parametrize(("status", "kind"), [(400, StorageError), (413, StorageRefused), (500, StorageError)])
async def test_what_is_not_taken_is_that_copy_alone(
    status: int, kind: type[StorageError], server: ObjectServer, storage: Storage[Any]
) -> None:
    def poisoned(request: Request) -> Answer:
        if b"poison" in request.body:
            return Answer(status, b"<Error><Code>Made</Code></Error>")
        return server.answer(request)

    server.override = poisoned
    results = await storage.save([copy_of("a"), copy_of("poison"), copy_of("b")])
    assert [type(result) for result in results] == [type(None), kind, type(None)]
    assert "poison" not in str(results[1])


async def test_connections_are_kept(server: ObjectServer, storage: Storage[Any]) -> None:
    for _ in range(3):
        assert await storage.save([copy_of(str(i)) for i in range(40)]) == [None] * 40
    assert server.connections_made <= 16
