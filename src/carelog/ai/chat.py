"""Chat completions (https://platform.openai.com/docs/api-reference/chat/create)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from carelog.ai.calls import Calls


@dataclass(frozen=True, slots=True)
class Message:
    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What the model said, and the model that said it, as the endpoint names it."""

    text: str
    model: str


async def ask(
    calls: Calls, model: str, messages: Sequence[Message], *, temperature: float | None = None, json: bool = False
) -> Answer:
    """Have a model answer. With `json`, it is asked for a JSON object: see `object_in`.

    Raises EndpointFailure; EndpointRefusal also when the model declines, or its answer was cut off.
    """
    request: dict[str, Any] = {
        "model": model,
        "messages": [{"role": message.role, "content": message.content} for message in messages],
    }
    if temperature is not None:  # some models take none
        request["temperature"] = temperature
    if json:
        request["response_format"] = {"type": "json_object"}
    return _answer(calls, await calls.post("/chat/completions", json=request), model)


def _answer(calls: Calls, completion: object, model: str) -> Answer:
    choices = completion.get("choices") if isinstance(completion, dict) else None
    choice = choices[0] if isinstance(choices, list) and choices else None
    message = choice.get("message") if isinstance(choice, dict) else None
    if not isinstance(completion, dict) or not isinstance(choice, dict) or not isinstance(message, dict):
        raise calls.failure("answered without a message")
    match choice.get("finish_reason"):
        case "length":
            raise calls.refusal("cut its answer off: the model's limit is reached")
        case "content_filter":
            raise calls.refusal("withheld its answer by its content filter")
    text = message.get("content")
    if message.get("refusal"):
        raise calls.refusal("declined to answer")
    if not isinstance(text, str) or not text.strip():
        raise calls.failure("answered with an empty message")
    said = completion.get("model")
    return Answer(text, said if isinstance(said, str) and said else model)
