"""Who may ask for what. Every operation of the API description is tried, a new one without being named here."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from door import Door, make_vcon

from carelog.api import create_app
from carelog.identity import SCOPES
from carelog.kit.clock import ManualClock

pytestmark = pytest.mark.parametrize("dialect", ["sqlite"])

OPEN = {"/health/live", "/health/ready"}
# What spans all subjects is not for keys that are limited to some.
OF_THE_WHOLE = {"/metrics"}
# What has a name in the configuration, and is there for everyone.
NAMED = {"list_name": "seen"}
OPEN_BESIDES_THE_DESCRIPTION = {"/docs", "/openapi.json"}


@dataclass(frozen=True)
class Operation:
    method: str
    path: str


def operations() -> Iterator[Operation]:
    app = create_app(None, max_body_bytes=1024)  # type: ignore[arg-type]  # only its description is read
    for path, methods in app.openapi()["paths"].items():
        for method in methods:
            yield Operation(method.upper(), path)


HAND_IN = Operation("POST", "/api/conversations")
# Of the record below, which came in plain.
ANSWERED = {
    Operation("GET", "/api/conversations/{conversation_id}/original"): 404,
    Operation("DELETE", "/api/conversations/{conversation_id}"): 204,
}
GUARDED = [operation for operation in operations() if operation.path not in OPEN]


@dataclass(frozen=True)
class Record:
    """One subject's record with everything that there can be in it, and what would betray it in an answer."""

    subject: UUID
    document: dict[str, Any]
    ids: dict[str, str]
    traces: tuple[str, ...]


@pytest.fixture
async def record(door: Door) -> Record:
    document = make_vcon("I feel dizzy since Sunday.", name="Asha Rao", subject="Morning call")
    receipt = await door.hand_in(document)
    await door.let_die(UUID(receipt["runs"][0]))
    [entry] = await door.add_entries(UUID(receipt["id"]), [datetime(2026, 1, 5, tzinfo=UTC)])
    ids = {
        "conversation_id": receipt["id"],
        "subject_id": receipt["subject_id"],
        "entry_id": str(entry),
        "run_id": receipt["runs"][0],
        "dead_letter_id": receipt["runs"][0],
    }
    return Record(
        subject=UUID(receipt["subject_id"]),
        document=document,
        ids=ids,
        traces=("Asha", "dizzy", "Morning", "912224449000", *ids.values()),
    )


async def ask(client: httpx.AsyncClient, operation: Operation, record: Record) -> httpx.Response:
    """The operation over the record: an operation with a new kind of id fails here until the record has one."""
    path = re.sub(r"{(\w+)}", lambda match: NAMED.get(match[1]) or record.ids[match[1]], operation.path)
    body = record.document if operation == HAND_IN else None
    return await client.request(operation.method, path, json=body)


def refused(answer: httpx.Response, status: int, code: str) -> None:
    assert answer.status_code == status, answer.request
    assert answer.json()["status"] == "error"
    assert answer.json()["error"]["code"] == code


def test_what_is_open_to_everyone_is_only_this(dialect: str) -> None:
    assert {operation.path for operation in operations()} - {operation.path for operation in GUARDED} == OPEN
    assert all(operation.path.startswith("/api/") for operation in GUARDED if operation.path not in OF_THE_WHOLE)


async def test_what_is_open_needs_no_key(door: Door) -> None:
    anyone = await door.client(None)
    for path in OPEN | OPEN_BESIDES_THE_DESCRIPTION:
        assert (await anyone.get(path)).status_code == 200


async def test_no_valid_key_no_data(door: Door, record: Record, clock: ManualClock) -> None:
    revoked, expired, good = await door.key(), await door.key(lifetime=timedelta(hours=1)), await door.key()
    await door.carelog.keyring.revoke(UUID(revoked.split("_")[1]))
    clock.advance(seconds=3600)
    other_secret = good[:-1] + ("A" if good[-1] != "A" else "B")
    for token in (None, "garbage", "clk_", revoked, expired, other_secret, f"{good}x", good.upper()):
        client = await door.client(token)
        for operation in GUARDED:
            answer = await ask(client, operation, record)
            refused(answer, 401, "unauthenticated")
            assert answer.headers["WWW-Authenticate"] == "Bearer"
            assert not any(trace in answer.text for trace in record.traces)


