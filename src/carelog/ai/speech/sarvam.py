"""Transcripts of Sarvam (https://docs.sarvam.ai/api-reference-docs/speech-to-text).

Its plain endpoint hears up to 30 seconds and tells no voices apart; all else is a job: the recording is put where
Sarvam says, and the transcript is fetched from there.
"""

import asyncio
from typing import Any, Final
from urllib.parse import quote

import httpx

from carelog.ai.calls import Calls
from carelog.ai.failures import EndpointTimeout
from carelog.ai.speech.transcript import Audio, Transcript, Wanted, joined, objects, some
from carelog.kit import jsontext
from carelog.kit.errors import InvalidInput

LARGEST: Final = 256 * 1024 * 1024

_SHORT: Final = 30.0  # seconds, https://docs.sarvam.ai/api-reference-docs/speech-to-text/transcribe
_PAUSES: Final = (1.0, 2.0, 3.0, 5.0, 10.0)  # seconds between looks at a job, the last again and again
_LONGEST_JOB: Final = 3600.0  # seconds of pauses
_LARGEST_ANSWER: Final = 64 * 1024 * 1024
_ODD_TAGS: Final = {"or": "od"}  # of Odia


async def transcribe(calls: Calls, model: str, audio: Audio, wanted: Wanted) -> Transcript:
    """See `transcription.transcribe`. Channels are heard as one."""
    if wanted.speakers or audio.seconds is None or audio.seconds > _SHORT:
        return _transcript(calls, await _job(calls, model, audio, wanted), wanted)
    form: dict[str, str | list[str]] = {
        "model": model,
        "language_code": _language(wanted),
        "with_timestamps": "true" if wanted.words else "false",
    }
    answer = await calls.post(
        "/speech-to-text", form=form, files={"file": (audio.filename, audio.data, audio.mediatype)}
    )
    return _transcript(calls, answer, wanted)


def _language(wanted: Wanted) -> str:
    """A tag as Sarvam has them: a language and IN, or 'unknown' where it is to find it out.

    >>> _language(Wanted("hi")), _language(Wanted("en-IN")), _language(Wanted())
    ('hi-IN', 'en-IN', 'unknown')
    """
    if wanted.language is None:
        return "unknown"
    tag, _, region = wanted.language.partition("-")
    return f"{_ODD_TAGS.get(tag, tag)}-{region or 'IN'}"


async def _job(calls: Calls, model: str, audio: Audio, wanted: Wanted) -> Any:
    parameters = {
        "model": model,
        "language_code": _language(wanted),
        "with_timestamps": wanted.words,
        "with_diarization": wanted.speakers,
    }
    job = _told(calls, await calls.post("/speech-to-text/job/v1", json={"job_parameters": parameters}), "job_id")
    path = f"/speech-to-text/job/v1/{quote(job, safe='')}"
    async with _storage(calls) as storage:
        asked = {"job_id": job, "files": [audio.filename]}
        links = await calls.post("/speech-to-text/job/v1/upload-files", json=asked)
        await _put(calls, storage, _link(calls, links, "upload_urls", audio.filename), audio)
        await calls.post(f"{path}/start", json={})
        name = await _finished(calls, f"{path}/status")
        links = await calls.post("/speech-to-text/job/v1/download-files", json={"job_id": job, "files": [name]})
        return await _fetch(calls, storage, _link(calls, links, "download_urls", name))


async def _finished(calls: Calls, path: str) -> str:
    """The name of the file that the job has made, whose state is told at the path."""
    waited, looks = 0.0, 0
    while True:
        status = await calls.get(path)
        match status.get("job_state") if isinstance(status, dict) else None:
            case "Completed" | "PartiallyCompleted":
                details = objects(status.get("job_details"))
                outputs = [output for detail in details for output in objects(detail.get("outputs"))]
                if not outputs:
                    raise calls.refusal("could not transcribe the recording")
                return _told(calls, outputs[0], "file_name")
            case "Failed":
                raise calls.refusal("could not transcribe the recording")
            case "Accepted" | "Pending" | "Running":
                pass
            case _:
                raise calls.failure("answered without the state of its job")
        if waited >= _LONGEST_JOB:
            raise EndpointTimeout(f"AI endpoint {calls.endpoint.name!r} did not finish its job within an hour")
        pause = _PAUSES[min(looks, len(_PAUSES) - 1)]
        await calls.pause(pause)
        waited, looks = waited + pause, looks + 1


