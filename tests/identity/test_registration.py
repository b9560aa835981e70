"""Registering with a code by e-mail: nobody learns by it whose address has an account already."""

import asyncio
import json
from collections.abc import Callable
from uuid import UUID

import pytest
from door import make_vcon
from people import HOME, PASSWORD, People
from sqlalchemy import Engine, event, func, select

from carelog.identity import operator
from carelog.identity.caller import Caller
from carelog.identity.refusals import (
    AccountExists,
    RegistrationClosed,
    TooOften,
    WrongCode,
    WrongCredentials,
)
from carelog.identity.registration import Mode, Pending
from carelog.identity.sign_in import SignedIn
from carelog.identity.tables import registration, user_account
from carelog.kit.ids import new_id
from carelog.pipeline.submission import from_vcon

EMAIL = "asha@example.org"
ELSEWHERE = Caller("203.0.113.9")


@pytest.fixture
def people(received: Callable[[Mode], People]) -> People:
    return received("confirmed")


async def begin(people: People, email: str = EMAIL, caller: Caller = HOME, password: str = PASSWORD) -> UUID:
    done = await people.reception.registration.begin(caller, email=email, password=password, name="Asha Rao")
    assert isinstance(done, Pending)
    return done.id


async def register(people: People, email: str = EMAIL) -> SignedIn:
    return await people.reception.registration.confirm(HOME, await begin(people, email), people.postbox.code())


async def accounts(people: People) -> int:
    async with people.carelog.auth.read() as connection:
        return await connection.scalar(select(func.count()).select_from(user_account)) or 0


async def test_who_reads_the_code_is_in_with_an_address_that_is_theirs(people: People) -> None:
    document = make_vcon(tel=None, party={"mailto": EMAIL})
    [receipt] = await people.carelog.intake.accept(operator(), [from_vcon(json.dumps(document))])
    id_ = await begin(people)
    assert await accounts(people) == 0
    with pytest.raises(WrongCredentials):
        await people.login(EMAIL)
    who = await people.principal(await people.reception.registration.confirm(HOME, id_, people.postbox.code()))
    assert who.own == receipt.subject_id
    assert (await people.reception.accounts.me(who)).email_verified
    await people.login(EMAIL)


async def test_a_known_address_is_answered_as_a_new_one_and_told_by_mail_alone(people: People) -> None:
    await register(people)
    people.clock.advance(seconds=3 * 24 * 3600)  # what was counted then is over
    done: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        done.append(statement)

    async def work(email: str) -> list[str]:
        done.clear()
        id_ = await begin(people, email)
        with pytest.raises(WrongCode):
            await people.reception.registration.confirm(HOME, id_, "no code")
        return done[:]

    await work("dev@example.org")  # the first of a network in a while has more to do, whoever it is
    event.listen(Engine, "before_cursor_execute", note)
    try:
        known, new = await work("ASHA@example.org"), await work("mira@example.org")
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    assert known == new
    told = {notice.to: notice.text for notice in people.postbox.notices[-2:]}
    assert "has one already" in told["ASHA@example.org"]
    assert "is your code" in told["mira@example.org"]
    assert await accounts(people) == 1


async def test_a_code_is_for_the_registration_that_it_was_sent_for(people: People) -> None:
    """Else the owner of an address would confirm what somebody else has begun with it, under their password."""
    mine = await begin(people)
    my_code = people.postbox.code()
    theirs = await begin(people, caller=ELSEWHERE, password="the password of another")
    their_code = people.postbox.code()
    with pytest.raises(WrongCode):
        await people.reception.registration.confirm(HOME, mine, their_code)
    done = await people.reception.registration.confirm(HOME, mine, my_code)
    with pytest.raises(WrongCode):
        await people.reception.registration.confirm(ELSEWHERE, theirs, their_code)
    assert (await people.login(EMAIL)).user_id == done.user_id


