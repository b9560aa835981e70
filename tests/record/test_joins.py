"""Records that are likely of one person, and that become one because somebody says so."""

import asyncio
import json
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from door import make_vcon
from signed_in import sign_in
from sqlalchemy import insert, select, update

from carelog.app import Carelog
from carelog.identity import CATALOGUE, Principal, operator, users
from carelog.identity.audit.sign_ins import SignInsAudited
from carelog.identity.refusals import SignInAgain
from carelog.identity.tables import erasure, subject_claim
from carelog.kit.clock import ManualClock
from carelog.kit.errors import Conflict, Forbidden, InvalidInput, NotFound
from carelog.kit.ids import new_id
from carelog.pipeline.submission import from_vcon
from carelog.record.editing import Draft
from carelog.record.joins import SubjectOwned
from carelog.record.linking import Linking
from carelog.record.tables import subject

ASHA, ASHA_AT_WORK = "+912224449000", "+912224449111"


async def hand_in(carelog: Carelog, tel: str | None, *, name: str = "Asha Rao", said: str = "My pulse was 72.") -> UUID:
    [receipt] = await carelog.intake.accept(operator(), [from_vcon(json.dumps(make_vcon(said, name=name, tel=tel)))])
    assert receipt.subject_id
    return receipt.subject_id


async def told(carelog: Carelog, owner: UUID, type_name: str, payload: dict[str, Any]) -> UUID:
    return (await carelog.record.create(operator(), owner, Draft(type_name, payload))).entry.id


async def two_records(carelog: Carelog) -> tuple[UUID, UUID]:
    return await hand_in(carelog, ASHA), await hand_in(carelog, ASHA_AT_WORK)


async def pairs(carelog: Carelog, who: Principal | None = None) -> list[tuple[UUID, list[UUID]]]:
    page = await carelog.likenesses.page(who or operator())
    return [(alike.subject.id, [likely.subject.id for likely in alike.likely]) for alike in page.items]


def limited(*subjects: UUID, read_only: frozenset[UUID] = frozenset()) -> Principal:
    return replace(operator(), id="key:test", subjects=frozenset(subjects), read_only=read_only)


async def test_those_of_one_name_are_shown_each_with_those_known_before(carelog: Carelog, clock: ManualClock) -> None:
    first = await hand_in(carelog, ASHA)
    clock.advance(seconds=1)
    second = await hand_in(carelog, None, name="asha  RAO")
    clock.advance(seconds=1)
    await hand_in(carelog, "+912224449333", name="Asha Raman")
    third = await hand_in(carelog, None)
    assert await pairs(carelog) == [(third, [first, second]), (second, [first])]
    of_first = await carelog.likenesses.of(operator(), first)
    assert [(one.subject.id, one.because) for one in of_first] == [(second, ("name",)), (third, ("name",))]


async def test_pages_go_on_where_they_end(carelog: Carelog, clock: ManualClock) -> None:
    for _ in range(4):
        await hand_in(carelog, None)
        clock.advance(seconds=1)
    first = await carelog.likenesses.page(operator(), limit=2)
    rest = await carelog.likenesses.page(operator(), limit=2, cursor=first.next)
    assert [len(one.likely) for one in (*first.items, *rest.items)] == [3, 2, 1]
    assert rest.next is None


async def test_of_a_name_that_very_many_have_some_are_shown(carelog: Carelog, clock: ManualClock) -> None:
    async with carelog.health.write() as connection:
        many = [{"id": new_id(), "name": "A", "name_key": "a", "recorded_at": clock.now()} for _ in range(120)]
        await connection.execute(insert(subject), many)
    page = await carelog.likenesses.page(operator(), limit=200)
    assert len(page.items) == 119
    assert max(len(alike.likely) for alike in page.items) == 50


@pytest.mark.parametrize(
    ("one", "other", "because"),
    [
        ({"birth_date": "1961-04-02"}, {"birth_date": "1961-04-02"}, ("name", "birth_date")),
        ({"birth_date": "1961-04-02"}, {"birth_date": "1961"}, ("name", "birth_date")),
        ({"birth_date": "1961-04-02"}, {"sex": "female"}, ("name",)),
        ({"birth_date": "1961-04-02"}, {"birth_date": "1990-04-02"}, None),
        ({"sex": "male"}, {"sex": "female"}, None),
    ],
)
async def test_what_is_known_of_two_speaks_for_or_against_it(
    carelog: Carelog, one: dict[str, Any], other: dict[str, Any], because: tuple[str, ...] | None
) -> None:
    first, second = await two_records(carelog)
    await told(carelog, first, "profile", one)
    await told(carelog, second, "profile", other)
    found = [likely.because for alike in (await carelog.likenesses.page(operator())).items for likely in alike.likely]
    assert found == ([because] if because else [])


