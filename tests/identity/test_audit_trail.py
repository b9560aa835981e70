"""The audit trail: what is kept stays, whoever tampers is told of, and what is erased names nobody."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import Connection, delete, func, insert, select, text, update
from sqlalchemy.exc import DBAPIError

from carelog.db import Database
from carelog.identity.audit import AuditEvent, AuditQuery, AuditTrail, Finding, Head
from carelog.identity.audit.tables import audit_detail, audit_event, audit_head
from carelog.kit.clock import ManualClock
from carelog.kit.errors import InvalidInput
from carelog.kit.ids import new_id

KEY = b"made up for these tests, 32 byte"
ASHA, TOMAS = new_id(), new_id()


@pytest.fixture
async def auth(auth_url: str) -> AsyncIterator[Database]:
    database = Database(auth_url)
    yield database
    await database.close()


@pytest.fixture
def trail(auth: Database, clock: ManualClock, tmp_path: Path) -> AuditTrail:
    return AuditTrail(auth, clock, lambda: KEY, tmp_path / "audit")


def read_by(who: str, subject: UUID = ASHA) -> AuditEvent:
    return AuditEvent("read", principal=who, role="carer", address="198.51.100.7", subject=subject, operation="get")


async def tamper(auth: Database, change: Callable[[Connection], None]) -> None:
    """As someone would who has the database and not the key: triggers do not stop its owner."""

    def unguarded(connection: Connection) -> None:
        if auth.dialect == "sqlite":
            names = connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).scalars().all()
            for name in names:
                connection.execute(text(f"DROP TRIGGER {name}"))
        else:
            connection.execute(text("SET LOCAL session_replication_role = replica"))
        change(connection)

    async with auth.write() as connection:
        await connection.run_sync(unguarded)


async def found(trail: AuditTrail, expected: Head | None = None) -> list[Finding]:
    return (await trail.verify(expected)).findings


async def test_what_is_recorded_is_kept_with_all_that_is_known(trail: AuditTrail, clock: ManualClock) -> None:
    event = AuditEvent("change", "refused", "user:1", "carer", "198.51.100.7", ASHA, "grant:2", "revise", "r-1")
    await trail.record([event])
    [kept] = (await trail.page()).items
    assert (kept.seq, kept.at, kept.event, kept.erased) == (1, clock.now(), event, False)
    assert await found(trail) == []


async def test_pages_and_filters(trail: AuditTrail, clock: ManualClock) -> None:
    for number in range(5):
        await trail.record([read_by(f"user:{number}"), read_by("user:9", TOMAS)])
        clock.advance(seconds=60)
    first = await trail.page(AuditQuery(subject=ASHA), limit=3)
    rest = await trail.page(AuditQuery(subject=ASHA), limit=3, cursor=first.next)
    assert [e.event.principal for e in (*first.items, *rest.items)] == [f"user:{n}" for n in (4, 3, 2, 1, 0)]
    assert rest.next is None
    assert len((await trail.page(AuditQuery(principal="user:9"))).items) == 5
    assert len((await trail.page(AuditQuery(not_by="user:9"))).items) == 5
    assert len((await trail.page(AuditQuery(actions=("change",)))).items) == 0
    assert len((await trail.page(AuditQuery(refused=True))).items) == 0
    assert len((await trail.page(AuditQuery(since=clock.now().replace(minute=3), refused=False))).items) == 4
    with pytest.raises(InvalidInput):
        await trail.page(AuditQuery(actions=("gossip",)))


async def test_several_processes_make_one_chain(
    auth: Database, trail: AuditTrail, clock: ManualClock, tmp_path: Path
) -> None:
    others = [Database(auth.url.render_as_string(hide_password=False)) for _ in range(2)]
    trails = [trail, *(AuditTrail(other, clock, lambda: KEY, tmp_path) for other in others)]
    try:
        await asyncio.gather(*(one.record([read_by(f"user:{n}")]) for n in range(30) for one in trails))
        assert (await trail.verify()).rows == 90
        assert await found(trail) == []
    finally:
        for other in others:
            await other.close()


async def test_what_its_transaction_does_not_keep_leaves_no_gap(auth: Database, trail: AuditTrail) -> None:
    await trail.record([read_by("user:1")])
    with pytest.raises(RuntimeError):
        async with auth.write() as connection:
            await trail.append(connection, [read_by("user:2")])
            raise RuntimeError
    async with auth.write() as connection:
        await trail.append(connection, [read_by("user:3")])
    await trail.record([read_by("user:4")])
    assert [e.event.principal for e in (await trail.page()).items] == ["user:4", "user:3", "user:1"]
    assert await found(trail) == []


@pytest.mark.parametrize(
    "statement",
    [
        update(audit_event).values(action="read"),
        delete(audit_event),
        delete(audit_detail),
        update(audit_detail).values(principal="user:2"),
        update(audit_detail).values(actor_salt=None, principal=None, address=None),
        update(audit_detail).values(actor_erased=1),
    ],
    ids=["update", "delete", "delete details", "change details", "destroy details", "mark as erased"],
)
async def test_the_database_itself_refuses_changes(auth: Database, trail: AuditTrail, statement: object) -> None:
    await trail.record([read_by("user:1")])
    with pytest.raises(DBAPIError):
        async with auth.write() as connection:
            await connection.execute(statement)  # type: ignore[call-overload]
    assert await found(trail) == []


async def test_each_altered_row_is_told(auth: Database, trail: AuditTrail) -> None:
    await trail.record([read_by(f"user:{n}") for n in range(6)])
    for seq, values in ((2, {"action": "change"}), (4, {"request_id": "r-2"}), (6, {"outcome": "refused"})):
        await tamper(auth, lambda c, s=seq, v=values: c.execute(  # type: ignore[misc]
            update(audit_event).where(audit_event.c.seq == s).values(v)))  # fmt: skip
    assert await found(trail) == [Finding(n, n, "altered") for n in (2, 4, 6)]


async def test_altered_and_missing_details_are_told(auth: Database, trail: AuditTrail) -> None:
    await trail.record([read_by(f"user:{n}") for n in range(4)])
    whose = update(audit_detail)
    await tamper(auth, lambda c: c.execute(whose.where(audit_detail.c.seq == 1).values(principal="user:7")))  # type: ignore[arg-type,return-value]
    await tamper(auth, lambda c: c.execute(whose.where(audit_detail.c.seq == 2).values(subject_id=TOMAS)))  # type: ignore[arg-type,return-value]
    await tamper(auth, lambda c: c.execute(delete(audit_detail).where(audit_detail.c.seq == 3)))  # type: ignore[arg-type,return-value]
    gone = {"actor_salt": None, "principal": None, "address": None, "actor_erased": 4}
    await tamper(auth, lambda c: c.execute(whose.where(audit_detail.c.seq == 4).values(gone)))  # type: ignore[arg-type,return-value]
    assert await found(trail) == [
        Finding(1, 1, "details_altered"),
        Finding(2, 2, "details_altered"),
        Finding(3, 3, "details_removed"),
        Finding(4, 4, "erasure_unfounded"),
    ]


async def test_removed_rows_are_told_also_at_the_end(auth: Database, trail: AuditTrail) -> None:
    await trail.record([read_by(f"user:{n}") for n in range(8)])
    noted = await trail.head()

    def remove(*rows: int) -> Callable[[Connection], None]:
        def change(connection: Connection) -> None:
            connection.execute(delete(audit_detail).where(audit_detail.c.seq.in_(rows)))
            connection.execute(delete(audit_event).where(audit_event.c.seq.in_(rows)))

        return change

    await tamper(auth, remove(3, 4))
    assert await found(trail) == [Finding(3, 4, "removed")]
    await tamper(auth, remove(7, 8))
    assert await found(trail) == [Finding(3, 4, "removed"), Finding(7, 8, "removed")]
    # Whoever moves the end as well goes unseen, but for those who noted where it was.
    async with auth.read() as connection:
        mac = await connection.scalar(select(audit_event.c.mac).where(audit_event.c.seq == 6))
    await tamper(auth, lambda c: c.execute(update(audit_head).values(seq=6, mac=mac)))  # type: ignore[arg-type,return-value]
    assert await found(trail) == [Finding(3, 4, "removed")]
    assert await found(trail, noted) == [Finding(3, 4, "removed"), Finding(7, 8, "removed")]


async def test_a_chain_that_was_made_anew_is_not_the_one_that_was_noted(auth: Database, trail: AuditTrail) -> None:
    await trail.record([read_by("user:1")])
    noted = await trail.head()
    await trail.record([read_by("user:2")])
    assert await found(trail, noted) == []
    assert await found(trail, Head(1, "0" * 64)) == [Finding(1, 1, "altered")]


async def test_rows_that_are_put_in_are_told(auth: Database, trail: AuditTrail) -> None:
    await trail.record([read_by("user:1")])

    def put_in(connection: Connection) -> None:
        row = connection.execute(select(audit_event)).one()._asdict()
        connection.execute(insert(audit_event).values({**row, "seq": 2}))
        details = connection.execute(select(audit_detail)).one()._asdict()
        connection.execute(insert(audit_detail).values({**details, "seq": 2}))

    await tamper(auth, put_in)
    assert await found(trail) == [Finding(2, 2, "altered"), Finding(2, 2, "inserted")]


async def test_another_key_fits_nothing(auth: Database, trail: AuditTrail, clock: ManualClock, tmp_path: Path) -> None:
    await trail.record([read_by("user:1"), read_by("user:2")])
    assert await found(AuditTrail(auth, clock, lambda: b"another", tmp_path)) == [
        Finding(n, n, "altered") for n in (1, 2)
    ]


async def test_erasure_destroys_details_and_the_chain_still_fits(auth: Database, trail: AuditTrail) -> None:
    await trail.record([
        read_by("user:asha"), read_by("user:mira"), read_by("user:asha", TOMAS), read_by("user:mira", TOMAS),
        AuditEvent("sign_in", "refused", address="203.0.113.9", target="user:asha"),
    ])  # fmt: skip
    async with auth.write() as connection:
        assert await trail.erase(connection, [ASHA], ["user:asha"]) == 4
        assert await trail.erase(connection, [ASHA], ["user:asha"]) == 0
    verified = await trail.verify()
    assert (verified.findings, verified.rows) == ([], 6)
    kept = {event.seq: event for event in (await trail.page()).items}
    assert [(kept[n].event.principal, kept[n].event.subject, kept[n].event.address) for n in range(1, 7)] == [
        (None, None, None),
        (None, None, None),
        (None, TOMAS, None),
        ("user:mira", TOMAS, "198.51.100.7"),
        (None, None, "203.0.113.9"),
        (None, None, None),
    ]
    assert kept[6].event.action == "erase"
    joined = select(audit_event, audit_detail).join(audit_detail, audit_detail.c.seq == audit_event.c.seq)
    rows = await auth.rows(joined.where(audit_event.c.seq <= 2))
    assert not any(name in str(row) for row in rows for name in ("asha", str(ASHA), ASHA.hex))


async def test_details_that_an_erasure_did_not_destroy_are_told(auth: Database, trail: AuditTrail) -> None:
    await trail.record([read_by("user:1"), read_by("user:2", TOMAS)])
    async with auth.write() as connection:
        await trail.erase(connection, [ASHA], [])
    gone = {"object_salt": None, "subject_id": None, "target": None, "object_erased": 3}
    await tamper(auth, lambda c: c.execute(update(audit_detail).where(audit_detail.c.seq == 2).values(gone)))  # type: ignore[arg-type,return-value]
    assert await found(trail) == [Finding(3, 3, "erasure_unfounded")]


async def test_a_commitment_tells_nothing_without_its_salt(auth: Database, trail: AuditTrail) -> None:
    await trail.record([read_by("user:1"), read_by("user:1")])
    async with auth.read() as connection:
        assert await connection.scalar(select(func.count(audit_event.c.actor.distinct()))) == 2
        assert await connection.scalar(select(func.count(audit_event.c.object.distinct()))) == 2


def test_a_head_is_read_back() -> None:
    head = Head(12, "ab" * 32)
    assert Head.parse(f" {head}\n") == head
    for wrong in (
        "",
        "12",
        "x:" + "ab" * 32,
        "12:" + "AB" * 32,
        "12:abc",
        "-1:" + "ab" * 32,
        "1" * 30 + ":" + "ab" * 32,
    ):
        with pytest.raises(InvalidInput):
            Head.parse(wrong)
