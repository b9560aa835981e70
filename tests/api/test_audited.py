"""What requests leave in the audit trail, and who may read it."""

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID

import httpx
import pytest
from door import Door, make_vcon
from operations import Operation, Record, ask, make_record, operations
from signed_in import sign_in

from carelog.identity import grants, operator
from carelog.identity.audit import AuditQuery, Recorded

GUARDED = [operation for operation in operations() if operation.described.get("security")]


@pytest.fixture
async def record(door: Door) -> Record:
    return await make_record(door)


async def kept(door: Door, query: AuditQuery | None = None) -> list[Recorded]:
    return (await door.carelog.audit.page(query, limit=1000)).items


async def test_every_operation_over_a_record_is_in_the_trail_once(door: Door, record: Record) -> None:
    """By whoever may do it: a look or a change, in one row, with who, whose, by what, from where, and the request."""
    client = await door.client((await sign_in(door.carelog, "admin")).token)
    of_it = [operation for operation in GUARDED if operation.of_a_record]
    for operation in sorted(of_it, key=lambda o: (o.method == "DELETE", o.path == "/api/subjects/{subject_id}")):
        if operation.path.endswith("/grants/{grant_id}") or operation.path == "/api/subjects/{subject_id}":
            continue  # that they are kept is tried below, and in the tests of erasure
        before = await door.carelog.audit.head()
        answer = await ask(client, operation, record)
        new = [one for one in await kept(door) if one.seq > before.seq]
        if answer.status_code >= 300:
            assert all(one.event.action in ("read", "access", "change") for one in new), operation
            continue
        assert new, operation
        assert len({one.event.action for one in new}) == len(new), operation
        for one in new:
            assert one.event.subject == record.subject, operation
            assert one.event.request_id == answer.headers["X-Request-ID"], operation
            assert (one.event.role, one.event.address) == ("admin", "127.0.0.1"), operation
            assert one.event.operation == operation.described["operationId"], operation
        # An empty patch, and a batch of which nothing can be written.
        unchanged = operation in (
            Operation("PATCH", "/api/entries/{entry_id}"),
            Operation("POST", "/api/subjects/{subject_id}/entries/batch"),
        )
        assert operation.reads or unchanged or any(one.event.action != "read" for one in new), operation


async def test_a_list_over_several_records_names_each_once(door: Door, record: Record) -> None:
    others = [await door.hand_in(make_vcon("All is well.", tel=f"+42060112345{n}")) for n in range(2)]
    client = await door.client(await door.key())
    before = await door.carelog.audit.head()
    await client.get("/api/conversations")
    new = [one for one in await kept(door) if one.seq > before.seq]
    assert {one.event.subject for one in new} == {record.subject, *(UUID(o["subject_id"]) for o in others)}
    assert len(new) == 3


async def test_refusals_are_kept_as_far_as_they_are_known(door: Door, record: Record) -> None:
    stranger = await sign_in(door.carelog, "patient")
    client, anyone = await door.client(stranger.token), await door.client(None)
    before = await door.carelog.audit.head()
    assert (await client.get(f"/api/entries/{record.ids['entry_id']}")).status_code == 404
    assert (await client.get(f"/api/entries/{record.ids['user_id']}")).status_code == 404
    assert (await client.get("/api/audit")).status_code == 403
    assert (await anyone.get("/api/subjects")).status_code == 401
    new = [one for one in reversed(await kept(door)) if one.seq > before.seq]
    assert [(e.event.action, e.event.outcome, e.event.principal, e.event.subject, e.event.operation) for e in new] == [
        ("access", "refused", f"user:{stranger.id}", record.subject, "read_entry"),
        ("access", "refused", f"user:{stranger.id}", None, "read_audit"),
        ("access", "refused", None, None, "list_subjects"),
    ]


