"""The webhook link against a real server: signed, counted as failed unless it is taken, never sent elsewhere."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from made_up import submission
from small_http import Asked, answer, serving
from standardwebhooks import Webhook, WebhookVerificationError

from carelog.kit.clock import SystemClock
from carelog.kit.errors import ConfigurationError
from carelog.kit.ids import new_id
from carelog.pipeline import LinkError, LinkParked, Outcome, PermanentLinkError, Work
from carelog.pipeline.link import make_link

SECRET = "whsec_" + "c2VjcmV0LW1hZGUtdXAtZm9yLXRlc3RzISE="


@dataclass
class Receiver:
    """A small HTTP server that answers as it is told and keeps what it got."""

    answers: list[bytes]
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    port: int = 0

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        headers = {k.lower(): v for k, _, v in (line.partition(": ") for line in head.split("\r\n")[1:]) if k}
        body = await reader.readexactly(int(headers["content-length"]))
        self.got.append((headers, body))
        answer = self.answers[min(len(self.got), len(self.answers)) - 1]
        if answer == b"silence":
            await reader.read()
        else:
            writer.write(answer)
            await writer.drain()
        writer.close()
        await writer.wait_closed()


@asynccontextmanager
async def receiver(*answers: str) -> AsyncIterator[Receiver]:
    made = Receiver([answer.encode() for answer in answers])
    server = await asyncio.start_server(made.answer, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    async with server:
        yield made


def status(line: str, *headers: str) -> str:
    return "\r\n".join([f"HTTP/1.1 {line}", "content-length: 0", "connection: close", *headers, "", ""])


OK = status("204 No Content")


def work() -> Work:
    given = submission("I have a headache.").conversation
    return Work(given, given.uuid, new_id(), "checkin", "record", f"{new_id()}:1", SystemClock().now())


async def send(port: int, monkeypatch: pytest.MonkeyPatch, one: Work | None = None, **options: object) -> object:
    monkeypatch.setenv("HOOK_SECRET", SECRET)
    link = make_link("webhook", {"urls": [f"http://127.0.0.1:{port}/hook"], "secret_env": "HOOK_SECRET", **options})
    [result] = await link.run_batch([one or work()])
    return result


async def test_what_arrives_is_signed_and_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    one = work()
    async with receiver(OK) as at:
        assert await send(at.port, monkeypatch, one) == Outcome()
    [(headers, body)] = at.got
    told = Webhook(SECRET).verify(body.decode(), headers)
    assert told["type"] == "conversation.processed"
    assert told["data"]["conversation"] == str(one.conversation_id)
    assert told["data"]["vcon"] == one.conversation.document
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(body.decode().replace("headache", "backache"), headers)


async def test_the_id_is_the_same_in_every_try(monkeypatch: pytest.MonkeyPatch) -> None:
    one = work()
    async with receiver(status("500 Broken"), OK) as at:
        assert isinstance(await send(at.port, monkeypatch, one), LinkError)
        assert await send(at.port, monkeypatch, one) == Outcome()
    ids = [headers["webhook-id"] for headers, _ in at.got]
    assert ids[0] == ids[1]


@pytest.mark.parametrize(
    ("answer", "permanent"),
    [
        ("500 Internal Server Error", False),
        ("503 Service Unavailable", False),
        ("429 Too Many Requests", False),
        ("408 Request Timeout", False),
        ("404 Not Found", True),
        ("410 Gone", True),
        ("302 Found", True),
    ],
)
async def test_an_answer_that_is_no_success_is_a_failure(
    answer: str, permanent: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with receiver(status(answer, "location: http://127.0.0.1:1/elsewhere")) as at:
        failure = await send(at.port, monkeypatch)
    assert isinstance(failure, LinkError)
    assert isinstance(failure, PermanentLinkError) is permanent
    assert answer[:3] in failure.message
    assert "headache" not in failure.message
    assert len(at.got) == 1


async def test_a_receiver_that_is_full_has_its_pause_and_costs_no_try(monkeypatch: pytest.MonkeyPatch) -> None:
    for value, seconds in (("120", 120), ("999999999999", 3600), ("soon", 10), ("-5", 10), ("0", 1)):
        async with receiver(status("429 Too Many Requests", f"retry-after: {value}")) as at:
            failure = await send(at.port, monkeypatch)
        assert isinstance(failure, LinkParked)
        assert failure.retry_after is not None
        assert seconds <= failure.retry_after.total_seconds() <= 1.5 * seconds + 1


async def test_a_receiver_that_takes_one_a_second_gets_a_batch_at_its_pace(monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[tuple[float, str]] = []

    def one_a_second(asked: Asked) -> bytes:
        now = time.monotonic()
        if taken and now - taken[-1][0] < 1:
            return answer(429, retry_after="1")
        taken.append((now, asked.json["data"]["conversation"]))
        return answer(204)

    monkeypatch.setenv("HOOK_SECRET", SECRET)
    async with serving(one_a_second) as server:
        urls = [f"http://127.0.0.1:{server.port}/hook"]
        link = make_link("webhook", {"urls": urls, "secret_env": "HOOK_SECRET"})
        batch = [work() for _ in range(4)]
        assert await link.run_batch(batch) == [Outcome()] * 4
    assert sorted(conversation for _, conversation in taken) == sorted(str(one.conversation_id) for one in batch)


async def test_what_a_batch_has_no_patience_for_is_put_off(monkeypatch: pytest.MonkeyPatch) -> None:
    tries = 0

    def always_full(asked: Asked) -> bytes:
        nonlocal tries
        tries += 1
        return answer(429, retry_after="60")

    monkeypatch.setenv("HOOK_SECRET", SECRET)
    async with serving(always_full) as server:
        urls = [f"http://127.0.0.1:{server.port}/hook"]
        link = make_link("webhook", {"urls": urls, "secret_env": "HOOK_SECRET"})
        results = await link.run_batch([work() for _ in range(40)])
    assert all(isinstance(one, LinkParked) for one in results)
    assert tries <= 10, "those that wait for a place are not posted to who is known to be full"


async def test_a_receiver_that_is_down_may_ask_for_a_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    async with receiver(status("503 Service Unavailable", "retry-after: 120")) as at:
        failure = await send(at.port, monkeypatch)
    assert isinstance(failure, LinkError)
    assert failure.retry_after == timedelta(seconds=120)


async def test_an_answer_that_trickles_in_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    async def trickle(_asked: Asked) -> AsyncIterator[bytes]:
        yield b"HTTP/1.1 204 No Content\r\n"
        while True:
            yield b"x: y\r\n"
            await asyncio.sleep(0.01)

    async with serving(lambda asked: trickle(asked)) as at:
        failure = await send(at.port, monkeypatch, timeout_seconds=0.2)
    assert isinstance(failure, LinkError)
    assert "0.2 s" in failure.message


async def test_silence_and_a_closed_door_are_failures_to_be_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    async with receiver("silence") as at:
        failure = await send(at.port, monkeypatch, timeout_seconds=0.2)
        assert isinstance(failure, LinkError)
        assert "0.2 s" in failure.message
    closed = await send(at.port, monkeypatch)
    assert isinstance(closed, LinkError)
    assert not isinstance(closed, PermanentLinkError)


async def test_the_document_stays_here_when_the_options_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    async with receiver(OK) as at:
        await send(at.port, monkeypatch, include_document=False)
    assert "vcon" not in json.loads(at.got[0][1])["data"]


def test_there_is_no_webhook_without_a_usable_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    for secret in ("", "whsec_", "not base64 at all!"):
        monkeypatch.setenv("HOOK_SECRET", secret)
        with pytest.raises(ConfigurationError, match="HOOK_SECRET"):
            make_link("webhook", {"urls": ["https://example.org/h"], "secret_env": "HOOK_SECRET"})
