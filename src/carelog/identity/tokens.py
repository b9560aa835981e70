"""Whom an access token stands for, as things are now: an ended session, a disabled user, a changed role and a grant
that was taken back count at once, not only when the token expires."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import bindparam

from carelog.db import Database
from carelog.db.remembering import Remembered
from carelog.identity import grants, policy
from carelog.identity.access_tokens import Claims, Signer
from carelog.identity.grants import Grant
from carelog.identity.principal import Principal
from carelog.identity.tables import session, user_account
from carelog.identity.users import User, select_users, user_of
from carelog.kit.clock import Clock
from carelog.kit.errors import Unauthenticated

_SESSIONS = (
    select_users()
    .add_columns(session.c.id.label("session_id"), session.c.expires_at, session.c.created_at.label("signed_in_at"))
    .join(session, session.c.user_id == user_account.c.id)
    .where(
        session.c.id.in_(bindparam("ids", expanding=True)),
        session.c.revoked_at.is_(None),
        user_account.c.state == "active",
    )
)


@dataclass(frozen=True, slots=True)
class _Live:
    """A session that has not ended, its user, and the grants given to them."""

    user: User
    signed_in_at: datetime
    expires_at: datetime
    grants: Sequence[Grant]


class Tokens:
    """Makes access tokens and tells whom they stand for."""

    def __init__(
        self,
        database: Database,
        signer: Signer,
        clock: Clock,
        *,
        lifetime: timedelta,
        clinicians_see: policy.Reach,
    ) -> None:
        self._database = database
        self._signer = signer
        self._clock = clock
        self.lifetime = lifetime
        self._clinicians_see = clinicians_see
        self._sessions = Remembered(database, self._read)

    def access_token(self, user_id: UUID, session_id: UUID) -> str:
        return self._signer.sign("access", Claims(user_id, session_id, self._clock.now()), self.lifetime)

    async def authenticate(self, token: str) -> Principal:
        """The principal behind an access token. Raises TokenExpired, and Unauthenticated without saying what was
        wrong with it."""
        now = self._clock.now()
        claims = self._signer.read("access", token, now)
        live = await self._sessions.get(claims.session_id) if claims.session_id else None
        if live is None or live.user.id != claims.user_id or live.expires_at <= now:
            raise Unauthenticated("a valid access token is needed")
        principal = policy.principal_of(live.user, live.grants, now, clinicians_see=self._clinicians_see)
        return replace(principal, session_id=claims.session_id, signed_in_at=live.signed_in_at)

    async def _read(self, session_ids: Sequence[UUID]) -> list[_Live | None]:
        async with self._database.read() as connection:
            rows = (await connection.execute(_SESSIONS, {"ids": list(set(session_ids))})).all()
            given = await grants.of_users(connection, {row.id for row in rows})
        live = {
            row.session_id: _Live(user_of(row), row.signed_in_at, row.expires_at, given.get(row.id, ())) for row in rows
        }
        return [live.get(id_) for id_ in session_ids]
