"""`transcribe`: has a speech recogniser write down what was said in recordings, or lets them wait for a transcript."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, Final, Self

from pydantic import Field, model_validator

from carelog.ai.calls import Calls
from carelog.ai.endpoint import Endpoint
from carelog.ai.speech import LARGEST, Audio, Format, Wanted, transcribe
from carelog.conversations import Conversation
from carelog.conversations.content import mediatype_of
from carelog.conversations.recordings import speakers_of, unwritten, written_dialogs
from carelog.links.contents import data_of
from carelog.links.endpoint_link import TakingOptions, over_each
from carelog.links.endpoints import NamedEars
from carelog.links.fetching import Fetcher
from carelog.pipeline import AddAnalysis, Link, Outcome, PermanentLinkError, TranscriptNeeded, Work

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


@dataclass(frozen=True, slots=True)
class AddTranscript(AddAnalysis):
    """Append a transcript, unless somebody has handed one in while the recording was heard."""

    def apply(self, conversation: Conversation) -> Conversation:
        if self.analysis["dialog"] in written_dialogs(conversation.document):
            return conversation
        return conversation.with_analysis(self.analysis)


class TranscribeOptions(TakingOptions):
    """`endpoint` names one of the setting `ai_endpoints`, by default that which has the role `transcribe`; where none
    has, conversations with recordings wait for a transcript. `model` is one of its models, where not its own is meant.

    Recordings shorter than `minimum_duration` seconds are left alone. `language` (RFC 5646, as 'en' or 'hi-IN') is
    found out where it is not given. With `words` the times of words are kept; with `speakers` voices are told apart,
    where more than one party takes part; with `channels` each channel is heard by itself, as that of one party.
    `format` is for endpoints that speak OpenAI's protocol: what the model offers, times of segments (verbose_json),
    speakers (diarized_json) or the text alone (json). Recordings of more than `max_bytes` are refused, by default what
    the endpoint takes. Those outside of the vCon are fetched, from private addresses only with `allow_private`."""

    endpoint: NamedEars = Field(default=None, validate_default=True)
    model: str | None = Field(default=None, min_length=1)
    minimum_duration: float = Field(default=0, ge=0)
    language: str | None = Field(default=None, pattern=r"^[a-z]{2,3}(-[A-Z]{2})?$")
    words: bool = True
    speakers: bool = True
    channels: bool = False
    format: Format = "verbose_json"
    max_bytes: int | None = Field(default=None, ge=1)
    fetch_timeout_seconds: float = Field(default=60, gt=0, le=3600)
    allow_private: bool = False

    @model_validator(mode="after")
    def _has_model(self) -> Self:
        if self.endpoint is not None and not (self.model or self.endpoint.model):
            raise ValueError(f"model: neither the link nor the endpoint {self.endpoint.name!r} names one")
        return self


class TranscribeLink(Link[TranscribeOptions]):
    """Adds a transcript for each recording that has none, from which the turns are read then."""

    options_model = TranscribeOptions

    def __init__(self, options: TranscribeOptions) -> None:
        super().__init__(options)
        self._ears = _Ears(options, options.endpoint) if options.endpoint else None
        self.checkpoint = self._ears is not None
        self.waits = self._ears is None

    async def run_batch(self, batch: Sequence[Work]) -> list[Outcome | Exception]:
        ears = self._ears
        hearable = [work if self._has_recordings(work) else None for work in batch]
        if ears is None:
            return [Outcome() if work is None else _needed() for work in hearable]
        if not any(hearable):
            return [Outcome() for _ in batch]
        return await over_each(ears.endpoint, hearable, ears.hear)

    def _has_recordings(self, work: Work) -> bool:
        # Looked for first: most conversations have none, and are asked nothing else.
        found = any(True for _ in recordings(work.conversation.document, self.options.minimum_duration))
        return found and self.options.takes(work, "transcribe")


class _Ears:
    """Hears the recordings of conversations by one endpoint."""

    def __init__(self, options: TranscribeOptions, endpoint: Endpoint) -> None:
        self.endpoint = endpoint
        self._options = options
        self._model = options.model or endpoint.model or ""
        self._max_bytes = options.max_bytes or LARGEST[endpoint.speaks]
        self._fetcher = Fetcher(
            max_bytes=self._max_bytes,
            timeout_seconds=options.fetch_timeout_seconds,
            private=options.allow_private,
        )

    async def hear(self, calls: Calls, work: Work) -> Outcome:
        """May raise what `ai` raises, besides what a link may raise."""
        document = work.conversation.document
        changes: list[AddTranscript] = []
        for index, dialog in recordings(document, self._options.minimum_duration):
            audio = await self._audio(dialog, f"/dialog/{index}")
            body = await transcribe(calls, self._model, audio, self._wanted(dialog))
            analysis = {
                "type": "transcript",
                "dialog": index,
                "vendor": self.endpoint.name,
                "product": self._model,
                "mediatype": "application/json",
                "encoding": "json",
                "body": body,
            }
            changes.append(AddTranscript(analysis))
        return Outcome(changes=tuple(changes))

    def _wanted(self, dialog: Mapping[str, Any]) -> Wanted:
        options = self._options
        return Wanted(
            language=options.language,
            words=options.words,
            speakers=options.speakers and len(speakers_of(dialog)) != 1,
            channels=options.channels,
            format=options.format,
        )

    async def _audio(self, dialog: Mapping[str, Any], place: str) -> Audio:
        if dialog.get("body"):
            data = await asyncio.to_thread(data_of, dialog)
        else:
            data = await self._fetcher.fetch(dialog["url"], dialog.get("content_hash"), f"{place}/url")
        if len(data) > self._max_bytes:
            raise PermanentLinkError(f"{place} holds more than {self._max_bytes} bytes")
        mediatype = mediatype_of(dialog) if dialog.get("mediatype") or dialog.get("mimetype") else ""
        named = PurePosixPath(str(dialog.get("filename") or "")).suffix.lower()
        ending = _ENDINGS.get(mediatype) or (named if named in _ENDINGS.values() else "")
        duration = dialog.get("duration")
        return Audio(
            data,
            f"recording{ending}",  # not its own name, which may be that of a person
            mediatype or "application/octet-stream",
            float(duration) if isinstance(duration, int | float) else None,
        )


def recordings(document: Mapping[str, Any], minimum_duration: float) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """The recordings without a transcript that are not shorter than so many seconds, by their index."""
    for index, dialog in unwritten(document):
        duration = dialog.get("duration")
        if duration is None or duration >= minimum_duration:
            yield index, dialog


def _needed() -> TranscriptNeeded:
    return TranscriptNeeded("a recording has no transcript, and there is no endpoint to make one")
