"""Signing up, in, on and out."""

import asyncio
import base64
import json
from datetime import timedelta

import bcrypt
import jwt
import pyotp
import pytest
from people import HOME, PASSWORD, People
from sqlalchemy import select, update

from carelog.identity import SCOPES, Principal, operator
from carelog.identity.caller import Caller
from carelog.identity.refusals import (
    AccountExists,
    SessionEnded,
    TokenExpired,
    WeakPassword,
    WrongCode,
    WrongCredentials,
)
from carelog.identity.sign_in import Challenge, SignedIn
from carelog.identity.tables import second_factor, session, user_account
from carelog.identity.users import NewUser
from carelog.kit.errors import Conflict, Forbidden, InvalidInput, Unauthenticated
from carelog.kit.ids import new_id

ELSEWHERE = Caller("203.0.113.9", "laptop")


async def test_who_registers_has_a_record_and_is_in(people: People) -> None:
    who = await people.principal(await people.register("Asha@Example.org", zone="Asia/Kolkata"))
    assert (who.role, who.subjects) == ("patient", frozenset({who.own}))
    assert who.own
    found = await people.carelog.subjects.get(who, who.own)
    assert (found.name, found.zone) == ("Asha Rao", "Asia/Kolkata")


async def test_an_address_is_one_account_s_however_it_is_written(people: People) -> None:
    await people.register("asha@example.org")
    with pytest.raises(AccountExists):
        await people.register("ASHA@Example.ORG")
    await people.login("Asha@example.org")


@pytest.mark.parametrize(
    "email",
    [
        *("asha", "a@b@c.org", "a b@example.org", "@example.org", "asha@org", ""),
        # What reads like another's, once it is folded, decoded or taken apart.
        *("asha@stra\u00dfe.example", "a\u017fha@example.org", "asha%40example.org?@evil.example", "<asha@example.org"),
    ],
)
async def test_what_is_no_address_is_refused(people: People, email: str) -> None:
    with pytest.raises(InvalidInput):
        await people.register(email)


@pytest.mark.parametrize("password", ["Password1", "short", "asha@example.org", "aaaaaaaaaaaa", "x" * 129])
async def test_what_is_guessed_first_is_no_password(people: People, password: str) -> None:
    with pytest.raises(WeakPassword):
        await people.register("asha@example.org", password=password)


async def test_a_wrong_password_and_an_unknown_user_are_refused_alike(people: People) -> None:
    await people.register("asha@example.org")
    told = []
    for email, password in (("asha@example.org", "another long one"), ("nobody@example.org", PASSWORD)):
        with pytest.raises(WrongCredentials) as refused:
            await people.login(email, password=password)
        told.append((refused.value.message, refused.value.details))
    assert told[0] == told[1]


async def test_a_bcrypt_hash_is_taken_and_replaced(people: People) -> None:
    done = await people.register("asha@example.org")
    long = "ä" * 40  # 80 bytes, of which bcrypt reads 72
    old = bcrypt.hashpw(long.encode()[:72], bcrypt.gensalt(4)).decode()
    async with people.carelog.auth.write() as connection:
        await connection.execute(update(user_account).values(password_hash=old))
    await people.login("asha@example.org", password=long)
    async with people.carelog.auth.read() as connection:
        stored = await connection.scalar(select(user_account.c.password_hash))
    assert stored and stored.startswith("$argon2id$")
    assert (await people.login("asha@example.org", password=long)).user_id == done.user_id
    with pytest.raises(WrongCredentials):
        await people.login("asha@example.org", password=long[:36] + "x" * 4)


async def test_an_access_token_ends_and_a_refresh_gives_another(people: People) -> None:
    done = await people.register("asha@example.org")
    people.clock.advance(seconds=15 * 60)
    with pytest.raises(TokenExpired):
        await people.principal(done)
    again = await people.reception.sign_in.refresh(HOME, done.refresh_token)
    assert (await people.principal(again)).session_id == done.session_id


