"""Accounts of an installation from before there were keys that are kept: nothing of them is lost by the migration."""

import hashlib
import hmac
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import pyotp
from alembic import command
from people import HOME, PASSWORD
from sqlalchemy import Connection, text

from carelog.app import Carelog
from carelog.db import Database
from carelog.db.migrate import _config
from carelog.identity.passwords import Cost, Passwords
from carelog.identity.resealing import Sealing, how_sealed
from carelog.identity.secret_key import SecretKey
from carelog.identity.sign_in import Challenge, SignedIn
from carelog.kit.clock import ManualClock
from carelog.kit.ids import new_id
from carelog.kit.sealing import seal

FIRST, SECOND = "made up for these tests, and long", "made up for these tests, and another"
EMAIL = "asha@example.org"


def _insert(connection: Connection, table: str, **values: Any) -> None:
    names = ", ".join(values)
    statement = text(f"INSERT INTO {table} ({names}) VALUES ({', '.join(f':{name}' for name in values)})")
    connection.execute(statement, values)


async def test_second_factors_and_recovery_codes_go_on_also_when_the_key_is_changed_with_the_upgrade(
    fresh_url: Callable[[str], str],
    dialect: str,
    opened: Callable[..., AbstractAsyncContextManager[Carelog]],
    clock: ManualClock,
    cheap_passwords: Cost,
) -> None:
    url, key, user, secret = fresh_url(dialect), SecretKey(FIRST.encode()), new_id(), pyotp.random_base32()
    password_hash = await Passwords(cheap_passwords).hash(PASSWORD)
    code = hmac.new(key.subkey("recovery codes"), user.bytes + b"abcdefghjkmn", hashlib.sha256).hexdigest()

    def before(connection: Connection) -> None:
        command.upgrade(_config("auth", connection), "0004")
        at = clock.now() if dialect == "postgresql" else f"{clock.now():%Y-%m-%d %H:%M:%S.%f}"
        id_ = user if dialect == "postgresql" else user.hex
        _insert(
            connection, "user_account", id=id_, email=EMAIL, email_key=EMAIL, name="Asha", role="clinician",
            password_hash=password_hash, password_set_at=at, state="active", created_at=at, updated_at=at,
        )  # fmt: skip
        sealed = seal(key.subkey("totp"), user.bytes, secret.encode())
        _insert(
            connection, "second_factor", user_id=id_, sealed_secret=sealed, enrolled_at=at, confirmed_at=at, last_step=0
        )
        _insert(connection, "recovery_code", user_id=id_, code_hash=code)

    database = Database(url)
    async with database.write() as connection:
        await connection.run_sync(before)
    await database.close()
    settings = {"auth_database_url": url, "secret_key": SECOND, "older_secret_keys": [FIRST]}
    async with opened(**settings) as carelog:
        assert await how_sealed(carelog.auth, carelog.secrets) == Sealing(present=4, older=1, lost=0)
        for given in ("abcd-efgh-jkmn", pyotp.TOTP(secret).at(clock.now())):
            asked = await carelog.reception.sign_in.login(HOME, email=EMAIL, password=PASSWORD)
            assert isinstance(asked, Challenge)
            done = await carelog.reception.sign_in.second_factor(HOME, challenge=asked.token, code=given)
            assert isinstance(done, SignedIn)
