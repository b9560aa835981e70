"""Signing in, on and out."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, delete, select, update

from carelog.db import Connection, Database
from carelog.identity import sessions, users
from carelog.identity.access_tokens import Claims, Signer
from carelog.identity.account_notices import AccountNotices
from carelog.identity.caller import Caller
from carelog.identity.events import SignInEvent, SignInEventKind, SignInEvents
from carelog.identity.guard import REFRESHES, Guard
from carelog.identity.passwords import Passwords
from carelog.identity.principal import Principal
from carelog.identity.records import Records
from carelog.identity.refusals import SessionEnded, WrongCredentials
from carelog.identity.second_factor import SecondFactors
from carelog.identity.sessions import Session
from carelog.identity.tables import registration, session, user_account
from carelog.identity.tokens import Tokens
from carelog.identity.users import User, email_key
from carelog.kit.clock import Clock
from carelog.kit.errors import Forbidden, NotFound

CHALLENGE_LIFETIME = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session's tokens, shown to whoever signed in and nobody else."""

    user_id: UUID
    session_id: UUID
    access_token: str
    expires_in: timedelta
    refresh_token: str


@dataclass(frozen=True, slots=True)
class Challenge:
    """The password was right, and the second factor is missing: `token` and a code together sign in."""

    token: str
    expires_in: timedelta


@dataclass(frozen=True, slots=True)
class _Known:
    """What the sign-in data has of whoever signs in."""

    user: User
    password_hash: str


