"""Sessions, and the refresh tokens that keep them going.

A refresh token can be used once, for the next one. One that is used twice was copied, whoever used it first: its whole
session ends (RFC 9700, section 4.14.2). There is no grace period: a client that refreshes twice at once signs in again.
"""

import hashlib
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, delete, insert, select, update

from carelog.db import Connection
from carelog.identity.tables import refresh_token, session, user_account
from carelog.kit.ids import new_id

_TOKEN: Final = re.compile(r"clr_[A-Za-z0-9_-]{43}", re.ASCII)
_KEPT: Final = timedelta(days=30)
"""For so long after its end a session is remembered, and with it the devices and networks a user comes from."""


@dataclass(frozen=True, slots=True)
class Session:
    """One sign-in on one device. `device` is what its client calls itself."""

    id: UUID
    device: str | None
    created_at: datetime
    used_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What became of a refresh token: the token that follows it, or None when it opens nothing. `reused` says that it
    was used before, for which its session has just been ended."""

    token: str | None
    user_id: UUID | None = None
    session_id: UUID | None = None
    reused: bool = False


async def begin(
    connection: Connection, user_id: UUID, now: datetime, *, lifetime: timedelta, origin: str, device: str | None
) -> tuple[UUID, str]:
    """A new session, and its first refresh token."""
    await connection.execute(delete(session).where(session.c.expires_at <= now - _KEPT))
    session_id = new_id()
    await connection.execute(
        insert(session).values(
            id=session_id,
            user_id=user_id,
            device=device,
            origin=origin,
            created_at=now,
            used_at=now,
            expires_at=now + lifetime,
        )
    )
    return session_id, await _give(connection, session_id, now)


async def refresh(connection: Connection, token: str, now: datetime, *, lifetime: timedelta) -> Refreshed:
    """Exchange a refresh token for the next one, within the caller's transaction. Commit it whatever the result: it may
    have ended a session."""
    if not _TOKEN.fullmatch(token):
        return Refreshed(None)
    columns = refresh_token.c
    row = (
        await connection.execute(
            select(session.c.id, session.c.user_id, session.c.revoked_at, session.c.expires_at, user_account.c.state)
            .join(refresh_token, columns.session_id == session.c.id)
            .join(user_account, user_account.c.id == session.c.user_id)
            .where(columns.token_hash == _hash(token))
        )
    ).one_or_none()
    if row is None:
        return Refreshed(None)
    taken = await connection.execute(
        update(refresh_token).where(columns.token_hash == _hash(token), columns.used_at.is_(None)).values(used_at=now)
    )
    if not taken.rowcount:
        await revoke(connection, session.c.id == row.id, now, "reused")
        return Refreshed(None, row.user_id, row.id, reused=row.revoked_at is None)
    # A transaction that ends sessions meanwhile waits for this row, or is seen here.
    kept_going = await connection.execute(
        update(session)
        .where(session.c.id == row.id, session.c.revoked_at.is_(None), session.c.expires_at > now)
        .values(used_at=now, expires_at=now + lifetime)
    )
    if not kept_going.rowcount or row.state != "active":
        return Refreshed(None, row.user_id, row.id)
    return Refreshed(await _give(connection, row.id, now), row.user_id, row.id)


async def revoke(connection: Connection, which: ColumnElement[bool], now: datetime, reason: str) -> int:
    """End sessions now; returns how many there were."""
    ended = update(session).where(which, session.c.revoked_at.is_(None)).values(revoked_at=now, revoked_for=reason)
    return (await connection.execute(ended)).rowcount


async def live(connection: Connection, user_id: UUID, now: datetime) -> Sequence[Session]:
    """A user's sessions that go on, the one that was used last first."""
    columns = session.c
    rows = await connection.execute(
        select(columns.id, columns.device, columns.created_at, columns.used_at, columns.expires_at)
        .where(columns.user_id == user_id, columns.revoked_at.is_(None), columns.expires_at > now)
        .order_by(columns.used_at.desc(), columns.id.desc())
    )
    return [Session(*row) for row in rows]


async def known_device(connection: Connection, user_id: UUID, token: str | None) -> UUID | None:
    """The user's session, over or not, that this refresh token was ever given to; except one that ended because its
    token was stolen."""
    if token is None or not _TOKEN.fullmatch(token):
        return None
    columns = refresh_token.c
    found: UUID | None = await connection.scalar(
        select(session.c.id)
        .join(refresh_token, columns.session_id == session.c.id)
        .where(
            columns.token_hash == _hash(token),
            session.c.user_id == user_id,
            session.c.revoked_for.is_distinct_from("reused"),
        )
    )
    return found


async def known_origin(connection: Connection, user_id: UUID, origin: str) -> bool:
    """Whether the user has signed in from there."""
    found = select(session.c.id).where(session.c.user_id == user_id, session.c.origin == origin).limit(1)
    return await connection.scalar(found) is not None


async def _give(connection: Connection, session_id: UUID, now: datetime) -> str:
    token = f"clr_{secrets.token_urlsafe(32)}"
    await connection.execute(
        insert(refresh_token).values(token_hash=_hash(token), session_id=session_id, created_at=now)
    )
    return token


def _hash(token: str) -> str:
    """It has 256 random bits: there is nothing to guess, and one round of SHA-256 keeps it."""
    return hashlib.sha256(token.encode()).hexdigest()
