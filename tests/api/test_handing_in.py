"""`POST /api/conversations`: what is taken, what is refused, and what is said of it."""

import json
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from door import Door, make_vcon
from signed_in import sign_in

from carelog.app import Carelog

pytestmark = pytest.mark.parametrize("dialect", ["sqlite"])

SECRET = "zanzibar-5501"


def refused(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    body = answer.json()
    assert (body["status"], body["error"]["code"]) == ("error", code)
    assert set(body["error"]) == {"code", "message", "details"}
    details: dict[str, Any] = body["error"]["details"]
    return details


async def test_a_vcon_comes_back_just_as_it_went_in(api: httpx.AsyncClient) -> None:
    document = make_vcon("My pulse was 72.", x_made_up={"kept": [1, 1.50, None, "é"]}, extensions=[], analysis=None)
    sent = json.dumps(document, indent=1)
    answer = await api.post("/api/conversations", content=sent, headers={"Content-Type": "application/vcon"})
    assert answer.status_code == 201
    receipt = answer.json()
    assert (receipt["status"], receipt["id"], len(receipt["runs"])) == ("accepted", document["uuid"], 1)
    got = await api.get(f"{answer.headers['Location']}/vcon")
    assert got.text == sent
    assert got.headers["Content-Type"] == "application/vcon"


async def test_a_second_delivery_is_told_and_changes_nothing(api: httpx.AsyncClient) -> None:
    document = make_vcon()
    first = await api.post("/api/conversations?channel=calls&external_id=c-1", json=document)
    again = await api.post("/api/conversations?channel=calls&external_id=c-1", json=document | {"uuid": str(uuid4())})
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json() | {"status": "duplicate", "runs": []}
    assert len((await api.get("/api/conversations")).json()["items"]) == 1
    assert len((await api.get("/api/runs")).json()["items"]) == 1


async def test_another_document_under_the_same_uuid_is_a_conflict(api: httpx.AsyncClient) -> None:
    document = make_vcon()
    await api.post("/api/conversations", json=document)
    refused(await api.post("/api/conversations", json=document | {"subject": "Other"}), 409, "conflict")


async def test_a_plain_transcript_becomes_a_conversation_of_turns(api: httpx.AsyncClient) -> None:
    text = "Agent: Any fever?\nPatient: No, only a cough."
    answer = await api.post(
        "/api/conversations",
        params={"started_at": "2026-01-05T09:00:00+05:30", "title": "Evening call"},
        content=text.encode(),
        headers={"Content-Type": "text/plain; charset=utf-8"},
    )
    assert answer.status_code == 201
    vcon = (await api.get(f"/api/conversations/{answer.json()['id']}/vcon")).json()
    assert [d["body"] for d in vcon["dialog"]] == ["Any fever?", "No, only a cough."]
    about = (await api.get(answer.headers["Location"])).json()
    assert (about["title"], about["channel"], about["started_at"]) == ("Evening call", "calls", "2026-01-05T03:30:00Z")


async def test_the_same_words_at_another_time_or_of_another_are_another_conversation(api: httpx.AsyncClient) -> None:
    async def told(**asked: str) -> tuple[int, str]:
        answer = await api.post(
            "/api/conversations",
            params=asked,
            content="BP 120/80, slept 7 hours",
            headers={"Content-Type": "text/plain"},
        )
        return answer.status_code, answer.json()["subject_id"]

    monday, tuesday = "2026-03-02T09:00:00Z", "2026-03-03T09:00:00Z"
    _, ana = await told()
    _, ben = await told()
    assert ana != ben
    for subject, moment in ((ana, monday), (ana, tuesday), (ben, monday)):
        assert await told(subject=subject, started_at=moment) == (201, subject)
    assert await told(subject=ana, started_at="2026-03-02T10:00:00+01:00") == (200, ana)


@pytest.mark.parametrize("version", ["0.0.1", "0.0.2", "0.3.0"])
async def test_a_vcon_of_an_older_draft_is_taken_and_kept_as_it_came(api: httpx.AsyncClient, version: str) -> None:
    document = make_vcon() | {"vcon": version, "group": [], "redacted": {}}
    for dialog in document["dialog"]:
        dialog["mimetype"] = dialog.pop("mediatype", "text/plain")
    answer = await api.post("/api/conversations", json=document)
    assert answer.status_code == 201, answer.text
    assert (await api.get(f"/api/conversations/{answer.json()['id']}/vcon")).json() == document
    wrong = document | {"uuid": str(uuid4()), "attachments": "Asha"}
    details = refused(await api.post("/api/conversations", json=wrong), 422, "invalid_input")
    assert [problem["place"] for problem in details["problems"]] == ["/attachments"]


@pytest.mark.parametrize("asked", [{}, {"subject": "me"}])
async def test_what_a_user_writes_down_is_of_themselves(door: Door, asked: dict[str, str]) -> None:
    own, plain = (await door.hand_in(make_vcon()))["subject_id"], {"Content-Type": "text/plain"}
    mine = await door.client((await sign_in(door.carelog, "patient", owns=UUID(own))).token)
    answer = await mine.post("/api/conversations", params=asked, content="I have a cough.", headers=plain)
    assert (answer.status_code, answer.json()["subject_id"]) == (201, own)
    nobody = await door.client(await door.key())
    refused(await nobody.post("/api/conversations?subject=me", content="A cough.", headers=plain), 404, "not_found")


async def test_nobody_takes_the_name_of_a_call_that_is_yet_to_come(door: Door, api: httpx.AsyncClient) -> None:
    own, plain = (await door.hand_in(make_vcon()))["subject_id"], {"Content-Type": "text/plain"}
    patient = await door.client((await sign_in(door.carelog, "patient", owns=UUID(own))).token)
    named = {"channel": "calls", "external_id": "call-1001"}
    for status in (201, 200):
        answer = await patient.post("/api/conversations", params=named, content="Hi.", headers=plain)
        assert (answer.status_code, answer.json()["subject_id"]) == (status, own)
    call = await api.post("/api/conversations", params=named, json=make_vcon("I have chest pain."))
    assert (call.status_code, call.json()["status"]) == (201, "accepted")
    taken = named | {"external_id": "call-1002"}
    await api.post("/api/conversations", params=taken, json=make_vcon("I have a cough.", tel="+12025550177"))
    tried = await patient.post("/api/conversations", params=taken, content="Hello.", headers=plain)
    assert tried.status_code == 201, "it tells which names there are"


async def test_a_patient_does_not_go_before_everybody_else(door: Door, api: httpx.AsyncClient) -> None:
    own = (await door.hand_in(make_vcon()))["subject_id"]
    patient = await door.client((await sign_in(door.carelog, "patient", owns=UUID(own))).token)
    for lane, status in (("urgent", 403), ("bulk", 201)):
        answer = await patient.post(
            "/api/conversations", params={"lane": lane}, content=lane, headers={"Content-Type": "text/plain"}
        )
        assert answer.status_code == status, answer.text


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"parties": None}, "/parties"),
        ({"uuid": "not-a-uuid"}, "/uuid"),
        ({"created_at": "yesterday"}, "/created_at"),
        ({"vcon": "9.9"}, "/vcon"),
        ({"dialog": [{"type": "banana", "start": "2026-01-05T09:00:00Z"}]}, "/dialog/0/type"),
        ({"dialog": [{"type": "text", "start": "2026-01-05T09:00:00Z", "parties": 7}]}, "/dialog/0/parties"),
        ({"analysis": [{"type": "summary", "vendor": "x", "dialog": 99}]}, "/analysis/0/dialog"),
        ({"critical": ["unheard-of"]}, "/critical"),
    ],
)
async def test_what_the_draft_forbids_is_refused_by_its_place(
    api: httpx.AsyncClient, change: dict[str, Any], place: str
) -> None:
    details = refused(await api.post("/api/conversations", json=make_vcon() | change), 422, "invalid_input")
    assert any(problem["place"].startswith(place) for problem in details["problems"]), details
    assert (await api.get("/api/conversations")).json()["items"] == []


