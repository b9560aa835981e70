"""API keys: `clk_<id>_<secret>`, shown once, stored hashed, scoped, revocable.

The secret has 256 random bits, so one round of SHA-256 protects it; a slow hash would only make every request slow.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, insert, select, update

from carelog.db import Database
from carelog.db.remembering import Remembered
from carelog.identity.principal import ORDINARY_OF_SOME, ORDINARY_SCOPES, SCOPES, Principal
from carelog.identity.tables import api_key
from carelog.kit.clock import Clock
from carelog.kit.errors import InvalidInput, NotFound, Unauthenticated
from carelog.kit.ids import new_id

_BY_ID = select(api_key).where(api_key.c.id.in_(bindparam("ids", expanding=True)))
_TOKEN = re.compile(r"clk_([0-9a-f]{32})_([A-Za-z0-9_-]{43})", re.ASCII)


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key as it may be listed: everything but the secret."""

    id: UUID
    name: str
    scopes: tuple[str, ...]
    subjects: tuple[UUID, ...] | None
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None


class Keyring:
    """Makes, checks, lists and revokes API keys."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        # As they are now: a key that was revoked a moment ago opens nothing any more.
        self._keys = Remembered(database, self._rows)

    async def add(
        self,
        name: str,
        *,
        scopes: Collection[str] | None = None,
        subjects: Collection[UUID] | None = None,
        lifetime: timedelta | None = None,
    ) -> str:
        """Make a key and return its token, which cannot be shown again. Without `scopes` it has the ordinary ones.
        Raises InvalidInput."""
        if scopes is None:
            scopes = ORDINARY_SCOPES if subjects is None else ORDINARY_OF_SOME
        if not 1 <= len(name) <= 80:
            raise InvalidInput("a key needs a name of 1 to 80 characters")
        unknown = sorted(set(scopes) - set(SCOPES))
        if unknown or not scopes:
            raise InvalidInput(
                "no such scope" if unknown else "a key needs a scope",
                details={"unknown": unknown, "scopes": list(SCOPES)},
            )
        key_id, secret = new_id(), secrets.token_urlsafe(32)
        now = self._clock.now()
        async with self._database.write() as connection:
            await connection.execute(
                insert(api_key).values(
                    id=key_id,
                    name=name,
                    secret_hash=_hash(secret),
                    scopes=sorted(set(scopes)),
                    subjects=None if subjects is None else sorted(map(str, subjects)),
                    created_at=now,
                    expires_at=now + lifetime if lifetime else None,
                )
            )
        return f"clk_{key_id.hex}_{secret}"

    async def authenticate(self, token: str) -> Principal:
        """The principal behind a token. Raises Unauthenticated, without saying what was wrong with it."""
        match = _TOKEN.fullmatch(token)
        row = await self._keys.get(UUID(match[1])) if match else None
        secret_hash = _hash(match[2] if match else "")
        known = hmac.compare_digest(secret_hash, row.secret_hash if row else _hash("-"))
        now = self._clock.now()
        if row is None or not known or row.revoked_at or (row.expires_at and row.expires_at <= now):
            raise Unauthenticated("a valid API key is needed")
        subjects = None if row.subjects is None else frozenset(map(UUID, row.subjects))
        return Principal(id=f"key:{row.id}", scopes=frozenset(row.scopes), subjects=subjects)

    async def _rows(self, key_ids: Sequence[UUID]) -> list[Row[Any] | None]:
        rows = {row.id: row for row in await self._database.rows(_BY_ID, {"ids": list(set(key_ids))})}
        return [rows.get(key_id) for key_id in key_ids]

    async def keys(self) -> list[ApiKey]:
        """Every key, oldest first."""
        async with self._database.read() as connection:
            rows = await connection.execute(select(api_key).order_by(api_key.c.id))
            return [
                ApiKey(
                    id=row.id,
                    name=row.name,
                    scopes=tuple(row.scopes),
                    subjects=None if row.subjects is None else tuple(map(UUID, row.subjects)),
                    created_at=row.created_at,
                    expires_at=row.expires_at,
                    revoked_at=row.revoked_at,
                )
                for row in rows
            ]

    async def revoke(self, key_id: UUID) -> None:
        """End a key now. Raises NotFound for one that does not exist or is already revoked."""
        if not await self._revoke(api_key.c.id == key_id):
            raise NotFound("no such key")

    async def revoke_named(self, name: str) -> None:
        """End every key of that name, if any."""
        await self._revoke(api_key.c.name == name)

    async def _revoke(self, which: object) -> int:
        async with self._database.write() as connection:
            done = await connection.execute(
                update(api_key)
                .where(which, api_key.c.revoked_at.is_(None))  # type: ignore[arg-type]
                .values(revoked_at=self._clock.now())
            )
            return done.rowcount


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
