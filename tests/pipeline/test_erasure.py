"""A record that is erased is gone: from every table, from the search, from storages, and from the audit trail every
name."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from carelog_test_storages import Shelf
from made_up import chain, submission
from signed_in import Someone, sign_in
from sqlalchemy import select
from stored import on_shelves

from carelog.app import Carelog
from carelog.conversations import store
from carelog.conversations.prepared import Prepared
from carelog.db import Connection, auth_metadata, health_metadata
from carelog.identity import CATALOGUE, Principal, operator
from carelog.identity.refusals import SignInAgain
from carelog.identity.tables import erasure
from carelog.kit.clock import ManualClock
from carelog.kit.errors import Forbidden, NotFound
from carelog.pipeline.erasers import erasers_of
from carelog.pipeline.erasure import Erasure
from carelog.pipeline.submission import RequestKey
from carelog.record.store import EntryQuery

Opened = Callable[..., AbstractAsyncContextManager[Carelog]]
Shelves = Callable[[str], Shelf]
ONE = {"storages": on_shelves("one"), "chains": {"record": chain("extract", storages=["one"])}}
TEL, OTHER_TEL = "+12025550100", "+12025550111"


async def fill(carelog: Carelog, tel: str, key: str) -> tuple[UUID, list[UUID]]:
    """A record with conversations, runs, copies and entries; whose it is, and its conversations."""
    said = [submission(f"Quillwort {n}. My pulse was 72.", tel=tel) for n in range(3)]
    said[0] = replace(said[0], key=RequestKey(key, "0" * 64))
    receipts = await carelog.intake.accept(carelog.operator, said)
    await carelog.worker.drain()
    await carelog.copier.drain()
    subject = receipts[0].subject_id
    assert subject
    return subject, [receipt.conversation_id for receipt in receipts]


async def rows_naming(carelog: Carelog, *traces: str) -> list[str]:
    """Every row of every table that holds one of these, whichever way it is written."""
    wanted = {written for trace in traces for written in (trace, trace.replace("-", ""))}
    found = []
    for database, metadata in ((carelog.health, health_metadata), (carelog.auth, auth_metadata)):
        async with database.read() as connection:
            for table in metadata.sorted_tables:
                for row in await connection.execute(select(table)):
                    text = " ".join(map(str, row))
                    if any(one in text or one in text.replace("-", "") for one in wanted):
                        found.append(f"{table.name}: {text}")
    return found


async def owner_of(carelog: Carelog, subject: UUID) -> tuple[Someone, Principal]:
    someone = await sign_in(carelog, "patient", owns=subject, verified=True)
    return someone, await carelog.reception.tokens.authenticate(someone.token)


async def settle(carelog: Carelog, clock: ManualClock) -> None:
    """Until storages have deleted their copies, and what was on its way then is found too."""
    await carelog.copier.drain()
    clock.advance(seconds=301)
    await carelog.erasure.resume()


async def test_nothing_of_it_is_left_anywhere(opened: Opened, shelf: Shelves, clock: ManualClock) -> None:
    async with opened(**ONE) as carelog:
        subject, conversations = await fill(carelog, TEL, "mine")
        other, others = await fill(carelog, OTHER_TEL, "other")
        someone, owner = await owner_of(carelog, subject)
        key = await carelog.keyring.add("its device", subjects=[subject])
        both = await carelog.keyring.add("their clinic", subjects=[subject, other])
        await carelog.grants.give(owner, subject, email="mira@example.org", access="full")
        assert (await carelog.record.page(owner, subject, EntryQuery())).items
        assert len(await rows_naming(carelog, str(subject))) > 10
        assert set(conversations) <= shelf("one").kept.keys()

        await carelog.erasure.erase(owner, subject)
        await settle(carelog, clock)

        gone = (str(subject), TEL, someone.email, str(someone.id), "mira@", *map(str, conversations), key.split("_")[1])
        assert await rows_naming(carelog, *gone) == []
        assert not set(conversations) & shelf("one").kept.keys()
        assert set(others) <= shelf("one").kept.keys()
        assert len(await rows_naming(carelog, str(other))) > 10
        assert (await carelog.keyring.authenticate(both)).subjects == {other}
        assert (await carelog.audit.verify()).findings == []
        assert [e.event.action for e in (await carelog.audit.page()).items].count("erase") == 2
        with pytest.raises(NotFound):
            await carelog.subjects.get(operator(), subject)
        assert (await carelog.record.page(operator(), other, EntryQuery())).items


async def test_one_that_was_cut_short_is_gone_on_with(opened: Opened, clock: ManualClock) -> None:
    """As by a process that is killed between any two of its transactions."""
    async with opened(**ONE) as carelog:
        whole = dict(erasers_of(["one"]))
        for cut_at, name in enumerate(whole):
            subject, conversations = await fill(carelog, TEL, f"request {cut_at}")

            async def fails(_connection: Connection, _subject: UUID, _now: Any) -> int:
                raise KeyboardInterrupt

            cut = Erasure(
                carelog.health, carelog.auth, clock, carelog.audit, {**whole, name: fails}, carelog.copier.wake
            )
            with pytest.raises(KeyboardInterrupt):
                await cut.erase(operator(), subject)
            assert await rows_naming(carelog, str(subject))
            await carelog.maintenance.round()
            await settle(carelog, clock)
            assert await rows_naming(carelog, str(subject), TEL, *map(str, conversations)) == []
        assert (await carelog.audit.verify()).findings == []


async def test_what_comes_while_it_is_erased_is_erased_too_or_is_somebody_elses(
    opened: Opened, clock: ManualClock
) -> None:
    async with opened(**ONE) as carelog:
        subject, _ = await fill(carelog, TEL, "first")
        before = await carelog.reader.get(operator(), (await fill(carelog, TEL, "second"))[1][0])
        await carelog.erasure.erase(operator(), subject)
        async with carelog.auth.read() as connection:
            assert (await connection.execute(select(erasure.c.finished_at))).scalars().all() == [None]
        # From a transaction that had read the subject before it was gone.
        prepared = Prepared.of(submission("late", tel=TEL).conversation)
        late = store.Received(prepared, "checkin", "late", subject, clock.now())
        async with carelog.health.write() as connection:
            await store.add(connection, [late])
        [receipt] = await carelog.intake.accept(operator(), [submission("again", tel=TEL)])
        await settle(carelog, clock)
        await settle(carelog, clock)
        assert receipt.subject_id != before.subject_id
        assert await rows_naming(carelog, str(subject)) == []
        assert await rows_naming(carelog, str(receipt.subject_id))


async def test_it_waits_for_a_storage_that_is_down(opened: Opened, shelf: Shelves, clock: ManualClock) -> None:
    async with opened(**ONE) as carelog:
        subject, conversations = await fill(carelog, TEL, "mine")
        shelf("one").down = True
        await carelog.erasure.erase(operator(), subject)
        await settle(carelog, clock)
        assert await rows_naming(carelog, str(subject))
        shelf("one").down = False
        clock.advance(seconds=3600)
        await settle(carelog, clock)
        assert not set(conversations) & shelf("one").kept.keys()
        assert await rows_naming(carelog, str(subject), *map(str, conversations)) == []


async def test_the_owner_erases_only_shortly_after_signing_in(carelog: Carelog, clock: ManualClock) -> None:
    subject, _ = await fill(carelog, TEL, "mine")
    _, owner = await owner_of(carelog, subject)
    clock.advance(seconds=600)
    with pytest.raises(SignInAgain):
        await carelog.erasure.erase(owner, subject)
    assert (await carelog.subjects.get(operator(), subject)).id == subject


async def test_nobody_else_erases_without_the_scope(carelog: Carelog) -> None:
    subject, _ = await fill(carelog, TEL, "mine")
    scopes = operator().scopes
    stranger = Principal(id="key:1", scopes=scopes, subjects=frozenset())
    friend = Principal(id="key:2", scopes=scopes - {"records:erase"}, subjects=frozenset({subject}))
    reader = Principal(id="key:3", scopes=scopes, subjects=frozenset({subject}), read_only=frozenset({subject}))
    for who, error in ((stranger, NotFound), (friend, Forbidden), (reader, Forbidden)):
        with pytest.raises(error):
            await carelog.erasure.erase(who, subject)
    with pytest.raises(NotFound):
        await carelog.erasure.erase(operator(), CATALOGUE)
    assert (await carelog.subjects.get(operator(), subject)).id == subject


async def test_no_file_holds_a_word_of_it(opened: Opened, clock: ManualClock, dialect: str) -> None:
    """Neither the index of words, nor SQLite's log."""
    if dialect != "sqlite":
        pytest.skip("PostgreSQL's vacuum sees to it")
    async with opened() as carelog:
        subject, _ = await fill(carelog, TEL, "mine")
        file = Path(str(carelog.health.url.database))
        assert _written(file, b"quillwort")
        await carelog.erasure.erase(operator(), subject)
        await settle(carelog, clock)
        assert not _written(file, b"quillwort") and not _written(file, TEL.encode())


def _written(file: Path, words: bytes) -> bool:
    return any(words in beside.read_bytes().lower() for beside in file.parent.glob(f"{file.name}*"))
