"""Keys that must not change with the secret key: what was made with them is kept, and cannot be made anew.

A digest of a recovery code, a rejected value or a network is found again by the same key alone, and so is the chain of
the audit trail checked. So each of these keys lies in the database, sealed with the secret key: when that is changed,
four small rows are sealed anew, and everything else stays as it is.
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Final, Literal, Self, TypeAlias, get_args

from sqlalchemy import select

from carelog.db import Database, insert_new
from carelog.identity.audit.chain import START, Row
from carelog.identity.audit.tables import audit_event
from carelog.identity.secret_key import SecretKey
from carelog.identity.tables import kept_key
from carelog.kit.errors import ConfigurationError
from carelog.kit.sealing import BrokenSeal, seal, unseal

Purpose: TypeAlias = Literal["audit", "limits", "recovery codes", "rejections"]
PURPOSES: Final[tuple[Purpose, ...]] = get_args(Purpose)


@dataclass(frozen=True, slots=True)
class Sealed:
    """A kept key as it lies in the database."""

    content: bytes
    sealed_with: str


class KeptKeys:
    """Opens each when it is first needed: many commands need none."""

    def __init__(self, secrets: SecretKey, sealed: Mapping[str, Sealed]) -> None:
        self._secrets = secrets
        self._sealed = sealed
        self._opened: dict[str, bytes] = {}

    @classmethod
    async def load(cls, database: Database, secrets: SecretKey) -> Self:
        """Those of this database, made where there are none yet. Raises ConfigurationError when they were sealed with
        a secret key that is not given."""
        sealed = await _read(database)
        missing = [purpose for purpose in PURPOSES if purpose not in sealed]
        if missing:
            first = await _used_until_now(database, secrets)
            rows = [{"purpose": name, **sealed_anew(secrets, name, first.subkey(name))} for name in missing]
            async with database.write() as connection:
                await insert_new(connection, kept_key, rows)
            sealed = await _read(database)
        if lost := sorted(purpose for purpose, one in sealed.items() if secrets.named(one.sealed_with) is None):
            raise ConfigurationError(
                "secret_key: what is kept here was sealed with another secret key: give that one as secret_key, or as "
                "one of older_secret_keys; if it is lost for good, `carelog reseal --lost` begins without it",
                details={"key": "secret_key", "sealed": lost},
            )
        return cls(secrets, sealed)

    def key(self, purpose: Purpose) -> bytes:
        """32 bytes. Raises BrokenSeal for one that was altered."""
        if purpose not in self._opened:
            one = self._sealed[purpose]
            self._opened[purpose] = opened(self._secrets, purpose, one.content, one.sealed_with)
        return self._opened[purpose]


def sealed_anew(secrets: SecretKey, purpose: str, key: bytes) -> dict[str, bytes | str]:
    """The columns of a key that is sealed with the present secret."""
    return {"sealed": seal(secrets.subkey("kept keys"), purpose.encode(), key), "sealed_with": secrets.name}


def opened(secrets: SecretKey, purpose: str, sealed: bytes, sealed_with: str) -> bytes:
    """Raises BrokenSeal, also for the want of the secret that it was sealed with."""
    secret = secrets.named(sealed_with)
    if secret is None:
        raise BrokenSeal
    return unseal(secret.subkey("kept keys"), purpose.encode(), sealed)


async def _used_until_now(database: Database, secrets: SecretKey) -> SecretKey:
    """The secret from which the keys were derived that what there is was made with: one by which the audit trail
    begins. Not always the oldest, since one that is yet to be used may be among those, so that processes can be changed
    over one by one."""
    for row in await database.rows(select(audit_event).where(audit_event.c.seq == START.seq + 1)):
        begins = Row(**{field.name: getattr(row, field.name) for field in fields(Row)})
        for secret in (secrets, *secrets.older):
            if hmac.compare_digest(begins.code(secret.subkey("audit"), START.mac), begins.mac):
                return secret
    return secrets.older[-1] if secrets.older else secrets


async def _read(database: Database) -> dict[str, Sealed]:
    rows = await database.rows(select(kept_key))
    return {row.purpose: Sealed(row.sealed, row.sealed_with) for row in rows}
