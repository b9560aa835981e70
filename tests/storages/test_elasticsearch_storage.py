"""The elasticsearch storage against a server that speaks its document API."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from copies import copy_of, document_copy
from stand_ins import Answer, Request, SearchServer

from carelog.storages import Storage, StorageDown, StorageError, StorageRefused, make_storage

pytestmark = pytest.mark.anyio


@pytest.fixture
async def server() -> AsyncIterator[SearchServer]:
    made = SearchServer()
    await made.start()
    yield made
    await made.stop()


@pytest.fixture
async def storage(server: SearchServer) -> AsyncIterator[Storage[Any]]:
    made = make_storage("elasticsearch", {"url": server.url, "index": "talks", "api_key": "made-up"}, "search")
    yield made
    await made.close()


async def test_a_document_has_fields_to_search_and_the_exact_vcon(server: SearchServer, storage: Storage[Any]) -> None:
    copy = copy_of("My head aches.")
    await storage.save([copy])
    source = server.indexes["talks"][str(copy.conversation_id)].source
    assert source["text"] == ["My head aches."]
    assert source["parties"] == [{"name": "Asha", "tel": "+12025550100", "mailto": None, "role": "patient"}]
    assert source["started_at"] == "2026-01-05T12:00:00+00:00"
    assert source["vcon"] == copy.document
    assert server.mappings["talks"]["dynamic"] is False
    assert set(source) == set(server.mappings["talks"]["properties"])
    assert {request.headers["authorization"] for request in server.requests} == {"ApiKey made-up"}


async def test_the_name_and_password_of_a_url_sign_in(server: SearchServer) -> None:
    url = server.url.replace("http://", "http://ann:made-up@")
    storage = make_storage("elasticsearch", {"url": url}, "search")
    await storage.open()
    await storage.close()
    assert server.requests[0].headers["authorization"] == "Basic YW5uOm1hZGUtdXA="


async def test_a_batch_is_two_requests(server: SearchServer, storage: Storage[Any]) -> None:
    await storage.open()
    server.requests.clear()
    await storage.save([copy_of(str(i)) for i in range(50)])
    assert [request.path for request in server.requests] == ["/talks/_mget", "/talks/_bulk"]
    assert server.connections_made == 1


async def test_what_is_refused_is_that_copy_alone(server: SearchServer, storage: Storage[Any]) -> None:
    server.refuses = lambda source: "poison" in source["vcon"]
    results = await storage.save([copy_of("a"), copy_of("poison"), document_copy("{"), copy_of("b")])
    assert [type(result) for result in results] == [type(None), StorageRefused, StorageRefused, type(None)]
    assert "document_parsing_exception" in str(results[1])
    assert "poison" not in str(results[1])


async def test_a_request_that_is_too_large_is_halved_until_it_fits(server: SearchServer, storage: Storage[Any]) -> None:
    server.largest_body = 6000
    copies = [copy_of("word " * 100) for _ in range(9)]
    large = copy_of("word " * 2000)
    results = await storage.save([*copies, large])
    assert results[:9] == [None] * 9
    assert isinstance(results[9], StorageRefused)
    assert len(server.indexes["talks"]) == 9


async def test_a_writer_that_came_in_between_is_noticed(server: SearchServer, storage: Storage[Any]) -> None:
    first = copy_of("first")
    await storage.save([first])
    third = copy_of("third", id_=first.conversation_id, revision=3)
    second = copy_of("second", id_=first.conversation_id, revision=2)
    other = make_storage("elasticsearch", {"url": server.url, "index": "talks"}, "search")
    await other.open()

    async def meanwhile(request: Request) -> Answer:
        server.override = None
        answer = server.answer(request)
        await other.save([third])
        return answer

    server.override = meanwhile
    assert await storage.save([second]) == [None]
    await other.close()
    assert await storage.get(first.conversation_id) == third.document


async def test_an_index_that_was_deleted_is_made_again_with_its_mapping(
    server: SearchServer, storage: Storage[Any]
) -> None:
    await storage.save([copy_of()])
    server.indexes.clear()
    server.mappings.clear()
    copy = copy_of()
    with pytest.raises(StorageDown, match="lost its index"):
        await storage.save([copy])
    assert await storage.save([copy]) == [None]
    assert server.mappings["talks"]["dynamic"] is False


@pytest.mark.parametrize("status", [401, 403, 408, 429, 500, 502, 503, 504])
async def test_a_server_that_takes_nothing_is_down(status: int, server: SearchServer, storage: Storage[Any]) -> None:
    server.override = lambda request: Answer(status, headers={"retry-after": "7"})
    with pytest.raises(StorageDown, match=str(status)) as caught:
        await storage.save([copy_of()])
    assert caught.value.retry_after is not None
    assert caught.value.retry_after.total_seconds() == 7
    server.override = None
    assert await storage.save([copy_of()]) == [None]


@pytest.mark.parametrize(
    ("status", "kind"), [(429, "es_rejected_execution_exception"), (403, "cluster_block_exception")]
)
async def test_an_overloaded_or_full_server_is_down_though_it_answers(
    status: int, kind: str, server: SearchServer, storage: Storage[Any]
) -> None:
    await storage.open()

    def blocked(request: Request) -> Answer:
        if not request.path.endswith("_bulk"):
            return server.answer(request)
        return Answer.of({"errors": True, "items": [{"create": {"status": status, "error": {"type": kind}}}]})

    server.override = blocked
    with pytest.raises(StorageDown, match=kind):
        await storage.save([copy_of()])


async def test_what_is_deleted_is_gone_from_searches_as_well(server: SearchServer, storage: Storage[Any]) -> None:
    copy = copy_of()
    await storage.save([copy])
    await storage.delete([copy.conversation_id])
    assert server.requests[-1].query == {"refresh": "true"}
    assert server.indexes["talks"] == {}


async def test_what_is_no_elasticsearch_is_down(server: SearchServer, storage: Storage[Any]) -> None:
    server.override = lambda request: Answer(body=b"<html>Welcome</html>")
    with pytest.raises(StorageDown):
        await storage.save([copy_of()])
    with pytest.raises(StorageError):
        await storage.get(copy_of().conversation_id)
