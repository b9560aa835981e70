"""Two worker processes and one AI endpoint, which is asked no more often than it may be, fails in every way, and is
left alone when it is down: no conversation is lost, and nothing that was not said is stored."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from random import Random
from typing import Any, Final

import pytest
from installation import Installation, until
from made_up import submission
from model_server import Model, fact, transcripts, turn_saying
from scraped import Scraped
from small_http import Asked, answer, serving

from carelog.kit.breaker import FAILURES
from carelog.pipeline.run import RunState

Install = Callable[..., AbstractAsyncContextManager[Installation]]

HEADACHE: Final = "I have a headache."

_CONFIG: Final = """
worker_batch: 2
ai_endpoints:
  default: {{url: "http://127.0.0.1:{port}/v1", model: made-up-1, max_concurrency: 1, tries: 1, {more}}}
chains:
  record: {{channels: [vcon], max_tries: {max_tries}, links: [extract: {{engine: llm, together: {together}}}]}}
"""


def config(port: int, *, max_tries: int = 3, together: int = 1, **more: Any) -> str:
    said = ", ".join(f"{key}: {value}" for key, value in more.items())
    return _CONFIG.format(port=port, more=said, max_tries=max_tries, together=together)


def saying(texts: Sequence[str], *, first: int = 0) -> list[dict[str, Any]]:
    """A vCon of each text, by a person of its own."""
    return [
        dict(submission(text, tel=f"+1202555{first + number:04}").conversation.document)
        for number, text in enumerate(texts)
    ]


def honest(_: str, transcript: str) -> list[Any]:
    return [fact("symptom", turn_saying(transcript, "headache"), "I have a headache", {"name": "headache"})]


async def headlines(installation: Installation) -> list[str]:
    """What all records say."""
    async with installation.talk() as client:
        subjects = await client.pages("/api/subjects")
        pages = [await client.pages(f"/api/subjects/{subject['id']}/entries") for subject in subjects]
    entries = [entry for page in pages for entry in page]
    assert all("headache" in evidence["quote"] for entry in entries for evidence in entry["evidence"])
    return [entry["payload"]["name"] for entry in entries]


async def parked(installation: Installation) -> int:
    async with installation.talk() as client:
        waiting = await client.pages("/api/runs", state="queued")
    return sum((run["error"] or {}).get("code") == "link.parked" for run in waiting)


async def metrics(installation: Installation) -> Scraped:
    async with installation.talk() as client:
        return Scraped((await client.http.get("/metrics")).text)


class TwoAtOnce:
    """Answers only once two questions are open: of one process at a time, so that two are at work. One question is
    enough until `needed` says more."""

    def __init__(self, model: Model) -> None:
        self.needed = 1
        self._model = model
        self._open = 0
        self._enough = asyncio.Condition()

    async def answer(self, asked: Asked) -> AsyncIterator[bytes]:
        async with self._enough:
            self._open += 1
            self._enough.notify_all()
            await self._enough.wait_for(lambda: self._open >= self.needed)
        self.needed = 1
        told = self._model(asked)
        assert isinstance(told, bytes)
        yield told
        self._open -= 1


@pytest.mark.parametrize("shared", ["redis", "database"])
async def test_two_processes_ask_the_same_only_once_and_no_more_often_than_they_may(
    shared: str, install: Install, health_url: Callable[[str], str], request: pytest.FixtureRequest
) -> None:
    """Without a Redis each process asks for itself, and remembers."""
    redis_url = request.getfixturevalue("redis_url") if shared == "redis" else None
    the_same, different, a_minute = 6, 7, 4
    model = Model(honest)
    both = TwoAtOnce(model)
    async with serving(both.answer) as server:
        limited = config(server.port, requests_per_minute=a_minute, structured="json_schema")
        async with install(health_url("sqlite"), redis_url, config=limited) as installation:
            await installation.hand_in(saying([HEADACHE] * the_same))
            await installation.until_over(the_same)
            asked = len(model.questions)
            assert 1 <= asked <= (1 if redis_url else 2)
            assert await headlines(installation) == ["headache"] * the_same

            both.needed = 2
            await installation.hand_in(saying([f"{HEADACHE} Again {n}." for n in range(different)], first=100))
            answered = a_minute - asked

            async def no_more_are_asked() -> bool:
                over, waiting = await installation.over(), await parked(installation)
                return (over, waiting) == (the_same + answered, different - answered)

            await until(no_more_are_asked)
            assert len(model.questions) == a_minute
            told = await metrics(installation)
            assert told.value("carelog_ai_answers_total", fate="asked") == a_minute
            others = (told.value("carelog_ai_answers_total", fate=fate) for fate in ("remembered", "shared"))
            assert sum(others) == the_same - asked


async def test_an_endpoint_that_is_down_is_left_alone_by_all_and_found_again(
    install: Install, health_url: Callable[[str], str]
) -> None:
    calls, down, failed = 12, True, 0
    model = Model(honest)

    def does(asked: Asked) -> bytes | None:
        nonlocal failed
        if down:
            failed += 1
            return answer(500)
        return model(asked)

    async with serving(does) as server:
        brief = config(server.port, max_tries=2, breaker_rest_seconds=1, structured="json_schema")
        async with install(health_url("sqlite"), config=brief) as installation:
            await installation.hand_in(saying([f"{HEADACHE} Again {number}." for number in range(calls)]))

            async def all_wait() -> bool:
                return await parked(installation) >= calls - FAILURES

            await until(all_wait)
            told = await metrics(installation)
            assert told.value("carelog_ai_breaker_state", endpoint="default", state="closed") == 0
            down = False
            await installation.until_over(calls)
            assert await installation.runs() == {RunState.FINISHED: calls}
            told = await metrics(installation)
            opened = told.value("carelog_ai_breaker_changes_total", state="open")
            # Five opened it, and one of the other process may have been under way; since then each was a trial.
            assert FAILURES <= failed <= FAILURES + opened
            assert told.value("carelog_ai_breaker_state", endpoint="default", state="closed") == 1
            assert len(await headlines(installation)) == calls


LIES: Final = (
    fact("medication", 0, "I take warfarin", {"name": "warfarin"}),
    fact("vitals", 0, HEADACHE, {"kind": "heart_rate", "value": "500"}),
    fact("symptom", 0, "I have a fever", {"name": "fever"}),
    fact("symptom", 7, "I have a headache", {"name": "headache"}),
    "not a fact",
)


def lying(id_: str, transcript: str) -> list[Any]:
    return [*honest(id_, transcript), *LIES]


async def drip() -> AsyncIterator[bytes]:
    yield b"HTTP/1.1 200 Told\r\ncontent-length: 100000\r\n\r\n"
    while True:
        yield b" "
        await asyncio.sleep(0.01)


def crossed(asked: Asked) -> bytes:
    """Of each conversation what another says; where there is one alone, nothing at all."""
    told = list(transcripts(asked.json["messages"][-1]["content"]).items())
    if len(told) == 1:
        return said("{}")
    quotes = [f"Still {re.findall(r'Still ([0-9]+)', text)[0]}." for _, text in told]
    facts = [[fact("symptom", 0, quote, {"name": "headache"})] for quote in (*quotes[1:], quotes[0])]
    content = {"conversations": [{"id": id_, "facts": of} for (id_, _), of in zip(told, facts, strict=True)]}
    return said(json.dumps(content))


def said(content: str, finish_reason: str = "stop") -> bytes:
    message = {"role": "assistant", "content": content}
    return answer(200, {"model": "made-up-1", "choices": [{"finish_reason": finish_reason, "message": message}]})


FAULTS: Final[tuple[Callable[[Asked], bytes | AsyncIterator[bytes] | None], ...]] = (
    lambda asked: answer(500),
    lambda asked: answer(503, retry_after="1"),
    lambda asked: answer(429, retry_after="1"),
    lambda asked: None,
    lambda asked: drip(),
    lambda asked: answer(200, b'{"choices": [{'),
    lambda asked: answer(200, b"<html>Busy</html>"),
    lambda asked: said('{"conversations": [{"id": "c1", "fac'),
    lambda asked: said('{"conversations": [', "length"),
    lambda asked: said("I found a headache."),
    lambda asked: said(json.dumps({"conversations": [{"id": "c9", "facts": [LIES[0]]}]})),
    crossed,
)


async def test_whatever_an_endpoint_does_nothing_is_lost_and_nothing_is_made_up(
    install: Install, health_url: Callable[[str], str]
) -> None:
    calls, random = 16, Random(5)
    model = Model(lying, ways=("json_object",))
    faults = random.sample(FAULTS * 2, 2 * len(FAULTS))

    def does(asked: Asked) -> bytes | AsyncIterator[bytes] | None:
        probe = "Who greets you?" in asked.json["messages"][-1]["content"]
        return faults.pop()(asked) if faults and not probe else model(asked)

    async with serving(does) as server:
        # More tries than there are faults: none may be used up by chance, by one run.
        rough = config(server.port, max_tries=100, together=4, timeout_seconds=0.5, breaker_rest_seconds=0.5)
        async with install(health_url("sqlite"), config=rough) as installation:
            async with asyncio.TaskGroup() as at_once:
                texts = [f"{HEADACHE} Still {number}." for number in range(calls)]
                at_once.create_task(installation.hand_in(saying(texts)))
                at_once.create_task(killed_once(installation, random, until_left=lambda: len(faults) <= len(FAULTS)))
            await installation.until_over(calls)
            assert await installation.runs() == {RunState.FINISHED: calls}
            assert await headlines(installation) == ["headache"] * calls
            assert faults == []


async def killed_once(installation: Installation, random: Random, *, until_left: Callable[[], bool]) -> None:
    await until(until_left)
    await installation.kill_one_worker(random)
