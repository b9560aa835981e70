"""What a verified address leads to: the record that is known by it, whole, and nobody else's."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import pytest
from door import make_vcon
from people import HOME, PASSWORD, People
from sqlalchemy import Engine, event, func, select

from carelog.conversations.tables import conversation
from carelog.db import Connection, Database
from carelog.identity import Principal, operator
from carelog.identity.audit.sign_ins import SignInsAudited
from carelog.identity.caller import Caller
from carelog.identity.notices import By
from carelog.identity.refusals import IdentifierTaken, NothingDelivers, TooOften, WrongCode, WrongCredentials
from carelog.identity.sign_in import SignedIn
from carelog.kit.errors import InvalidInput
from carelog.pipeline.submission import from_vcon
from carelog.pipeline.tables import run
from carelog.record.linking import Linking

PHONE, EMAIL = "+912224449000", "asha@example.org"


async def hand_in(people: People, **party: str) -> UUID:
    """A call from there; returns whose record it came to."""
    document = make_vcon("My pulse was 72.", tel=party.get("tel"), party={k: v for k, v in party.items() if k != "tel"})
    [receipt] = await people.carelog.intake.accept(operator(), [from_vcon(json.dumps(document))])
    assert receipt.subject_id
    return receipt.subject_id


async def verify(people: People, done: SignedIn, by: By) -> Principal:
    who, verification = await people.principal(done), people.reception.verification
    await verification.ask(who, HOME, by)
    await verification.confirm(who, HOME, by, people.postbox.code())
    return await people.principal(done)


async def conversations_of(people: People, subject: UUID | None) -> int:
    async with people.carelog.health.read() as connection:
        counted = [
            await connection.scalar(select(func.count()).where(table.c.subject_id == subject))
            for table in (conversation, run)
        ]
    assert counted[0] == counted[1]
    return int(counted[0] or 0)


async def test_what_is_not_verified_links_nothing(people: People) -> None:
    known = await hand_in(people, tel=PHONE, mailto=EMAIL)
    who = await people.principal(await people.register(EMAIL, phone=PHONE))
    assert who.own != known
    assert not who.may_see(known)
    assert await hand_in(people, tel=PHONE) == known


async def test_a_record_that_is_empty_gives_way_to_the_one_that_is_known(people: People) -> None:
    known = await hand_in(people, tel=PHONE)
    done = await people.register(EMAIL, phone=PHONE)
    before = await people.principal(done)
    who = await verify(people, done, "phone")
    assert who.own == known
    assert await conversations_of(people, known) == 1
    assert await hand_in(people, tel=PHONE) == known
    [only] = (await people.carelog.subjects.page(operator())).items
    assert only.id == known != before.own


async def test_two_records_with_something_in_them_become_one(people: People) -> None:
    known = await hand_in(people, tel=PHONE)
    done = await people.register(EMAIL, phone=PHONE)
    await verify(people, done, "email")
    mine = await hand_in(people, mailto=EMAIL)
    who = await verify(people, done, "phone")
    assert who.own == mine
    assert await conversations_of(people, mine) == 2
    assert await conversations_of(people, known) == 0
    assert await hand_in(people, tel=PHONE) == mine
    [only] = (await people.carelog.subjects.page(operator())).items
    assert only.id == mine


async def test_whom_the_user_let_see_the_record_sees_what_it_has_become(people: People) -> None:
    known = await hand_in(people, tel=PHONE)
    owner, carer = await people.register(EMAIL, phone=PHONE), await people.register("carer@example.org")
    who, give = await people.principal(owner), people.carelog.grants.give
    assert who.own
    await give(who, who.own, user=carer.user_id, access="read_only")
    assert not (await people.principal(carer)).may_see(known)
    await verify(people, owner, "phone")
    assert (await people.principal(carer)).may_see(known)
    assert not (await people.principal(carer)).may_change(known)


async def test_who_was_unknown_is_known_from_then_on(people: People) -> None:
    who = await verify(people, await people.register(EMAIL, phone=PHONE), "phone")
    assert await hand_in(people, tel=PHONE) == who.own


async def test_another_s_record_is_never_linked(people: People) -> None:
    await hand_in(people, tel=PHONE, mailto="other@example.org")
    owner = await people.register("owner@example.org", phone=PHONE)
    await verify(people, owner, "phone")
    tries: list[tuple[str, str, By]] = [
        ("other@example.org", "+420601123456", "email"),
        ("third@example.org", PHONE, "phone"),
    ]
    for email, phone, by in tries:
        done = await people.register(email, phone=phone)
        before = await people.principal(done)
        with pytest.raises(IdentifierTaken) as refused:
            await verify(people, done, by)
        assert email not in refused.value.message
        assert phone not in refused.value.message
        assert await people.principal(done) == before
        me = await people.reception.accounts.me(before)
        assert (me.email_verified, me.phone_verified) == (False, False)


async def test_a_number_that_is_given_up_leads_here_no_more(people: People) -> None:
    done = await people.register(EMAIL, phone=PHONE)
    who = await verify(people, done, "phone")
    mine = await hand_in(people, tel=PHONE)
    accounts = people.reception.accounts
    with pytest.raises(WrongCredentials):
        await accounts.move(who, HOME, password="not that one", changes={"phone": None})
    me = await accounts.move(who, HOME, password=PASSWORD, changes={"phone": "+420601123456"})
    assert (me.phone, me.phone_verified) == ("+420601123456", False)
    assert mine == who.own != await hand_in(people, tel=PHONE)
    other = await people.register("next@example.org", phone=PHONE)
    assert (await verify(people, other, "phone")).own


async def test_a_code_is_good_once_for_ten_minutes_and_five_tries(people: People) -> None:
    done = await people.register(EMAIL, phone=PHONE)
    who, verification = await people.principal(done), people.reception.verification
    with pytest.raises(WrongCode):
        await verification.confirm(who, HOME, "phone", "000000")
    await verification.ask(who, HOME, "phone")
    code = people.postbox.code()
    with pytest.raises(WrongCode):
        await verification.confirm(who, HOME, "email", code)
    wrong = f"{(int(code) + 1) % 1_000_000:06}"
    for _ in range(5):
        with pytest.raises(WrongCode):
            await verification.confirm(who, HOME, "phone", wrong)
    with pytest.raises(WrongCode):
        await verification.confirm(who, HOME, "phone", code)
    await verification.ask(who, HOME, "phone")
    people.clock.advance(seconds=600)
    with pytest.raises(WrongCode):
        await verification.confirm(who, HOME, "phone", people.postbox.code())
    await verification.ask(who, HOME, "phone")
    code = people.postbox.code()
    await verification.confirm(who, HOME, "phone", code)
    with pytest.raises(WrongCode):
        await verification.confirm(who, HOME, "phone", code)


async def test_a_code_is_for_the_address_that_it_was_sent_to(people: People) -> None:
    done = await people.register(EMAIL, phone=PHONE)
    who, verification = await people.principal(done), people.reception.verification
    await verification.ask(who, HOME, "phone")
    await people.reception.accounts.move(who, HOME, password=PASSWORD, changes={"phone": "+420601123456"})
    with pytest.raises(WrongCode):
        await verification.confirm(who, HOME, "phone", people.postbox.code())


async def test_nobody_is_flooded_with_codes(people: People) -> None:
    who = await people.principal(await people.register(EMAIL, phone=PHONE))
    for _ in range(5):
        await people.reception.verification.ask(who, HOME, "phone")
    with pytest.raises(TooOften):
        await people.reception.verification.ask(who, Caller("203.0.113.9"), "phone")
    assert len(people.postbox.notices) == 5


async def test_without_a_way_to_send_it_is_said_and_done_by_hand(people: People) -> None:
    done = await people.register(EMAIL)
    who, verification = await people.principal(done), people.carelog.reception.verification
    with pytest.raises(NothingDelivers, match="users verify"):
        await verification.ask(who, HOME, "email")
    with pytest.raises(NothingDelivers):
        await verification.ask_for_password(HOME, EMAIL)
    with pytest.raises(InvalidInput):
        await verification.ask(who, HOME, "phone")
    known = await hand_in(people, mailto=EMAIL)
    user = await people.reception.users.find(operator(), EMAIL)
    await verification.confirm_by_hand(operator(), user, "email")
    assert (await people.principal(done)).own == known


async def test_a_forgotten_password_is_set_by_who_reads_the_mail(people: People) -> None:
    done = await people.register(EMAIL)
    verification = people.reception.verification
    await verification.ask_for_password(HOME, "nobody@example.org")
    assert people.postbox.notices == []
    await verification.ask_for_password(HOME, EMAIL.upper())
    code = people.postbox.code()
    for email, given in ((EMAIL, "000000" if code != "000000" else "111111"), ("nobody@example.org", code)):
        with pytest.raises(WrongCode):
            await verification.set_password(HOME, email=email, code=given, password="another good one")
    await verification.set_password(HOME, email=EMAIL, code=code, password="another good one")
    with pytest.raises(Exception, match="access token"):
        await people.principal(done)
    me = await people.reception.accounts.me(
        await people.principal(await people.login(EMAIL, password="another good one"))
    )
    assert me.email_verified


async def test_a_forgotten_password_is_the_same_work_for_nobody(people: People) -> None:
    await people.register(EMAIL)
    done: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        if "sent_code" in statement or "user_account" in statement:
            done.append(statement)

    async def work(email: str) -> list[str]:
        done.clear()
        await people.reception.verification.ask_for_password(HOME, email)
        with pytest.raises(WrongCode):
            await people.reception.verification.set_password(
                HOME, email=email, code="no code", password="another good one"
            )
        return done[:]

    event.listen(Engine, "before_cursor_execute", note)
    try:
        theirs, nobodys = await work(EMAIL), await work("nobody@example.org")
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    # Who has a code has it read again to compare: they were sent one.
    assert [s for s in theirs if not s.startswith("SELECT sent_code")] == nobodys
    assert (len(people.postbox.notices), people.postbox.feigned) == (1, 1)


class _KilledError(Exception):
    pass


class Dying(Database):
    """A database of a process that is killed at its n-th write, before or just after the commit."""

    def __init__(self, url: str, count: list[int], *, after: bool) -> None:
        super().__init__(url)
        self._count = count
        self._after = after

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Connection]:
        self._count[0] -= 1
        async with super().write() as connection:
            yield connection
            if self._count[0] == 0 and not self._after:
                raise _KilledError
        if self._count[0] == 0:
            raise _KilledError


async def killed_at(people: People, writes: int, user_id: UUID, phone: str, *, after: bool) -> None:
    """Verify a phone number in a process that is killed at its n-th write, if it comes to it."""
    carelog, count = people.carelog, [writes]
    urls = [database.url.render_as_string(hide_password=False) for database in (carelog.auth, carelog.health)]
    auth, health = [Dying(url, count, after=after) for url in urls]
    try:
        await Linking(auth, health, people.clock, SignInsAudited(carelog.audit)).verified(user_id, "tel", phone)
    finally:
        await auth.close()
        await health.close()


@pytest.mark.parametrize("empty", [True, False])
@pytest.mark.parametrize("after", [True, False])
async def test_killed_anywhere_it_is_finished_at_the_next_sign_in(people: People, empty: bool, after: bool) -> None:
    """Each try is killed one write later, until one is not."""
    for writes in range(1, 20):
        email, phone = f"asha{writes}@example.org", f"+4206011234{writes:02}"
        known = await hand_in(people, tel=phone)
        done = await people.register(email, phone=phone)
        if not empty:
            await people.linking.verified(done.user_id, "mailto", email)
            await hand_in(people, mailto=email)
        mine = (await people.principal(done)).own
        try:
            await killed_at(people, writes, done.user_id, phone, after=after)
            killed = False
        except _KilledError:
            killed = True
        who = await people.principal(await people.login(email))
        shown = (await people.reception.accounts.me(who)).phone_verified
        if not shown:
            assert killed
            assert (who.own, await hand_in(people, tel=phone)) == (mine, known), "nothing was linked"
            await people.linking.verified(done.user_id, "tel", phone)
            who = await people.principal(done)
            assert who.own
        own = known if empty else mine
        assert who.own == own
        assert await hand_in(people, tel=phone) == own
        assert await conversations_of(people, own) == (1 if empty else 2) + (1 if shown else 2)
        if not killed:
            return
    pytest.fail("it never came to its end")


async def test_a_call_that_comes_in_meanwhile_is_not_lost(people: People) -> None:
    done = await people.register(EMAIL, phone=PHONE)
    with pytest.raises(_KilledError):
        await killed_at(people, 2, done.user_id, PHONE, after=False)
    stray = await hand_in(people, tel=PHONE)
    who = await people.principal(await people.login(EMAIL))
    assert stray != who.own
    assert await conversations_of(people, who.own) == 1


@pytest.mark.parametrize("address", ["asha%40example.org?@evil.example", "asha%40example.org", "<asha@example.org>"])
async def test_an_address_that_only_reads_like_another_one_leads_to_nobody_s_record(
    people: People, address: str
) -> None:
    known = await hand_in(people, mailto=EMAIL)
    done = await people.register("mallory@evil.example")
    await people.linking.verified(done.user_id, "mailto", address)
    assert (await people.principal(done)).own != known
    await verify(people, await people.register(EMAIL), "email")


async def test_what_a_stranger_set_up_under_an_address_does_not_stay_with_its_owner(people: People) -> None:
    """Somebody else made the account, waits for the record, and looks in."""
    await hand_in(people, mailto=EMAIL)
    trap, mallory = await people.register(EMAIL, phone=PHONE), await people.register("mallory@example.org")
    await verify(people, trap, "phone")
    who, give = await people.principal(trap), people.carelog.grants.give
    assert who.own
    await give(who, who.own, user=mallory.user_id, access="full")
    verification = people.reception.verification
    await verification.ask_for_password(HOME, EMAIL)
    await verification.set_password(HOME, email=EMAIL, code=people.postbox.code(), password="another good one")
    owner = await people.principal(await people.login(EMAIL, password="another good one"))
    assert owner.own
    assert not (await people.principal(mallory)).may_see(owner.own)
    assert (await people.reception.accounts.me(owner)).phone is None
    assert await hand_in(people, tel=PHONE) != owner.own


async def test_what_the_owner_of_an_address_set_up_stays_when_they_forget_their_password(people: People) -> None:
    done, carer = await people.register(EMAIL, phone=PHONE), await people.register("carer@example.org")
    who = await verify(people, done, "email")
    assert who.own
    await people.carelog.grants.give(who, who.own, user=carer.user_id, access="read_only")
    verification = people.reception.verification
    await verification.ask_for_password(HOME, EMAIL)
    await verification.set_password(HOME, email=EMAIL, code=people.postbox.code(), password="another good one")
    assert (await people.principal(carer)).may_see(who.own)
