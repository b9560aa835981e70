"""The milvus storage over Milvus Lite, with a small server of embeddings."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from copies import copy_of, document_copy
from stand_ins import Answer, EmbeddingServer

from carelog.kit.ids import new_id
from carelog.storages import Copy, Storage, StorageDown, StorageRefused, make_storage

# To import them takes most of a second: it is not done to see whether they are there.
pytestmark = [
    pytest.mark.anyio,
    pytest.mark.skipif(find_spec("pymilvus") is None, reason="the extra `milvus` is not installed"),
    pytest.mark.skipif(
        find_spec("milvus_lite") is None, reason="Milvus Lite is not installed, or there is none for this platform"
    ),
]


class MilvusServer:
    """Milvus Lite over gRPC, which may be stopped and started again on its port."""

    def __init__(self, folder: Path) -> None:
        self._folder = str(folder)
        self._running: tuple[Any, Any] | None = None
        self.port = 0

    def start(self) -> None:
        from milvus_lite.adapter.grpc.server import start_server_in_thread

        server, database, self.port = start_server_in_thread(self._folder, port=self.port)
        self._running = server, database

    def stop(self) -> None:
        if self._running:
            server, database = self._running
            server.stop(grace=None).wait()
            database.close()
            self._running = None


@pytest.fixture
async def embeddings() -> AsyncIterator[EmbeddingServer]:
    server = EmbeddingServer()
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
def milvus(tmp_path: Path) -> Iterator[MilvusServer]:
    server = MilvusServer(tmp_path / "milvus.db")
    server.start()
    yield server
    server.stop()


def options_of(milvus: MilvusServer, embeddings: EmbeddingServer) -> dict[str, Any]:
    return {
        "uri": f"http://127.0.0.1:{milvus.port}",
        "embedding_url": f"{embeddings.url}/v1",
        "embedding_model": "letters",
        "api_key": "made-up",
        "dimension": 4,
        "chunk_characters": 100,
        "timeout_seconds": 2,
    }


@pytest.fixture
async def storage(milvus: MilvusServer, embeddings: EmbeddingServer) -> AsyncIterator[Storage[Any]]:
    made = make_storage("milvus", options_of(milvus, embeddings), "meaning")
    yield made
    await made.close()


def pieces(milvus: MilvusServer, *ids: object) -> list[dict[str, Any]]:
    """What is kept of these conversations, as another program sees it."""
    from pymilvus import MilvusClient

    client = MilvusClient(uri=f"http://127.0.0.1:{milvus.port}")
    try:
        among = ", ".join(f'"{one}"' for one in ids)
        fields = ["conversation", "revision", "piece", "text", "title", "channel", "subject", "started_at"]
        found = client.query("vcons", filter=f"conversation in [{among}]", output_fields=fields)
        return sorted((dict(row) for row in found), key=lambda row: row["piece"])
    finally:
        client.close()


def nearest(milvus: MilvusServer, vector: list[float]) -> str:
    from pymilvus import MilvusClient

    client = MilvusClient(uri=f"http://127.0.0.1:{milvus.port}")
    try:
        [[best]] = client.search("vcons", data=[vector], limit=1, output_fields=["text"])
        return str(best["entity"]["text"])
    finally:
        client.close()


async def test_what_was_said_is_found_by_its_embedding(
    milvus: MilvusServer, embeddings: EmbeddingServer, storage: Storage[Any]
) -> None:
    copies = [copy_of("aaaa"), copy_of("bbbb"), copy_of("cccc")]
    assert await storage.save(copies) == [None] * 3
    assert "aaaa" in nearest(milvus, [5.5, 0.5, 0.5, 10.0])
    [row] = pieces(milvus, copies[0].conversation_id)
    assert row | {"id": ""} == {
        "id": "",
        "conversation": str(copies[0].conversation_id),
        "revision": 1,
        "piece": 0,
        "text": "Asha: aaaa",
        "title": "Check-in",
        "channel": "checkin",
        "subject": str(copies[0].subject_id),
        "started_at": "2026-01-05T12:00:00+00:00",
    }
    assert embeddings.requests[0].headers["authorization"] == "Bearer made-up"
    assert embeddings.requests[0].json()["model"] == "letters"


async def test_a_long_conversation_is_kept_in_pieces(milvus: MilvusServer, storage: Storage[Any]) -> None:
    copy = copy_of(" ".join(f"word{i}" for i in range(2000)))
    assert await storage.save([copy]) == [None]
    rows = pieces(milvus, copy.conversation_id)
    assert [row["piece"] for row in rows] == list(range(len(rows)))
    assert len(rows) > 64
    assert " ".join(row["text"] for row in rows).split()[1:] == [f"word{i}" for i in range(2000)]


async def test_only_the_newest_revision_stays_and_nothing_is_embedded_twice(
    milvus: MilvusServer, embeddings: EmbeddingServer, storage: Storage[Any]
) -> None:
    first = copy_of("first " * 100)
    third = copy_of("third", id_=first.conversation_id, revision=3)
    second = copy_of("second", id_=first.conversation_id, revision=2)
    for copy in (first, third):
        assert await storage.save([copy]) == [None]
    asked = len(embeddings.requests)
    for copy in (second, third, first):
        assert await storage.save([copy]) == [None]
    assert len(embeddings.requests) == asked
    assert [(row["revision"], row["text"]) for row in pieces(milvus, first.conversation_id)] == [(3, "Asha: third")]


async def test_the_newest_wins_however_writers_meet(
    milvus: MilvusServer, embeddings: EmbeddingServer, storage: Storage[Any]
) -> None:
    await storage.open()
    other = make_storage("milvus", options_of(milvus, embeddings), "meaning")
    ids = [new_id() for _ in range(5)]
    batches = {r: [copy_of(f"r{r}", id_=one, revision=r) for one in ids] for r in range(1, 5)}
    await asyncio.gather(*((storage if r % 2 else other).save(batches[r]) for r in (2, 4, 1, 3)))
    await other.close()
    assert [row["text"] for row in pieces(milvus, *ids)] == ["Asha: r4"] * 5


async def test_deleted_is_gone(milvus: MilvusServer, storage: Storage[Any]) -> None:
    copies = [copy_of(str(i)) for i in range(3)]
    await storage.save(copies)
    gone = [copy.conversation_id for copy in copies[:2]]
    for _ in range(2):
        await storage.delete(gone)
        assert pieces(milvus, *gone) == []
    assert len(pieces(milvus, copies[2].conversation_id)) == 1


async def test_a_conversation_without_words_leaves_nothing_and_is_no_failure(
    milvus: MilvusServer, storage: Storage[Any]
) -> None:
    before, sealed = copy_of("before"), document_copy('{"payload": "e30", "signatures": []}')
    silent = document_copy('{"parties": [], "dialog": []}', id_=before.conversation_id, revision=2)
    assert await storage.save([before, sealed]) == [None, None]
    assert await storage.save([silent]) == [None]
    assert pieces(milvus, before.conversation_id, sealed.conversation_id) == []


async def test_a_text_that_the_model_refuses_is_that_copy_alone(
    embeddings: EmbeddingServer, milvus: MilvusServer, storage: Storage[Any]
) -> None:
    embeddings.refuses = lambda text: "poison" in text
    copies = [copy_of("a"), copy_of("poison"), copy_of("b"), document_copy("{")]
    results = await storage.save(copies)
    assert [type(result) for result in results] == [type(None), StorageRefused, type(None), StorageRefused]
    assert "poison" not in str(results[1])
    assert len(pieces(milvus, *(copy.conversation_id for copy in copies))) == 2


async def test_embeddings_that_are_down_or_of_another_model_hold_all(
    embeddings: EmbeddingServer, storage: Storage[Any]
) -> None:
    def wrong(vectors: list[list[float]]) -> Answer:
        return Answer.of({"data": [{"index": i, "embedding": vector} for i, vector in enumerate(vectors)]})

    for answer, told in (
        (Answer(429, headers={"retry-after": "30"}), "429"),
        (Answer(401), "401"),
        (wrong([[1.0, 2.0]]), "of 2 numbers"),
        (wrong([]), "got 0"),
        (Answer(body=b"<html>"), "another shape"),
    ):
        embeddings.override = lambda request, answer=answer: answer
        with pytest.raises(StorageDown, match=told) as caught:
            await storage.save([copy_of()])
        wait = caught.value.retry_after
        assert (wait.total_seconds() if wait else None) == (30 if told == "429" else None)
    embeddings.override = None
    assert await storage.save([copy_of()]) == [None]


async def test_what_is_no_milvus_is_down(embeddings: EmbeddingServer) -> None:
    options = {"embedding_url": embeddings.url, "embedding_model": "letters", "dimension": 4, "timeout_seconds": 1}
    storage = make_storage("milvus", {"uri": embeddings.url, **options}, "meaning")
    with pytest.raises(StorageDown):
        await storage.open()
    await storage.close()


async def test_down_is_told_and_back_again_needs_no_restart(
    milvus: MilvusServer, embeddings: EmbeddingServer, storage: Storage[Any]
) -> None:
    before, meanwhile = copy_of("before"), copy_of("meanwhile")
    assert await storage.save([before]) == [None]
    milvus.stop()
    late = make_storage("milvus", options_of(milvus, embeddings), "meaning")
    for one in (storage, late):
        with pytest.raises(StorageDown):
            await one.save([meanwhile])
        with pytest.raises(StorageDown):
            await one.delete([before.conversation_id])
    milvus.start()
    both: list[Copy] = [before, meanwhile]
    for one in (storage, late):
        assert await one.save(both) == [None, None]
    await late.close()
    assert len(pieces(milvus, *(copy.conversation_id for copy in both))) == 2
