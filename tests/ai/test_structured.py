"""Answers by a schema, over servers that have one way or another of it."""

import asyncio

import pytest
from model_server import WAYS, Model
from small_http import answer, endpoint, serving

from carelog.ai.calls import Calls
from carelog.ai.endpoint import Rung
from carelog.ai.failures import EndpointFailure, EndpointRefusal
from carelog.ai.structured import ObjectAnswer, ask_object
from carelog.ai.usage import Prices, Usage
from carelog.extraction.llm.facts import SCHEMA
from carelog.extraction.llm.prompt import question
from carelog.extraction.llm.windows import Line

PROMPT = question([("c1", [Line(0, "I am fine.")], ["Patient"])])


def nothing(id_: str, transcript: str) -> list[object]:
    return []


async def asked(calls: Calls) -> ObjectAnswer:
    return await ask_object(calls, "made-up-1", PROMPT, SCHEMA)


@pytest.mark.parametrize("way", WAYS)
async def test_the_surest_way_that_there_is_is_found_once(way: str) -> None:
    model = Model(nothing, ways=[way])
    async with serving(model) as server:
        near = endpoint(server)
        async with Calls(near) as first, Calls(near) as second:
            answers = await asyncio.gather(asked(first), asked(second), asked(first))
    assert [a.value for a in answers] == [{"conversations": [{"id": "c1", "facts": []}]}] * 3
    assert model.probes == list(WAYS[: WAYS.index(way) + 1])
    assert near.rungs == {"made-up-1": Rung(way)}


async def test_a_server_that_passes_over_what_it_does_not_have_is_found_out() -> None:
    model = Model(nothing, ways=["tool"], ignored=["json_schema"])
    async with serving(model) as server, Calls(endpoint(server)) as calls:
        assert (await asked(calls)).value is not None
    assert model.probes == ["json_schema", "tool"]


async def test_nothing_of_anybody_is_in_what_finds_out() -> None:
    model = Model(nothing)
    async with serving(model) as server, Calls(endpoint(server)) as calls:
        await asked(calls)
        assert "fine" not in str(server.got[0].json)
        assert "fine" in str(server.got[1].json)


async def test_a_server_without_any_way_is_a_refusal() -> None:
    async with serving(Model(nothing, ways=[])) as server, Calls(endpoint(server)) as calls:
        with pytest.raises(EndpointRefusal, match="none of the known ways"):
            await asked(calls)


async def test_an_outage_decides_nothing() -> None:
    model = Model(nothing, faults=[answer(500)])
    async with serving(model) as server:
        near = endpoint(server)
        async with Calls(near) as calls:
            with pytest.raises(EndpointFailure, match="500"):
                await asked(calls)
            assert near.rungs == {}
            assert (await asked(calls)).value is not None
    assert model.probes == ["json_schema"]


async def test_a_way_that_refuses_this_schema_gives_place_to_the_next() -> None:
    model = Model(nothing, faults=[answer(400)], probing=False)
    async with serving(model) as server:
        near = endpoint(server)
        async with Calls(near) as calls:
            assert (await asked(calls)).value is not None
            assert near.rungs == {"made-up-1": Rung.TOOL}


async def test_the_way_may_be_set() -> None:
    model = Model(nothing)
    async with serving(model) as server, Calls(endpoint(server, structured="json_object")) as calls:
        await asked(calls)
    assert model.probes == []
    assert model.questions[0]["response_format"] == {"type": "json_object"}


async def test_what_it_took_is_told() -> None:
    prices = Prices(prompt=1, cached=0.1, completion=10)
    async with serving(Model(nothing)) as server, Calls(endpoint(server, prices=prices.model_dump())) as calls:
        usage = (await asked(calls)).usage
    assert (usage.prompt, usage.cached, usage.completion) == (1000, 800, 50)
    assert usage.cost == pytest.approx((200 * 1 + 800 * 0.1 + 50 * 10) / 1e6)


def test_what_is_not_told_stays_unknown() -> None:
    one = Usage.told({"usage": {"prompt_tokens": 7, "completion_tokens": 1}}, 1, Prices(prompt=1, completion=1))
    other = Usage.told({"usage": {"prompt_tokens": "7"}}, 2, Prices(prompt=1, completion=1))
    assert (other.prompt, other.cost) == (None, None)
    assert one + other == Usage(calls=2, seconds=3, prompt=7, completion=1)
    assert Usage() + one == one


def test_what_no_call_can_have_taken_is_not_believed() -> None:
    usage = {"prompt_tokens": 10**400, "completion_tokens": -1}
    told = Usage.told({"usage": usage}, 1, Prices(prompt=1, completion=1))
    assert told == Usage(calls=1, seconds=1)
