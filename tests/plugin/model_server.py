"""A language model that reads as a test says, behind a server that speaks the OpenAI protocol.

It answers in the ways that it has (`json_schema`, `tool`, `json_object`), refuses the others with 400 as real servers
do, and fails as it is told to before it answers again.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from small_http import Asked, answer

Facts = list[Any]
Reads = Callable[[str, str], Facts]
"""From the id of a conversation and its transcript, as they were sent, to facts."""

WAYS = ("json_schema", "tool", "json_object")


def fact(type_: str, turn: int, quote: str, fields: Mapping[str, str], **more: Any) -> dict[str, Any]:
    """One fact as the schema has it."""
    return {
        "type": type_,
        "turn": turn,
        "quote": quote,
        "support": more.pop("support", []),
        "experiencer": "patient",
        "polarity": "present",
        "temporality": "now",
        "fields": [{"name": name, "value": value} for name, value in fields.items()],
        **more,
    }


def transcripts(prompt: str) -> dict[str, str]:
    """The transcripts of a question, by their ids."""
    parts = re.split(r"^### conversation (c\d+)$", prompt, flags=re.MULTILINE)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


def turn_saying(transcript: str, words: str) -> int:
    """The number of the first turn that holds the words."""
    [number, *_] = re.findall(rf"^\[(\d+)\] [^\n]*{re.escape(words)}", transcript, re.MULTILINE)
    return int(number)


@dataclass
class Model:
    """`spoils` may turn the text of an answer into another, given the ids that it is of."""

    reads: Reads
    ways: Sequence[str] = WAYS
    ignored: Sequence[str] = ()
    faults: list[bytes | None] = field(default_factory=list)
    spoils: Callable[[list[str], str], str | bytes | None] = lambda ids, text: text
    questions: list[dict[str, Any]] = field(default_factory=list)
    probes: list[str] = field(default_factory=list)
    probing: bool = True

    def __call__(self, asked: Asked) -> bytes | None:
        request = asked.json
        way = _way(request)
        schema = _schema(request, way)
        probe = schema is not None and "from" in schema["properties"]
        if self.faults and (self.probing or not probe):
            return self.faults.pop(0)
        if probe:
            self.probes.append(way)
        if way in self.ignored:
            return _completion(way if way == "json_object" else "json_object", "Hello! I am a language model.")
        if way not in self.ways:
            return answer(400, {"error": {"message": f"{way} is not supported", "code": "unsupported_value"}})
        if probe:
            return _completion(way, '{"from": "carelog"}', name="greeting")
        self.questions.append(request)
        told = transcripts(request["messages"][-1]["content"])
        given = [{"id": id_, "facts": self.reads(id_, text)} for id_, text in told.items()]
        text = self.spoils(list(told), json.dumps({"conversations": given}))
        return text if text is None or isinstance(text, bytes) else _completion(way, text)

    @property
    def asked_about(self) -> list[list[str]]:
        """The transcripts of each question."""
        return [list(transcripts(q["messages"][-1]["content"]).values()) for q in self.questions]


def _way(request: Mapping[str, Any]) -> str:
    if "tools" in request:
        return "tool"
    return str(request["response_format"]["type"])


def _schema(request: Mapping[str, Any], way: str) -> dict[str, Any] | None:
    if way == "tool":
        return dict(request["tools"][0]["function"]["parameters"])
    if way == "json_schema":
        return dict(request["response_format"]["json_schema"]["schema"])
    told = request["messages"][0]["content"]
    return dict(json.loads(told.rpartition("nothing else:\n")[2]))


def _completion(way: str, text: str, *, name: str = "facts") -> bytes:
    message: dict[str, Any] = {"role": "assistant", "content": text}
    if way == "tool":
        call = {"id": "call_1", "type": "function", "function": {"name": name, "arguments": text}}
        message = {"role": "assistant", "content": None, "tool_calls": [call]}
    choice = {"index": 0, "finish_reason": "tool_calls" if way == "tool" else "stop", "message": message}
    usage = {"prompt_tokens": 1000, "completion_tokens": 50, "prompt_tokens_details": {"cached_tokens": 800}}
    body = {"id": "1", "object": "chat.completion", "model": "made-up-1", "choices": [choice], "usage": usage}
    return answer(200, body)
