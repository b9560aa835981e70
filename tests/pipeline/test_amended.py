"""Conversations that take the place of a version before them, and redacted ones beside the whole."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any
from uuid import UUID

import pytest
from made_up import chain
from said import reprocess

from carelog.app import Carelog
from carelog.conversations import Conversation
from carelog.identity import operator
from carelog.kit.clock import ManualClock
from carelog.kit.ids import new_id
from carelog.pipeline.submission import Submission
from carelog.record.query import EntryQuery

ME = operator()
Opened = Callable[..., AbstractAsyncContextManager[Carelog]]
READ = {"chains": {"record": chain("extract")}}


def told(said: str, *, tel: str = "+12025550100", **members: Any) -> Submission:
    turn = {
        "type": "text",
        "start": "2026-01-05T09:00:00+00:00",
        "parties": 0,
        "mediatype": "text/plain",
        "encoding": "none",
        "body": said,
    }
    document = {
        "uuid": str(new_id()),
        "created_at": "2026-01-05T09:10:00Z",
        "parties": [{"tel": tel, "role": "patient"}],
        "dialog": [turn],
        **members,
    }
    return Submission(Conversation.of(document), channel="checkin")


def version_of(given: Submission, said: str, how: str = "amended", **members: Any) -> Submission:
    named = {"uuid": str(given.conversation.uuid)} | ({"type": "made-up"} if how == "redacted" else {})
    return told(said, **{how: named}, **members)


async def take(carelog: Carelog, *given: Submission) -> UUID:
    [*_, last] = await carelog.intake.accept(ME, given)
    await carelog.worker.drain()
    assert last.subject_id is not None
    return last.subject_id


async def strengths(carelog: Carelog, owner: UUID) -> list[str]:
    page = await carelog.record.page(ME, owner, EntryQuery(types=("medication",)))
    return sorted(entry.headline() for entry in page.items)


async def test_what_was_amended_is_no_longer_what_was_said(opened: Opened) -> None:
    first = told("I take lisinopril 40 mg, and metformin 500 mg.")
    async with opened(**READ) as carelog:
        owner = await take(carelog, first)
        assert len(before := await strengths(carelog, owner)) == 2
        amended = version_of(first, "I take lisinopril 10 mg, and metformin 500 mg.")
        assert await take(carelog, amended) == owner
        now = await strengths(carelog, owner)
        assert (len(now), now[1]) == (2, before[1])
        assert "10 mg" in now[0]
        # A version that is read anew says nothing any more; the one that counts says the same.
        await reprocess(carelog)
        assert await strengths(carelog, owner) == now


async def test_a_version_that_is_read_late_says_nothing_any_more(opened: Opened) -> None:
    first = told("I take lisinopril 40 mg.")
    async with opened(**READ) as carelog:
        owner = await take(carelog, version_of(first, "I take lisinopril 10 mg."), first)
        [only] = await strengths(carelog, owner)
        assert "10 mg" in only


async def test_what_a_person_has_judged_stays(opened: Opened) -> None:
    first = told("I take lisinopril 40 mg.")
    async with opened(**READ) as carelog:
        owner = await take(carelog, first)
        [entry] = (await carelog.record.page(ME, owner, EntryQuery(types=("medication",)))).items
        await carelog.record.confirm(ME, entry.id, revision=None)
        await take(carelog, version_of(first, "I feel fine."))
        assert len(await strengths(carelog, owner)) == 1


async def test_nobody_amends_what_is_in_another_record(opened: Opened) -> None:
    first = told("I take lisinopril 40 mg.")
    async with opened(**READ) as carelog:
        owner = await take(carelog, first)
        stranger = await take(carelog, version_of(first, "I take lisinopril 10 mg.", tel="+12025550177"))
        assert stranger != owner
        assert len(await strengths(carelog, owner)) == len(await strengths(carelog, stranger)) == 1


@pytest.mark.parametrize("whole_is_here", [True, False])
async def test_a_redaction_says_nothing_beside_the_whole(opened: Opened, whole_is_here: bool) -> None:
    whole = told("I take lisinopril 40 mg.")
    redacted = version_of(whole, "I take lisinopril 40 mg.", "redacted")
    async with opened(**READ) as carelog:
        owner = await take(carelog, *([whole] if whole_is_here else []), redacted)
        page = await carelog.record.page(ME, owner, EntryQuery(types=("medication",)))
        [entry] = page.items
        quoted = (whole if whole_is_here else redacted).conversation.uuid
        assert {quote.conversation for quote in entry.evidence} == {quoted}


async def test_what_an_amended_version_had_taken_the_place_of_is_back_when_that_is_deleted(opened: Opened) -> None:
    async with opened(**READ) as carelog:
        first = told("I take metformin 500 mg.")
        second = version_of(first, "I take metformin 850 mg.")
        third = version_of(second, "I take metformin 1000 mg.")
        for given in (first, second, third):
            owner = await take(carelog, given)
        assert await strengths(carelog, owner) == ["metformin 1000 mg: taking"]
        await carelog.deletion.delete(ME, [second.conversation.uuid])
        await carelog.worker.drain()
        assert await strengths(carelog, owner) == ["metformin 1000 mg: taking"], "the third stands in the place of both"
        await carelog.deletion.delete(ME, [third.conversation.uuid])
        await carelog.worker.drain()
        assert await strengths(carelog, owner) == ["metformin 500 mg: taking"]


async def test_deleting_all_versions_brings_none_back(opened: Opened) -> None:
    async with opened(**READ) as carelog:
        first = told("I take metformin 500 mg.")
        second = version_of(first, "I take metformin 850 mg.")
        owner = await take(carelog, first, second)
        await carelog.deletion.delete(ME, [second.conversation.uuid, first.conversation.uuid])
        await carelog.worker.drain()
        assert await strengths(carelog, owner) == []


async def test_of_two_versions_that_amend_each_other_the_last_to_come_counts(
    opened: Opened, clock: ManualClock
) -> None:
    async with opened(**READ) as carelog:
        second = told("I take metformin 850 mg.")
        first = version_of(second, "I take metformin 500 mg.")
        second = told("I take metformin 850 mg.", uuid=str(second.conversation.uuid),
                      amended={"uuid": str(first.conversation.uuid)})  # fmt: skip
        await take(carelog, first)
        clock.advance(seconds=1)
        owner = await take(carelog, second)
        assert await strengths(carelog, owner) == ["metformin 850 mg: taking"]
        await reprocess(carelog)
        assert await strengths(carelog, owner) == ["metformin 850 mg: taking"]
