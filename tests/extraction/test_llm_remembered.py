"""Answers of a model that are remembered: those that were held to the evidence, and no others."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from model_server import Model, fact, turn_saying
from one_link import made_up
from small_http import answer, endpoint, serving

from carelog.ai.calls import Calls
from carelog.conversations import Conversation
from carelog.extraction.llm.engine import LlmEngine, LlmOptions, Reading

HEADACHE = "I have a headache."


def honest(_: str, transcript: str) -> list[Any]:
    return [fact("symptom", turn_saying(transcript, "headache"), "I have a headache", {"name": "headache"})]


async def twice(model: Model, *conversations: Conversation) -> list[list[Reading | Exception]]:
    """What is read of them, and what of the same another time."""
    async with serving(model) as server, Calls(endpoint(server, structured="json_schema")) as calls:
        engine = LlmEngine(calls, LlmOptions(model="made-up-1"))
        return [await engine.read([(one, "UTC") for one in conversations]) for _ in range(2)]


def findings(told: Reading | Exception) -> list[str]:
    assert isinstance(told, Reading), told
    return [finding.payload.headline() for finding in told.held.findings]


async def test_what_was_held_to_the_evidence_is_asked_once() -> None:
    model = Model(honest)
    first, second = await twice(model, made_up(HEADACHE), made_up(f"{HEADACHE} Badly."))
    assert [findings(told) for told in first] == [findings(told) for told in second] == [["headache: present"]] * 2
    assert len(model.questions) == 1
    usages = [told.usage for told in (*first, *second) if isinstance(told, Reading)]
    assert [(usage.calls, usage.remembered) for usage in usages] == [(1, 0), (1, 0), (0, 1), (0, 1)]


def invented(id_: str, transcript: str) -> list[Any]:
    return [*honest(id_, transcript), fact("medication", 0, "I take warfarin", {"name": "warfarin"})]


async def test_what_was_made_up_is_asked_again() -> None:
    model = Model(invented)
    first, second = await twice(model, made_up(HEADACHE))
    assert findings(first[0]) == findings(second[0]) == ["headache: present"]
    assert len(model.questions) == 2


@pytest.mark.parametrize(
    "spoiled",
    [
        lambda ids, text: "I found a headache.",
        lambda ids, text: text[:-5],
        lambda ids, text: json.dumps({"conversations": [{"id": "c9", "facts": []}]}),
        lambda ids, text: answer(200, {"choices": [{"finish_reason": "length", "message": {"content": text}}]}),
    ],
)
async def test_what_cannot_be_read_is_asked_again(spoiled: Callable[[list[str], str], str | bytes]) -> None:
    model = Model(honest, spoils=spoiled)
    first, second = await twice(model, made_up(HEADACHE))
    assert isinstance(first[0], Exception)
    assert isinstance(second[0], Exception)
    asked = len(model.questions)
    assert asked >= 2
    model.spoils = lambda ids, text: text
    [[well], _] = await twice(model, made_up(HEADACHE))
    assert findings(well) == ["headache: present"]


async def test_who_says_the_same_under_another_name_is_quoted_by_their_own() -> None:
    def named(_: str, transcript: str) -> list[Any]:
        [line] = [line for line in transcript.splitlines() if "headache" in line]
        quote = line.partition(": ")[2]
        return [fact("symptom", turn_saying(transcript, "headache"), quote, {"name": "headache"})]

    model = Model(named)
    people = [
        made_up(f"{name} has a headache.", parties=[{"tel": "+12025550100", "name": name, "role": "patient"}])
        for name in ("Ana Reyes", "Jo Okafor")
    ]
    async with serving(model) as server, Calls(endpoint(server, structured="json_schema")) as calls:
        engine = LlmEngine(calls, LlmOptions(model="made-up-1"))
        told = [(await engine.read([(person, "UTC")]))[0] for person in people]
    assert len(model.questions) == 1
    texts = [one.turns[0].text for one in people]
    spans = [finding.spans[0] for one in told if isinstance(one, Reading) for finding in one.held.findings]
    assert [text[span.start : span.end] for text, span in zip(texts, spans, strict=True)] == texts
