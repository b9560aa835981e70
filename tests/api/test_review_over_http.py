"""The review queue, confirmed entries and reprocessing over HTTP."""

from typing import Any
from uuid import UUID

import httpx
import pytest
from door import Door, make_vcon

from carelog.record import Evidence
from carelog.record.review import adding as reviews
from carelog.record.review.items import Doubt, NewReview, Placed, Reading

ABSENT = {"name": "headache", "polarity": "absent"}
PRESENT = {"name": "headache", "polarity": "present"}


@pytest.fixture
async def subject(door: Door) -> str:
    receipt = await door.hand_in(make_vcon("My head feels odd."))
    subject: str = receipt["subject_id"]
    await doubt(door, UUID(subject), UUID(receipt["id"]))
    return subject


async def doubt(door: Door, subject: UUID, conversation: UUID) -> None:
    quote = Evidence(conversation=conversation, turn=0, pointer="/dialog/0/body", start=0, end=7, quote="My head")
    readings = tuple(Reading(by, said, (quote,)) for by, said in (("local/1", PRESENT), ("llm/1", ABSENT)))
    new = NewReview("symptom", Doubt.DISPUTED, readings, door.carelog.clock.now(), "+05:30", ("polarity",))
    async with door.carelog.health.write() as connection:
        await reviews.add(connection, [Placed(subject, conversation, None, new)], {}, door.carelog.clock.now())


async def listed(api: httpx.AsyncClient, path: str = "/api/review", **query: str) -> list[dict[str, Any]]:
    answer = await api.get(path, params=query)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def test_an_item_is_listed_shown_and_decided_once(api: httpx.AsyncClient, subject: str) -> None:
    [item] = await listed(api)
    assert await listed(api, f"/api/subjects/{subject}/review") == [item]
    assert (await api.get(f"/api/review/{item['id']}")).json() == item
    assert (item["doubt"], item["status"], item["fields"]) == ("disputed", "open", ["polarity"])
    assert [one["engine"] for one in item["readings"]] == ["local/1", "llm/1"]
    assert item["readings"][0]["evidence"][0]["quote"] == "My head"
    assert item["occurred_at"].endswith("+05:30")

    unclear = await api.post(f"/api/review/{item['id']}/confirm")
    assert (unclear.status_code, unclear.json()["error"]["code"]) == (422, "invalid_input")
    decided = await api.post(f"/api/review/{item['id']}/confirm", json={"reading": "llm", "reason": "asked again"})
    assert decided.status_code == 200, decided.text
    entry = decided.json()["entry"]
    assert (entry["headline"], entry["confidence"]) == ("headache: absent", "confirmed")
    assert decided.json()["review"]["entry_id"] == entry["id"]
    assert [e["id"] for e in await listed(api, f"/api/subjects/{subject}/symptoms")] == [entry["id"]]

    again = await api.post(f"/api/review/{item['id']}/reject")
    assert (again.status_code, again.json()["error"]["code"]) == (409, "review.decided")
    assert await listed(api) == []
    assert [one["status"] for one in await listed(api, status="any")] == ["confirmed"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"type": "symptom"}, 1), ({"type": "vitals"}, 0), ({"doubt": "disputed"}, 1), ({"doubt": "ungrounded"}, 0),
        ({"status": "open"}, 1), ({"status": "rejected"}, 0),
    ],
    ids=str,
)  # fmt: skip
async def test_lists_are_narrowed(api: httpx.AsyncClient, subject: str, query: dict[str, str], found: int) -> None:
    assert len(await listed(api, **query)) == found
    assert len(await listed(api, f"/api/subjects/{subject}/review", **query)) == found


async def test_a_wrong_status_is_refused(api: httpx.AsyncClient) -> None:
    assert (await api.get("/api/review", params={"status": "gone"})).status_code == 422


async def test_a_correction_becomes_the_entry(api: httpx.AsyncClient, subject: str) -> None:
    [item] = await listed(api)
    path = f"/api/review/{item['id']}/correct"
    refused = await api.post(path, json={"payload": {"name": "headache"}})
    assert refused.status_code == 422
    said = {"name": "dizziness", "polarity": "present"}
    done = await api.post(path, json={"payload": said, "occurred_at": "2026-01-04T12:00:00+05:30"})
    assert done.status_code == 200, done.text
    entry = done.json()["entry"]
    assert (entry["payload"], entry["occurred_at"]) == (said, "2026-01-04T12:00:00+05:30")
    assert [quote["quote"] for quote in entry["evidence"]] == ["My head"]


async def test_each_look_and_decision_is_in_the_audit_trail(door: Door, subject: str) -> None:
    client = await door.client(await door.key(subjects=[UUID(subject)]))
    [item] = await listed(client)
    assert (await client.post(f"/api/review/{item['id']}/reject")).status_code == 200
    await door.carelog.audit.bring_in()
    page = await door.carelog.audit.page()
    told = {(one.event.action, one.event.operation) for one in page.items if one.event.subject == UUID(subject)}
    assert {("read", "list_reviews"), ("change", "reject_review")} <= told


async def test_an_entry_is_confirmed(api: httpx.AsyncClient, subject: str) -> None:
    made = await api.post(f"/api/subjects/{subject}/symptoms", json={"payload": PRESENT})
    path = f"/api/entries/{made.json()['id']}/confirm"
    assert made.json()["confidence"] is None
    assert (await api.post(path)).status_code == 428
    confirmed = await api.post(path, headers={"If-Match": made.headers["ETag"]})
    assert (confirmed.status_code, confirmed.json()["confidence"]) == (200, "confirmed")
    assert (await api.post(path, headers={"If-Match": made.headers["ETag"]})).status_code == 412


async def test_conversations_are_read_again_in_steps(door: Door, api: httpx.AsyncClient) -> None:
    for n in range(3):
        await door.hand_in(make_vcon(tel=f"+91222444900{n}"))
    await door.carelog.worker.drain()
    counted = (await api.post("/api/reprocess", json={"dry_run": True})).json()
    assert counted == {"conversations": 3, "runs": {"record": 3}, "next": None}
    queued, after = 0, None
    while True:
        answer = await api.post("/api/reprocess", params={"limit": 2}, json={"chain": "record", "after": after})
        assert answer.status_code == 200, answer.text
        queued += answer.json()["conversations"]
        after = answer.json()["next"]
        if after is None:
            break
    assert queued == 3
    assert (await api.post("/api/reprocess", json={"chain": "none"})).status_code == 422
    limited = await door.client(await door.key(scopes=["entries:read"]))
    assert (await limited.post("/api/reprocess", json={})).status_code == 403