async def test_a_code_is_good_once_for_ten_minutes_and_five_tries(people: People) -> None:
    confirm = people.reception.registration.confirm
    with pytest.raises(WrongCode):
        await confirm(HOME, new_id(), "123456")
    id_ = await begin(people)
    code = people.postbox.code()
    wrong = f"{(int(code) + 1) % 1_000_000:06}"
    tries = await asyncio.gather(*[confirm(HOME, id_, wrong) for _ in range(5)], return_exceptions=True)
    assert [type(one) for one in tries] == [WrongCode] * 5
    with pytest.raises(WrongCode):
        await confirm(HOME, id_, code)
    id_ = await begin(people)
    people.clock.advance(seconds=600)
    with pytest.raises(WrongCode):
        await confirm(HOME, id_, people.postbox.code())
    async with people.carelog.auth.read() as connection:
        assert await connection.scalar(select(func.count()).select_from(registration)) == 0
    id_ = await begin(people)
    answers = await asyncio.gather(
        *[confirm(HOME, id_, people.postbox.code()) for _ in range(3)], return_exceptions=True
    )
    assert sorted(type(answer).__name__ for answer in answers) == ["SignedIn", "WrongCode", "WrongCode"]


async def test_what_was_never_confirmed_is_forgotten_and_erased_with_the_account(people: People) -> None:
    async def begun() -> int:
        async with people.carelog.auth.read() as connection:
            return await connection.scalar(select(func.count()).select_from(registration)) or 0

    who = await people.principal(await register(people))
    await begin(people, "mira@example.org")
    people.clock.advance(seconds=600)
    await people.login(EMAIL)
    assert await begun() == 0
    await begin(people, "Asha@Example.org", ELSEWHERE)
    await begin(people, "mira@example.org")
    assert who.own
    await people.carelog.erasure.erase(operator(), who.own)
    assert await begun() == 1


async def test_no_address_is_flooded_whether_it_is_known_or_not(people: People) -> None:
    await register(people)
    people.clock.advance(seconds=7200)
    for email in (EMAIL, "mira@example.org"):
        for _ in range(5):
            await begin(people, email)
        with pytest.raises(TooOften):
            await begin(people, email, ELSEWHERE)


async def test_when_it_is_closed_nobody_registers(received: Callable[[Mode], People]) -> None:
    with pytest.raises(RegistrationClosed):
        await begin(received("closed"))


async def test_another_address_is_the_account_s_once_its_code_was_read(people: People) -> None:
    done = await register(people)
    await register(people, "mira@example.org")
    who, verification = await people.principal(done), people.reception.verification
    with pytest.raises(WrongCredentials):
        await verification.move(who, HOME, password="not that one", changes={"email": "new@example.org"})
    me = await verification.move(who, HOME, password=PASSWORD, changes={"email": "new@example.org"})
    assert (me.email, me.email_verified) == (EMAIL, True)
    code = people.postbox.code()
    with pytest.raises(WrongCode):
        await verification.confirm_move(who, HOME, "no code")
    me = await verification.confirm_move(who, HOME, code)
    assert (me.email, me.email_verified) == ("new@example.org", True)
    assert [notice.to for notice in people.postbox.notices if "another e-mail" in notice.text] == [EMAIL]
    await people.login("new@example.org")
    with pytest.raises(WrongCredentials):
        await people.login(EMAIL)


async def test_moving_to_an_address_does_not_tell_whether_it_is_another_s(
    people: People, received: Callable[[Mode], People]
) -> None:
    who = await people.principal(await register(people))
    await register(people, "mira@example.org")
    verification = people.reception.verification
    known = await verification.move(who, HOME, password=PASSWORD, changes={"email": "Mira@example.org"})
    assert "stays as it is" in people.postbox.notices[-1].text
    assert known == await verification.move(who, HOME, password=PASSWORD, changes={"email": "new@example.org"})
    # What is taken after the code was sent is not told either.
    late = people.postbox.code()
    await register(people, "new@example.org")
    with pytest.raises(WrongCode):
        await verification.confirm_move(who, HOME, late)
    with pytest.raises(AccountExists):
        changes = {"email": "mira@example.org"}
        await received("unconfirmed").reception.verification.move(who, HOME, password=PASSWORD, changes=changes)


async def test_where_no_code_can_be_sent_nothing_else_is_changed(people: People) -> None:
    who, verification = await people.principal(await register(people)), people.reception.verification
    people.clock.advance(seconds=7200)
    for _ in range(5):
        await verification.move(who, HOME, password=PASSWORD, changes={"email": "new@example.org"})
    with pytest.raises(TooOften):
        changes = {"email": "new@example.org", "phone": "+420601123456"}
        await verification.move(who, HOME, password=PASSWORD, changes=changes)
    assert (await people.reception.accounts.me(who)).phone is None
    me = await verification.move(who, HOME, password=PASSWORD, changes=changes | {"email": "other@example.org"})
    assert (me.email, me.phone) == (EMAIL, "+420601123456")
