"""`transcribe`: has an AI endpoint write down what was said in recordings."""

import asyncio
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any, Final

from pydantic import Field

from carelog.ai.calls import Calls
from carelog.ai.transcription import Audio, Format, transcribe
from carelog.conversations import Conversation
from carelog.links.contents import data_of
from carelog.links.endpoint_link import EndpointLink, EndpointOptions
from carelog.links.fetching import Fetcher
from carelog.pipeline import AddAnalysis, Outcome, PermanentLinkError, Work

# The endings by which endpoints tell formats.
_ENDINGS: Final = {
    "audio/flac": ".flac",
    "audio/m4a": ".m4a",
    "audio/mp3": ".mp3",
    "audio/mp4": ".m4a",
    "audio/mpeg": ".mp3",
    "audio/ogg": ".ogg",
    "audio/opus": ".ogg",
    "audio/vnd.wave": ".wav",
    "audio/wav": ".wav",
    "audio/wave": ".wav",
    "audio/webm": ".webm",
    "audio/x-flac": ".flac",
    "audio/x-m4a": ".m4a",
    "audio/x-wav": ".wav",
    "video/mp4": ".mp4",
    "video/webm": ".webm",
}


class TranscribeOptions(EndpointOptions):
    """Recordings shorter than `minimum_duration` seconds are left alone. `language` (ISO 639-1) is told by the
    endpoint itself where it is not given. `format` is what the model offers: times of segments, and of words with
    `words` (verbose_json), speakers (diarized_json) or the text alone (json). Recordings outside of the vCon are
    fetched up to `max_bytes`, from private addresses only with `allow_private`."""

    minimum_duration: float = Field(default=0, ge=0)
    language: str | None = Field(default=None, pattern=r"^[a-z]{2,3}$")
    format: Format = "verbose_json"
    words: bool = True
    max_bytes: int = Field(default=25 * 1024 * 1024, ge=1)  # what OpenAI takes
    fetch_timeout_seconds: float = Field(default=60, gt=0, le=3600)
    allow_private: bool = False


class TranscribeLink(EndpointLink[TranscribeOptions]):
    """Adds a transcript for each recording that has none, from which the turns are read then."""

    options_model = TranscribeOptions
    name = "transcribe"

    def __init__(self, options: TranscribeOptions) -> None:
        super().__init__(options)
        self._fetcher = Fetcher(
            max_bytes=options.max_bytes,
            timeout_seconds=options.fetch_timeout_seconds,
            private=options.allow_private,
        )

    async def over(self, calls: Calls, work: Work) -> Outcome:
        options = self.options
        changes: list[AddAnalysis] = []
        for index, dialog in recordings(work.conversation, options.minimum_duration):
            audio = await self._audio(dialog, f"/dialog/{index}")
            body = await transcribe(
                calls,
                options.model_name,
                audio,
                language=options.language,
                format=options.format,
                words=options.words,
            )
            analysis = {
                "type": "transcript",
                "dialog": index,
                "vendor": options.endpoint.name,
                "product": options.model_name,
                "mediatype": "application/json",
                "encoding": "json",
                "body": body,
            }
            changes.append(AddAnalysis(analysis))
        return Outcome(changes=tuple(changes))

    async def _audio(self, dialog: Mapping[str, Any], place: str) -> Audio:
        if dialog.get("body"):
            data = await asyncio.to_thread(data_of, dialog)
        else:
            data = await self._fetcher.fetch(dialog["url"], dialog.get("content_hash"), f"{place}/url")
        if len(data) > self.options.max_bytes:
            raise PermanentLinkError(f"{place} holds more than {self.options.max_bytes} bytes")
        mediatype = _mediatype(dialog)
        named = PurePosixPath(str(dialog.get("filename") or "")).suffix.lower()
        ending = _ENDINGS.get(mediatype) or (named if named in _ENDINGS.values() else "")
        # Not its own name, which may be that of a person.
        return Audio(data, f"recording{ending}", mediatype or "application/octet-stream")


def recordings(conversation: Conversation, minimum_duration: float) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """The recordings that can be heard and have no transcript yet, by their index."""
    document = conversation.document
    transcribed = set(_transcribed(document))
    for index, dialog in enumerate(document.get("dialog") or []):
        if dialog.get("type") != "recording" or index in transcribed:
            continue
        duration = dialog.get("duration")
        if duration is not None and duration < minimum_duration:
            continue
        heard = _mediatype(dialog).partition("/")[0] in ("audio", "video", "")
        inside = dialog.get("body") and dialog.get("encoding") == "base64url"
        if heard and (inside or (not dialog.get("body") and dialog.get("url"))):
            yield index, dialog


def _transcribed(document: Mapping[str, Any]) -> Iterator[int]:
    for analysis in document.get("analysis") or []:
        if "transcri" in str(analysis.get("type") or "").lower() and (analysis.get("body") or analysis.get("url")):
            dialogs = analysis.get("dialog")
            yield from dialogs if isinstance(dialogs, list) else [] if dialogs is None else [dialogs]


def _mediatype(dialog: Mapping[str, Any]) -> str:
    return str(dialog.get("mediatype") or "").partition(";")[0].strip().lower()
