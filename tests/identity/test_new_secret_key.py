"""Another secret key: what older ones have made is opened, what is made anew is made with it, and in the end nothing
rests on the older ones."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pyotp
import pytest
from people import HOME, PASSWORD
from sqlalchemy import Engine, delete, event, select, update

from carelog.app import Carelog
from carelog.identity import Principal, operator
from carelog.identity.kept_keys import PURPOSES
from carelog.identity.refusals import TooOften, WrongCredentials
from carelog.identity.resealing import Sealing, forget_lost_keys, how_sealed, reseal
from carelog.identity.secret_key import SecretKey
from carelog.identity.sign_in import Challenge, SignedIn
from carelog.identity.tables import kept_key, second_factor
from carelog.identity.users import new_user
from carelog.kit.clock import ManualClock
from carelog.kit.errors import ConfigurationError, Unauthenticated
from carelog.kit.sealing import BrokenSeal

FIRST, SECOND, THIRD = (f"made up for these tests, and long: the {n} key" for n in ("first", "second", "third"))
Keyed = Callable[..., AbstractAsyncContextManager[Carelog]]


@pytest.fixture
def keyed(opened: Callable[..., AbstractAsyncContextManager[Carelog]], auth_url: str) -> Keyed:
    """Opens a Carelog on the same databases with these keys, the present one first."""

    @asynccontextmanager
    async def with_keys(secret: str, *older: str) -> AsyncIterator[Carelog]:
        settings = {"secret_key": secret, "older_secret_keys": list(older), "auth_database_url": auth_url}
        async with opened(**settings) as carelog:
            yield carelog

    return with_keys


async def add(carelog: Carelog, email: str) -> None:
    new = await new_user(carelog.reception.passwords, email=email, password=PASSWORD, name="Asha Rao", role="patient")
    await carelog.reception.users.add(operator(), new)


async def login(carelog: Carelog, email: str) -> SignedIn:
    done = await carelog.reception.sign_in.login(HOME, email=email, password=PASSWORD)
    assert isinstance(done, SignedIn)
    return done


async def enrolled(carelog: Carelog, email: str) -> tuple[pyotp.TOTP, list[str]]:
    await add(carelog, email)
    who, accounts = await principal(carelog, await login(carelog, email)), carelog.reception.accounts
    totp = pyotp.parse_uri(await accounts.enrol(who, HOME, password=PASSWORD))
    assert isinstance(totp, pyotp.TOTP)
    return totp, await accounts.confirm_factor(who, HOME, totp.at(carelog.clock.now()))


async def principal(carelog: Carelog, done: SignedIn) -> Principal:
    return await carelog.reception.tokens.authenticate(done.access_token)


async def challenged(carelog: Carelog, email: str) -> str:
    asked = await carelog.reception.sign_in.login(HOME, email=email, password=PASSWORD)
    assert isinstance(asked, Challenge)
    return asked.token


async def in_by_code(carelog: Carelog, email: str, code: str) -> SignedIn:
    challenge = await challenged(carelog, email)
    return await carelog.reception.sign_in.second_factor(HOME, challenge=challenge, code=code)


async def sealed(carelog: Carelog) -> Sealing:
    return await how_sealed(carelog.auth, carelog.secrets)


async def resealed(carelog: Carelog) -> int:
    return await reseal(carelog.auth, carelog.secrets, carelog.audit, carelog.operator)


async def test_everything_goes_on_under_another_key_and_in_the_end_without_the_first(
    keyed: Keyed, clock: ManualClock
) -> None:
    async with keyed(FIRST) as carelog:
        totp, codes = await enrolled(carelog, "asha@example.org")
        await add(carelog, "mira@example.org")
        before = await login(carelog, "mira@example.org")
        assert await sealed(carelog) == Sealing(present=5, older=0, lost=0)
    async with keyed(SECOND, FIRST) as carelog:
        await principal(carelog, before)
        assert (await carelog.audit.verify()).findings == []
        assert await sealed(carelog) == Sealing(present=0, older=5, lost=0)
        clock.advance(seconds=30)
        await in_by_code(carelog, "asha@example.org", totp.at(clock.now()))
        await in_by_code(carelog, "asha@example.org", codes[0])
        after = await login(carelog, "mira@example.org")
        assert await resealed(carelog) == 5
        assert await resealed(carelog) == 0
        assert await sealed(carelog) == Sealing(present=5, older=0, lost=0)
    async with keyed(SECOND) as carelog:
        await principal(carelog, after)
        with pytest.raises(Unauthenticated):
            await principal(carelog, before)
        clock.advance(seconds=30)
        await in_by_code(carelog, "asha@example.org", totp.at(clock.now()))
        await in_by_code(carelog, "asha@example.org", codes[1])
        with pytest.raises(WrongCredentials):
            await in_by_code(carelog, "asha@example.org", codes[0])
        assert (await carelog.audit.verify()).findings == []
        actions = [kept.event.action for kept in (await carelog.audit.page()).items]
        assert actions.count("secret_key.change") == 1


async def test_what_failed_before_still_counts(keyed: Keyed) -> None:
    """Else a change of the key would give whoever guesses passwords a new start."""
    async with keyed(FIRST) as carelog:
        await add(carelog, "asha@example.org")
        for _ in range(5):
            with pytest.raises(WrongCredentials):
                await carelog.reception.sign_in.login(HOME, email="asha@example.org", password="not that one")
    async with keyed(SECOND, FIRST) as carelog:
        await resealed(carelog)
        with pytest.raises(TooOften):
            await carelog.reception.sign_in.login(HOME, email="asha@example.org", password="not that one")


async def test_processes_are_changed_over_one_by_one(keyed: Keyed, clock: ManualClock) -> None:
    """First each of them learns to open what the new key seals, then each seals with it."""
    async with keyed(FIRST) as carelog:
        totp, _ = await enrolled(carelog, "asha@example.org")
    async with keyed(FIRST, SECOND) as not_yet, keyed(SECOND, FIRST) as already:
        assert await resealed(already) == 5
        clock.advance(seconds=30)
        done = await in_by_code(not_yet, "asha@example.org", totp.at(clock.now()))
        await principal(already, done)
        await add(already, "mira@example.org")
        await principal(not_yet, await login(already, "mira@example.org"))


@pytest.mark.parametrize("keys", [(FIRST, SECOND), (SECOND, FIRST)], ids=["not yet", "already"])
async def test_a_database_from_before_is_opened_while_the_key_is_changed(
    keyed: Keyed, clock: ManualClock, keys: tuple[str, str]
) -> None:
    """It has no keys that are kept: which of the secrets they are made from is to be found out."""
    async with keyed(FIRST) as carelog:
        _, codes = await enrolled(carelog, "asha@example.org")
        async with carelog.auth.write() as connection:
            await connection.execute(delete(kept_key))
    async with keyed(*keys) as carelog:
        assert (await carelog.audit.verify()).findings == []
        await in_by_code(carelog, "asha@example.org", codes[0])


async def test_one_that_is_killed_anywhere_is_gone_on_with(keyed: Keyed, clock: ManualClock) -> None:
    async with keyed(FIRST) as carelog:
        totps = {f"{n}@example.org": (await enrolled(carelog, f"{n}@example.org"))[0] for n in range(3)}
    async with keyed(SECOND, FIRST) as carelog:
        left = 0

        def die(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
            nonlocal left
            left -= statement.startswith(("UPDATE kept_key", "UPDATE second_factor"))
            if left < 0:
                raise KeyboardInterrupt

        kills, seen = 0, [await sealed(carelog)]
        while seen[-1].older:
            left = kills
            event.listen(Engine, "before_cursor_execute", die)
            try:
                await reseal(carelog.auth, carelog.secrets, carelog.audit, carelog.operator, at_once=1)
            except KeyboardInterrupt:
                kills += 1
            finally:
                event.remove(Engine, "before_cursor_execute", die)
            seen.append(await sealed(carelog))
            clock.advance(seconds=30)
            for email, totp in totps.items():
                await in_by_code(carelog, email, totp.at(clock.now()))
        assert kills >= 4
        assert {one.present + one.older for one in seen} == {7}


async def test_two_at_once_share_the_work(keyed: Keyed, clock: ManualClock) -> None:
    async with keyed(FIRST) as carelog:
        totps = {f"{n}@example.org": (await enrolled(carelog, f"{n}@example.org"))[0] for n in range(4)}
    async with keyed(SECOND, FIRST) as one, keyed(SECOND, FIRST) as other:
        both = [reseal(each.auth, each.secrets, each.audit, each.operator, at_once=1) for each in (one, other)]
        assert sum(await asyncio.gather(*both)) == 8
    async with keyed(SECOND) as carelog:
        assert await sealed(carelog) == Sealing(present=8, older=0, lost=0)
        clock.advance(seconds=30)
        for email, totp in totps.items():
            await in_by_code(carelog, email, totp.at(clock.now()))


async def test_a_row_from_before_says_nothing_of_its_key_and_is_tried(keyed: Keyed, clock: ManualClock) -> None:
    async with keyed(FIRST) as carelog:
        totp, _ = await enrolled(carelog, "asha@example.org")
        async with carelog.auth.write() as connection:
            await connection.execute(update(second_factor).values(sealed_with=None))
        assert await sealed(carelog) == Sealing(present=5, older=0, lost=0)
    async with keyed(SECOND, FIRST) as carelog:
        assert await sealed(carelog) == Sealing(present=0, older=5, lost=0)
        assert await resealed(carelog) == 5
    async with keyed(SECOND) as carelog:
        assert await sealed(carelog) == Sealing(present=5, older=0, lost=0)
        clock.advance(seconds=30)
        await in_by_code(carelog, "asha@example.org", totp.at(clock.now()))


async def test_the_wrong_key_does_not_start_and_a_lost_one_is_given_up_by_name(
    keyed: Keyed, clock: ManualClock
) -> None:
    async with keyed(FIRST) as carelog:
        totp, _ = await enrolled(carelog, "asha@example.org")
        auth = carelog.auth.url
    with pytest.raises(ConfigurationError, match="reseal --lost") as refused:
        async with keyed(SECOND, THIRD):
            pass
    assert set(refused.value.details["sealed"]) == set(PURPOSES)
    assert SECOND not in refused.value.message
    async with keyed(FIRST) as carelog:  # nothing was thrown away
        assert carelog.auth.url == auth
        assert await forget_lost_keys(carelog.auth, SecretKey(SECOND.encode())) == len(PURPOSES)
    async with keyed(SECOND) as carelog:
        assert await sealed(carelog) == Sealing(present=4, older=0, lost=1)
        assert await resealed(carelog) == 0
        challenge = await challenged(carelog, "asha@example.org")
        with pytest.raises(WrongCredentials):
            await carelog.reception.sign_in.second_factor(HOME, challenge=challenge, code=totp.at(clock.now()))


async def test_a_sealed_key_is_of_its_purpose_alone(keyed: Keyed) -> None:
    async with keyed(FIRST) as carelog:
        keys = {purpose: carelog.kept_keys.key(purpose) for purpose in PURPOSES}
        assert len(set(keys.values())) == len(PURPOSES)
        async with carelog.auth.write() as connection:
            other = await connection.scalar(select(kept_key.c.sealed).where(kept_key.c.purpose == "limits"))
            assert other and keys["limits"] not in other
            await connection.execute(update(kept_key).where(kept_key.c.purpose == "rejections").values(sealed=other))
    async with keyed(FIRST) as carelog:
        with pytest.raises(BrokenSeal):
            carelog.kept_keys.key("rejections")
