"""Speech recognisers that hear what a test says, behind servers that speak the protocols of Deepgram and Sarvam."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

from small_http import Asked, answer


class Heard(NamedTuple):
    """Something that was said from one second to another, by a speaker and on a channel where there are several."""

    text: str
    start: float
    end: float
    speaker: int | None = None
    channel: int = 0


def timed_words(heard: Heard) -> list[dict[str, Any]]:
    """The words of what was heard, evenly over its time."""
    words = heard.text.split()
    step = (heard.end - heard.start) / len(words)
    return [
        {"word": word.strip(".,?").lower(), "punctuated_word": word, "start": round(heard.start + i * step, 3),
         "end": round(heard.start + (i + 1) * step, 3), "confidence": 0.99}
        for i, word in enumerate(words)
    ]  # fmt: skip


@dataclass
class Deepgram:
    """Answers `POST /v1/listen` as far as it is asked for: speakers with `diarize`, channels with `multichannel`."""

    hears: Sequence[Heard]
    faults: list[bytes | None] = field(default_factory=list)
    parameters: list[dict[str, str]] = field(default_factory=list)
    sounds: list[tuple[str, bytes]] = field(default_factory=list)

    def __call__(self, asked: Asked) -> bytes | None:
        if self.faults:
            return self.faults.pop(0)
        url = urlsplit(asked.path)
        if (asked.method, url.path) != ("POST", "/v1/listen"):
            return answer(404, {"err_code": "NOT_FOUND", "err_msg": "no such path", "request_id": "1"})
        if asked.headers.get("authorization") != "Token ears-key":
            return answer(401, {"err_code": "INVALID_AUTH", "err_msg": "Invalid credentials.", "request_id": "1"})
        told = {name: values[-1] for name, values in parse_qs(url.query).items()}
        self.parameters.append(told)
        self.sounds.append((asked.headers["content-type"], asked.body))
        return answer(200, self._answer(told))

    def _answer(self, told: Mapping[str, str]) -> dict[str, Any]:
        several, diarized = told.get("multichannel") == "true", told.get("diarize") == "true"
        count = 1 + max((h.channel for h in self.hears), default=0) if several else 1
        channels = [[h for h in self.hears if not several or h.channel == number] for number in range(count)]
        language = {"detected_language": "en", "language_confidence": 0.9} if "detect_language" in told else {}
        return {
            "metadata": {"request_id": "1", "duration": 12.5, "channels": count, "models": ["made-up"]},
            "results": {
                "channels": [
                    {
                        "alternatives": [
                            {
                                "transcript": " ".join(h.text for h in on),
                                "confidence": 0.99,
                                "words": [w | self._who(h, diarized) for h in on for w in timed_words(h)],
                            }
                        ],
                        **language,
                    }
                    for on in channels
                ],
                "utterances": [
                    {"start": h.start, "end": h.end, "confidence": 0.99, "channel": h.channel if several else 0,
                     "transcript": h.text, "words": [], **self._who(h, diarized), "id": str(i)}
                    for i, h in enumerate(h for on in channels for h in on)
                ],
            },
        }  # fmt: skip

    @staticmethod
    def _who(heard: Heard, diarized: bool) -> dict[str, int]:
        return {"speaker": heard.speaker} if diarized and heard.speaker is not None else {}


@dataclass
class Sarvam:
    """Answers the plain endpoint, and jobs: files are put to and taken from the storage that it names, which asks for
    no key. A job is at work for as many looks as `looks` says."""

    hears: Sequence[Heard]
    port: int = 0
    looks: int = 2
    ends: str = "Completed"
    storage: str | None = None
    faults: list[bytes | None] = field(default_factory=list)
    forms: list[dict[str, list[bytes]]] = field(default_factory=list)
    jobs: list[dict[str, Any]] = field(default_factory=list)
    stored: dict[str, bytes] = field(default_factory=dict)
    stored_headers: list[dict[str, str]] = field(default_factory=list)
    started: bool = False

    def __call__(self, asked: Asked) -> bytes | None:
        if asked.path.startswith("/storage/"):
            return self._storage(asked)
        if self.faults:
            return self.faults.pop(0)
        if asked.headers.get("api-subscription-key") != "ears-key":
            return answer(403, {"error": {"code": "invalid_api_key_error", "message": "Invalid key"}})
        match asked.method, asked.path:
            case "POST", "/speech-to-text":
                self.forms.append(asked.form)
                return answer(200, self._transcript(diarized=False))
            case "POST", "/speech-to-text/job/v1":
                self.jobs.append(asked.json["job_parameters"])
                return answer(202, {"job_id": "job 1", "job_state": "Accepted", "storage_container_type": "Azure"})
            case "POST", "/speech-to-text/job/v1/upload-files":
                return answer(200, {"job_id": "job 1", "upload_urls": self._links(asked.json["files"])})
            case "POST", "/speech-to-text/job/v1/job%201/start":
                self.started = bool(self.stored)
                return answer(200, {"job_id": "job 1", "job_state": "Pending"})
            case "GET", "/speech-to-text/job/v1/job%201/status":
                return answer(200, self._status())
            case "POST", "/speech-to-text/job/v1/download-files":
                return answer(200, {"job_id": "job 1", "download_urls": self._links(asked.json["files"])})
        return answer(404)

    def _links(self, names: Sequence[str]) -> dict[str, dict[str, str]]:
        base = self.storage or f"http://127.0.0.1:{self.port}"
        return {name: {"file_url": f"{base}/storage/{name}?sig=a%2Bb"} for name in names}

    def _status(self) -> dict[str, Any]:
        self.looks -= 1
        if self.looks >= 0 or not self.started:
            return {"job_id": "job 1", "job_state": "Running", "job_details": []}
        done = self.ends == "Completed"
        details = [{"inputs": [], "outputs": [{"file_name": "0.json"}] if done else [], "state": "Success"}]
        return {"job_id": "job 1", "job_state": self.ends, "job_details": details, "error_message": None}

    def _storage(self, asked: Asked) -> bytes:
        self.stored_headers.append(asked.headers)
        url = urlsplit(asked.path)
        name = url.path.rpartition("/")[2]
        if url.query != "sig=a%2Bb" or "api-subscription-key" in asked.headers:
            return answer(403)
        if asked.method == "PUT":
            self.stored[name] = asked.body
            return answer(201 if asked.headers.get("x-ms-blob-type") == "BlockBlob" else 400)
        diarized = self.jobs[-1]["with_diarization"]
        return answer(200, json.dumps(self._transcript(diarized=diarized)).encode())

    def _transcript(self, *, diarized: bool) -> dict[str, Any]:
        entries = [
            {
                "transcript": h.text,
                "start_time_seconds": h.start,
                "end_time_seconds": h.end,
                "speaker_id": str(h.speaker),
            }
            for h in self.hears
        ]
        words = [word for h in self.hears for word in timed_words(h)]
        return {
            "request_id": "1",
            "transcript": " ".join(h.text for h in self.hears),
            "timestamps": {
                "words": [word["punctuated_word"] for word in words],
                "start_time_seconds": [word["start"] for word in words],
                "end_time_seconds": [word["end"] for word in words],
            },
            "diarized_transcript": {"entries": entries} if diarized else None,
            "language_code": "hi-IN",
        }
