"""Speech to text (https://platform.openai.com/docs/api-reference/audio/createTranscription)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypeAlias

from carelog.ai.calls import Calls

Format: TypeAlias = Literal["verbose_json", "diarized_json", "json"]

_SEGMENT: Final = ("start", "end", "text", "speaker", "avg_logprob", "no_speech_prob")
_WORD: Final = ("start", "end", "word", "speaker")


@dataclass(frozen=True, slots=True)
class Audio:
    """A recording; the endpoint tells its format by the ending of `filename`."""

    data: bytes = field(repr=False)
    filename: str
    mediatype: str


async def transcribe(
    calls: Calls,
    model: str,
    audio: Audio,
    *,
    language: str | None = None,
    format: Format = "verbose_json",  # noqa: A002
    words: bool = False,
) -> dict[str, Any]:
    """What was said: `text`, and where the endpoint tells them `language`, `duration` (seconds), `segments` with
    `start`, `end` (seconds), `text` and `speaker`, and with `words` the times of each word.

    Raises EndpointFailure and EndpointRefusal.
    """
    form: dict[str, str | list[str]] = {"model": model, "response_format": format}
    if language:
        form["language"] = language
    if format == "verbose_json":
        form["timestamp_granularities[]"] = ["segment", "word"] if words else ["segment"]
    if format == "diarized_json":
        form["chunking_strategy"] = "auto"  # without one, such models refuse what is longer than 30 s
    answer = await calls.post(
        "/audio/transcriptions", form=form, files={"file": (audio.filename, audio.data, audio.mediatype)}
    )
    if not isinstance(answer, dict) or not isinstance(answer.get("text"), str):
        raise calls.failure("answered without a text")
    return _transcript(answer, words)


def _transcript(answer: Mapping[str, Any], words: bool) -> dict[str, Any]:
    """What is worth keeping of an answer; token numbers are not."""
    told: dict[str, Any] = {"text": answer["text"]}
    told |= {key: answer[key] for key in ("language", "duration") if answer.get(key) is not None}
    for key, members in (("segments", _SEGMENT), ("words", _WORD)):
        items = answer.get(key)
        if isinstance(items, list) and (key != "words" or words):
            told[key] = [{k: v for k in members if (v := item.get(k)) is not None} for item in items
                         if isinstance(item, dict)]  # fmt: skip
    return told
