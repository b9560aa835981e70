"""Who may ask for what with an access token: every operation, by everyone who might try."""

from datetime import timedelta

import httpx
import pytest
from door import Door
from operations import HAND_IN, Operation, Record, ask, make_record, operations, told_of
from signed_in import Someone, sign_in
from sqlalchemy import func, select

from carelog.conversations.tables import conversation
from carelog.identity import operator
from carelog.identity.grants import Access
from carelog.identity.policy import POLICY
from carelog.identity.users import UserRole
from carelog.kit.clock import ManualClock
from carelog.pipeline.tables import run
from carelog.record.tables import entry, entry_revision, subject

pytestmark = pytest.mark.parametrize("dialect", ["sqlite"])

GUARDED = [operation for operation in operations() if operation.described.get("security")]
OF_A_RECORD = [operation for operation in GUARDED if operation.of_a_record]
# For whose record it is, whoever else may see it.
OF_THE_OWNER = ("/grants", "/grants/{grant_id}", "/looks")
ERASE = Operation("DELETE", "/api/subjects/{subject_id}")


@pytest.fixture
async def record(door: Door) -> Record:
    return await make_record(door)


async def granted(door: Door, record: Record, role: UserRole, access: Access) -> Someone:
    someone = await sign_in(door.carelog, role)
    await door.carelog.grants.give(operator(), record.subject, user=someone.id, access=access)
    return someone


async def contents(door: Door, record: Record) -> list[int]:
    """How much there is of the record."""
    counted = [
        select(func.count()).select_from(table).where(condition)
        for table, condition in (
            (subject, subject.c.id == record.subject),
            (conversation, conversation.c.subject_id == record.subject),
            (run, (run.c.subject_id == record.subject) & (run.c.state == "dead")),
            (entry, (entry.c.subject_id == record.subject) & (entry.c.state == "active")),
            (
                entry_revision,
                entry_revision.c.entry_id.in_(select(entry.c.id).where(entry.c.subject_id == record.subject)),
            ),
        )
    ]
    async with door.carelog.health.read() as connection:
        return [await connection.scalar(one) or 0 for one in counted]


def owner_only(operation: Operation) -> bool:
    return operation == ERASE or operation.path.endswith(OF_THE_OWNER)


@pytest.mark.parametrize("role", ["patient", "carer", "clinician"])
async def test_a_stranger_learns_nothing_and_changes_nothing(door: Door, record: Record, role: UserRole) -> None:
    stranger = await door.client((await sign_in(door.carelog, role)).token)
    before = await contents(door, record)
    for operation in GUARDED:
        if operation.path.startswith("/api/auth/"):
            continue  # what is one's own there is not of a record
        answer = await ask(stranger, operation, record)
        if operation.of_a_record:
            assert answer.status_code in (403, 404), operation
            assert answer.status_code == 404 or told_of(answer)[1] not in POLICY[role].scopes
        elif operation == HAND_IN:
            assert answer.status_code == 409, answer.text
        assert answer.status_code < 500, operation
        assert not record.betrayed_by(answer), operation
    assert await contents(door, record) == before


@pytest.mark.parametrize("role", ["patient", "carer", "clinician"])
async def test_a_read_only_grant_is_to_read(door: Door, record: Record, role: UserRole) -> None:
    reader = await door.client((await granted(door, record, role, "read_only")).token)
    before = await contents(door, record)
    for operation in OF_A_RECORD:
        answer = await ask(reader, operation, record)
        if not operation.reads or owner_only(operation):
            assert answer.status_code == 403, operation
        elif answer.status_code == 403:
            assert told_of(answer)[1] not in POLICY[role].scopes, operation
        else:
            assert answer.status_code == 200 or operation.path.endswith(("/original", "/profile")), operation
    assert await contents(door, record) == before


