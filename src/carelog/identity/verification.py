"""Codes by which users show that an e-mail address or a phone number is theirs, or set a forgotten password."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Final
from uuid import UUID

from carelog.db import Connection, Database
from carelog.identity import users
from carelog.identity.accounts import Accounts
from carelog.identity.caller import Caller
from carelog.identity.codes import Codes, Purpose
from carelog.identity.guard import CODES_OF_NETWORK, CODES_TO_TARGET, CODES_TO_TARGET_A_DAY, CODES_TRIED, Guard
from carelog.identity.notices import By, Notice, Notices, nothing_delivers
from carelog.identity.passwords import require_strong
from carelog.identity.principal import Principal
from carelog.identity.records import Records, System
from carelog.identity.refusals import AccountExists, IdentifierTaken, WrongCode
from carelog.identity.sign_in import signed_in
from carelog.identity.tables import user_account
from carelog.identity.users import User, email_key, email_of
from carelog.kit.clock import Clock
from carelog.kit.errors import InvalidInput

_SYSTEMS: Final[dict[By, System]] = {"email": "mailto", "phone": "tel"}
_WRONG: Final = "that code is wrong, over or used: ask for another"
_NOBODY: Final = "nobody@example.invalid"


class Verification:
    """Sends codes and takes them. Unless accounts are `confirmed`, another e-mail address needs none."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        *,
        codes: Codes,
        notices: Notices,
        guard: Guard,
        accounts: Accounts,
        records: Records,
        confirmed: bool = True,
    ) -> None:
        self._database = database
        self._clock = clock
        self._codes = codes
        self._notices = notices
        self._guard = guard
        self._accounts = accounts
        self._records = records
        self._confirmed = confirmed

    async def ask(self, principal: Principal, caller: Caller, by: By) -> None:
        """Send the user a code to their own address. Raises NothingDelivers, TooOften, and InvalidInput where there is
        no address."""
        user = await self._accounts.me(principal)
        target = _address(user, by)
        if not self._notices.delivers(by):
            raise nothing_delivers(by)
        async with self._database.write() as connection:
            await self._count(connection, caller, target)
            code = await self._codes.make(connection, user.id, by, target, self._clock.now())
        text = f"{code} is your code for Carelog. It ends in 10 minutes. If you did not ask for it, ignore this."
        await self._notices.send(Notice(by, user.email if by == "email" else target, "Your code for Carelog", text))

    async def confirm(self, principal: Principal, caller: Caller, by: By, code: str) -> User:
        """The user has read the code: the address is theirs, and the record that is known by it. Raises WrongCode,
        TooOften and IdentifierTaken."""
        user_id, _ = signed_in(principal)
        target = await self._take(caller, user_id, by, code)
        user = await self._accounts.me(principal)
        # Not if it was changed after the code was sent.
        if target is None or target != _address(user, by):
            raise WrongCode(_WRONG)
        await self._records.verified(user_id, _SYSTEMS[by], target)
        return await self._accounts.me(principal)

    async def move(
        self, principal: Principal, caller: Caller, *, password: str, changes: Mapping[str, str | None]
    ) -> User:
        """Change the `email` or the `phone` of one's account. Another e-mail address is sent a code, and is the
        account's once that is confirmed, unless accounts need no code: whether another account has it is not told.

        Raises WrongCredentials, InvalidInput, NothingDelivers and TooOften, and AccountExists where accounts need no
        code.
        """
        user = await self._accounts.me(principal)
        email = email_of(given) if (given := changes.get("email")) else None
        if not self._confirmed or email is None or email_key(email) == email_key(user.email):
            return await self._accounts.move(principal, caller, password=password, changes=changes)
        if not self._notices.delivers("email"):
            raise nothing_delivers("email", instead="an administrator can change it with `carelog users set-email`")
        await self._accounts.require_password(principal, caller, password)
        target = email_key(email)
        async with self._database.write() as connection:
            await self._count(connection, caller, target)
            known = await self._by_email(connection, target) is not None
            code = await self._codes.make(connection, user.id, "move", email, self._clock.now())
        others = {name: value for name, value in changes.items() if name != "email"}
        user = await self._accounts.moved(principal, caller, others) if others else user
        text = (
            "Somebody asked to use this address for their account for Carelog. You have an account with it, which "
            "stays as it is, and they were told nothing: there is nothing to do."
            if known
            else f"{code} is your code to use this address for your account for Carelog. It ends in 10 minutes. If you "
            "did not ask for it, ignore this."
        )
        await self._notices.send(Notice("email", email, "Your address for Carelog", text))
        return user

    async def confirm_move(self, principal: Principal, caller: Caller, code: str) -> User:
        """The user has read the code that came to another address: it is the account's from now on, and the record that
        is known by it. Raises WrongCode and TooOften."""
        user_id, _ = signed_in(principal)
        email = await self._take(caller, user_id, "move", code)
        if email is None:
            raise WrongCode(_WRONG)
        try:
            await self._accounts.moved(principal, caller, {"email": email})
        except AccountExists:  # since the code was sent, or with a code that was guessed
            raise WrongCode(_WRONG) from None
        with suppress(IdentifierTaken):  # the address is changed anyway
            await self._records.verified(user_id, "mailto", email_key(email))
        return await self._accounts.me(principal)

    async def confirm_by_hand(self, principal: Principal, user: User, by: By) -> None:
        """An administrator has seen that the address is the user's. Raises InvalidInput, IdentifierTaken."""
        users.require_manager(principal)
        await self._records.verified(user.id, _SYSTEMS[by], _address(user, by), by=principal.id)

    async def ask_for_password(self, caller: Caller, email: str) -> None:
        """Send a code to set a new password with. Whether there is such an account is not told. Raises NothingDelivers
        and TooOften."""
        if not self._notices.delivers("email"):
            raise nothing_delivers("email")
        target = email_key(email.strip())
        async with self._database.write() as connection:
            await self._count(connection, caller, target)
            user = await self._by_email(connection, target)
            known = user if user is not None and user.state == "active" else None
            # The same is done for an unknown address, so that the time it takes tells nothing.
            made_for = known.id if known else None
            code = await self._codes.make(connection, made_for, "password", target, self._clock.now())
        text = (
            f"{code} is your code to set a new password for Carelog. It ends in 10 minutes. If you did not ask "
            "for it, ignore this: your password stays as it is."
        )
        notice = Notice("email", known.email if known else _NOBODY, "Your code for Carelog", text)
        await (self._notices.send(notice) if known else self._notices.feign(notice))

    async def set_password(self, caller: Caller, *, email: str, code: str, password: str) -> None:
        """Set a new password with a code; every session ends. Raises WrongCode, WeakPassword and TooOften.

        Whoever reads the code owns the address. Where that was never shown before, what somebody else may have set up
        in the account does not stay.
        """
        require_strong(password, personal=(email.strip(),))
        target = email_key(email.strip())
        async with self._database.read() as connection:
            user = await self._by_email(connection, target)
        sent_to = await self._take(caller, user.id if user else None, "password", code)
        if user is None or user.state != "active" or sent_to != target:
            raise WrongCode(_WRONG)
        await self._accounts.hand_over(user, password, caller)
        with suppress(IdentifierTaken):  # the password is set anyway
            await self._records.verified(user.id, "mailto", target)

    async def _count(self, connection: Connection, caller: Caller, target: str) -> None:
        now = self._clock.now()
        await self._guard.count(connection, CODES_OF_NETWORK, caller.network, now)
        await self._guard.count(connection, CODES_TO_TARGET, target, now)
        await self._guard.count(connection, CODES_TO_TARGET_A_DAY, target, now)

    async def _take(self, caller: Caller, user_id: UUID | None, purpose: Purpose, code: str) -> str | None:
        now = self._clock.now()
        async with self._database.write() as connection:
            await self._guard.count(connection, CODES_TRIED, caller.network, now)
            return await self._codes.take(connection, user_id, purpose, code, now)

    async def _by_email(self, connection: Connection, key: str) -> User | None:
        row = (await connection.execute(users.select_users().where(user_account.c.email_key == key))).one_or_none()
        return users.user_of(row) if row else None


def _address(user: User, by: By) -> str:
    """The address in the form that it is compared by. Raises InvalidInput where there is none."""
    address = email_key(user.email) if by == "email" else user.phone
    if address is None:
        raise InvalidInput("this account has no phone number", details={"key": "phone"})
    return address