def _storage(calls: Calls) -> httpx.AsyncClient:
    """A client without the key, which is for the endpoint alone."""
    return httpx.AsyncClient(verify=calls.endpoint.tls, follow_redirects=False, timeout=None)  # noqa: S113  see `_send`


async def _put(calls: Calls, storage: httpx.AsyncClient, url: str, audio: Audio) -> None:
    # What Azure's storage, where Sarvam keeps its files, demands of a whole file.
    headers = {"content-type": audio.mediatype, "x-ms-blob-type": "BlockBlob"}
    await _send(calls, storage, storage.build_request("PUT", url, content=audio.data, headers=headers))


async def _fetch(calls: Calls, storage: httpx.AsyncClient, url: str) -> Any:
    try:
        return jsontext.parse(await _send(calls, storage, storage.build_request("GET", url)))
    except InvalidInput:
        raise calls.failure("keeps a transcript that is no JSON") from None


async def _send(calls: Calls, storage: httpx.AsyncClient, request: httpx.Request) -> bytes:
    try:
        async with asyncio.timeout(calls.endpoint.timeout_seconds):
            response = await storage.send(request, stream=True)
            try:
                answer = bytearray()
                async for piece in response.aiter_bytes():
                    answer += piece
                    if len(answer) > _LARGEST_ANSWER:
                        raise calls.refusal(f"keeps a transcript of more than {_LARGEST_ANSWER} bytes")
            finally:
                await response.aclose()
    except TimeoutError:
        raise EndpointTimeout(f"the storage of AI endpoint {calls.endpoint.name!r} did not answer in time") from None
    except httpx.HTTPError as error:
        raise calls.failure(f"has a storage that cannot be reached ({type(error).__name__})") from None
    if not response.is_success:
        raise calls.failure(f"has a storage that answered {response.status_code}")
    return bytes(answer)


def _link(calls: Calls, links: Any, key: str, name: str) -> str:
    """Where a file goes or is: over https, or on the endpoint itself."""
    found = links.get(key) if isinstance(links, dict) else None
    url = _told(calls, found.get(name) if isinstance(found, dict) else None, "file_url")
    if not url.startswith(("https://", f"{calls.endpoint.url}/")):
        raise calls.refusal("names a storage that is not reached over https")
    return url


def _told(calls: Calls, answer: Any, key: str) -> str:
    value = answer.get(key) if isinstance(answer, dict) else None
    if not isinstance(value, str) or not value:
        raise calls.failure(f"answered without {key}")
    return value


def _transcript(calls: Calls, answer: Any, wanted: Wanted) -> Transcript:
    if not isinstance(answer, dict) or not isinstance(answer.get("transcript"), str):
        raise calls.failure("answered without a transcript")
    diarized = answer.get("diarized_transcript")
    entries = objects(diarized.get("entries")) if isinstance(diarized, dict) else []
    segments = [
        some(
            start=entry.get("start_time_seconds"),
            end=entry.get("end_time_seconds"),
            text=entry["transcript"],
            speaker=_speaker(entry.get("speaker_id")),
        )
        for entry in entries
        if isinstance(entry.get("transcript"), str)
    ]
    language = answer.get("language_code")
    return some(
        text=joined(segments) if segments else answer["transcript"],
        language=language if isinstance(language, str) else None,
        segments=segments or None,
        words=_words(answer.get("timestamps")) if wanted.words else None,
    )


def _speaker(given: Any) -> str | int | None:
    """A number for '0', as which other recognisers tell it."""
    return int(given) if isinstance(given, str) and given.isdecimal() else given


def _words(timestamps: Any) -> list[dict[str, Any]] | None:
    """The words, which come in a list beside those of their starts and ends."""
    if not isinstance(timestamps, dict):
        return None
    lists = [timestamps.get(key) for key in ("words", "start_time_seconds", "end_time_seconds")]
    if not all(isinstance(items, list) for items in lists):
        return None
    return [some(start=start, end=end, word=word) for word, start, end in zip(*lists, strict=False)] or None