async def test_a_key_is_a_bearer_token_and_nothing_else(door: Door) -> None:
    good = await door.key()
    anyone = await door.client(None)
    for header in (f"Basic {good}", good, "Bearer", f"Bearer {good} {good}", f"Bearer {good},Bearer {good}"):
        refused(await anyone.get("/api/subjects", headers={"Authorization": header}), 401, "unauthenticated")
    not_ascii = [(b"Authorization", "Bearer é".encode())]
    refused(await anyone.get("/api/subjects", headers=not_ascii), 401, "unauthenticated")
    for parameter in ("api_key", "token", "access_token"):
        refused(await anyone.get("/api/subjects", params={parameter: good}), 401, "unauthenticated")


async def test_each_operation_takes_one_scope_and_no_other(door: Door, record: Record) -> None:
    only = {scope: await door.client(await door.key(scopes=[scope])) for scope in SCOPES}
    others = {scope: await door.client(await door.key(scopes=sorted(set(SCOPES) - {scope}))) for scope in SCOPES}
    for operation in GUARDED:
        answers = {scope: await ask(client, operation, record) for scope, client in only.items()}
        allowing = [scope for scope, answer in answers.items() if answer.status_code != 403]
        assert len(allowing) == 1, operation
        without = await ask(others[allowing[0]], operation, record)
        refused(without, 403, "forbidden")
        assert without.json()["error"]["details"] == {"scope": allowing[0]}


async def test_a_stranger_learns_nothing_and_changes_nothing(door: Door, record: Record) -> None:
    own = await door.hand_in(make_vcon("All is well.", name="Tomas", tel="+420601123456"))
    stranger = await door.client(await door.key(subjects=[UUID(own["subject_id"])]))
    operator = await door.client(await door.key())
    for operation in GUARDED:
        answer = await ask(stranger, operation, record)
        if operation == HAND_IN:
            refused(answer, 409, "conflict")
        elif operation.path in OF_THE_WHOLE:
            refused(answer, 403, "forbidden")
        elif "_id}" in operation.path:
            refused(answer, 404, "not_found")
        else:
            assert answer.status_code == 200, operation
        assert not any(trace in answer.text for trace in record.traces), operation
        assert (await operator.get(f"/api/runs/{record.ids['run_id']}")).json()["state"] == "dead", operation


async def test_a_key_for_the_subject_is_enough(door: Door, record: Record) -> None:
    owner = await door.client(await door.key(subjects=[record.subject]))
    for operation in sorted(GUARDED, key=lambda operation: operation.method == "DELETE"):
        await door.let_die(UUID(record.ids["run_id"]))
        enough = 403 if operation.path in OF_THE_WHOLE else ANSWERED.get(operation, 200)
        assert (await ask(owner, operation, record)).status_code == enough, operation


async def test_filters_find_nothing_of_a_stranger(door: Door, record: Record) -> None:
    own = await door.hand_in(make_vcon("All is well.", name="Tomas", tel="+420601123456"))
    stranger = await door.client(await door.key(subjects=[UUID(own["subject_id"])]))
    for question in ("q=dizzy", "tel=%2B912224449000", "name=Asha Rao", "title=Morning", f"subject={record.subject}"):
        assert (await stranger.get(f"/api/conversations?{question}")).json() == {"items": [], "next": None}
    for question in (f"subject={record.subject}", f"conversation={record.ids['conversation_id']}", "state=dead"):
        assert (await stranger.get(f"/api/runs?{question}")).json() == {"items": [], "next": None}
    for reference in ("+91 22 2444 9000", "Asha Rao", str(record.subject)):
        refused(await stranger.get("/api/subjects", params={"reference": reference}), 404, "not_found")


async def test_a_limited_key_cannot_learn_who_has_a_record(door: Door, record: Record) -> None:
    own = await door.hand_in(make_vcon("All is well.", name="Tomas", tel="+420601123456"))
    stranger = await door.client(await door.key(subjects=[UUID(own["subject_id"])]))
    with_record = await stranger.post("/api/conversations", json=make_vcon())
    without = await stranger.post("/api/conversations", json=make_vcon(tel="+912224449111"))
    refused(with_record, 403, "forbidden")
    assert with_record.json() == without.json()
    changed = record.document | {"subject": "Another title"}
    same, other = [await stranger.post("/api/conversations", json=d) for d in (record.document, changed)]
    refused(same, 409, "conflict")
    assert same.json() == other.json()


async def test_a_key_of_no_subject_sees_nobody(door: Door, record: Record) -> None:
    nobody = await door.client(await door.key(subjects=[]))
    for path in ("/api/conversations", "/api/subjects", "/api/runs", "/api/dead-letters"):
        assert (await nobody.get(path)).json() == {"items": [], "next": None}
