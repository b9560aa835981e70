"""What is asked of a speech recogniser, and the one form that every one's answer is brought into."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

Format: TypeAlias = Literal["verbose_json", "diarized_json", "json"]

Transcript: TypeAlias = dict[str, Any]
"""`text`, and where the recogniser tells them `language`, `duration` (seconds), `segments` with `start`, `end`
(seconds from the beginning), `text` and `speaker` or `channel`, and `words` with `start`, `end`, `word` and `speaker`.
Of several channels there is no `text` of all."""


@dataclass(frozen=True, slots=True)
class Audio:
    """A recording. The ending of `filename` says its format; `seconds` is how long it is, where that is known."""

    data: bytes = field(repr=False)
    filename: str
    mediatype: str
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a transcript is to hold. `language` is a tag of RFC 5646 such as 'en' or 'hi-IN'; without one the
    recogniser finds it out. `speakers` asks to tell voices apart, `channels` to hear each channel by itself, `words`
    for the times of words. `format` is for endpoints that speak OpenAI's protocol, whose models differ in it."""

    language: str | None = None
    words: bool = True
    speakers: bool = True
    channels: bool = False
    format: Format = "verbose_json"


def objects(value: Any) -> list[dict[str, Any]]:
    """The objects of what should be a list of them."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def some(**members: Any) -> dict[str, Any]:
    """Those of the members that were told.

    >>> some(text="Hello.", speaker=None, start=0)
    {'text': 'Hello.', 'start': 0}
    """
    return {name: value for name, value in members.items() if value is not None}


def joined(segments: Sequence[dict[str, Any]]) -> str:
    """The whole text, of which each segment is a part."""
    return " ".join(segment["text"] for segment in segments)
