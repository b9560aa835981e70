"""Answers that are remembered: the same question is paid once, what cannot be relied on is asked again, and Redis is
told nothing that could be read."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from made_up import submission
from servers import RedisServer

from carelog.ai.answer_keys import AnswerKeys, SharedKeyring, forget_answers
from carelog.ai.answers import LIFETIMES, Answered, Answers, Kind
from carelog.ai.failures import EndpointFailure
from carelog.ai.shared_answers import SharedAnswers
from carelog.app import Carelog
from carelog.db import Database
from carelog.identity import operator
from carelog.kit.clock import ManualClock
from carelog.kit.shared_redis import SharedRedis

QUESTION = ["http://near/v1", {"model": "made-up-1", "messages": [{"role": "user", "content": "It is about Ana."}]}]
PATIENCE = timedelta(seconds=20)
SECRET = b"a key that is made up for tests."


@dataclass(frozen=True)
class Keyring:
    keys: AnswerKeys | None

    async def current(self) -> AnswerKeys | None:
        return self.keys


class Endpoint:
    """Counts its calls, each of which lasts until `answer` is set."""

    def __init__(self, *, at_once: bool = True) -> None:
        self.calls = 0
        self.answer = asyncio.Event()
        self.fails: Exception | None = None
        if at_once:
            self.answer.set()

    async def __call__(self) -> Any:
        self.calls += 1
        number = self.calls
        await self.answer.wait()
        if self.fails:
            raise self.fails
        return {"number": number, "said": "Ana has a headache."}

    async def asked(self, answers: Answers, question: object = QUESTION, kind: Kind = Kind.EXTRACTION) -> Answered:
        return await answers.ask(question, kind, self, PATIENCE)


async def until_called(endpoint: Endpoint, calls: int = 1) -> None:
    while endpoint.calls < calls:
        await asyncio.sleep(0)


async def test_an_answer_that_is_kept_is_not_asked_for_again(clock: ManualClock) -> None:
    answers, endpoint = Answers(clock=clock), Endpoint()
    first = await endpoint.asked(answers)
    await first.keep()
    second = await endpoint.asked(answers)
    assert (first.fate, second.fate, endpoint.calls) == ("asked", "remembered", 1)
    assert second.body == first.body


async def test_an_answer_that_nobody_kept_is_asked_for_again(clock: ManualClock) -> None:
    answers, endpoint = Answers(clock=clock), Endpoint()
    assert [(await endpoint.asked(answers)).body["number"] for _ in range(2)] == [1, 2]


@pytest.mark.parametrize("kind", Kind)
async def test_answers_are_forgotten_in_time(kind: Kind, clock: ManualClock) -> None:
    answers, endpoint = Answers(clock=clock), Endpoint()
    await (await endpoint.asked(answers, kind=kind)).keep()
    clock.advance(seconds=LIFETIMES[kind].total_seconds() - 1)
    assert (await endpoint.asked(answers, kind=kind)).fate == "remembered"
    clock.advance(seconds=1)
    assert (await endpoint.asked(answers, kind=kind)).fate == "asked"


async def test_whatever_else_is_asked_is_another_question(clock: ManualClock) -> None:
    answers, endpoint = Answers(clock=clock), Endpoint()
    await (await endpoint.asked(answers)).keep()
    url, request = QUESTION
    assert isinstance(request, dict)
    others: list[object] = [
        ["http://far/v1", request],
        [url, {**request, "model": "made-up-2"}],
        [url, {**request, "temperature": 0}],
        [url, {**request, "messages": [{"role": "user", "content": "It is about Jo."}]}],
        [url, {**request, "response_format": {"type": "json_object"}}],
    ]
    assert [(await endpoint.asked(answers, other)).fate for other in others] == ["asked"] * len(others)
    assert (await endpoint.asked(answers, kind=Kind.PLAN)).fate == "asked"
    assert (await endpoint.asked(answers, [url, dict(reversed(request.items()))])).fate == "remembered"


async def test_who_asks_the_same_at_the_same_time_shares_a_call() -> None:
    answers, endpoint = Answers(), Endpoint(at_once=False)
    together = [asyncio.create_task(endpoint.asked(answers)) for _ in range(5)]
    await until_called(endpoint)
    endpoint.answer.set()
    told = await asyncio.gather(*together)
    assert (endpoint.calls, [one.fate for one in told]) == (1, ["asked"] + ["shared"] * 4)
    assert len({one.body["number"] for one in told}) == 1


async def test_a_failure_is_shared_and_not_remembered() -> None:
    answers, endpoint = Answers(), Endpoint(at_once=False)
    endpoint.fails = EndpointFailure("made up")
    together = [asyncio.create_task(endpoint.asked(answers)) for _ in range(3)]
    await until_called(endpoint)
    endpoint.answer.set()
    assert all(isinstance(told, EndpointFailure) for told in await asyncio.gather(*together, return_exceptions=True))
    assert endpoint.calls == 1
    endpoint.fails = None
    assert (await endpoint.asked(answers)).fate == "asked"


async def test_who_gives_up_leaves_the_call_to_those_who_wait() -> None:
    answers, endpoint = Answers(), Endpoint(at_once=False)
    impatient, patient = (asyncio.create_task(endpoint.asked(answers)) for _ in range(2))
    await until_called(endpoint)
    impatient.cancel()
    await until_called(endpoint, 2)
    endpoint.answer.set()
    assert (await patient).fate == "asked"
    assert impatient.cancelled()


async def test_memory_has_a_bound(monkeypatch: pytest.MonkeyPatch, clock: ManualClock) -> None:
    monkeypatch.setattr("carelog.ai.answers._MOST_CHARACTERS", 400)
    answers, endpoint = Answers(clock=clock), Endpoint()
    for number in range(20):
        await (await endpoint.asked(answers, number)).keep()
    fates = [(await endpoint.asked(answers, number)).fate for number in range(20)]
    assert (fates[0], fates[19]) == ("asked", "remembered")


async def test_without_keys_nothing_is_remembered(clock: ManualClock) -> None:
    answers, endpoint = Answers(Keyring(None), clock), Endpoint()
    for _ in range(2):
        answered = await endpoint.asked(answers)
        await answered.keep()
        assert answered.fate == "asked"


# Through Redis


@pytest.fixture
async def process(redis_url: str, clock: ManualClock) -> AsyncIterator[Callable[..., Answers]]:
    """Makes the answers of a process of its own."""
    opened: list[SharedRedis] = []

    def make(secret: bytes = SECRET) -> Answers:
        opened.append(SharedRedis(redis_url, clock, setting="cache_url"))
        return Answers(Keyring(AnswerKeys.of(secret, b"salt")), clock, SharedAnswers(opened[-1]))

    yield make
    for redis in opened:
        await redis.close()


async def test_another_process_need_not_ask(process: Callable[..., Answers]) -> None:
    endpoint = Endpoint()
    await (await endpoint.asked(process())).keep()
    again = await endpoint.asked(process())
    assert (again.fate, again.body["said"], endpoint.calls) == ("remembered", "Ana has a headache.", 1)


async def test_processes_that_ask_at_the_same_time_share_a_call(process: Callable[..., Answers]) -> None:
    endpoint = Endpoint(at_once=False)

    async def ask(answers: Answers) -> str:
        answered = await endpoint.asked(answers)
        await answered.keep()
        return answered.fate

    one = asyncio.create_task(ask(process()))
    await until_called(endpoint)
    other = asyncio.create_task(ask(process()))
    endpoint.answer.set()
    assert (await one, await other, endpoint.calls) == ("asked", "remembered", 1)


async def test_a_process_that_fails_holds_no_other_up(process: Callable[..., Answers]) -> None:
    endpoint = Endpoint()
    endpoint.fails = EndpointFailure("made up")
    with pytest.raises(EndpointFailure):
        await endpoint.asked(process())
    endpoint.fails = None
    assert (await endpoint.asked(process())).fate == "asked"


async def test_a_process_that_died_over_a_question_is_not_waited_for_long(
    redis_url: str, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("carelog.ai.shared_answers._CLAIM", timedelta(milliseconds=300))
    redis = SharedRedis(redis_url, clock, setting="cache_url")
    dead, alive = (SharedAnswers(redis) for _ in range(2))
    assert await dead.find(b"a question", SECRET, timedelta(hours=1)) is None, "it is for this one to ask"
    async with asyncio.timeout(30):
        assert await alive.find(b"a question", SECRET, timedelta(hours=1)) is None
    await redis.close()


async def test_redis_is_told_nothing_that_can_be_read(
    process: Callable[..., Answers], redis_server: RedisServer
) -> None:
    endpoint = Endpoint()
    await (await endpoint.asked(process())).keep()
    names = redis_server.command("KEYS", "*")
    [name] = [line for line in names.split(b"\r\n") if line.startswith(b"carelog:ai:answer:")]
    value = redis_server.command("GET", name.decode())
    assert len(value) > 30
    for said in (b"Ana", b"headache", b"near", b"made-up"):
        assert said not in names + value
    # Under another key it is neither found nor opened.
    assert (await endpoint.asked(process(b"another key, made up for tests, "))).fate == "asked"


async def test_an_answer_that_was_altered_in_redis_is_none(
    process: Callable[..., Answers], redis_url: str, clock: ManualClock
) -> None:
    endpoint = Endpoint()
    await (await endpoint.asked(process())).keep()
    redis = SharedRedis(redis_url, clock, setting="cache_url")
    [name] = await redis.ask(lambda client: client.keys("carelog:ai:answer:*"))
    await redis.ask(lambda client: client.setrange(name, 20, b"\x00\x01\x02"))
    await redis.close()
    assert (await endpoint.asked(process())).fate == "asked"


async def test_while_redis_is_away_each_process_asks_and_remembers(
    process: Callable[..., Answers], redis_server: RedisServer
) -> None:
    one, other, endpoint = process(), process(), Endpoint()
    redis_server.stop()
    await (await endpoint.asked(one)).keep()
    assert [(await endpoint.asked(answers)).fate for answers in (one, other)] == ["remembered", "asked"]


# Forgetting


async def test_what_is_forgotten_is_so_in_every_process(
    dialect: str, new_database: Callable[[str], Callable[[str], str]], redis_url: str, clock: ManualClock
) -> None:
    url = new_database(dialect)("health")
    databases, redis = [Database(url), Database(url)], SharedRedis(redis_url, clock, setting="cache_url")
    one, other = (
        Answers(SharedKeyring(database, lambda: SECRET), clock, SharedAnswers(redis)) for database in databases
    )
    endpoint = Endpoint()
    await (await endpoint.asked(one)).keep()
    assert [(await endpoint.asked(answers)).fate for answers in (one, other)] == ["remembered"] * 2
    async with databases[0].write() as connection:
        await forget_answers(connection, UUID(int=1), clock.now())
    assert [(await endpoint.asked(answers)).fate for answers in (one, other)] == ["asked"] * 2
    await redis.close()
    for database in databases:
        await database.close()


async def test_the_erasure_of_a_record_forgets_what_was_answered(carelog: Carelog) -> None:
    answers, endpoint = Answers(SharedKeyring(carelog.health, lambda: SECRET), carelog.clock), Endpoint()
    [receipt] = await carelog.intake.accept(operator(), [submission()])
    await (await endpoint.asked(answers)).keep()
    assert receipt.subject_id
    await carelog.erasure.erase(operator(), receipt.subject_id)
    assert (await endpoint.asked(answers)).fate == "asked"


async def test_a_database_that_is_away_keeps_no_answer_back(clock: ManualClock) -> None:
    away = Database("postgresql://nobody@127.0.0.1:1/nowhere")
    assert (await Endpoint().asked(Answers(SharedKeyring(away, lambda: SECRET), clock))).fate == "asked"
    await away.close()