async def test_a_refresh_token_that_comes_twice_ends_its_session_and_no_other(people: People) -> None:
    done, other = await people.register("asha@example.org"), await people.login("asha@example.org", ELSEWHERE)
    newer = await people.reception.sign_in.refresh(HOME, done.refresh_token)
    with pytest.raises(SessionEnded):
        await people.reception.sign_in.refresh(ELSEWHERE, done.refresh_token)
    with pytest.raises(SessionEnded):
        await people.reception.sign_in.refresh(HOME, newer.refresh_token)
    with pytest.raises(Unauthenticated):
        await people.principal(newer)
    await people.principal(other)


async def test_of_two_that_refresh_at_once_one_gets_tokens_that_are_soon_worth_nothing(people: People) -> None:
    """Nobody can tell the thief from the owner."""
    done = await people.register("asha@example.org")
    refreshing = [people.reception.sign_in.refresh(HOME, done.refresh_token) for _ in range(4)]
    answers = await asyncio.gather(*refreshing, return_exceptions=True)
    [newer] = [answer for answer in answers if isinstance(answer, SignedIn)]
    assert all(isinstance(answer, SessionEnded) for answer in answers if answer is not newer)
    with pytest.raises(SessionEnded):
        await people.reception.sign_in.refresh(HOME, newer.refresh_token)


async def test_of_two_who_register_at_once_with_one_address_one_does(people: People) -> None:
    answers = await asyncio.gather(*[people.register("asha@example.org") for _ in range(3)], return_exceptions=True)
    assert sorted(type(answer).__name__ for answer in answers) == ["AccountExists", "AccountExists", "SignedIn"]


async def test_a_code_that_comes_twice_at_once_signs_in_once(people: People) -> None:
    _, totp, _ = await enrolled(people, "asha@example.org")
    asked = await people.reception.sign_in.login(HOME, email="asha@example.org", password=PASSWORD)
    assert isinstance(asked, Challenge)
    people.clock.advance(seconds=30)
    code = totp.at(people.clock.now())
    trying = [people.reception.sign_in.second_factor(HOME, challenge=asked.token, code=code) for _ in range(3)]
    answers = await asyncio.gather(*trying, return_exceptions=True)
    assert sorted(type(answer).__name__ for answer in answers) == ["SignedIn", "WrongCredentials", "WrongCredentials"]


async def test_a_session_that_is_not_refreshed_ends(people: People) -> None:
    done = await people.register("asha@example.org")
    people.clock.advance(seconds=timedelta(days=30).total_seconds())
    with pytest.raises(SessionEnded):
        await people.reception.sign_in.refresh(HOME, done.refresh_token)


async def test_signing_out_counts_at_once(people: People) -> None:
    first, second = await people.register("a@example.org"), await people.login("a@example.org")
    third = await people.login("a@example.org", ELSEWHERE)
    sign_in = people.reception.sign_in
    await sign_in.sign_out(await people.principal(first), HOME)
    with pytest.raises(Unauthenticated):
        await people.principal(first)
    with pytest.raises(SessionEnded):
        await sign_in.refresh(HOME, first.refresh_token)
    who = await people.principal(second)
    assert [one.id for one in await sign_in.sessions(who)] == [third.session_id, second.session_id]
    assert await sign_in.sign_out_everywhere(who, HOME) == 2
    for done in (second, third):
        with pytest.raises(Unauthenticated):
            await people.principal(done)


async def test_one_ends_only_one_s_own_sessions(people: People) -> None:
    mine, other = await people.register("a@example.org"), await people.register("b@example.org")
    with pytest.raises(Exception, match="no such session"):
        await people.reception.sign_in.end_session(await people.principal(mine), other.session_id, HOME)
    await people.principal(other)


async def test_a_change_of_role_and_disabling_count_at_once(people: People) -> None:
    done = await people.register("asha@example.org")
    await people.reception.users.set_role(operator(), done.user_id, "clinician")
    assert (await people.principal(done)).role == "clinician"
    await people.reception.users.set_state(operator(), done.user_id, "disabled")
    with pytest.raises(Unauthenticated):
        await people.principal(done)
    with pytest.raises(SessionEnded):
        await people.reception.sign_in.refresh(HOME, done.refresh_token)
    with pytest.raises(WrongCredentials):
        await people.login("asha@example.org")
    await people.reception.users.set_state(operator(), done.user_id, "active")
    with pytest.raises(Unauthenticated):
        await people.principal(done)
    await people.login("asha@example.org")


