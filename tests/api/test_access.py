"""Who may ask for what. Every operation of the API description is tried, a new one without being named here."""

from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID

import httpx
import pytest
from door import Door, make_vcon
from operations import HAND_IN, Operation, Record, ask, make_record, operations, told_of

from carelog.identity import SCOPES
from carelog.kit.clock import ManualClock

pytestmark = pytest.mark.parametrize("dialect", ["sqlite"])

OPEN = {
    "/health/live",
    "/health/ready",
    "/api/auth/register",
    "/api/auth/register/confirm",
    "/api/auth/login",
    "/api/auth/login/second-factor",
    "/api/auth/refresh",
    "/api/auth/password-reset",
    "/api/auth/password-reset/confirm",
    "/fhir/metadata",
}
# What spans all subjects is not for keys that are limited to some.
OF_THE_WHOLE = {"/metrics", "/api/audit", "/api/ai-endpoints"}
# What only who asked for it finds.
OF_WHO_ASKED = "/fhir/exports/"
# What spans all users is not about records.
OF_USERS = "/api/users"
OPEN_BESIDES_THE_DESCRIPTION = {"/docs", "/openapi.json"}

GUARDED = [operation for operation in operations() if operation.described.get("security")]
# What there is of whoever signed in, and not for keys.
OF_THE_ASKER = [o for o in GUARDED if o.path.startswith(("/api/auth/", "/api/grants"))]
FOR_KEYS = [o for o in GUARDED if o not in OF_THE_ASKER]
# Which is for several scopes, or for whose record it is.
ERASE = Operation("DELETE", "/api/subjects/{subject_id}")
# Which needs both scopes for reading.
ARCHIVE = Operation("GET", "/api/subjects/{subject_id}/archive")


@pytest.fixture
async def record(door: Door) -> Record:
    return await make_record(door)


def refused(answer: httpx.Response, status: int, code: str) -> None:
    assert answer.status_code == status, answer.request
    assert told_of(answer)[0] == code


def test_what_is_open_to_everyone_is_only_this(dialect: str) -> None:
    assert {operation.path for operation in operations()} - {operation.path for operation in GUARDED} == OPEN
    assert all(
        operation.path.startswith(("/api/", "/fhir")) for operation in GUARDED if operation.path not in OF_THE_WHOLE
    )


async def test_what_is_open_needs_no_key(door: Door) -> None:
    anyone = await door.client(None)
    for path in OPEN_BESIDES_THE_DESCRIPTION | {path for path in OPEN if path.startswith("/health")}:
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
            assert not record.betrayed_by(answer)


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
    """Which one it is, it says to who has another: that one alone is enough, and all others together are not."""
    only = {scope: await door.client(await door.key(scopes=[scope])) for scope in SCOPES}
    others = {scope: await door.client(await door.key(scopes=sorted(set(SCOPES) - {scope}))) for scope in SCOPES}
    for operation in sorted(FOR_KEYS, key=lambda operation: operation == ERASE):
        told = [await ask(only[scope], operation, record) for scope in ("metrics:read", "runs:read")]
        refusal = told[0] if told[0].status_code == 403 else told[1]
        refused(refusal, 403, "forbidden")
        if operation == ARCHIVE:
            for scope in ("conversations:read", "entries:read"):
                for client in (only[scope], others[scope]):
                    assert (await ask(client, operation, record)).status_code == 403
            continue
        scope = told_of(refusal)[1]
        for client in [others[scope]] if operation != ERASE else [only[other] for other in SCOPES if other != scope]:
            without = await ask(client, operation, record)
            refused(without, 403, "forbidden")
            assert told_of(without)[1] == scope, operation
        assert (await ask(only[scope], operation, record)).status_code != 403, operation


async def test_what_is_of_a_user_is_not_for_keys(door: Door, record: Record) -> None:
    client = await door.client(await door.key())
    for operation in OF_THE_ASKER:
        assert (await ask(client, operation, record)).status_code == 403, operation


async def test_a_stranger_learns_nothing_and_changes_nothing(door: Door, record: Record) -> None:
    own = await door.hand_in(make_vcon("All is well.", name="Tomas", tel="+420601123456"))
    stranger = await door.client(await door.key(subjects=[UUID(own["subject_id"])]))
    operator = await door.client(await door.key())
    for operation in FOR_KEYS:
        answer = await ask(stranger, operation, record)
        if operation == HAND_IN:
            refused(answer, 409, "conflict")
        elif operation.path in OF_THE_WHOLE:
            refused(answer, 403, "forbidden")
        elif operation.of_a_record or operation.path.startswith(OF_WHO_ASKED):
            refused(answer, 404, "not_found")
        elif operation.reads and not operation.path.startswith(OF_USERS):
            assert answer.status_code in (200, 202), operation
        assert not record.betrayed_by(answer), operation
        assert (await operator.get(f"/api/runs/{record.ids['run_id']}")).json()["state"] == "dead", operation


async def test_a_key_for_the_subject_is_enough(door: Door, record: Record) -> None:
    owner = await door.client(await door.key(subjects=[record.subject]))
    of_it = [operation for operation in FOR_KEYS if operation.of_a_record]
    for operation in sorted(of_it, key=lambda o: (o == ERASE, o.method == "DELETE")):
        await door.let_die(UUID(record.ids["run_id"]))
        answer = await ask(owner, operation, record)
        if operation.reads and not operation.path.endswith(("/original", "/profile")):
            assert answer.status_code == 200, operation
        elif operation.reads:
            # It came in plain, and says nothing of who it is about.
            assert answer.status_code in (200, 404), operation
        else:
            assert answer.status_code not in (401, 403), operation


async def test_filters_find_nothing_of_a_stranger(door: Door, record: Record) -> None:
    own = await door.hand_in(make_vcon("All is well.", name="Tomas", tel="+420601123456"))
    stranger = await door.client(await door.key(subjects=[UUID(own["subject_id"])]))
    for question in ("q=dizzy", "tel=%2B912224449000", "name=Asha Rao", "title=Quillwort", f"subject={record.subject}"):
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


async def test_the_sender_of_a_body_that_comes_in_pieces_is_looked_for_once(door: Door) -> None:
    """Before the body is read. Whoever was known then is not asked for again behind it."""
    receipt = await door.hand_in(make_vcon())
    path = f"/api/subjects/{receipt['subject_id']}/water"
    for address in (path, "/fhir/Observation"):
        sender = await door.client(await door.key())

        async def body() -> AsyncIterator[bytes]:
            await door.carelog.keyring.revoke_named("test")
            yield b'{"payload": {"said": "a glass"}}'

        json_type = {"Content-Type": "application/json"}
        answer = await sender.post(address, content=body(), headers=json_type)
        assert answer.status_code == (201 if address == path else 400), answer.text
        assert (await sender.post(address, content=b"{}", headers=json_type)).status_code == 401
