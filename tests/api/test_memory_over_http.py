"""The memory interface, links, rejected values and archives over HTTP."""

import io
import zipfile
from typing import Any
from uuid import UUID

import httpx
import pytest
from door import Door, make_vcon

from carelog.identity import SCOPES

PULSE = {"kind": "heart_rate", "value": {"value": 64, "unit": "/min"}}
EVENTS = "/api/memory/events"


@pytest.fixture
async def subject(door: Door) -> str:
    subject: str = (await door.hand_in(make_vcon()))["subject_id"]
    return subject


@pytest.fixture
async def mine(door: Door, subject: str) -> httpx.AsyncClient:
    """With a key that is limited to this subject: their record need not be named."""
    return await door.client(await door.key(subjects=[UUID(subject)]))


async def stored(client: httpx.AsyncClient, context_id: str, payload: dict[str, Any], **more: Any) -> dict[str, Any]:
    answer = await client.post(EVENTS, json={"context_id": context_id, "payload": payload, **more})
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def test_an_event_is_stored_found_changed_and_deleted(mine: httpx.AsyncClient, subject: str) -> None:
    event = await stored(mine, "vitals:v1", PULSE, event_kind="observation", timestamp="2026-01-05T08:00:00+05:30")
    assert (event["status"], event["context_id"], event["event_kind"]) == ("created", "vitals:v1", "observation")
    assert event["entry"]["subject_id"] == subject
    assert event["entry"]["occurred_at"] == "2026-01-05T08:00:00+05:30"
    again = await mine.post(EVENTS, json={"context_id": "vitals:v1", "payload": PULSE})
    assert (again.status_code, again.json()["status"]) == (200, "unchanged")
    other = PULSE | {"value": {"value": 90, "unit": "/min"}}
    taken = await mine.post(EVENTS, json={"context_id": "vitals:v1", "payload": other})
    assert (taken.status_code, taken.json()["error"]["code"]) == (409, "context.taken")
    changed = await mine.patch(f"{EVENTS}?context_id=vitals:v1", json={"updates": {"notes": "sitting"}})
    assert changed.json()["entry"]["payload"]["notes"] == "sitting"
    behind = await mine.patch(f"{EVENTS}?context_id=vitals:v1", json={"updates": {}, "revision": 1})
    assert behind.status_code == 412
    found = await mine.get("/api/memory/context", params={"context_type": "vitals", "filter": "kind:heart_rate"})
    assert [one["context_id"] for one in found.json()["items"]] == ["vitals:v1"]
    assert (await mine.get("/api/memory/context?q=sitting")).json()["items"]
    assert not (await mine.get("/api/memory/context?q=standing")).json()["items"]
    assert (await mine.delete(f"{EVENTS}?context_id=vitals:v1")).status_code == 204
    assert (await mine.get("/api/memory/context?context_id=vitals:v1")).json()["items"] == []
    assert (await mine.delete(f"{EVENTS}?context_id=vitals:v7")).status_code == 404
    assert isinstance((await mine.get("/api/memory/insights")).json()["items"], list)


async def test_pages_of_events_neither_repeat_nor_skip(mine: httpx.AsyncClient) -> None:
    for n in range(5):
        await stored(mine, f"food:f{n}", {"name": f"dish {n}"})
    seen, address = [], "/api/memory/context?limit=2&q=dish"
    while True:
        answer = await mine.get(address)
        seen += [one["context_id"] for one in answer.json()["items"]]
        following = [part for part in answer.headers["Link"].split(", <") if 'rel="next"' in part]
        if not following:
            break
        address = following[0].lstrip("<").partition(">")[0]
    assert sorted(seen) == [f"food:f{n}" for n in range(5)]


async def test_whose_memory_is_said_or_plain(door: Door, subject: str) -> None:
    everyone = await door.client(await door.key())
    assert (await everyone.get("/api/memory/context")).status_code == 422
    assert (await everyone.get(f"/api/memory/context?subject={subject}")).status_code == 200
    bad = await everyone.post(f"{EVENTS}?subject={subject}", json={"context_id": "horoscope:1", "payload": {}})
    assert bad.status_code == 422


