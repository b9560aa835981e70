"""Answers that are held to a schema, by whichever way an endpoint offers.

Three ways are tried, the surest first: a JSON schema as the response's format, a tool whose parameters are the schema,
and a JSON object with the schema in the prompt. Which one a model has is found out once, by a question that holds
nothing of anybody, and remembered with the endpoint.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from carelog.ai.answers import Kind, nothing
from carelog.ai.calls import Calls
from carelog.ai.chat import Completion, Keep, Message, complete
from carelog.ai.endpoint import Rung
from carelog.ai.failures import AnswerCutOff, EndpointRefusal
from carelog.ai.json_answer import object_in
from carelog.ai.usage import Usage
from carelog.kit import jsontext

_WAYS: Final = tuple(Rung)
_UNSUPPORTED: Final = frozenset({400, 404, 415, 422, 501})  # what servers say to a way that they do not have


@dataclass(frozen=True, slots=True)
class Schema:
    """A JSON schema (https://json-schema.org) with a name; `schema` keeps to what strict modes take: every property is
    required, and no others are allowed."""

    name: str
    description: str
    schema: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ObjectAnswer:
    """`value` is None when the answer is no JSON object; that it keeps to the schema, and can be relied on, is for the
    asker to check, who has it kept then."""

    value: dict[str, Any] | None
    model: str
    usage: Usage
    keep: Keep = field(default=nothing, repr=False, compare=False)


_PROBE: Final = Schema(
    "greeting",
    "A greeting",
    {
        "type": "object",
        "properties": {"from": {"type": "string", "enum": ["carelog"]}},
        "required": ["from"],
        "additionalProperties": False,
    },
)
_GREETING: Final = (Message("user", "Hello! Who greets you?"),)


async def ask_object(
    calls: Calls,
    model: str,
    messages: Sequence[Message],
    schema: Schema,
    *,
    temperature: float | None = None,
    kind: Kind | None = None,
) -> ObjectAnswer:
    """Have a model answer by a schema; for `kind` see `chat.ask`. Raises as that does, and EndpointRefusal when the
    endpoint has none of the ways."""
    endpoint = calls.endpoint
    given = endpoint.definition.structured
    rung = given or endpoint.rungs.get(model) or await _found_out(calls, model, temperature)
    try:
        return await _asked(calls, model, messages, schema, rung, temperature, kind)
    except EndpointRefusal as error:
        lower = _WAYS[_WAYS.index(rung) + 1 :]
        if given or error.status not in _UNSUPPORTED or isinstance(error, AnswerCutOff) or not lower:
            raise
        # It has this way, but not for everything that this schema says.
        answer = await _asked(calls, model, messages, schema, lower[0], temperature, kind)
        endpoint.rungs[model] = lower[0]
        return answer


async def _found_out(calls: Calls, model: str, temperature: float | None) -> Rung:
    endpoint = calls.endpoint
    async with endpoint.probing:  # who comes at the same time waits, and finds it
        if known := endpoint.rungs.get(model):
            return known
        told = ""
        for rung in _WAYS:
            try:
                answer = await _asked(calls, model, _GREETING, _PROBE, rung, temperature)
            except AnswerCutOff:
                raise calls.failure("cut a short answer off") from None
            except EndpointRefusal as error:
                if error.status not in _UNSUPPORTED:
                    raise
                told = f": {error.message}"
                continue
            if answer.value == {"from": "carelog"}:
                endpoint.rungs[model] = rung
                return rung
    raise calls.refusal(f"gives structured answers in none of the known ways{told}")


async def _asked(
    calls: Calls,
    model: str,
    messages: Sequence[Message],
    schema: Schema,
    rung: Rung,
    temperature: float | None,
    kind: Kind | None = None,
) -> ObjectAnswer:
    more: dict[str, Any]
    match rung:
        case Rung.JSON_SCHEMA:
            format_ = {"name": schema.name, "strict": True, "schema": schema.schema}
            more = {"response_format": {"type": "json_schema", "json_schema": format_}}
        case Rung.TOOL:
            function = {"name": schema.name, "description": schema.description, "parameters": schema.schema}
            more = {
                "tools": [{"type": "function", "function": function}],
                "tool_choice": {"type": "function", "function": {"name": schema.name}},
            }
        case Rung.JSON_OBJECT:
            more = {"response_format": {"type": "json_object"}}
            messages = _with_schema(messages, schema)
    completion = await complete(calls, model, messages, temperature=temperature, more=more, kind=kind)
    text = _arguments(completion, schema) if rung is Rung.TOOL else completion.message.get("content")
    value = object_in(text) if isinstance(text, str) else None
    return ObjectAnswer(value, completion.model, completion.usage, completion.keep)


def _with_schema(messages: Sequence[Message], schema: Schema) -> list[Message]:
    """The schema comes first, where it is the same in every question: endpoints keep the beginning of prompts."""
    told = f"Answer with one JSON object by this JSON schema, and with nothing else:\n{jsontext.dump(schema.schema)}"
    if messages and messages[0].role == "system":
        return [Message("system", f"{messages[0].content}\n\n{told}"), *messages[1:]]
    return [Message("system", told), *messages]


def _arguments(completion: Completion, schema: Schema) -> str | None:
    calls = completion.message.get("tool_calls")
    for call in calls if isinstance(calls, list) else []:
        function = call.get("function") if isinstance(call, dict) else None
        if isinstance(function, dict) and function.get("name") == schema.name:
            arguments = function.get("arguments")
            return arguments if isinstance(arguments, str) else jsontext.dump(arguments)  # some send the object itself
    return None
