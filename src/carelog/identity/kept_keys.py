"""Keys that outlast the secret key, since what was made with them cannot be made anew.

A digest of a recovery code, a rejected value or a network can be found again only by the same key, and the chain of the
audit trail can be checked only by it. So each of these keys is in the database, sealed with the secret key: when that
changes, four small rows are sealed anew, and everything else stays.
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Final, Literal, Self, TypeAlias, get_args

from sqlalchemy import inspect, select

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
    """A kept key as it is stored."""

    content: bytes
    sealed_with: str


class KeptKeys:
    """Opens each key when it is first needed: many commands need none."""

    def __init__(self, secrets: SecretKey, sealed: Mapping[str, Sealed]) -> None:
        self._secrets = secrets
        self._sealed = sealed
        self._opened: dict[str, bytes] = {}

    @classmethod
    async def load(cls, database: Database, secrets: SecretKey) -> Self:
        """The keys of this database, made if there are none yet. Raises ConfigurationError when they were sealed with a
        secret key that is not given."""
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


async def has_kept_keys(database: Database) -> bool:
    """Whether a database, which may yet be without any table, has keys that were sealed with a secret key."""
    async with database.read() as connection:
        if not await connection.run_sync(lambda plain: inspect(plain).has_table(kept_key.name)):
            return False
        return await connection.scalar(select(kept_key.c.purpose).limit(1)) is not None


def sealed_anew(secrets: SecretKey, purpose: str, key: bytes) -> dict[str, bytes | str]:
    """The columns of a key, sealed with the present secret."""
    return {"sealed": seal(secrets.subkey("kept keys"), purpose.encode(), key), "sealed_with": secrets.name}


def opened(secrets: SecretKey, purpose: str, sealed: bytes, sealed_with: str) -> bytes:
    """Raises BrokenSeal, also when the secret that it was sealed with is not given."""
    secret = secrets.named(sealed_with)
    if secret is None:
        raise BrokenSeal
    return unseal(secret.subkey("kept keys"), purpose.encode(), sealed)


async def _used_until_now(database: Database, secrets: SecretKey) -> SecretKey:
    """The secret that the keys were derived from before they were kept: the one by which the audit trail begins. It is
    not always the oldest, since a secret that is yet to be used may be among the older ones while processes are changed
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
