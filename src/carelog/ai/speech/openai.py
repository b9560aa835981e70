"""Transcripts of OpenAI and whoever speaks its protocol
(https://platform.openai.com/docs/api-reference/audio/createTranscription)."""

from typing import Any, Final

from carelog.ai.calls import Calls
from carelog.ai.speech.transcript import Audio, Transcript, Wanted, objects

LARGEST: Final = 25 * 1024 * 1024

_SEGMENT: Final = ("start", "end", "text", "speaker", "avg_logprob", "no_speech_prob")
_WORD: Final = ("start", "end", "word", "speaker")


async def transcribe(calls: Calls, model: str, audio: Audio, wanted: Wanted) -> Transcript:
    """See `transcription.transcribe`. Which voices speak is told by models of the format `diarized_json` alone."""
    form: dict[str, str | list[str]] = {"model": model, "response_format": wanted.format}
    if wanted.language:
        form["language"] = wanted.language.partition("-")[0]
    if wanted.format == "verbose_json":
        form["timestamp_granularities[]"] = ["segment", "word"] if wanted.words else ["segment"]
    if wanted.format == "diarized_json":
        form["chunking_strategy"] = "auto"  # without one, such models refuse what is longer than 30 s
    answer = await calls.post(
        "/audio/transcriptions", form=form, files={"file": (audio.filename, audio.data, audio.mediatype)}
    )
    if not isinstance(answer, dict) or not isinstance(answer.get("text"), str):
        raise calls.failure("answered without a text")
    return _transcript(answer, wanted.words)


def _transcript(answer: dict[str, Any], words: bool) -> Transcript:
    """What is worth keeping of an answer; token numbers are not."""
    told: Transcript = {"text": answer["text"]}
    told |= {key: answer[key] for key in ("language", "duration") if answer.get(key) is not None}
    for key, members in (("segments", _SEGMENT), ("words", _WORD)):
        if isinstance(answer.get(key), list) and (key != "words" or words):
            told[key] = [{k: v for k in members if (v := item.get(k)) is not None} for item in objects(answer[key])]
    return told
