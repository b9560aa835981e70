"""The second factor: a code that changes every 30 seconds (TOTP, RFC 6238), and recovery codes for a lost device.

Secrets are sealed with a key of the installation: the database alone is not enough to make codes.
"""

import hashlib
import hmac
import logging
import secrets
from contextlib import suppress
from datetime import datetime
from typing import Final, Literal, TypeAlias
from uuid import UUID

from sqlalchemy import delete, insert, select, update

from carelog.db import Connection
from carelog.identity.kept_keys import KeptKeys
from carelog.identity.secret_key import SecretKey
from carelog.identity.tables import recovery_code, second_factor
from carelog.identity.users import User
from carelog.kit.errors import Conflict, InvalidInput
from carelog.kit.sealing import BrokenSeal, seal, unseal

log = logging.getLogger(__name__)

Taken: TypeAlias = Literal["code", "recovery code"]

STEP_SECONDS: Final = 30
RECOVERY_CODES: Final = 10

_ALPHABET: Final = "abcdefghjkmnpqrstuvwxyz23456789"
_RECOVERY_LENGTH: Final = 12
_TOLERATED: Final = (0, -1, 1)
"""Clocks of telephones are seldom more than one step off."""


class SecondFactors:
    """Works within the caller's transaction. Commit it also when a code was wrong."""

    def __init__(self, secret_key: SecretKey, kept_keys: KeptKeys) -> None:
        self._secret_key = secret_key
        self._kept_keys = kept_keys

    async def enrol(self, connection: Connection, user: User, now: datetime) -> str:
        """Begin anew, and return the `otpauth:` address for the user's app. Raises Conflict when there is one in
        force."""
        import pyotp

        if user.second_factor:
            raise Conflict("there is a second factor already: disable it first")
        secret = pyotp.random_base32()
        await self.remove(connection, user.id)
        await connection.execute(
            insert(second_factor).values(
                user_id=user.id, enrolled_at=now, last_step=0, **sealed_anew(self._secret_key, user.id, secret.encode())
            )
        )
        return pyotp.TOTP(secret).provisioning_uri(name=user.email, issuer_name="Carelog")

    async def confirm(self, connection: Connection, user_id: UUID, code: str, now: datetime) -> list[str] | None:
        """Put the factor in force with its first code, and return the recovery codes, which cannot be shown again;
        None for a wrong code. Raises InvalidInput when none was enrolled."""
        row = (await connection.execute(select(second_factor).where(second_factor.c.user_id == user_id))).one_or_none()
        if row is None or row.confirmed_at:
            raise InvalidInput("no second factor waits to be confirmed")
        if not await self._takes_step(connection, user_id, code, now):
            return None
        await connection.execute(
            update(second_factor).where(second_factor.c.user_id == user_id).values(confirmed_at=now)
        )
        codes = ["".join(secrets.choice(_ALPHABET) for _ in range(_RECOVERY_LENGTH)) for _ in range(RECOVERY_CODES)]
        rows = [{"user_id": user_id, "code_hash": self._hash(user_id, code)} for code in codes]
        await connection.execute(insert(recovery_code), rows)
        return [f"{code[:4]}-{code[4:8]}-{code[8:]}" for code in codes]

    async def takes(self, connection: Connection, user_id: UUID, code: str, now: datetime) -> Taken | None:
        """What this is: a current code, or a recovery code; each is taken once. None if it is neither."""
        if await self._takes_step(connection, user_id, code, now):
            return "code"
        plain = code.replace("-", "").replace(" ", "").lower()
        used = await connection.execute(
            update(recovery_code)
            .where(
                recovery_code.c.user_id == user_id,
                recovery_code.c.code_hash == self._hash(user_id, plain),
                recovery_code.c.used_at.is_(None),
            )
            .values(used_at=now)
        )
        return "recovery code" if used.rowcount == 1 else None

    async def remove(self, connection: Connection, user_id: UUID) -> None:
        """Take the factor and its recovery codes away."""
        await connection.execute(delete(recovery_code).where(recovery_code.c.user_id == user_id))
        await connection.execute(delete(second_factor).where(second_factor.c.user_id == user_id))

    async def _takes_step(self, connection: Connection, user_id: UUID, code: str, now: datetime) -> bool:
        import pyotp

        query = select(second_factor.c.sealed_secret).where(second_factor.c.user_id == user_id)
        sealed: bytes | None = await connection.scalar(query)
        secret = self._opened(user_id, sealed) if sealed else None
        if secret is None:
            return False
        given, totp = code.replace(" ", ""), pyotp.TOTP(secret)
        step = int(now.timestamp()) // STEP_SECONDS
        matching = [
            step + off
            for off in _TOLERATED
            if hmac.compare_digest(totp.generate_otp(step + off).encode(), given.encode())
        ]
        if not matching:
            return False
        # Of two requests with one code at the same moment, one finds the step taken.
        taken = await connection.execute(
            update(second_factor)
            .where(second_factor.c.user_id == user_id, second_factor.c.last_step < matching[0])
            .values(last_step=matching[0])
        )
        return taken.rowcount == 1

    def _opened(self, user_id: UUID, sealed: bytes) -> str | None:
        secret = opened(self._secret_key, user_id, sealed)
        if secret is None:
            log.error("a second factor was sealed with another secret key", extra={"user_id": str(user_id)})
            return None
        return secret.decode()

    def _hash(self, user_id: UUID, code: str) -> str:
        """Keyed, since a code that people can write down is short."""
        key = self._kept_keys.key("recovery codes")
        return hmac.new(key, user_id.bytes + code.encode(), hashlib.sha256).hexdigest()


def sealed_anew(secret_key: SecretKey, user_id: UUID, secret: bytes) -> dict[str, bytes | str]:
    """The columns of a factor's secret that is sealed with the present secret key, for this user's row alone."""
    return {"sealed_secret": seal(secret_key.subkey("totp"), user_id.bytes, secret), "sealed_with": secret_key.name}


def opened(secret_key: SecretKey, user_id: UUID, sealed: bytes) -> bytes | None:
    """Opened with the present secret key or an older one; None if none of them opens it."""
    return _opened(secret_key, user_id, sealed)[1]


def sealer(secret_key: SecretKey, user_id: UUID, sealed: bytes) -> SecretKey | None:
    """The one of these secret keys that opens it."""
    return _opened(secret_key, user_id, sealed)[0]


def _opened(secret_key: SecretKey, user_id: UUID, sealed: bytes) -> tuple[SecretKey, bytes] | tuple[None, None]:
    for key in (secret_key, *secret_key.older):
        with suppress(BrokenSeal):
            return key, unseal(key.subkey("totp"), user_id.bytes, sealed)
    return None, None