@pytest.mark.parametrize("role", ["patient", "carer", "clinician"])
async def test_a_full_grant_is_for_all_but_what_is_the_owners(door: Door, record: Record, role: UserRole) -> None:
    friend = await door.client((await granted(door, record, role, "full")).token)
    for operation in sorted(OF_A_RECORD, key=lambda operation: operation.method == "DELETE"):
        answer = await ask(friend, operation, record)
        if owner_only(operation):
            assert answer.status_code == 403, operation
        elif answer.status_code == 403:
            assert told_of(answer)[1] not in POLICY[role].scopes, operation
    assert (await contents(door, record))[0] == 1


async def test_it_ends_when_it_is_taken_back_and_when_it_ends(door: Door, record: Record, clock: ManualClock) -> None:
    someone = await sign_in(door.carelog, "carer")
    carer = await door.client(someone.token)
    path = f"/api/subjects/{record.subject}/entries"
    soon = clock.now() + timedelta(minutes=5)
    await door.carelog.grants.give(operator(), record.subject, user=someone.id, access="full", expires_at=soon)
    assert (await carer.get(path)).status_code == 200
    clock.advance(seconds=300)
    assert (await carer.get(path)).status_code == 404
    grant = await door.carelog.grants.give(operator(), record.subject, user=someone.id, access="full")
    assert (await carer.get(path)).status_code == 200
    await door.carelog.grants.revoke(operator(), grant.id, record.subject)
    answer = await carer.get(path)
    assert answer.status_code == 404
    assert not record.betrayed_by(answer)


async def test_the_owner_may_do_all_that_their_role_does(door: Door, record: Record) -> None:
    owner = await door.client((await sign_in(door.carelog, "patient", owns=record.subject)).token)
    for operation in sorted(OF_A_RECORD, key=lambda o: (o == ERASE, o.method == "DELETE")):
        answer = await ask(owner, operation, record)
        if answer.status_code == 403:
            assert told_of(answer)[1] == "runs:write", operation
        assert answer.status_code != 401, operation
    assert (await contents(door, record)) == [0, 0, 0, 0, 0]


async def test_me_is_ones_own_record_and_nobody_elses(door: Door, record: Record) -> None:
    owner = await door.client((await sign_in(door.carelog, "patient", owns=record.subject)).token)
    assert (await owner.get("/api/subjects/me")).json()["id"] == str(record.subject)
    assert (await owner.get("/api/subjects/me/entries")).json()["items"]
    admin = await door.client((await sign_in(door.carelog, "admin")).token)
    key = await door.client(await door.key())
    for nobody in (admin, key):
        assert (await nobody.get("/api/subjects/me")).status_code == 404


async def test_an_administrator_sees_all(door: Door, record: Record) -> None:
    admin = await door.client((await sign_in(door.carelog, "admin")).token)
    for operation in OF_A_RECORD:
        if operation.reads and not operation.path.endswith(("/original", "/profile")):
            assert (await ask(admin, operation, record)).status_code == 200, operation
    assert (await admin.get("/api/audit")).status_code == 200


async def test_a_token_that_is_over_or_was_touched_opens_nothing(
    door: Door, record: Record, clock: ManualClock
) -> None:
    over = await sign_in(door.carelog, "patient", owns=record.subject)
    clock.advance(seconds=24 * 3600)
    good = await sign_in(door.carelog, "patient")
    head, claims, signature = good.token.split(".")
    other = (await sign_in(door.carelog, "admin")).token.split(".")
    unsigned = "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0"
    touched = (
        over.token,
        f"{head}.{other[1]}.{signature}",
        f"{head}.{claims}.{signature[:-2]}AA",
        f"{unsigned}.{other[1]}.",
        f"{unsigned}.{other[1]}.{other[2]}",
        head,
        f"{head}.{claims}",
        f"{good.token}A",
    )
    clients: list[httpx.AsyncClient] = [await door.client(token) for token in touched]
    for operation in GUARDED:
        for client in clients:
            answer = await ask(client, operation, record)
            assert answer.status_code == 401, operation
            assert answer.headers["WWW-Authenticate"].startswith("Bearer")
            assert not record.betrayed_by(answer)
