"""The webhook storage against a real server: signed, the same id in every try, kept only when it was taken."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from copies import copy_of
from stand_ins import Answer, Receiver, Request
from standardwebhooks import Webhook, WebhookVerificationError

from carelog.kit import jsontext
from carelog.storages import Storage, StorageDown, StorageError, StorageRefused, make_storage

pytestmark = pytest.mark.anyio

SECRET = "whsec_c2VjcmV0LW1hZGUtdXAtZm9yLXRlc3RzISE="


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    server = Receiver()
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
async def webhook(receiver: Receiver) -> AsyncIterator[Storage[Any]]:
    options = {"url": f"{receiver.url}/hook", "secret": SECRET, "timeout_seconds": 0.5}
    storage = make_storage("webhook", options, "partner")
    yield storage
    await storage.close()


async def test_what_arrives_is_signed_and_whole(receiver: Receiver, webhook: Storage[Any]) -> None:
    copy = copy_of(revision=4)
    assert await webhook.save([copy]) == [None]
    [request] = receiver.requests
    told = Webhook(SECRET).verify(request.body.decode(), request.headers)
    assert told["type"] == "conversation.finished"
    assert told["data"]["conversation"] == str(copy.conversation_id)
    assert told["data"]["revision"] == 4
    assert told["data"]["vcon"] == jsontext.parse(copy.document)
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(request.body.decode().replace("headache", "backache"), request.headers)


async def test_the_id_is_the_same_in_every_try_and_another_for_another_revision(
    receiver: Receiver, webhook: Storage[Any]
) -> None:
    copy = copy_of()
    receiver.override = lambda request: Answer(500)
    with pytest.raises(StorageDown):
        await webhook.save([copy])
    receiver.override = None
    await webhook.save([copy])
    await webhook.save([copy_of(id_=copy.conversation_id, revision=2)])
    first, again, newer = [request.headers["webhook-id"] for request in receiver.requests]
    assert first == again != newer


async def test_a_deletion_is_told_too(receiver: Receiver, webhook: Storage[Any]) -> None:
    copy = copy_of()
    await webhook.delete([copy.conversation_id])
    [request] = receiver.requests
    told = Webhook(SECRET).verify(request.body.decode(), request.headers)
    assert (told["type"], told["data"]) == ("conversation.deleted", {"conversation": str(copy.conversation_id)})


@pytest.mark.parametrize("status", [302, 401, 403, 404, 408, 410, 429, 500, 502, 503, 504])
async def test_a_receiver_that_takes_nothing_is_down(status: int, receiver: Receiver, webhook: Storage[Any]) -> None:
    receiver.override = lambda request: Answer(status, headers={"retry-after": "120", "location": "/elsewhere"})
    with pytest.raises(StorageDown, match=str(status)) as caught:
        await webhook.save([copy_of(), copy_of()])
    assert caught.value.retry_after is not None
    assert caught.value.retry_after.total_seconds() == 120
    assert {request.path for request in receiver.requests} == {"/hook"}


async def test_silence_and_a_broken_connection_are_down(receiver: Receiver, webhook: Storage[Any]) -> None:
    receiver.override = lambda request: None
    with pytest.raises(StorageDown, match="broke off"):
        await webhook.save([copy_of()])

    async def silence(request: Request) -> Answer:
        await asyncio.Event().wait()
        raise AssertionError

    receiver.override = silence
    with pytest.raises(StorageDown, match=r"within 0\.5 s"):
        await webhook.save([copy_of()])
    await receiver.stop()
    with pytest.raises(StorageDown, match="cannot be reached"):
        await webhook.save([copy_of()])
    await receiver.start()
    receiver.override = None
    assert await webhook.save([copy_of()]) == [None]


@pytest.mark.parametrize(("status", "kind"), [(400, StorageRefused), (413, StorageRefused), (500, StorageError)])
async def test_what_is_not_taken_is_that_copy_alone(
    status: int, kind: type[StorageError], receiver: Receiver, webhook: Storage[Any]
) -> None:
    receiver.override = lambda request: Answer(status if b"poison" in request.body else 204)
    results = await webhook.save([copy_of("a"), copy_of("poison"), copy_of("b")])
    assert [type(result) for result in results] == [type(None), kind, type(None)]
    assert "poison" not in str(results[1])


async def test_connections_are_kept_and_few(receiver: Receiver, webhook: Storage[Any]) -> None:
    for _ in range(5):
        assert await webhook.save([copy_of(str(i)) for i in range(30)]) == [None] * 30
    assert receiver.connections_made <= 10
