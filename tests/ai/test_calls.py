"""Calls to a real server that speaks the protocol of AI endpoints, and fails in every way."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_http import answer, endpoint, in_turn, said, serving

from carelog.ai import chat
from carelog.ai.calls import Calls
from carelog.ai.chat import Message, ask
from carelog.ai.failures import EndpointFailure, EndpointRefusal
from carelog.ai.json_answer import object_in

SECRET = "My head aches terribly."
PROMPT = [Message("system", "You read."), Message("user", SECRET)]


async def asked(does: Any, *, temperature: float | None = None, json: bool = False, **more: Any) -> chat.Answer:
    async with serving(does) as server, Calls(endpoint(server, **more)) as calls:
        return await ask(calls, "made-up-1", PROMPT, temperature=temperature, json=json)


async def test_a_question_goes_out_as_the_protocol_has_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_KEY", "sk-made-up")
    async with (
        serving(in_turn(said("Fine.", model="made-up-1-2026"))) as server,
        Calls(endpoint(server, api_key_env="SOME_KEY")) as calls,
    ):
        told = await ask(calls, "made-up-1", PROMPT, temperature=0.5, json=True)
    assert (told.text, told.model) == ("Fine.", "made-up-1-2026")
    [request] = server.got
    assert (request.method, request.path) == ("POST", "/v1/chat/completions")
    assert request.headers["authorization"] == "Bearer sk-made-up"
    assert request.json == {
        "model": "made-up-1",
        "messages": [{"role": "system", "content": "You read."}, {"role": "user", "content": SECRET}],
        "temperature": 0.5,
        "response_format": {"type": "json_object"},
    }


@pytest.mark.parametrize("status", [408, 409, 425, 429, 500, 502, 503, 529])
async def test_trouble_that_may_pass_is_a_failure(status: int) -> None:
    with pytest.raises(EndpointFailure, match=f"'near' answered {status}") as failed:
        await asked(in_turn(answer(status, {"error": {"message": SECRET}}, retry_after="7")))
    assert not isinstance(failed.value, EndpointRefusal)
    assert failed.value.retry_after == timedelta(seconds=7)
    assert SECRET not in failed.value.message


@pytest.mark.parametrize("status", [302, 307, 400, 401, 403, 404, 413, 422])
async def test_a_no_is_a_refusal_and_nothing_goes_elsewhere(status: int) -> None:
    async with serving(in_turn(said("Stolen."))) as elsewhere:
        told = answer(
            status, {"error": {"message": SECRET, "code": SECRET}}, location=f"http://127.0.0.1:{elsewhere.port}"
        )
        with pytest.raises(EndpointRefusal, match=rf"'near' answered {status}$"):
            await asked(in_turn(told))
    assert elsewhere.got == []


async def test_a_known_code_is_told() -> None:
    with pytest.raises(EndpointRefusal, match=r"answered 404 \(model_not_found\)"):
        await asked(in_turn(answer(404, {"error": {"code": "model_not_found", "message": SECRET}})))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b'{"choices": [',
        b"[]",
        b"null",
        b'"words"',
        b"\xff\xfe",
        b'{"choices": []}',
        b'{"choices": null}',
        b'{"choices": {}}',
        b'{"choices": ["words"]}',
        b'{"choices": [{"message": "words"}]}',
        b'{"choices": [{"message": {"content": null}}]}',
        b'{"choices": [{"message": {"content": " "}}]}',
        b'{"choices": [{"message": {"content": ["words"]}}]}',
    ],
)
async def test_an_answer_of_another_shape_is_a_failure_to_be_tried_again(body: bytes) -> None:
    with pytest.raises(EndpointFailure) as failed:
        await asked(in_turn(answer(200, body)))
    assert not isinstance(failed.value, EndpointRefusal)


@pytest.mark.parametrize(
    ("told", "why"),
    [
        (said("Half a summ", finish_reason="length"), "cut its answer off"),
        (said("", finish_reason="content_filter"), "content filter"),
        (said(None, refusal="I cannot help with that."), "declined"),
    ],
)
async def test_what_is_no_whole_answer_is_not_taken_for_one(told: bytes, why: str) -> None:
    with pytest.raises(EndpointRefusal, match=why):
        await asked(in_turn(told))


async def test_silence_ends_with_the_timeout() -> None:
    with pytest.raises(EndpointFailure, match=r"did not answer within 0\.2 s"):
        await asked(in_turn(None), timeout_seconds=0.2)


async def test_a_closed_door_is_a_failure() -> None:
    async with serving(in_turn(None)) as server:
        pass
    async with Calls(endpoint(server)) as calls:
        with pytest.raises(EndpointFailure, match="cannot be reached"):
            await ask(calls, "made-up-1", PROMPT)


async def test_an_answer_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("carelog.ai.calls._LARGEST_ANSWER", 1000)
    with pytest.raises(EndpointRefusal, match="more than 1000 bytes"):
        await asked(in_turn(said("word " * 1000)))


async def test_no_more_calls_are_open_at_once_than_the_settings_allow() -> None:
    async with serving(in_turn(said("Fine."))) as server:
        one = endpoint(server, max_concurrency=2)
        async with Calls(one) as first, Calls(one) as second:
            await asyncio.gather(*(ask(calls, "made-up-1", PROMPT) for calls in [first, second] * 5))
    assert len(server.got) == 10
    assert server.most_open <= 2


@given(st.dictionaries(st.text(), st.booleans() | st.text() | st.integers(-(2**53), 2**53), max_size=4))
@settings(max_examples=30)
def test_an_object_is_found_with_and_without_a_fence(value: dict[str, Any]) -> None:
    import json

    written = json.dumps(value, indent=1)
    assert object_in(written) == object_in(f"```json\n{written}\n```\n") == object_in(f"```\n{written}\n```") == value
