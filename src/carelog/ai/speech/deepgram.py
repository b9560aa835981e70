"""Transcripts of Deepgram (https://developers.deepgram.com/reference/speech-to-text/listen-pre-recorded)."""

from typing import Any, Final

from carelog.ai.calls import Calls
from carelog.ai.speech.transcript import Audio, Transcript, Wanted, joined, objects, some

LARGEST: Final = 256 * 1024 * 1024  # it takes 2 GB; a recording is held in memory while it is sent


async def transcribe(calls: Calls, model: str, audio: Audio, wanted: Wanted) -> Transcript:
    """See `transcription.transcribe`. It answers once all is heard, which for hours of talk takes minutes."""
    params = {"model": model, "smart_format": "true", "utterances": "true"}
    if wanted.language:
        params["language"] = wanted.language
    else:
        params["detect_language"] = "true"
    if wanted.channels:
        params["multichannel"] = "true"
    elif wanted.speakers:
        params["diarize"] = "true"
    answer = await calls.post("/v1/listen", content=(audio.data, audio.mediatype), params=params)
    results = answer.get("results") if isinstance(answer, dict) else None
    if not isinstance(results, dict) or not isinstance(results.get("channels"), list):
        raise calls.failure("answered without a transcript")
    return _transcript(answer, results, wanted)


def _transcript(answer: dict[str, Any], results: dict[str, Any], wanted: Wanted) -> Transcript:
    channels = objects(results["channels"])
    heard = [next(iter(objects(channel.get("alternatives"))), {}) for channel in channels]
    several = len(channels) > 1
    utterances = [u for u in objects(results.get("utterances")) if isinstance(u.get("transcript"), str)]
    segments = [
        some(
            start=utterance.get("start"),
            end=utterance.get("end"),
            text=utterance["transcript"],
            speaker=utterance.get("speaker"),
            channel=utterance.get("channel") if several else None,
        )
        for utterance in sorted(utterances, key=_start)
    ]
    text = joined(segments) if segments else " ".join(str(one.get("transcript") or "") for one in heard)
    words = [_word(word) for one in heard for word in objects(one.get("words"))]
    metadata = answer.get("metadata")
    return some(
        text=None if several and segments else text,
        language=next((c["detected_language"] for c in channels if c.get("detected_language")), wanted.language),
        duration=metadata.get("duration") if isinstance(metadata, dict) else None,
        segments=segments or None,
        words=sorted(words, key=_start) if words and wanted.words else None,
    )


def _word(word: dict[str, Any]) -> dict[str, Any]:
    said = word.get("punctuated_word") or word.get("word")
    return some(start=word.get("start"), end=word.get("end"), word=said, speaker=word.get("speaker"))


def _start(item: dict[str, Any]) -> float:
    start = item.get("start")
    return float(start) if isinstance(start, int | float) else 0.0