async def test_the_last_administrator_stays(people: People) -> None:
    users = people.reception.users
    one, other = await people.register("one@example.org"), await people.register("other@example.org")
    for done in (one, other):
        await users.set_role(operator(), done.user_id, "admin")
    await users.set_state(operator(), one.user_id, "disabled")
    for change in (
        users.set_role(operator(), other.user_id, "patient"),
        users.set_state(operator(), other.user_id, "disabled"),
    ):
        with pytest.raises(Conflict):
            await change
    assert (await users.get(operator(), other.user_id)).role == "admin"


async def test_who_is_limited_to_some_subjects_manages_no_accounts(people: People) -> None:
    """They could make one that is not limited."""
    done = await people.register("asha@example.org")
    limited = Principal("key:1", frozenset(SCOPES), frozenset({new_id()}))
    users, new = people.reception.users, NewUser("new@example.org", "New", "admin", password_hash="-")
    for forbidden in (
        users.page(limited),
        users.get(limited, done.user_id),
        users.find(limited, "asha@example.org"),
        users.add(limited, new),
        users.set_role(limited, done.user_id, "admin"),
        users.set_state(limited, done.user_id, "disabled"),
        people.reception.accounts.reset_by_administrator(limited, done.user_id, PASSWORD),
    ):
        with pytest.raises(Forbidden):
            await forbidden


async def test_a_new_password_ends_the_other_sessions(people: People) -> None:
    done, other = await people.register("asha@example.org"), await people.login("asha@example.org")
    accounts, who = people.reception.accounts, await people.principal(done)
    with pytest.raises(WrongCredentials):
        await accounts.change_password(who, HOME, password="not that one", new="another good one")
    await accounts.change_password(who, HOME, password=PASSWORD, new="another good one")
    await people.principal(done)
    with pytest.raises(Unauthenticated):
        await people.principal(other)
    with pytest.raises(WrongCredentials):
        await people.login("asha@example.org")
    await people.login("asha@example.org", password="another good one")


async def test_a_token_of_other_making_opens_nothing(people: People) -> None:
    done = await people.register("asha@example.org")
    header, said, signature = done.access_token.split(".")
    claims = jwt.decode(done.access_token, options={"verify_signature": False})
    key = people.carelog.secrets.subkey("tokens")
    unsigned = base64.urlsafe_b64encode(json.dumps({"alg": "none", "typ": "JWT"}).encode()).decode().rstrip("=")
    swapped = "A" if signature[0] != "A" else "B"
    for token in (
        f"{header}.{said}.{swapped}{signature[1:]}",
        f"{unsigned}.{said}.",
        f"{header}.{said}.",
        jwt.encode(claims, b"k" * 32, algorithm="HS256"),
        jwt.encode(claims | {"aud": "carelog:second-factor"}, key, algorithm="HS256"),
        jwt.encode(claims | {"iss": "another"}, key, algorithm="HS256"),
        jwt.encode(claims | {"sid": ""}, key, algorithm="HS256"),
        jwt.encode(claims | {"sid": "x"}, key, algorithm="HS256"),
        jwt.encode({name: value for name, value in claims.items() if name != "exp"}, key, algorithm="HS256"),
        jwt.encode(claims | {"exp": 10**18}, key, algorithm="HS256"),
        "eyJ",
        "",
    ):
        with pytest.raises(Unauthenticated):
            await people.reception.tokens.authenticate(token)
    await people.principal(done)


async def enrolled(people: People, email: str) -> tuple[SignedIn, pyotp.TOTP, list[str]]:
    """Somebody with a second factor."""
    done = await people.register(email)
    who, accounts = await people.principal(done), people.reception.accounts
    totp = pyotp.parse_uri(await accounts.enrol(who, HOME, password=PASSWORD))
    assert isinstance(totp, pyotp.TOTP)
    return done, totp, await accounts.confirm_factor(who, HOME, totp.at(people.clock.now()))