async def test_nobody_is_shown_who_is_like_those_that_they_may_not_see(carelog: Carelog) -> None:
    first, second = await two_records(carelog)
    assert await pairs(carelog, limited(first)) == []
    assert await carelog.likenesses.of(limited(first), first) == []
    with pytest.raises(NotFound):
        await carelog.likenesses.of(limited(first), second)
    assert [one for one, _ in await pairs(carelog, limited(first, second))] == [max(first, second)]


async def test_all_of_the_other_is_in_the_one_that_is_kept(carelog: Carelog) -> None:
    keep, other = await two_records(carelog)
    reminder = await told(carelog, other, "medication_schedule", {"name": "metformin", "times": ["08:00"]})
    await carelog.joins.join(operator(), keep, other)
    assert reminder in {entry.id for entry in (await carelog.record.page(operator(), keep)).items}
    assert (await carelog.subjects.find(operator(), ASHA_AT_WORK)).id == keep
    assert await hand_in(carelog, ASHA_AT_WORK) == keep
    assert {stored.subject_id for stored in (await carelog.conversations.page(operator())).items} == {keep}
    assert await pairs(carelog) == []
    with pytest.raises(NotFound):
        await carelog.subjects.get(operator(), other)


async def test_reminders_are_due_on_the_clock_of_the_record_that_is_kept(carelog: Carelog, clock: ManualClock) -> None:
    keep, other = await two_records(carelog)
    async with carelog.health.write() as connection:
        for one, zone in ((keep, "America/New_York"), (other, "Asia/Kolkata")):
            await connection.execute(update(subject).where(subject.c.id == one).values(zone=zone))
    reminder = await told(carelog, other, "medication_schedule", {"name": "metformin", "times": ["08:00"]})
    before = (await carelog.record.get(operator(), reminder)).due_at
    await carelog.joins.join(operator(), keep, other)
    after = (await carelog.record.get(operator(), reminder)).due_at
    assert before and after
    assert (before.hour, after.hour) == (2, 13)  # 08:00 in India, 08:00 in New York


async def test_again_and_the_other_way_round(carelog: Carelog) -> None:
    keep, other = await two_records(carelog)
    await carelog.joins.join(operator(), keep, other)
    before = (await carelog.record.page(operator(), keep)).items
    await carelog.joins.join(operator(), keep, other)
    assert (await carelog.record.page(operator(), keep)).items == before
    with pytest.raises(NotFound):
        await carelog.joins.join(operator(), other, keep)
    assert (await carelog.subjects.get(operator(), keep)).id == keep


async def test_of_two_who_join_them_either_way_at_once_one_is_refused(carelog: Carelog) -> None:
    keep, other = await two_records(carelog)
    before = len((await carelog.conversations.page(operator())).items)
    ends = await asyncio.gather(
        carelog.joins.join(operator(), keep, other), carelog.joins.join(operator(), other, keep), return_exceptions=True
    )
    assert sorted(type(end).__name__ for end in ends) == ["NoneType", "NotFound"]
    [left] = (await carelog.subjects.page(operator())).items
    stored = (await carelog.conversations.page(operator())).items
    assert [one.subject_id for one in stored] == [left.id] * before


async def test_both_are_in_the_audit_trail_once(carelog: Carelog) -> None:
    keep, other = await two_records(carelog)
    await carelog.joins.join(operator(), keep, other)
    await carelog.joins.join(operator(), keep, other)
    joined = [one.event for one in (await carelog.audit.page()).items if one.event.action == "record.join"]
    assert {event.subject for event in joined} == {keep, other}
    assert [event.principal for event in joined] == ["operator", "operator"]


async def test_it_is_for_who_may_change_both(carelog: Carelog) -> None:
    keep, other = await two_records(carelog)
    reads_one = limited(keep, other, read_only=frozenset({other}))
    for who, keeps, gives in ((reads_one, keep, other), (reads_one, other, keep)):
        with pytest.raises(Forbidden):
            await carelog.joins.join(who, keeps, gives)
    for who in (limited(keep), limited(other)):
        with pytest.raises(NotFound):
            await carelog.joins.join(who, keep, other)
    with pytest.raises(Forbidden, match="entries:write"):
        await carelog.joins.join(replace(operator(), scopes=operator().scopes - {"entries:write"}), keep, other)
    assert (await carelog.subjects.get(operator(), other)).id == other
    await carelog.joins.join(limited(keep, other), keep, other)