async def test_the_owner_sees_who_looked_and_others_do_not(door: Door, record: Record) -> None:
    owner = await sign_in(door.carelog, "patient", owns=record.subject)
    carer = await sign_in(door.carelog, "carer")
    mine, theirs = await door.client(owner.token), await door.client(carer.token)
    granted = await mine.post("/api/subjects/me/grants", json={"user_id": str(carer.id), "access": "full"})
    assert granted.status_code == 201, granted.text
    await theirs.get(f"/api/subjects/{record.subject}/entries")
    looks = (await mine.get("/api/subjects/me/looks", params={"others": True, "limit": 2})).json()
    assert (looks["items"][0]["principal"], looks["items"][0]["action"]) == (f"user:{carer.id}", "read")
    actions = [look["action"] for look in (await mine.get("/api/subjects/me/looks")).json()["items"]]
    assert {"grant.add", "read", "change"} <= set(actions)
    assert (await theirs.get(f"/api/subjects/{record.subject}/looks")).status_code == 403


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_what_cannot_be_written_down_is_not_shown(door: Door, record: Record, method: str) -> None:
    client = await door.client(await door.key())
    path = f"/api/entries/{record.ids['entry_id']}" if method == "GET" else "/api/conversations"
    spool = door.carelog.settings.data_dir / "audit"
    await door.carelog.audit.bring_in()
    spool.rmdir()
    spool.touch()  # nothing can be made in what is no folder
    try:
        answer = await client.request(method, path, json=None if method == "GET" else make_vcon())
    finally:
        spool.unlink()
    assert answer.status_code == 503
    assert not record.betrayed_by(answer)
    before = await door.carelog.audit.head()
    assert (await client.get(f"/api/entries/{record.ids['entry_id']}")).status_code == 200
    assert (await door.carelog.audit.head()).seq == before.seq + 1


async def test_a_flood_of_requests_without_a_key_leaves_one_row(door: Door) -> None:
    anyone = await door.client(None)
    before = await door.carelog.audit.head()
    for _ in range(50):
        assert (await anyone.get("/api/subjects")).status_code == 401
    assert (await door.carelog.audit.head()).seq == before.seq + 1


async def test_many_at_once_make_one_chain(door: Door, record: Record) -> None:
    client = await door.client(await door.key())
    paths = [f"/api/subjects/{record.subject}/entries", f"/api/runs/{record.ids['run_id']}"] * 20
    answers = await asyncio.gather(*(client.get(path) for path in paths))
    assert {answer.status_code for answer in answers} == {200}
    requests = {answer.headers["X-Request-ID"] for answer in answers}
    assert requests <= {one.event.request_id for one in await kept(door)}
    assert (await door.carelog.audit.verify()).findings == []


async def test_the_trail_by_pages_and_filters(door: Door, record: Record) -> None:
    client = await door.client(await door.key())
    seen: list[int] = []
    question: dict[str, str | int] = {"subject": str(record.subject), "limit": 2}
    for _ in range(3):
        page = (await client.get("/api/audit", params=question)).json()
        seen += [one["seq"] for one in page["items"]]
        if page["next"] is None:
            break
        question["cursor"] = page["next"]
    assert seen == sorted(seen, reverse=True)
    assert len(set(seen)) == len(seen)
    assert (await client.get("/api/audit", params={"action": "gossip"})).status_code == 422
    assert (await client.get("/api/audit", params={"action": "grant.add"})).json()["items"][0][
        "principal"
    ] == "operator"


@pytest.fixture
async def two(door: Door, record: Record) -> AsyncIterator[tuple[httpx.AsyncClient, str]]:
    owner = await sign_in(door.carelog, "patient", owns=record.subject)
    yield await door.client(owner.token), str(record.subject)


async def test_whether_somebody_has_an_account_is_not_told(door: Door, two: tuple[httpx.AsyncClient, str]) -> None:
    mine, subject = two
    known = await sign_in(door.carelog, "carer", verified=True)
    answers = []
    for email in (known.email, "Nobody@Example.org"):
        given = await mine.post("/api/subjects/me/grants", json={"email": email, "access": "read_only"})
        assert given.status_code == 201
        answers.append(given.json() | {"id": "", "email": "", "given_at": ""})
    assert answers[0] == answers[1]
    listed = (await mine.get("/api/subjects/me/grants")).json()["items"]
    assert {grant["user_id"] for grant in listed} == {None}
    client = await door.client(known.token)
    assert [grant["subject_id"] for grant in (await client.get("/api/grants")).json()["items"]] == [subject]


async def test_an_invitation_waits_for_its_address(door: Door, record: Record) -> None:
    someone = await sign_in(door.carelog, "carer")
    client = await door.client(someone.token)
    grant = await door.carelog.grants.give(operator(), record.subject, email=someone.email.upper(), access="full")
    path = f"/api/subjects/{record.subject}/entries"
    # Registered, and not yet shown that the address is theirs.
    assert (await client.get(path)).status_code == 404
    async with door.carelog.auth.write() as connection:
        await grants.bind(connection, someone.email, someone.id)
    assert (await client.get(path)).status_code == 200
    assert (await client.delete(f"/api/grants/{grant.id}")).status_code == 204
    assert (await client.get(path)).status_code == 404
    assert (await client.delete(f"/api/grants/{grant.id}")).status_code == 404
