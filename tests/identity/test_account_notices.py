"""What users are told when something changes by which they sign in."""

import pyotp
import pytest
from people import HOME, PASSWORD, People
from sqlalchemy import Engine, event, func, insert, select

from carelog.identity import operator
from carelog.identity.account_notices import CHANGES, Kind
from carelog.identity.sign_in import Challenge
from carelog.identity.tables import account_notice
from carelog.kit.ids import new_id

EMAIL, NEW = "asha@example.org", "another good one"


def told(people: People) -> list[tuple[str, Kind]]:
    """To whom, and of what, in their order."""
    kinds = {text: kind for kind, text in CHANGES.items()}
    return [(one.to, kind) for one in people.postbox.notices for text, kind in kinds.items() if text in one.text]


async def waiting(people: People) -> int:
    async with people.carelog.auth.read() as connection:
        return await connection.scalar(select(func.count()).select_from(account_notice)) or 0


async def test_each_change_is_told_to_the_address_before_it(people: People) -> None:
    done = await people.register(EMAIL, phone="+912224449000")
    who, accounts, users = await people.principal(done), people.reception.accounts, people.reception.users
    await accounts.change_password(who, HOME, password=PASSWORD, new=NEW)
    totp = pyotp.parse_uri(await accounts.enrol(who, HOME, password=NEW))
    assert isinstance(totp, pyotp.TOTP)
    codes = await accounts.confirm_factor(who, HOME, totp.at(people.clock.now()))
    asked = await people.reception.sign_in.login(HOME, email=EMAIL, password=NEW)
    assert isinstance(asked, Challenge)
    await people.reception.sign_in.second_factor(HOME, challenge=asked.token, code=codes[0])
    await accounts.remove_factor(who, HOME, password=NEW, code=codes[1])
    await accounts.move(who, HOME, password=NEW, changes={"phone": None})
    await accounts.move(who, HOME, password=NEW, changes={"email": "new@example.org"})
    await accounts.reset_by_administrator(operator(), done.user_id, PASSWORD)
    user = await users.get(operator(), done.user_id)
    await accounts.move_by_administrator(operator(), user, "newer@example.org")
    kinds: list[Kind] = ["password", "factor_added", "recovery_code", "factor_removed", "phone", "email"]
    later: list[Kind] = ["password", "email"]
    assert told(people) == [(EMAIL, kind) for kind in kinds] + [("new@example.org", kind) for kind in later]
    assert len({one.key for one in people.postbox.notices}) == len(people.postbox.notices)
    assert not [one for one in people.postbox.notices if NEW in one.text or codes[0] in one.text]
    assert await waiting(people) == 0


async def test_a_password_that_is_set_with_a_code_is_told_too(people: People) -> None:
    await people.register(EMAIL)
    verification = people.reception.verification
    await verification.ask_for_password(HOME, EMAIL)
    await verification.set_password(HOME, email=EMAIL, code=people.postbox.code(), password=NEW)
    assert told(people) == [(EMAIL, "password")]


async def test_what_is_refused_is_not_told(people: People) -> None:
    who = await people.principal(await people.register(EMAIL))
    with pytest.raises(Exception, match="the password is wrong"):
        await people.reception.accounts.change_password(who, HOME, password="not that one", new=NEW)
    await people.reception.accounts.describe(who, name="Asha Nair")
    assert told(people) == []


async def test_one_that_a_killed_process_left_is_handed_over_once(people: People) -> None:
    who = await people.principal(await people.register(EMAIL))

    def die(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        if statement.startswith("DELETE FROM account_notice"):
            raise KeyboardInterrupt

    event.listen(Engine, "before_cursor_execute", die)
    try:
        with pytest.raises(KeyboardInterrupt):
            await people.reception.accounts.change_password(who, HOME, password=PASSWORD, new=NEW)
    finally:
        event.remove(Engine, "before_cursor_execute", die)
    assert await waiting(people) == 1
    await people.login(EMAIL, password=NEW)
    await people.reception.account_notices.hand_over()
    assert await waiting(people) == 0
    # The outbox has the same key of both, and sends one.
    assert len({one.key for one in people.postbox.notices}) == 1


async def test_nobody_is_flooded(people: People) -> None:
    who = await people.principal(await people.register(EMAIL))
    password = PASSWORD
    for n in range(25):
        await people.reception.accounts.change_password(who, HOME, password=password, new=f"{NEW} {n}")
        password = f"{NEW} {n}"
    assert len(people.postbox.notices) == 20


async def test_what_a_newer_version_noted_is_told_in_general(people: People) -> None:
    done = await people.register(EMAIL)
    noted = {"id": new_id(), "user_id": done.user_id, "email": EMAIL, "kind": "passkey", "at": people.clock.now()}
    async with people.carelog.auth.write() as connection:
        await connection.execute(insert(account_notice).values(noted))
    await people.reception.account_notices.hand_over()
    assert ["Your Carelog account was changed on" in one.text for one in people.postbox.notices] == [True]
    assert await waiting(people) == 0