async def test_what_is_no_other_record_is_refused(carelog: Carelog) -> None:
    keep, _ = await two_records(carelog)
    with pytest.raises(InvalidInput):
        await carelog.joins.join(operator(), keep, keep)
    for nobody in (uuid4(), CATALOGUE):
        for pair in ((keep, nobody), (nobody, keep)):
            with pytest.raises(NotFound):
                await carelog.joins.join(operator(), *pair)


async def test_a_user_must_have_signed_in_recently(carelog: Carelog, clock: ManualClock) -> None:
    keep, other = await two_records(carelog)
    someone = await sign_in(carelog, "admin")
    fresh = await carelog.reception.tokens.authenticate(someone.token)
    assert fresh.signed_in_at
    with pytest.raises(SignInAgain):
        await carelog.joins.join(replace(fresh, signed_in_at=clock.now() - timedelta(minutes=11)), keep, other)
    await carelog.joins.join(fresh, keep, other)


async def test_the_record_of_an_account_stays_the_one_that_is_kept(carelog: Carelog) -> None:
    keep, other = await two_records(carelog)
    someone = await sign_in(carelog, "patient", owns=keep)
    with pytest.raises(SubjectOwned, match="keep that one"):
        await carelog.joins.join(operator(), other, keep)
    third = await hand_in(carelog, "+912224449222")
    await sign_in(carelog, "patient", owns=third)
    with pytest.raises(SubjectOwned, match="each of the two"):
        await carelog.joins.join(operator(), keep, third)
    await carelog.joins.join(operator(), keep, other)
    [claim] = await carelog.auth.rows(select(subject_claim).where(subject_claim.c.subject_id == other))
    assert claim.user_id == someone.id
    assert claim.merged_at is not None
    await Linking(carelog.auth, carelog.health, carelog.clock, SignInsAudited(carelog.audit)).settle(someone.id)
    assert (await carelog.subjects.find(operator(), ASHA_AT_WORK)).id == keep


async def test_what_was_cut_off_is_done_when_it_is_said_again_or_by_the_next_sign_in(carelog: Carelog) -> None:
    keep, other = await two_records(carelog)
    third = await hand_in(carelog, "+912224449222")
    someone = await sign_in(carelog, "patient", owns=keep)
    async with carelog.auth.write() as connection:
        # As it is left by a process that is killed between the two databases.
        for one in (other, third):
            await users.claim(connection, one, someone.id, carelog.clock.now())
    await carelog.joins.join(operator(), keep, other)
    assert (await carelog.subjects.find(operator(), ASHA_AT_WORK)).id == keep
    await Linking(carelog.auth, carelog.health, carelog.clock, SignInsAudited(carelog.audit)).settle(someone.id)
    assert (await carelog.subjects.find(operator(), "+912224449222")).id == keep
    left = await carelog.auth.rows(select(subject_claim).where(subject_claim.c.merged_at.is_(None)))
    assert left == []


async def test_what_was_granted_of_the_other_ends(carelog: Carelog) -> None:
    keep, other = await two_records(carelog)
    carer = await sign_in(carelog, "carer")
    await carelog.grants.give(operator(), other, user=carer.id, access="full")
    await carelog.joins.join(operator(), keep, other)
    who = await carelog.reception.tokens.authenticate(carer.token)
    assert (await carelog.grants.given_to(who)).items == []
    assert not who.may_see(keep)


async def test_nothing_is_joined_to_what_is_being_erased(carelog: Carelog, clock: ManualClock) -> None:
    keep, other = await two_records(carelog)
    async with carelog.auth.write() as connection:
        begun = {"id": uuid4(), "subject_id": other, "named": {"subjects": [str(other)], "principals": []}}
        await connection.execute(erasure.insert().values(**begun, asked_at=clock.now()))
    with pytest.raises(Conflict):
        await carelog.joins.join(operator(), keep, other)


async def test_what_was_joined_is_erased_with_the_whole(carelog: Carelog) -> None:
    keep, other = await two_records(carelog)
    await carelog.joins.join(operator(), keep, other)
    await carelog.erasure.erase(operator(), keep)
    for one in (keep, other):
        assert await carelog.health.rows(select(subject).where(subject.c.id == one)) == []
    named = [one for one in (await carelog.audit.page()).items if one.event.subject in (keep, other)]
    assert named == []
