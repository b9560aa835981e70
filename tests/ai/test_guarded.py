"""Calls within the limits of their endpoint, and within the time that they have as a whole."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from scraped import Scraped
from small_http import Server, answer, definition, in_turn, said, serving

from carelog.ai.answers import Answers, Kind
from carelog.ai.calls import Calls
from carelog.ai.chat import Message, ask
from carelog.ai.endpoint import Endpoint, EndpointDefinition
from carelog.ai.failures import EndpointBusy, EndpointFailure, EndpointTimeout
from carelog.ai.guarded import admit
from carelog.ai.rates import Rates
from carelog.ai.safeguards import Safeguards
from carelog.ai.usage import Usage
from carelog.db.breakers import Breakers
from carelog.kit.breaker import FAILURES, BreakerState
from carelog.kit.clock import ManualClock
from carelog.telemetry import metrics

PROMPT = [Message("user", "Hello")]


def near(server: Server, clock: ManualClock, **more: Any) -> Endpoint:
    safeguards = Safeguards(Breakers(clock=clock), Rates(clock), Answers(clock=clock))
    return Endpoint.of("near", EndpointDefinition.model_validate(definition(server, **more)), safeguards)


def passing(clock: ManualClock) -> Callable[[float], Awaitable[None]]:
    async def pause(seconds: float) -> None:
        clock.advance(seconds=seconds)

    return pause


def counted(name: str, **labels: str) -> float:
    return Scraped(metrics.page().decode()).value(name, endpoint="near", **labels)


async def test_a_call_beyond_the_limit_is_not_made_and_told_when_to_come(clock: ManualClock) -> None:
    async with serving(in_turn(said("Fine."))) as server, Calls(near(server, clock, requests_per_minute=2)) as calls:
        before = counted("carelog_ai_calls_total", fate="held_back")
        for _ in range(2):
            await ask(calls, "made-up-1", PROMPT)
        with pytest.raises(EndpointBusy) as busy:
            await ask(calls, "made-up-1", PROMPT)
        assert len(server.got) == 2
        assert counted("carelog_ai_calls_total", fate="held_back") == before + 1
        assert busy.value.retry_after is not None
        clock.advance(seconds=busy.value.retry_after.total_seconds())
        await ask(calls, "made-up-1", PROMPT)


async def test_a_short_wait_is_waited_for(clock: ManualClock) -> None:
    async with serving(in_turn(said("Fine."))) as server:
        limited = near(server, clock, requests_per_minute=1, tries=2)
        async with Calls(limited, sleep=passing(clock)) as calls:
            await ask(calls, "made-up-1", PROMPT)
            clock.advance(seconds=55)
            assert (await ask(calls, "made-up-1", PROMPT)).text == "Fine."
    assert len(server.got) == 2


async def test_being_held_back_says_nothing_of_the_endpoint(clock: ManualClock) -> None:
    async with serving(in_turn(said("Fine."))) as server:
        limited = near(server, clock, requests_per_minute=1)
        async with Calls(limited) as calls:
            await ask(calls, "made-up-1", PROMPT)
            for _ in range(FAILURES + 1):
                with pytest.raises(EndpointBusy):
                    await ask(calls, "made-up-1", PROMPT)
        assert await limited.safeguards.breakers.state("near") is BreakerState.CLOSED


async def test_tokens_are_counted_by_what_the_endpoint_says(clock: ManualClock) -> None:
    whole = {
        "choices": [{"finish_reason": "stop", "message": {"role": "assistant", "content": "Fine."}}],
        "usage": {"prompt_tokens": 60, "completion_tokens": 40},
    }
    told = in_turn(answer(200, whole))
    async with serving(told) as server, Calls(near(server, clock, tokens_per_minute=150)) as calls:
        for _ in range(2):
            await ask(calls, "made-up-1", PROMPT)
        with pytest.raises(EndpointBusy):
            await ask(calls, "made-up-1", PROMPT)
        assert len(server.got) == 2


async def test_an_answer_of_more_than_a_minute_may_have_is_waited_for_a_minute(clock: ManualClock) -> None:
    whole = {
        "choices": [{"finish_reason": "stop", "message": {"role": "assistant", "content": "Fine."}}],
        "usage": {"prompt_tokens": 900_000_000, "completion_tokens": 40},
    }
    told = in_turn(answer(200, whole))
    async with serving(told) as server, Calls(near(server, clock, tokens_per_minute=150)) as calls:
        await ask(calls, "made-up-1", PROMPT)
        with pytest.raises(EndpointBusy) as busy:
            await ask(calls, "made-up-1", PROMPT)
    assert busy.value.retry_after is not None
    assert busy.value.retry_after <= timedelta(minutes=2)


async def test_a_call_that_has_no_tokens_takes_no_request(clock: ManualClock) -> None:
    async with serving(in_turn(said("Fine."))) as server:
        limited = near(server, clock, tokens_per_minute=10, requests_per_minute=2)
        async with Calls(limited) as calls:
            await ask(calls, "made-up-1", [Message("user", "word " * 40)])
            for _ in range(3):
                with pytest.raises(EndpointBusy):
                    await ask(calls, "made-up-1", [Message("user", "word " * 40)])
            clock.advance(seconds=61)
            await ask(calls, "made-up-1", PROMPT)
            assert (await ask(calls, "made-up-1", PROMPT)).text == "Fine."


async def test_one_person_does_not_take_everything(clock: ManualClock) -> None:
    async with serving(in_turn(None)) as server:
        limited = near(server, clock, person_per_minute=2)
        one, other = UUID(int=1), UUID(int=2)
        for _ in range(2):
            await admit(limited, one)
        with pytest.raises(EndpointBusy) as busy:
            await admit(limited, one)
        assert one.hex not in busy.value.message
        await admit(limited, other)


async def test_the_time_of_a_call_is_that_of_all_its_tries(clock: ManualClock, monkeypatch: pytest.MonkeyPatch) -> None:
    ends: list[float | None] = []
    timeout_at = asyncio.timeout_at

    def noted(when: float | None) -> asyncio.Timeout:
        ends.append(when)
        return timeout_at(when)

    monkeypatch.setattr(asyncio, "timeout_at", noted)
    told = in_turn(answer(500, retry_after="0"), None)
    async with serving(told) as server, Calls(near(server, clock, tries=3, timeout_seconds=0.5)) as calls:
        with pytest.raises(EndpointTimeout):
            await ask(calls, "made-up-1", PROMPT)
    assert (len(ends), len(set(ends))) == (2, 1)


@pytest.mark.parametrize("asks", [None, "40"])
async def test_who_says_that_it_is_asked_too_often_is_busy(asks: str | None, clock: ManualClock) -> None:
    headers = {} if asks is None else {"retry_after": asks}
    async with serving(in_turn(answer(429, **headers))) as server, Calls(near(server, clock)) as calls:
        with pytest.raises(EndpointBusy):
            await ask(calls, "made-up-1", PROMPT)


async def test_a_remembered_answer_takes_no_call_no_tokens_and_no_money(clock: ManualClock) -> None:
    async with serving(in_turn(said("Fine."))) as server:
        one = near(server, clock, requests_per_minute=1, prices={"prompt": 1, "completion": 2})
        async with Calls(one) as calls:
            first = await ask(calls, "made-up-1", PROMPT, kind=Kind.EXTRACTION)
            await first.keep()
            second = await ask(calls, "made-up-1", PROMPT, kind=Kind.EXTRACTION)
    assert (second.text, len(server.got)) == (first.text, 1)
    assert second.usage == Usage(remembered=1, seconds=second.usage.seconds, cost=0)
    assert (first.usage + second.usage).as_json()["calls"] == 1
    assert second.usage.as_json().keys() == {"calls", "remembered", "seconds", "cost"}


async def test_answers_are_not_remembered_where_the_endpoint_is_to_be_asked_each_time(clock: ManualClock) -> None:
    async with serving(in_turn(said("Fine."))) as server, Calls(near(server, clock, cache=False)) as calls:
        for _ in range(2):
            await (await ask(calls, "made-up-1", PROMPT, kind=Kind.EXTRACTION)).keep()
    assert len(server.got) == 2


async def test_what_failed_is_asked_again(clock: ManualClock) -> None:
    told = in_turn(answer(200, {"choices": []}), said("Fine."))
    async with serving(told) as server, Calls(near(server, clock)) as calls:
        with pytest.raises(EndpointFailure):
            await ask(calls, "made-up-1", PROMPT, kind=Kind.EXTRACTION)
        assert (await ask(calls, "made-up-1", PROMPT, kind=Kind.EXTRACTION)).text == "Fine."
