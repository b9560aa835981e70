"""Transcripts over HTTP: a recording that needs one is seen, gets one, and its run goes on."""

import base64
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from door import Door, make_vcon

from carelog.app import Carelog
from carelog.pipeline.submission import CHANNELS

pytestmark = pytest.mark.parametrize("dialect", ["sqlite"])

SOUND = base64.urlsafe_b64encode(bytes(range(64))).decode().rstrip("=")
LINES = "Nurse: How are you?\nAsha Rao: I have a headache."
PLAIN = {"Content-Type": "text/plain"}


@pytest.fixture
async def carelog(opened: Callable[..., AbstractAsyncContextManager[Carelog]]) -> AsyncIterator[Carelog]:
    """A Carelog that waits for transcripts."""
    chains = {"record": {"channels": list(CHANNELS), "links": ["transcribe", {"tag": {"tags": ["heard"]}}]}}
    async with opened(chains=chains) as whole:
        yield whole


@pytest.fixture
async def call(door: Door) -> dict[str, Any]:
    """What is known of a conversation that needs a transcript."""
    recording = {"type": "recording", "start": "2026-01-05T09:00:00+05:30", "parties": 0, "mediatype": "audio/wav",
                 "encoding": "base64url", "body": SOUND}  # fmt: skip
    receipt = await door.hand_in(make_vcon(dialog=[recording]))
    await door.hand_in(make_vcon("I feel well."))
    await door.carelog.worker.drain()
    return dict(receipt)


async def needing(api: httpx.AsyncClient) -> list[str]:
    items = (await api.get("/api/conversations", params={"needs": "transcript"})).json()["items"]
    assert {item["needs"] for item in items} <= {"transcript"}
    return [item["id"] for item in items]


async def test_what_needs_a_transcript_is_seen_until_it_has_one(door: Door, api: httpx.AsyncClient, call: Any) -> None:
    path = f"/api/conversations/{call['id']}"
    assert await needing(api) == [call["id"]]
    assert (await api.get(path)).json()["needs"] == "transcript"
    everything = (await api.get("/api/conversations")).json()["items"]
    assert sorted(str(item["needs"]) for item in everything) == ["None", "transcript"]
    [run] = (await api.get("/api/runs", params={"state": "waiting"})).json()["items"]
    assert run["error"]["code"] == "transcript.needed"
    assert 'carelog_transcripts_needed{chain="record"} 1.0' in (await api.get("/metrics")).text

    told = await api.post(f"{path}/transcript", content=LINES, headers=PLAIN, params={"vendor": "the nurse"})
    assert told.status_code == 201
    assert told.json() == {"conversation_id": call["id"], "dialog": 0, "added": True, "runs": [run["id"]]}
    await door.carelog.worker.drain()
    assert await needing(api) == []
    assert (await api.get(path)).json()["needs"] is None
    assert (await api.get(f"/api/runs/{run['id']}")).json()["state"] == "finished"
    [analysis] = [a for a in (await api.get(f"{path}/vcon")).json()["analysis"] if a["type"] == "transcript"]
    assert (analysis["vendor"], analysis["body"]) == ("the nurse", LINES)

    again = await api.post(f"{path}/transcript", content=LINES, headers=PLAIN)
    assert (again.status_code, again.json()["added"]) == (200, False)
    other = await api.post(f"{path}/transcript", content="Nurse: Something else.", headers=PLAIN)
    assert (other.status_code, other.json()["error"]["code"]) == (409, "conflict")


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"   ", "text/plain", 422),
        (b"\xff\xfe", "text/plain", 422),
        (b"{", "application/json", 422),
        (b"[]", "application/json", 422),
        (b'"Hello."', "application/json", 201),
        (b"WEBVTT", "text/vtt", 422),
        (b"Hello.", "audio/wav", 415),
        (b"Hello.", "text/plain; charset=latin-1", 415),
    ],
)
async def test_what_is_no_transcript_is_refused(
    api: httpx.AsyncClient, call: Any, content: bytes, kind: str, status: int
) -> None:
    path = f"/api/conversations/{call['id']}/transcript"
    answer = await api.post(path, content=content, headers={"Content-Type": kind})
    assert answer.status_code == status, answer.text


async def test_a_vendors_answer_is_read_with_its_speakers_and_times(
    door: Door, api: httpx.AsyncClient, call: Any
) -> None:
    said = [{"start": 2.5, "end": 4.0, "transcript": "I have a headache.", "speaker": 0}]
    answer = {"results": {"channels": [], "utterances": said}}
    told = await api.post(
        f"/api/conversations/{call['id']}/transcript",
        content=json.dumps(answer),
        headers={"Content-Type": "application/json"},
    )
    assert told.status_code == 201
    [turn] = (await door.carelog.reader.get(door.carelog.operator, UUID(call["id"]))).conversation.turns
    assert (turn.text, turn.speaker, turn.party) == ("I have a headache.", "Speaker 0", 0)
    assert turn.start is not None
    assert turn.start.isoformat() == "2026-01-05T09:00:02.500000+05:30"


async def test_a_stranger_learns_nothing_and_changes_nothing(door: Door, api: httpx.AsyncClient, call: Any) -> None:
    stranger = await door.client(await door.key(subjects=[uuid4()]))
    reader = await door.client(await door.key(scopes=["conversations:read"]))
    path = f"/api/conversations/{call['id']}/transcript"
    unknown = await stranger.post(f"/api/conversations/{uuid4()}/transcript", content=LINES, headers=PLAIN)
    refused = await stranger.post(path, content=LINES, headers=PLAIN)
    assert refused.status_code == unknown.status_code == 404
    assert refused.json()["error"]["message"] == unknown.json()["error"]["message"]
    assert (await reader.post(path, content=LINES, headers=PLAIN)).status_code == 403
    assert (await stranger.get("/api/conversations", params={"needs": "transcript"})).json()["items"] == []
    assert await needing(api) == [call["id"]]


async def test_who_handed_it_in_is_in_the_audit_trail(door: Door, api: httpx.AsyncClient, call: Any) -> None:
    await api.post(f"/api/conversations/{call['id']}/transcript", content=LINES, headers=PLAIN)
    looks = (await api.get(f"/api/subjects/{call['subject_id']}/looks")).json()["items"]
    changes = [look for look in looks if look["operation"] == "add_transcript"]
    assert len(changes) == 1
