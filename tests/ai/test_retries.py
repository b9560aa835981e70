"""Tries within one call: what fails at once is tried again after a pause, what should wait longer is not."""

from typing import Any

import pytest
from small_http import answer, endpoint, in_turn, said, serving

from carelog.ai.calls import Calls
from carelog.ai.chat import Message, ask
from carelog.ai.failures import EndpointFailure, EndpointRefusal

PROMPT = [Message("user", "Hello")]


async def asked(does: Any, pauses: list[float], **more: Any) -> tuple[str, int]:
    async def pause(seconds: float) -> None:
        pauses.append(seconds)

    async with serving(does) as server, Calls(endpoint(server, **more), sleep=pause) as calls:
        try:
            return (await ask(calls, "made-up-1", PROMPT)).text, len(server.got)
        except EndpointFailure as error:
            return error.message, len(server.got)


async def test_what_failed_is_tried_again_after_growing_pauses() -> None:
    pauses: list[float] = []
    assert await asked(in_turn(answer(500), answer(502), said("Fine.")), pauses, tries=3) == ("Fine.", 3)
    assert 0.5 <= pauses[0] <= 1 <= pauses[1] <= 2


async def test_a_pause_is_what_the_endpoint_asks_for() -> None:
    pauses: list[float] = []
    await asked(in_turn(answer(429, retry_after="3"), said("Fine.")), pauses, tries=3)
    assert pauses == [3]


async def test_a_long_pause_is_the_runs_to_wait() -> None:
    pauses: list[float] = []
    async with serving(in_turn(answer(429, retry_after="40"))) as server, Calls(endpoint(server, tries=3)) as calls:
        with pytest.raises(EndpointFailure) as failed:
            await ask(calls, "made-up-1", PROMPT)
        assert failed.value.retry_after is not None
        assert failed.value.retry_after.total_seconds() == 40
        assert len(server.got) == 1
    assert pauses == []


async def test_tries_come_to_an_end() -> None:
    assert (await asked(in_turn(answer(503)), [], tries=3))[1] == 3


async def test_a_refusal_is_not_tried_again() -> None:
    assert (await asked(in_turn(answer(404)), [], tries=3))[1] == 1


async def test_silence_is_not_tried_again_at_once() -> None:
    assert (await asked(in_turn(None), [], tries=3, timeout_seconds=0.05))[1] == 1


async def test_pauses_end_with_the_time_for_the_call() -> None:
    assert (await asked(in_turn(answer(503, retry_after="9")), [], tries=3, timeout_seconds=5))[1] == 1


async def test_what_a_server_does_not_have_is_a_refusal() -> None:
    async with serving(in_turn(answer(501))) as server, Calls(endpoint(server, tries=3)) as calls:
        with pytest.raises(EndpointRefusal):
            await ask(calls, "made-up-1", PROMPT)
