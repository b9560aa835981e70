"""What users do with their own account: read and change it, its password and its second factor."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, update

from carelog.db import Connection, Database
from carelog.identity import grants, sessions, users
from carelog.identity.account_notices import AccountNotices
from carelog.identity.caller import Caller
from carelog.identity.events import SignInEvent, SignInEventKind, SignInEvents
from carelog.identity.freshness import Freshness
from carelog.identity.guard import Guard
from carelog.identity.passwords import Passwords, require_strong
from carelog.identity.principal import Principal
from carelog.identity.records import Records, System
from carelog.identity.refusals import WrongCode, WrongCredentials
from carelog.identity.second_factor import SecondFactors
from carelog.identity.sign_in import signed_in
from carelog.identity.tables import session, user_account, user_identifier
from carelog.identity.users import User, email_key, email_of, known_zone, name_of, phone_of
from carelog.kit.clock import Clock
from carelog.kit.errors import NotFound, Unauthenticated


class Accounts:
    """Whatever changes how one signs in asks for the password again: a token alone may be stolen."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        *,
        passwords: Passwords,
        factors: SecondFactors,
        guard: Guard,
        events: SignInEvents,
        records: Records,
        notices: AccountNotices,
        freshness: Freshness = Freshness(),
    ) -> None:
        self._database = database
        self._clock = clock
        self._passwords = passwords
        self._factors = factors
        self._guard = guard
        self._events = events
        self._records = records
        self._notices = notices
        self._freshness = freshness

    async def me(self, principal: Principal) -> User:
        """The user who asks. Raises Forbidden for an API key."""
        user_id, _ = signed_in(principal)
        async with self._database.read() as connection:
            user = (await users.by_ids(connection, [user_id])).get(user_id)
        if user is None:
            raise Unauthenticated("a valid access token is needed")
        return user

    async def describe(self, principal: Principal, *, name: str | None = None, zone: str | None = None) -> User:
        """Change the name or the time zone, of the record too. Raises InvalidInput."""
        user = await self.me(principal)
        wanted = name_of(name) if name is not None else user.name, known_zone(zone) if zone is not None else user.zone
        # The record first: killed in between, the user still sees the old name here, and tries again.
        await self._records.described(user.id, *wanted)
        async with self._database.write() as connection:
            values = dict(zip(("name", "zone"), wanted, strict=True))
            await users.change(connection, user.id, self._clock.now(), values)
        return await self.me(principal)

    async def move(
        self, principal: Principal, caller: Caller, *, password: str, changes: Mapping[str, str | None]
    ) -> User:
        """Change the `email` or the `phone`, which leads to data again once it is verified; the one before does so no
        longer. A phone may be given up. Raises WrongCredentials, InvalidInput, AccountExists and TooOften."""
        await self.require_password(principal, caller, password)
        return await self.moved(principal, caller, changes)

    async def moved(self, principal: Principal, caller: Caller, changes: Mapping[str, str | None]) -> User:
        """The same for who has given the password, and has read a code that came to the e-mail address. Raises
        InvalidInput and AccountExists."""
        await self._move(await self.me(principal), changes, caller)
        return await self.me(principal)

    async def move_by_administrator(self, principal: Principal, user: User, email: str) -> None:
        """Give a user another e-mail address. Raises InvalidInput, AccountExists and SignInAgain."""
        users.require_manager(principal)
        self._freshness.require(principal, self._clock.now())
        await self._move(user, {"email": email}, Caller(), by=principal.id)

    async def _move(
        self, user: User, changes: Mapping[str, str | None], caller: Caller, *, by: str | None = None
    ) -> None:
        values: dict[str, Any] = {}
        given_up: list[tuple[System, str]] = []
        if changes.get("email"):
            values["email"] = email_of(str(changes["email"]))
            if email_key(values["email"]) != email_key(user.email):
                given_up.append(("mailto", email_key(user.email)))
        if "phone" in changes:
            values["phone"] = phone_of(changes["phone"]) if changes["phone"] else None
            if user.phone and values["phone"] != user.phone:
                given_up.append(("tel", user.phone))
        async with self._database.read() as connection:
            await users.require_free(connection, user.id, values.get("email"))
        for system, value in given_up:
            # The record first: killed in between, the next sign-in puts it back as the sign-in data says.
            await self._records.released(user.id, system, value)
        now, shown = self._clock.now(), user_identifier.c
        async with self._database.write() as connection:
            await users.change(connection, user.id, now, values)
            for system, value in given_up:
                mine = (shown.system == system, shown.value == value, shown.user_id == user.id)
                await connection.execute(delete(user_identifier).where(*mine))
            if "phone" in values and values["phone"] != user.phone:
                await self._notices.note(connection, user, "phone")
            if ("mailto", email_key(user.email)) in given_up:
                await self._notices.note(connection, user, "email")
            if values:
                await self._note(connection, "address_changed", user.id, caller, by)
        await self._notices.hand_over()

    async def change_password(self, principal: Principal, caller: Caller, *, password: str, new: str) -> None:
        """Set a new password, which ends the user's other sessions. Raises WrongCredentials, WeakPassword, TooOften."""
        user = await self.me(principal)
        require_strong(new, personal=(user.email, user.name))
        await self.require_password(principal, caller, password)
        password_hash = await self._passwords.hash(new)
        async with self._database.write() as connection:
            await self._set_password(connection, user, password_hash, keep=principal.session_id, caller=caller)
        await self._notices.hand_over()

    async def hand_over(self, user: User, new: str, caller: Caller) -> None:
        """Set a password for who has just shown that the e-mail address is theirs. Where nobody had shown that before,
        somebody else may have made the account and wait for them: neither its phone number nor its second factor nor
        the grants that it gave stay."""
        password_hash = await self._passwords.hash(new)
        if user.phone and not user.email_verified:
            # The record first, as in `move`.
            await self._records.released(user.id, "tel", user.phone)
        async with self._database.write() as connection:
            if not user.email_verified:
                me, now = f"user:{user.id}", self._clock.now()
                await users.change(connection, user.id, now, {"phone": None})
                await connection.execute(delete(user_identifier).where(user_identifier.c.user_id == user.id))
                await grants.end_given(connection, me, now, by=me)
                await self._factors.remove(connection, user.id)
            await self._set_password(connection, user, password_hash, caller=caller)
        await self._notices.hand_over()

    async def _set_password(
        self,
        connection: Connection,
        user: User,
        password_hash: str,
        *,
        keep: UUID | None = None,
        caller: Caller = Caller(),
        by: str | None = None,
    ) -> None:
        """The password was found strong. The sessions end, but for the one to `keep`."""
        now = self._clock.now()
        set_anew = update(user_account).where(user_account.c.id == user.id)
        await connection.execute(set_anew.values(password_hash=password_hash, password_set_at=now, updated_at=now))
        others = (session.c.user_id == user.id) & (session.c.id.is_distinct_from(keep))
        await sessions.revoke(connection, others, now, "password")
        await self._notices.note(connection, user, "password")
        await self._note(connection, "password_changed", user.id, caller, by)

    async def reset_by_administrator(self, principal: Principal, user_id: UUID, new: str) -> None:
        """Set a user's password anew and take their second factor away. Raises NotFound, WeakPassword and
        SignInAgain."""
        users.require_manager(principal)
        self._freshness.require(principal, self._clock.now())
        require_strong(new)
        password_hash = await self._passwords.hash(new)
        async with self._database.write() as connection:
            user = (await users.by_ids(connection, [user_id])).get(user_id)
            if user is None:
                raise NotFound("no such user")
            await self._factors.remove(connection, user_id)
            await self._set_password(connection, user, password_hash, by=principal.id)
        await self._notices.hand_over()

    async def enrol(self, principal: Principal, caller: Caller, *, password: str) -> str:
        """Begin with a second factor: the `otpauth:` address for the user's app. It is in force once it is confirmed.
        Raises WrongCredentials, Conflict and TooOften."""
        user_id, _ = signed_in(principal)
        await self.require_password(principal, caller, password)
        async with self._database.write() as connection:
            # Of two who begin at once, or of whom one confirms, each sees what the other did.
            await connection.execute(select(user_account.c.id).where(user_account.c.id == user_id).with_for_update())
            [user] = (await users.by_ids(connection, [user_id])).values()
            return await self._factors.enrol(connection, user, self._clock.now())

    async def confirm_factor(self, principal: Principal, caller: Caller, code: str) -> list[str]:
        """Put the second factor in force, and return the recovery codes, which cannot be shown again. Raises WrongCode,
        InvalidInput and TooOften."""
        user_id, session_id = signed_in(principal)
        now = self._clock.now()
        async with self._database.write() as connection:
            tried = await self._guard.let_through(connection, "second factor", str(session_id), user_id, caller, now)
        async with self._database.write() as connection:
            await connection.execute(select(user_account.c.id).where(user_account.c.id == user_id).with_for_update())
            codes = await self._factors.confirm(connection, user_id, code, now)
            if codes is not None:
                await self._guard.was_right(connection, tried, now)
                [user] = (await users.by_ids(connection, [user_id])).values()
                await self._notices.note(connection, user, "factor_added")
                await self._note(connection, "factor_enrolled", user_id, caller)
        if codes is None:
            raise WrongCode("that code is wrong or over")
        await self._notices.hand_over()
        return codes

    async def remove_factor(self, principal: Principal, caller: Caller, *, password: str, code: str) -> None:
        """Sign in without a second factor from now on. Raises WrongCredentials, WrongCode and TooOften."""
        user_id, session_id = signed_in(principal)
        await self.require_password(principal, caller, password)
        now = self._clock.now()
        async with self._database.write() as connection:
            tried = await self._guard.let_through(connection, "second factor", str(session_id), user_id, caller, now)
        async with self._database.write() as connection:
            right = await self._factors.takes(connection, user_id, code, now)
            if right:
                await self._guard.was_right(connection, tried, now)
                await self._factors.remove(connection, user_id)
                [user] = (await users.by_ids(connection, [user_id])).values()
                await self._notices.note(connection, user, "factor_removed")
                await self._note(connection, "factor_removed", user_id, caller)
        if not right:
            raise WrongCode("that code is wrong, over or used")
        await self._notices.hand_over()

    async def require_password(self, principal: Principal, caller: Caller, password: str) -> None:
        """Raises WrongCredentials, where it is not the password of who asks, and TooOften."""
        user_id, session_id = signed_in(principal)
        now = self._clock.now()
        async with self._database.write() as connection:
            tried = await self._guard.let_through(connection, "password", str(session_id), user_id, caller, now)
            known = await connection.scalar(select(user_account.c.password_hash).where(user_account.c.id == user_id))
        right, _ = await self._passwords.check(password, known)
        async with self._database.write() as connection:
            if right:
                await self._guard.was_right(connection, tried, now)
            else:
                await self._note(connection, "refused", user_id, caller)
        if not right:
            raise WrongCredentials("the password is wrong")

    async def _note(
        self, connection: Connection, kind: SignInEventKind, user_id: UUID, caller: Caller, by: str | None = None
    ) -> None:
        await self._events.note(connection, SignInEvent(kind, user_id, self._clock.now(), caller.address, by))
