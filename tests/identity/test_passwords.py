"""What it costs to try a password. All other tests pay less."""

import pytest

from carelog.app import open_carelog
from carelog.identity.passwords import Cost, Passwords
from carelog.settings import Settings

PASSWORD = "a bicycle for the moon"
# Argon2id by RFC 9106, section 4, where memory is limited.
RECOMMENDED = "$argon2id$v=19$m=65536,t=3,p=4$"


@pytest.mark.parametrize("dialect", ["sqlite"])
async def test_a_running_carelog_hashes_as_is_recommended(settings: Settings) -> None:
    async with open_carelog(settings) as carelog:
        passwords = carelog.reception.passwords
        known = await passwords.hash(PASSWORD)
        assert known.startswith(RECOMMENDED)
        assert await passwords.check(PASSWORD, known) == (True, None)
        assert await passwords.check(PASSWORD.upper(), known) == (False, None)
        for nothing_known in (None, "", "-", "pbkdf2_sha256$1000000$salt$hash"):
            assert await passwords.check(PASSWORD, nothing_known) == (False, None)


async def test_a_hash_that_cost_less_is_replaced(cheap_passwords: Cost) -> None:
    cheap = await Passwords(cheap_passwords).hash(PASSWORD)
    right, better = await Passwords().check(PASSWORD, cheap)
    assert right
    assert better and better.startswith(RECOMMENDED)
    assert await Passwords().check(PASSWORD.upper(), cheap) == (False, None)


def test_who_is_no_user_takes_as_long(cheap_passwords: Cost) -> None:
    """A hash tells its cost in itself: the library counts as many passes over as much memory."""
    assert cheap_passwords.nobodys.startswith("$argon2id$v=19$m=8,t=1,p=1$")
    assert Passwords().cost.nobodys.startswith(RECOMMENDED)