async def test_a_second_factor_is_asked_for_and_each_code_taken_once(people: People) -> None:
    done, totp, _ = await enrolled(people, "asha@example.org")
    sign_in = people.reception.sign_in
    asked = await sign_in.login(HOME, email="asha@example.org", password=PASSWORD)
    assert isinstance(asked, Challenge)
    with pytest.raises(Unauthenticated):
        await people.reception.tokens.authenticate(asked.token)
    with pytest.raises(WrongCredentials):  # the code of this step confirmed the factor
        await sign_in.second_factor(HOME, challenge=asked.token, code=totp.at(people.clock.now()))
    people.clock.advance(seconds=30)
    code = totp.at(people.clock.now())
    assert (await sign_in.second_factor(HOME, challenge=asked.token, code=code)).user_id == done.user_id
    with pytest.raises(WrongCredentials):
        await sign_in.second_factor(HOME, challenge=asked.token, code=code)
    people.clock.advance(seconds=300)
    with pytest.raises(TokenExpired):
        await sign_in.second_factor(HOME, challenge=asked.token, code=totp.at(people.clock.now()))


async def test_of_second_factors_that_are_begun_at_once_one_waits_to_be_confirmed(people: People) -> None:
    who = await people.principal(await people.register("asha@example.org"))
    accounts = people.reception.accounts
    uris = await asyncio.gather(*[accounts.enrol(who, HOME, password=PASSWORD) for _ in range(4)])
    codes = [totp.at(people.clock.now()) for uri in uris if isinstance(totp := pyotp.parse_uri(uri), pyotp.TOTP)]
    taken = await asyncio.gather(*[accounts.confirm_factor(who, HOME, c) for c in codes], return_exceptions=True)
    assert len([one for one in taken if isinstance(one, list)]) == 1


async def test_a_recovery_code_is_taken_once(people: People) -> None:
    _, _, codes = await enrolled(people, "asha@example.org")
    sign_in = people.reception.sign_in
    asked = await sign_in.login(HOME, email="asha@example.org", password=PASSWORD)
    assert isinstance(asked, Challenge)
    await sign_in.second_factor(HOME, challenge=asked.token, code=codes[3].upper())
    with pytest.raises(WrongCredentials):
        await sign_in.second_factor(HOME, challenge=asked.token, code=codes[3])
    await sign_in.second_factor(HOME, challenge=asked.token, code=codes[4].replace("-", ""))


async def test_a_challenge_is_void_once_the_password_is_another(people: People) -> None:
    done, totp, _ = await enrolled(people, "asha@example.org")
    asked = await people.reception.sign_in.login(HOME, email="asha@example.org", password=PASSWORD)
    assert isinstance(asked, Challenge)
    people.clock.advance(seconds=30)
    await people.reception.accounts.reset_by_administrator(operator(), done.user_id, "another good one")
    with pytest.raises(WrongCredentials):
        await people.reception.sign_in.second_factor(HOME, challenge=asked.token, code=totp.at(people.clock.now()))


async def test_a_second_factor_is_sealed_and_taken_away_with_password_and_code(people: People) -> None:
    done, totp, _ = await enrolled(people, "asha@example.org")
    async with people.carelog.auth.read() as connection:
        sealed = await connection.scalar(select(second_factor.c.sealed_secret))
    assert sealed and totp.secret.encode() not in sealed
    people.clock.advance(seconds=30)
    who, accounts, code = await people.principal(done), people.reception.accounts, totp.at(people.clock.now())
    with pytest.raises(Conflict):
        await accounts.enrol(who, HOME, password=PASSWORD)
    with pytest.raises(WrongCredentials):
        await accounts.remove_factor(who, HOME, password="not that one", code=code)
    with pytest.raises(WrongCode):
        await accounts.remove_factor(who, HOME, password=PASSWORD, code="000000")
    await accounts.remove_factor(who, HOME, password=PASSWORD, code=code)
    await people.login("asha@example.org")


async def test_what_is_stored_tells_no_network_and_no_token(people: People) -> None:
    done = await people.register("asha@example.org")
    async with people.carelog.auth.read() as connection:
        row = (await connection.execute(select(session))).one()
    assert HOME.network not in str(row)
    assert done.refresh_token not in str(row)