async def test_links_and_the_graph(mine: httpx.AsyncClient) -> None:
    meal = (await stored(mine, "food:f1", {"name": "idli"}))["entry"]["id"]
    reading = (await stored(mine, "vitals:v1", PULSE, related_to=["food:f1"]))["entry"]["id"]
    links = (await mine.get(f"/api/entries/{meal}/links")).json()
    assert [(one["from"], one["kind"], one["to"]) for one in links["links"]] == [(reading, "related_to", meal)]
    assert [one["id"] for one in links["entries"]] == [reading]
    mood = (await stored(mine, "mood:m1", {"feeling": "cheerful"}))["entry"]["id"]
    made = await mine.post(f"/api/entries/{meal}/links", json={"kind": "reinforces", "to": mood})
    assert (made.status_code, made.json()["from"]) == (201, meal)
    graph = (await mine.get(f"/api/entries/{reading}/graph?depth=2")).json()
    assert {one["entry"]["id"]: one["depth"] for one in graph["nodes"]} == {reading: 0, meal: 1, mood: 2}
    along = (await mine.get(f"/api/entries/{reading}/graph?depth=2&kinds=related_to")).json()
    assert len(along["nodes"]) == 2
    assert (await mine.delete(f"/api/entries/{mood}/links/reinforces/{meal}")).status_code == 204
    assert (await mine.get(f"/api/entries/{reading}/graph?depth=11")).status_code == 422


async def test_a_rejected_number_is_explained_and_no_other_is_refused(mine: httpx.AsyncClient, subject: str) -> None:
    contacts = f"/api/subjects/{subject}/emergency-contacts"
    bad = {"payload": {"name": "Ines", "phone": "+1 555"}}
    first, second = [(await mine.post(contacts, json=bad)) for _ in range(2)]
    assert (first.status_code, second.status_code) == (422, 422)
    assert "rejections" not in first.json()["error"]["details"]
    [told] = second.json()["error"]["details"]["rejections"]
    assert (told["reason"], told["rejected_at"][:10]) == ("invalid", "2026-01-05")
    good = {"payload": {"name": "Ines", "phone": "+12025550143"}}
    report = {"kind": "phone", "value": "+1 (202) 555-0143", "reason": "unreachable"}
    reported = await mine.post(f"/api/subjects/{subject}/rejections", json=report)
    assert reported.status_code == 201
    refused = await mine.post(contacts, json=good)
    assert (refused.status_code, refused.json()["error"]["code"]) == (422, "value.rejected")
    assert "0143" not in refused.text
    same_country = {"payload": {"name": "Omar", "phone": "+12025550144"}}
    assert (await mine.post(contacts, json=same_country)).status_code == 201
    listed = (await mine.get(f"/api/subjects/{subject}/rejections")).json()["items"]
    assert {one["reason"] for one in listed} == {"invalid", "unreachable"}
    forgotten = await mine.delete(f"/api/subjects/{subject}/rejections/{reported.json()['id']}")
    assert forgotten.status_code == 204
    assert (await mine.post(contacts, json=good)).status_code == 201


async def test_an_archive_goes_out_and_comes_back(door: Door, api: httpx.AsyncClient, subject: str) -> None:
    await stored(await door.client(await door.key(subjects=[UUID(subject)])), "vitals:v1", PULSE)
    archive = await api.get(f"/api/subjects/{subject}/archive")
    assert archive.headers["content-type"] == "application/zip"
    assert archive.headers["content-length"] == str(len(archive.content))
    with zipfile.ZipFile(io.BytesIO(archive.content)) as opened:
        assert opened.testzip() is None
        assert "entries.ndjson" in opened.namelist()
    again = await api.post("/api/archives", content=archive.content, headers={"Content-Type": "application/zip"})
    assert again.status_code == 200, again.text
    assert again.json() == {
        "subject_id": subject,
        "created": False,
        "counts": again.json()["counts"],
    }
    assert again.json()["counts"]["entries"] == {"known": 1}
    looks = await door.carelog.audit.page()
    assert "export" in {one.event.action for one in looks.items}
    for content, kind, status in (
        (b"no archive", "application/zip", 422),
        (archive.content, "application/json", 415),
        (archive.content[:-40], "application/zip", 422),
    ):
        answer = await api.post("/api/archives", content=content, headers={"Content-Type": kind})
        assert answer.status_code == status, answer.text
    plain = await door.client(await door.key(scopes=sorted(set(SCOPES) - {"records:import"})))
    refused = await plain.post("/api/archives", content=archive.content, headers={"Content-Type": "application/zip"})
    assert refused.status_code == 403


async def test_an_archive_may_be_larger_than_other_requests(door: Door, api: httpx.AsyncClient, subject: str) -> None:
    client = await door.client(await door.key(subjects=[UUID(subject)]))
    for n in range(30):
        notes = "".join(f"{n * k * 7919 % 100_003:x}" for k in range(800))
        await stored(client, f"food:f{n}", {"name": f"dish {n}", "notes": notes[:3900]})
    archive = (await api.get(f"/api/subjects/{subject}/archive")).content
    assert len(archive) > door.carelog.settings.max_body_bytes
    answer = await api.post("/api/archives", content=archive, headers={"Content-Type": "application/zip"})
    assert answer.status_code == 200, answer.text