@pytest.mark.parametrize(
    ("body", "line", "column"), [(b'{"a": 1,,}', 1, 9), (b'{\n "a": nan}', 2, 7), (b"", 1, 1), (b'{"a": "\xff"}', 1, 8)]
)
async def test_json_that_is_none_is_refused_by_line_and_column(
    api: httpx.AsyncClient, body: bytes, line: int, column: int
) -> None:
    answer = await api.post("/api/conversations", content=body, headers={"Content-Type": "application/json"})
    details = refused(answer, 422, "invalid_input")
    assert (details["line"], abs(details["column"] - column) <= 1) == (line, True), details


@pytest.mark.parametrize("body", [b"[]", b'"x"', b"null", b"7", b"[" * 3000, b'{"a":' * 3000])
async def test_json_that_is_no_vcon_is_refused(api: httpx.AsyncClient, body: bytes) -> None:
    answer = await api.post("/api/conversations", content=body, headers={"Content-Type": "application/json"})
    refused(answer, 422, "invalid_input")


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "application/xml"},
        {"Content-Type": ""},
        {"Content-Type": "multipart/form-data; boundary=x"},
        {"Content-Type": "text/plain; charset=utf-16"},
        {"Content-Type": "application/json", "Content-Encoding": "gzip"},
    ],
)
async def test_other_types_are_refused_with_those_that_are_taken(
    api: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    details = refused(
        await api.post("/api/conversations", content=b"hello", headers=headers), 415, "unsupported_media_type"
    )
    assert details["accepted"]


async def test_a_body_over_the_limit_is_refused(api: httpx.AsyncClient) -> None:
    refused(await api.post("/api/conversations", json=make_vcon("x" * 30_000)), 413, "body_too_large")


@pytest.mark.parametrize(
    "query",
    [
        "channel=pigeon",
        "subject=not-a-uuid",
        "subject=00000000-0000-4000-8000-000000000000",
        "external_id=",
        f"external_id={'x' * 256}",
        "external_id=a%00b",
        "started_at=2026-01-05T09:00:00",
    ],
)
async def test_parameters_that_cannot_be_right_are_refused(api: httpx.AsyncClient, query: str) -> None:
    answer = await api.post(f"/api/conversations?{query}", json=make_vcon())
    assert answer.status_code in (404, 422), answer.text
    assert answer.json()["status"] == "error"
    assert (await api.get("/api/conversations")).json()["items"] == []


async def test_no_refusal_nor_log_repeats_what_was_sent(
    api: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    attempts = [
        await api.post("/api/conversations", json=make_vcon() | {"created_at": SECRET}),
        await api.post("/api/conversations", json=make_vcon(SECRET) | {"dialog": [{"type": SECRET}]}),
        await api.post("/api/conversations", content=f'{{"{SECRET}": }}', headers={"Content-Type": "application/json"}),
        await api.post(f"/api/conversations?channel={SECRET}", json=make_vcon()),
        await api.get(f"/api/conversations?cursor={SECRET}"),
        await api.get(f"/api/conversations?since={SECRET}"),
        await api.get(f"/api/conversations/{SECRET}"),
        await api.get("/api/subjects", params={"reference": SECRET}),
        await api.get(f"/api/{SECRET}"),
        await api.get("/api/conversations", params={"q": SECRET}),
    ]
    assert [a.status_code for a in attempts] == [422, 422, 422, 422, 422, 422, 422, 404, 404, 200]
    assert not any(SECRET in answer.text for answer in attempts)
    ours = [record for record in caplog.records if record.name.startswith("carelog")]
    assert not any(SECRET in record.getMessage() + str(vars(record)) for record in ours)


async def test_addresses_and_methods_that_there_are_not(door: Door, api: httpx.AsyncClient) -> None:
    refused(await api.get("/nowhere"), 404, "not_found")
    answer = await api.put("/api/conversations")
    refused(answer, 405, "method_not_allowed")
    assert {"GET", "POST"} <= {method.strip() for method in answer.headers["Allow"].split(",")}


async def test_a_channel_that_no_chain_takes_is_told(
    opened: Callable[..., AbstractAsyncContextManager[Carelog]],
) -> None:
    chains = {"calls": {"channels": ["calls"], "links": [{"tag": {"tags": ["seen"]}}]}}
    async with opened(chains=chains) as carelog, AsyncExitStack() as open_clients:
        door = Door(carelog, carelog.api(), open_clients)
        api = await door.client(await door.key())
        document, named = make_vcon(), {"Idempotency-Key": "one"}
        for _ in range(2):
            unread = await api.post("/api/conversations?channel=scan", json=document, headers=named)
            assert (unread.status_code, unread.json()["runs"]) == (201, [])
            assert "no chain takes this channel" in unread.headers["Carelog-Note"]
        for again in (await api.post("/api/conversations?channel=scan", json=document), await api.get("/api/runs")):
            assert "Carelog-Note" not in again.headers
        read = await api.post("/api/conversations?channel=calls", json=make_vcon())
        assert read.json()["runs"]
        assert "Carelog-Note" not in read.headers