class SignIn:
    """All ways in and out for users."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        *,
        passwords: Passwords,
        tokens: Tokens,
        signer: Signer,
        factors: SecondFactors,
        guard: Guard,
        events: SignInEvents,
        records: Records,
        notices: AccountNotices,
        session_lifetime: timedelta,
    ) -> None:
        self._database = database
        self._clock = clock
        self._passwords = passwords
        self._tokens = tokens
        self._signer = signer
        self._factors = factors
        self._guard = guard
        self._events = events
        self._records = records
        self._notices = notices
        self._session_lifetime = session_lifetime

    async def login(
        self, caller: Caller, *, email: str, password: str, device_token: str | None = None
    ) -> SignedIn | Challenge:
        """Sign in with a password. `device_token` may be any refresh token that this device was given before: it tells
        that the device is a known one. Raises WrongCredentials and TooOften."""
        key, now = email_key(email.strip()), self._clock.now()
        async with self._database.write() as connection:
            known = await self._known(connection, user_account.c.email_key == key)
            user_id = known.user.id if known else None
            tried = await self._guard.let_through(
                connection, "password", key, user_id, caller, now, device_token=device_token
            )
        right, better = await self._passwords.check(password, known.password_hash if known else None)
        if known is None or not right or known.user.state != "active":
            await self._refused(user_id, caller)
            raise WrongCredentials("the e-mail address or the password is wrong")
        async with self._database.write() as connection:
            await self._guard.was_right(connection, tried, now)
            if better:
                # Unless the password was changed meanwhile.
                unchanged = (user_account.c.id == user_id, user_account.c.password_hash == known.password_hash)
                await connection.execute(update(user_account).where(*unchanged).values(password_hash=better))
        if known.user.second_factor:
            claims = Claims(known.user.id, None, self._clock.now())
            return Challenge(self._signer.sign("second-factor", claims, CHALLENGE_LIFETIME), CHALLENGE_LIFETIME)
        return await self.begin(known.user.id, caller, known.password_hash, better)

    async def second_factor(
        self, caller: Caller, *, challenge: str, code: str, device_token: str | None = None
    ) -> SignedIn:
        """Sign in with the second factor, after the password. Raises Unauthenticated, WrongCredentials, TooOften."""
        now = self._clock.now()
        claims = self._signer.read("second-factor", challenge, now)
        async with self._database.write() as connection:
            known = await self._known(connection, user_account.c.id == claims.user_id)
            if known is None or known.user.state != "active" or _is_void(claims, known.user):
                raise WrongCredentials("sign in with the password first")
            tried = await self._guard.let_through(
                connection, "second factor", str(claims.user_id), claims.user_id, caller, now, device_token=device_token
            )
        async with self._database.write() as connection:
            right = await self._factors.takes(connection, claims.user_id, code, now)
            if right:
                await self._guard.was_right(connection, tried, now)
                if right == "recovery code":
                    await self._notices.note(connection, known.user, "recovery_code")
            else:
                await self._note(connection, "refused", claims.user_id, caller)
        if not right:
            raise WrongCredentials("that code is wrong, over or used")
        await self._notices.hand_over()
        return await self.begin(claims.user_id, caller, known.password_hash)

    async def refresh(self, caller: Caller, token: str) -> SignedIn:
        """New tokens for a refresh token, which is good for once. Raises SessionEnded, for every reason alike, and
        TooOften."""
        now = self._clock.now()
        async with self._database.write() as connection:
            await self._guard.count(connection, REFRESHES, caller.network, now)
            done = await sessions.refresh(connection, token, now, lifetime=self._session_lifetime)
            if done.reused:
                await self._note(connection, "token_reused", done.user_id, caller)
        if done.token is None or done.user_id is None or done.session_id is None:
            raise SessionEnded("this session is over: sign in again")
        return self._signed_in(done.user_id, done.session_id, done.token)

    async def sign_out(self, principal: Principal, caller: Caller) -> None:
        """End the session that asks."""
        _, session_id = signed_in(principal)
        await self._end(principal, session.c.id == session_id, caller)

    async def sign_out_everywhere(self, principal: Principal, caller: Caller) -> int:
        """End every session of the user, this one too; returns how many there were."""
        user_id, _ = signed_in(principal)
        return await self._end(principal, session.c.user_id == user_id, caller)

    async def end_session(self, principal: Principal, session_id: UUID, caller: Caller) -> None:
        """End one session of the user. Raises NotFound."""
        user_id, _ = signed_in(principal)
        if not await self._end(principal, (session.c.id == session_id) & (session.c.user_id == user_id), caller):
            raise NotFound("no such session")

    async def sessions(self, principal: Principal) -> list[Session]:
        """The sessions of the user that go on."""
        user_id, _ = signed_in(principal)
        async with self._database.read() as connection:
            return list(await sessions.live(connection, user_id, self._clock.now()))

    async def _known(self, connection: Connection, which: ColumnElement[bool]) -> _Known | None:
        query = users.select_users().add_columns(user_account.c.password_hash).where(which)
        row = (await connection.execute(query)).one_or_none()
        return _Known(users.user_of(row), row.password_hash) if row else None

    async def begin(self, user_id: UUID, caller: Caller, *hashes: str | None) -> SignedIn:
        """A new session, if the password still is the one that was checked. Raises WrongCredentials."""
        await self._records.settle(user_id)
        now = self._clock.now()
        async with self._database.write() as connection:
            columns = user_account.c
            current = select(columns.password_hash, columns.state).where(columns.id == user_id).with_for_update()
            row = (await connection.execute(current)).one_or_none()
            if row is None or row.state != "active" or (hashes and row.password_hash not in hashes):
                raise WrongCredentials("the password was changed meanwhile: sign in again")
            # A registration that nobody confirmed says who wanted an account: it is kept only while its code is valid.
            await connection.execute(delete(registration).where(registration.c.expires_at <= now))
            session_id, token = await sessions.begin(
                connection,
                user_id,
                now,
                lifetime=self._session_lifetime,
                origin=self._guard.origin(caller),
                device=caller.device,
            )
            await self._note(connection, "signed_in", user_id, caller)
        return self._signed_in(user_id, session_id, token)

    def _signed_in(self, user_id: UUID, session_id: UUID, refresh_token: str) -> SignedIn:
        access_token = self._tokens.access_token(user_id, session_id)
        return SignedIn(user_id, session_id, access_token, self._tokens.lifetime, refresh_token)

    async def _end(self, principal: Principal, which: ColumnElement[bool], caller: Caller) -> int:
        async with self._database.write() as connection:
            ended = await sessions.revoke(connection, which, self._clock.now(), "signed out")
            if ended:
                await self._note(connection, "signed_out", principal.user_id, caller)
        return ended

    async def _refused(self, user_id: UUID | None, caller: Caller) -> None:
        async with self._database.write() as connection:
            await self._note(connection, "refused", user_id, caller)

    async def _note(self, connection: Connection, kind: SignInEventKind, user_id: UUID | None, caller: Caller) -> None:
        await self._events.note(connection, SignInEvent(kind, user_id, self._clock.now(), caller.address))


def signed_in(principal: Principal) -> tuple[UUID, UUID]:
    """The user and the session that ask. Raises Forbidden for an API key."""
    if principal.user_id is None or principal.session_id is None:
        raise Forbidden("this is for users who have signed in, not for API keys")
    return principal.user_id, principal.session_id


def _is_void(challenge: Claims, user: User) -> bool:
    """Whether the password was set after the challenge was given, to the second that tokens know."""
    return challenge.issued_at < user.password_set_at.replace(microsecond=0)
