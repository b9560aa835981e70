"""Chat completions (https://platform.openai.com/docs/api-reference/chat/create)."""

import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from carelog.ai.answers import Answered, Kind, nothing
from carelog.ai.calls import Calls
from carelog.ai.failures import AnswerCutOff
from carelog.ai.guarded import took
from carelog.ai.usage import Usage
from carelog.telemetry import metrics

Keep: TypeAlias = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Message:
    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What the model said, the model that said it, as the endpoint names it, and what it took. Whoever finds that it
    can be relied on has it kept: the same question is then not asked again for a while."""

    text: str
    model: str
    usage: Usage
    keep: Keep = field(default=nothing, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Completion:
    """A whole answer; `message` is as the protocol has it."""

    message: Mapping[str, Any]
    model: str
    usage: Usage
    keep: Keep = field(default=nothing, repr=False, compare=False)


async def ask(
    calls: Calls,
    model: str,
    messages: Sequence[Message],
    *,
    temperature: float | None = None,
    json: bool = False,
    kind: Kind | None = None,
) -> Answer:
    """Have a model answer. With `json`, it is asked for a JSON object: see `object_in`. An answer of a `kind` may be
    one that was kept.

    Raises EndpointFailure; EndpointRefusal also when the model declines, or its answer was cut off.
    """
    more = {"response_format": {"type": "json_object"}} if json else {}
    completion = await complete(calls, model, messages, temperature=temperature, more=more, kind=kind)
    text = completion.message.get("content")
    if not isinstance(text, str) or not text.strip():
        raise calls.failure("answered with an empty message")
    return Answer(text, completion.model, completion.usage, completion.keep)


async def complete(
    calls: Calls,
    model: str,
    messages: Sequence[Message],
    *,
    temperature: float | None = None,
    more: Mapping[str, Any] | None = None,
    kind: Kind | None = None,
) -> Completion:
    """The completion of these messages, with `more` in the request; for `kind` see `ask`. Raises as that does,
    AnswerCutOff where the answer or the question is too long."""
    request: dict[str, Any] = {
        "model": model,
        "messages": [{"role": message.role, "content": message.content} for message in messages],
        **(more or {}),
    }
    if temperature is not None:  # some models take none
        request["temperature"] = temperature
    began = time.perf_counter()
    answered = await _answered(calls, request, kind, _least_tokens(messages))
    body, endpoint, seconds = answered.body, calls.endpoint, time.perf_counter() - began
    choice = _choice(body)
    if choice is None:
        raise calls.failure("answered without a message")
    prices = endpoint.definition.prices
    usage = Usage.of_remembered(seconds, prices)
    if answered.fate == "asked":
        usage = Usage.told(body, seconds, prices)
        tokens = {"prompt": usage.prompt, "cached": usage.cached, "completion": usage.completion}
        metrics.ai_used(endpoint.name, {name: count for name, count in tokens.items() if count}, usage.cost)
        await took(endpoint, (usage.prompt or 0) + (usage.completion or 0) - _least_tokens(messages))
    said = body.get("model")
    model_name = said if isinstance(said, str) and said else model
    return Completion(_message(calls, choice), model_name, usage, answered.keep)


async def _answered(calls: Calls, request: Mapping[str, Any], kind: Kind | None, tokens: int) -> Answered:
    async def call() -> Any:
        return await calls.post("/chat/completions", json=request, tokens=tokens)

    endpoint = calls.endpoint
    if kind is None or not endpoint.definition.cache:
        return Answered(await call(), "asked", nothing)
    answered = await endpoint.safeguards.answers.ask([endpoint.url, request], kind, call, endpoint.patience)
    metrics.ai_answer(endpoint.name, kind, answered.fate)
    return answered


def _least_tokens(messages: Sequence[Message]) -> int:
    """A token is seldom longer than four characters of English, and shorter in other languages."""
    return sum(len(message.content) for message in messages) // 4


def _choice(body: object) -> Mapping[str, Any] | None:
    """What is offered as the answer, where there is a message in it."""
    choices = body.get("choices") if isinstance(body, dict) else None
    choice = choices[0] if isinstance(choices, list) and choices else None
    return choice if isinstance(choice, dict) and isinstance(choice.get("message"), dict) else None


def _message(calls: Calls, choice: Mapping[str, Any]) -> Mapping[str, Any]:
    """The message, where it is whole."""
    match choice.get("finish_reason"):
        case "length":
            raise AnswerCutOff(f"AI endpoint {calls.endpoint.name!r} cut its answer off: the model's limit is reached")
        case "content_filter":
            raise calls.refusal("withheld its answer by its content filter")
    message: Mapping[str, Any] = choice["message"]
    if message.get("refusal"):
        raise calls.refusal("declined to answer")
    return message
