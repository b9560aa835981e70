"""Chat completions (https://platform.openai.com/docs/api-reference/chat/create)."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from carelog.ai.calls import Calls
from carelog.ai.failures import AnswerCutOff
from carelog.ai.usage import Usage
from carelog.telemetry import metrics


@dataclass(frozen=True, slots=True)
class Message:
    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What the model said, the model that said it, as the endpoint names it, and what it took."""

    text: str
    model: str
    usage: Usage


@dataclass(frozen=True, slots=True)
class Completion:
    """A whole answer; `message` is as the protocol has it."""

    message: Mapping[str, Any]
    model: str
    usage: Usage


async def ask(
    calls: Calls, model: str, messages: Sequence[Message], *, temperature: float | None = None, json: bool = False
) -> Answer:
    """Have a model answer. With `json`, it is asked for a JSON object: see `object_in`.

    Raises EndpointFailure; EndpointRefusal also when the model declines, or its answer was cut off.
    """
    more = {"response_format": {"type": "json_object"}} if json else {}
    completion = await complete(calls, model, messages, temperature=temperature, more=more)
    text = completion.message.get("content")
    if not isinstance(text, str) or not text.strip():
        raise calls.failure("answered with an empty message")
    return Answer(text, completion.model, completion.usage)


async def complete(
    calls: Calls,
    model: str,
    messages: Sequence[Message],
    *,
    temperature: float | None = None,
    more: Mapping[str, Any] | None = None,
) -> Completion:
    """The completion of these messages, with `more` in the request. Raises as `ask` does, AnswerCutOff where the
    answer or the question is too long."""
    request: dict[str, Any] = {
        "model": model,
        "messages": [{"role": message.role, "content": message.content} for message in messages],
        **(more or {}),
    }
    if temperature is not None:  # some models take none
        request["temperature"] = temperature
    began = time.perf_counter()
    answer = await calls.post("/chat/completions", json=request)
    return _checked(calls, answer, model, time.perf_counter() - began)


def _checked(calls: Calls, answer: object, model: str, seconds: float) -> Completion:
    choices = answer.get("choices") if isinstance(answer, dict) else None
    choice = choices[0] if isinstance(choices, list) and choices else None
    message = choice.get("message") if isinstance(choice, dict) else None
    if not isinstance(answer, dict) or not isinstance(choice, dict) or not isinstance(message, dict):
        raise calls.failure("answered without a message")
    usage = Usage.told(answer, seconds, calls.endpoint.prices)
    tokens = {"prompt": usage.prompt, "cached": usage.cached, "completion": usage.completion}
    metrics.ai_used(calls.endpoint.name, {kind: count for kind, count in tokens.items() if count}, usage.cost)
    match choice.get("finish_reason"):
        case "length":
            raise AnswerCutOff(f"AI endpoint {calls.endpoint.name!r} cut its answer off: the model's limit is reached")
        case "content_filter":
            raise calls.refusal("withheld its answer by its content filter")
    if message.get("refusal"):
        raise calls.refusal("declined to answer")
    said = answer.get("model")
    return Completion(message, said if isinstance(said, str) and said else model, usage)
