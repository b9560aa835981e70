"""What a session that somebody left open, or a token that was stolen, is not enough for."""

from collections.abc import Awaitable, Callable

import pytest
from people import HOME, People

from carelog.identity import Principal, operator
from carelog.identity.refusals import SignInAgain
from carelog.identity.users import NewUser
from carelog.kit.ids import new_id

EMAIL = "asha@example.org"


async def test_a_grant_takes_a_fresh_sign_in_and_taking_it_back_takes_none(people: People) -> None:
    done = await people.register(EMAIL)
    who, grants = await people.principal(done), people.carelog.grants
    assert who.own
    given = await grants.give(who, who.own, email="mira@example.org", access="full")
    people.clock.advance(seconds=600)
    again = await people.reception.sign_in.refresh(HOME, done.refresh_token)
    refreshed = await people.principal(again)
    with pytest.raises(SignInAgain, match="last 10 minutes"):
        await grants.give(refreshed, who.own, email="dev@example.org", access="full")
    await grants.revoke(refreshed, given.id, who.own)
    fresh = await people.principal(await people.login(EMAIL))
    await grants.give(fresh, who.own, email="dev@example.org", access="full")


async def test_whoever_manages_the_accounts_of_others_does_so_fresh(people: People) -> None:
    done, other = await people.register(EMAIL), await people.register("mira@example.org")
    users, accounts = people.reception.users, people.reception.accounts
    await users.set_role(operator(), done.user_id, "admin")
    mira = await users.get(operator(), other.user_id)

    def changes(who: Principal) -> list[Callable[[], Awaitable[object]]]:
        new = NewUser(f"{new_id().hex}@example.org", "New", "clinician", password_hash="-")
        return [
            lambda: users.add(who, new),
            lambda: users.set_role(who, mira.id, "clinician"),
            lambda: users.set_state(who, mira.id, "disabled"),
            lambda: accounts.reset_by_administrator(who, mira.id, "another good one"),
            lambda: accounts.move_by_administrator(who, mira, f"{new_id().hex}@example.org"),
        ]

    admin = await people.principal(done)
    people.clock.advance(seconds=600)
    for change in changes(admin):
        with pytest.raises(SignInAgain):
            await change()
    assert (await users.get(admin, mira.id)).role == "patient"
    for change in changes(await people.principal(await people.login(EMAIL))):
        await change()


async def test_a_key_and_the_operator_do_not_sign_in(people: People) -> None:
    subject = (await people.principal(await people.register(EMAIL))).own
    assert subject
    people.clock.advance(seconds=3600)
    key = await people.carelog.keyring.authenticate(await people.carelog.keyring.add("bridge", scopes=["users:manage"]))
    for who in (key, operator()):
        await people.carelog.grants.give(who, subject, email="mira@example.org", access="read_only")
