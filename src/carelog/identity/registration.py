"""Making an account for oneself: whoever shows that an e-mail address is theirs gets one.

Whether an address has an account is not told, not even by how long an answer takes, since that would tell who is a
patient. For a known address the same is done as for a new one, except that the mail to it says so instead of holding a
code. A registration is known by an id that only its beginner has, so that somebody who reads a code cannot be tricked
into confirming another person's registration.
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Literal, TypeAlias
from uuid import UUID

from sqlalchemy import delete, insert, select, update

from carelog.db import Connection, Database
from carelog.identity import users
from carelog.identity.caller import Caller
from carelog.identity.codes import LIFETIME, TRIES, code_hashes, is_among, new_code
from carelog.identity.events import SignInEvent, SignInEvents
from carelog.identity.guard import CODES_TO_TARGET, CODES_TO_TARGET_A_DAY, CODES_TRIED, REGISTRATIONS, Guard
from carelog.identity.notices import Notice, Notices, nothing_delivers
from carelog.identity.passwords import Passwords
from carelog.identity.records import Records
from carelog.identity.refusals import AccountExists, IdentifierTaken, RegistrationClosed, WrongCode
from carelog.identity.secret_key import SecretKey
from carelog.identity.sign_in import SignedIn, SignIn
from carelog.identity.tables import registration, user_account
from carelog.identity.users import NewUser, email_key, email_of
from carelog.kit.clock import Clock
from carelog.kit.ids import new_id

Mode: TypeAlias = Literal["confirmed", "unconfirmed", "closed"]
"""Whether patients may register with a code by e-mail, without one, or not at all."""

_SUBJECT: Final = "Your account for Carelog"
_NEW: Final = (
    "{code} is your code to make an account for Carelog. It ends in 10 minutes. If you did not ask for it, ignore this."
)
_KNOWN: Final = (
    "Somebody, perhaps you, asked for an account for Carelog with this address, which has one already. Sign in with "
    "it; if you have forgotten the password, ask for a code to set a new one. If it was not you, there is nothing to "
    "do: they were told nothing."
)


@dataclass(frozen=True, slots=True)
class Pending:
    """A registration that waits for the code which was sent. The id is for the one who began it."""

    id: UUID
    expires_in: timedelta


class Registration:
    """How patients come to an account."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        *,
        secret_key: SecretKey,
        passwords: Passwords,
        guard: Guard,
        events: SignInEvents,
        notices: Notices,
        records: Records,
        sign_in: SignIn,
        mode: Mode,
    ) -> None:
        self._database = database
        self._clock = clock
        self._secret_key = secret_key
        self._passwords = passwords
        self._guard = guard
        self._events = events
        self._notices = notices
        self._records = records
        self._sign_in = sign_in
        self._mode = mode

    async def begin(
        self,
        caller: Caller,
        *,
        email: str,
        password: str,
        name: str,
        phone: str | None = None,
        zone: str | None = None,
    ) -> Pending | SignedIn:
        """Ask for an account for a patient, with a record of its own. Neither the e-mail address nor the phone number
        leads to any data until it is verified. Where accounts need no code, it is made at once.

        Raises RegistrationClosed, NothingDelivers, TooOften, WeakPassword, InvalidInput, and AccountExists where
        accounts need no code.
        """
        if self._mode == "closed":
            raise RegistrationClosed("accounts are made by an administrator here")
        if self._mode == "confirmed" and not self._notices.delivers("email"):
            raise nothing_delivers("email", instead="an administrator can make the account with `carelog users add`")
        target, now = email_key(email_of(email)), self._clock.now()
        async with self._database.write() as connection:
            await self._guard.count(connection, REGISTRATIONS, caller.network, now)
            if self._mode == "confirmed":
                await self._guard.count(connection, CODES_TO_TARGET, target, now)
                await self._guard.count(connection, CODES_TO_TARGET_A_DAY, target, now)
        new = await users.new_user(
            self._passwords, email=email, password=password, name=name, role="patient", phone=phone, zone=zone
        )
        return await (self._ask(new) if self._mode == "confirmed" else self._make(new, caller))

    async def confirm(self, caller: Caller, registration_id: UUID, code: str) -> SignedIn:
        """Make the account for whoever has read the code, and sign them in. Raises WrongCode, also for an unknown
        registration, and TooOften."""
        now = self._clock.now()
        async with self._database.write() as connection:
            await self._guard.count(connection, CODES_TRIED, caller.network, now)
            new = await self._taken(connection, registration_id, code)
            user_id = None
            if new is not None:
                with suppress(AccountExists):  # made in the meantime, by somebody who reads the same mail
                    user_id = await self._add(connection, new, caller)
        if new is None or user_id is None:
            raise WrongCode("that code is wrong, over or used: register again")
        with suppress(IdentifierTaken):  # the account is made anyway
            await self._records.verified(user_id, "mailto", email_key(new.email))
        return await self._sign_in.begin(user_id, caller, new.password_hash)

    async def _ask(self, new: NewUser) -> Pending:
        id_, code, now = new_id(), new_code(), self._clock.now()
        values = {
            "id": id_,
            "email": new.email,
            "phone": new.phone,
            "name": new.name,
            "zone": new.zone,
            "password_hash": new.password_hash,
            "code_hash": code_hashes(self._secret_key, f"{id_}:registration", code)[0],
            "tries": 0,
            "expires_at": now + LIFETIME,
        }
        async with self._database.write() as connection:
            taken = select(user_account.c.id).where(user_account.c.email_key == email_key(new.email))
            known = await connection.scalar(taken) is not None
            await connection.execute(delete(registration).where(registration.c.expires_at <= now))
            await connection.execute(insert(registration).values(values))
        text = _KNOWN if known else _NEW.format(code=code)
        await self._notices.send(Notice("email", new.email, _SUBJECT, text))
        return Pending(id_, LIFETIME)

    async def _taken(self, connection: Connection, id_: UUID, code: str) -> NewUser | None:
        """The registration, if this is its code, which is then used up."""
        now, columns = self._clock.now(), registration.c
        await connection.execute(delete(registration).where(columns.expires_at <= now))
        # Counted before it is compared, so that simultaneous tries do not get around the limit.
        counting = update(registration).where(columns.id == id_, columns.tries < TRIES)
        row = (await connection.execute(counting.values(tries=columns.tries + 1).returning(registration))).one_or_none()
        if row is None or not is_among(row.code_hash, code_hashes(self._secret_key, f"{id_}:registration", code)):
            return None
        await connection.execute(delete(registration).where(columns.id == id_))
        return NewUser(row.email, row.name, "patient", row.password_hash, row.phone, row.zone)

    async def _make(self, new: NewUser, caller: Caller) -> SignedIn:
        async with self._database.write() as connection:
            user_id = await self._add(connection, new, caller)
        return await self._sign_in.begin(user_id, caller)

    async def _add(self, connection: Connection, new: NewUser, caller: Caller) -> UUID:
        now = self._clock.now()
        user_id = await users.add(connection, new, now)
        await self._events.note(connection, SignInEvent("registered", user_id, now, caller.address))
        return user_id
