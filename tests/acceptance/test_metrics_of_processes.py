"""`/metrics` of several `carelog up` on one data folder: any of them shows the totals of all."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING

from scraped import Scraped

if TYPE_CHECKING:
    from tests.acceptance.conftest import Client, Up

Start = Callable[..., "Up"]
Talk = Callable[["Up", str], "AbstractAsyncContextManager[Client]"]


async def test_a_process_that_is_killed_stays_in_the_totals(start: Start, talk: Talk, key: str) -> None:
    one, other = start("--no-worker"), start("--no-worker")

    async def hand_in(up: "Up", said: str) -> None:
        async with talk(up, key) as client:
            answer = await client.http.post("/api/conversations", content=said, headers={"Content-Type": "text/plain"})
            assert answer.status_code == 201, answer.text

    async def ingested(up: "Up") -> float:
        async with talk(up, key) as client:
            page = Scraped((await client.http.get("/metrics")).text)
        return page.value("carelog_conversations_ingested_total", channel="calls", verdict="accepted")

    for up, said in ((one, "Patient: One."), (other, "Patient: Two."), (other, "Patient: Three.")):
        await hand_in(up, said)
    assert await ingested(one) == await ingested(other) == 3
    other.kill()
    assert await ingested(one) == 3
    again = start("--no-worker")
    await hand_in(again, "Patient: Four.")
    assert await ingested(one) == await ingested(again) == 4
