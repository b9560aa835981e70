"""Users: the people who sign in."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, TypeAlias
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, delete, exists, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from carelog.db import Connection, Database, among, among_texts
from carelog.identity.events import SignInEvent, SignInEvents
from carelog.identity.freshness import Freshness
from carelog.identity.passwords import Passwords, require_strong
from carelog.identity.principal import Principal, Role
from carelog.identity.refusals import AccountExists
from carelog.identity.tables import (
    registration,
    second_factor,
    session,
    subject_claim,
    user_account,
    user_identifier,
)
from carelog.kit.clock import Clock
from carelog.kit.errors import Conflict, InvalidInput, NotFound
from carelog.kit.ids import new_id
from carelog.kit.paging import Cursor, Page
from carelog.kit.zones import zone as zone_of

UserRole: TypeAlias = Literal["patient", "carer", "clinician", "admin"]
State: TypeAlias = Literal["active", "disabled"]
WITH_RECORD: Final = frozenset({"patient", "carer"})
"""The roles whose users have a record about themselves."""

# Without the % and ? of RFC 5321's atoms, which mean something else in a `mailto:` (RFC 6068).
_EMAIL: Final = re.compile(r"[A-Za-z0-9.!#$&'*+/=^_`{|}~-]+@(?:[A-Za-z0-9-]+\.)+[A-Za-z0-9-]+", re.ASCII)
_LONGEST_EMAIL: Final = 254


@dataclass(frozen=True, slots=True)
class User:
    """Somebody who signs in. `subject_id` is the record about them, `phone` in E.164; either is verified once its
    owner has shown that they read what is sent there."""

    id: UUID
    email: str
    phone: str | None
    name: str
    zone: str | None
    role: Role
    subject_id: UUID | None
    state: State
    created_at: datetime
    email_verified: bool
    phone_verified: bool
    second_factor: bool
    password_set_at: datetime


@dataclass(frozen=True, slots=True)
class NewUser:
    """Who is to be added, as `new_user` has checked it."""

    email: str
    name: str
    role: UserRole
    password_hash: str
    phone: str | None = None
    zone: str | None = None


def email_of(text: str) -> str:
    """An e-mail address without white space around it. Raises InvalidInput, which does not repeat it.

    In ASCII, and of those characters only that stay as they are however an address is compared: with others, one who
    reads the mail of one address could be taken for who reads that of another.
    """
    address = text.strip()
    if not _EMAIL.fullmatch(address) or len(address) > _LONGEST_EMAIL:
        raise InvalidInput(
            "that is not an e-mail address in ASCII, as in asha@example.org; a domain with other letters is written "
            "with xn--",
            details={"key": "email"},
        )
    return address


def email_key(email: str) -> str:
    """The form that addresses are compared by, which is that of a vCon's `mailto` too.

    >>> email_key("Meera.Nair@Example.org")
    'meera.nair@example.org'
    """
    return email.casefold()


def phone_of(text: str) -> str:
    """A telephone number in E.164. Raises InvalidInput, which does not repeat it.

    >>> phone_of("+91 (0)22-2444 9000")
    '+912224449000'
    """
    import phonenumbers  # slow to load, and most commands never need it

    try:
        number = phonenumbers.parse(text)
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not phonenumbers.is_possible_number(number):
        raise InvalidInput("that is not a telephone number with its country code", details={"key": "phone"})
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def name_of(text: str) -> str:
    """A name with single spaces. Raises InvalidInput."""
    name = " ".join(text.split())
    if not 1 <= len(name) <= 200 or not name.isprintable():
        raise InvalidInput("a name has 1 to 200 characters", details={"key": "name"})
    return name


def known_zone(text: str) -> str:
    """The name of a time zone. Raises InvalidInput."""
    try:
        zone_of(text)
    except ValueError:
        raise InvalidInput("there is no such time zone", details={"key": "zone"}) from None
    return text


async def new_user(
    passwords: Passwords,
    *,
    email: str,
    password: str,
    name: str,
    role: UserRole,
    phone: str | None = None,
    zone: str | None = None,
) -> NewUser:
    """Check what is said of somebody who is to be added, and hash the password. Raises InvalidInput, WeakPassword and
    Unavailable."""
    email, name = email_of(email), name_of(name)
    phone, zone = phone_of(phone) if phone else None, known_zone(zone) if zone else None
    require_strong(password, personal=(email, name))
    return NewUser(email, name, role, await passwords.hash(password), phone, zone)


async def add(connection: Connection, new: NewUser, now: datetime) -> UUID:
    """Write a new user, who owns a record that is still to be made if the role has one. Raises AccountExists."""
    user_id, subject_id = new_id(), new_id() if new.role in WITH_RECORD else None
    values = {
        "id": user_id,
        "email": new.email,
        "email_key": email_key(new.email),
        "phone": new.phone,
        "name": new.name,
        "zone": new.zone,
        "role": new.role,
        "subject_id": subject_id,
        "password_hash": new.password_hash,
        "password_set_at": now,
        "state": "active",
        "created_at": now,
        "updated_at": now,
    }
    try:
        async with connection.begin_nested():
            await connection.execute(insert(user_account).values(values))
    except IntegrityError:
        raise _exists() from None
    if subject_id:
        await claim(connection, subject_id, user_id, now)
    return user_id


async def claim(connection: Connection, subject_id: UUID, user_id: UUID, now: datetime) -> None:
    """Make a record this user's. Raises IntegrityError when it is a user's already."""
    await connection.execute(insert(subject_claim).values(subject_id=subject_id, user_id=user_id, claimed_at=now))


async def change(connection: Connection, user_id: UUID, now: datetime, values: Mapping[str, Any]) -> None:
    """Change some columns. Raises AccountExists when another account has the e-mail address."""
    if "email" in values:
        values = {**values, "email_key": email_key(values["email"])}
    try:
        async with connection.begin_nested():
            changed = update(user_account).where(user_account.c.id == user_id)
            await connection.execute(changed.values(updated_at=now, **values))
    except IntegrityError:
        raise _exists() from None


async def require_free(connection: Connection, user_id: UUID, email: str | None) -> None:
    """Raise AccountExists when another account has this e-mail address."""
    if email is not None:
        theirs = (user_account.c.email_key == email_key(email), user_account.c.id != user_id)
        if await connection.scalar(select(user_account.c.id).where(*theirs)):
            raise _exists()


async def erase_users_of(connection: Connection, subject_id: UUID) -> list[UUID]:
    """Delete the users whose own record this is, with all that the sign-in data has of them; returns their ids."""
    claimed = select(subject_claim.c.user_id).where(subject_claim.c.subject_id == subject_id)
    gone = delete(user_account).where(or_(user_account.c.subject_id == subject_id, user_account.c.id.in_(claimed)))
    rows = (await connection.execute(gone.returning(user_account.c.id, user_account.c.email_key))).all()
    # What somebody has begun with the same address.
    begun = among_texts(connection, func.lower(registration.c.email), [row.email_key for row in rows])
    await connection.execute(delete(registration).where(begun))
    return [row.id for row in rows]


async def by_ids(connection: Connection, ids: Collection[UUID]) -> dict[UUID, User]:
    rows = await connection.execute(select_users().where(among(connection, user_account.c.id, ids)))
    return {row.id: user_of(row) for row in rows}


def _verified(system: str, column: ColumnElement[Any]) -> ColumnElement[bool]:
    shown = user_identifier.c
    return exists().where(shown.system == system, shown.value == column, shown.user_id == user_account.c.id)


def select_users() -> Select[Any]:
    """The columns that `user_of` reads."""
    columns = user_account.c
    confirmed = exists().where(and_(second_factor.c.user_id == columns.id, second_factor.c.confirmed_at.is_not(None)))
    return select(
        *(columns[name] for name in _COLUMNS),
        _verified("mailto", columns.email_key).label("email_verified"),
        _verified("tel", columns.phone).label("phone_verified"),
        confirmed.label("second_factor"),
    )


_COLUMNS: Final = (
    "id", "email", "phone", "name", "zone", "role", "subject_id", "state", "created_at", "password_set_at",
)  # fmt: skip


def user_of(row: Row[Any]) -> User:
    flags: dict[str, Any] = {
        name: bool(getattr(row, name)) for name in ("email_verified", "phone_verified", "second_factor")
    }
    return User(**{name: getattr(row, name) for name in _COLUMNS}, **flags)


def require_manager(principal: Principal) -> None:
    """Raise Forbidden for who may not manage accounts; who is limited to some subjects never may, since an account can
    be made that is not."""
    principal.require("users:manage")
    principal.require_every_subject()


class Users:
    """Lists users and changes what only an administrator may: every method is for who manages accounts."""

    def __init__(
        self, database: Database, clock: Clock, events: SignInEvents, freshness: Freshness = Freshness()
    ) -> None:
        self._database = database
        self._clock = clock
        self._events = events
        self._freshness = freshness

    async def get(self, principal: Principal, user_id: UUID) -> User:
        """Raises NotFound."""
        require_manager(principal)
        rows = await self._database.rows(select_users().where(user_account.c.id == user_id))
        if not rows:
            raise NotFound("no such user")
        return user_of(rows[0])

    async def find(self, principal: Principal, reference: str) -> User:
        """The user with this id or e-mail address. Raises NotFound."""
        require_manager(principal)
        try:
            condition: ColumnElement[bool] = user_account.c.id == UUID(reference)
        except ValueError:
            condition = user_account.c.email_key == email_key(reference.strip())
        rows = await self._database.rows(select_users().where(condition))
        if not rows:
            raise NotFound("no such user: give an id or an e-mail address")
        return user_of(rows[0])

    async def page(
        self, principal: Principal, *, role: str | None = None, limit: int = 50, cursor: Cursor | None = None
    ) -> Page[User]:
        """Users, the newest first."""
        require_manager(principal)
        columns = user_account.c
        query = select_users().order_by(columns.created_at.desc(), columns.id.desc()).limit(limit + 1)
        if role:
            query = query.where(columns.role == role)
        if cursor:
            query = query.where(cursor.before(columns.created_at, columns.id))
        found = [user_of(row) for row in await self._database.rows(query)]
        return Page.cut(found, limit, lambda user: Cursor(user.created_at, user.id))

    async def add(self, principal: Principal, new: NewUser) -> User:
        """Raises AccountExists and SignInAgain."""
        require_manager(principal)
        now = self._clock.now()
        self._freshness.require(principal, now)
        async with self._database.write() as connection:
            user_id = await add(connection, new, now)
            await self._note(connection, "registered", user_id, principal, now, role=new.role)
        return await self.get(principal, user_id)

    async def set_role(self, principal: Principal, user_id: UUID, role: UserRole) -> User:
        """Raises NotFound, SignInAgain, and Conflict for the last administrator."""
        user = await self.get(principal, user_id)
        now = self._clock.now()
        self._freshness.require(principal, now)
        async with self._database.write() as connection:
            values: dict[str, Any] = {"role": role}
            if role in WITH_RECORD and user.subject_id is None:
                values["subject_id"] = new_id()
                await claim(connection, values["subject_id"], user_id, now)
            if role != "admin":
                await _require_another_admin(connection, user)
            await change(connection, user_id, now, values)
            await self._note(connection, "role_changed", user_id, principal, now, role=role)
        return await self.get(principal, user_id)

    async def set_state(self, principal: Principal, user_id: UUID, state: State) -> User:
        """Disable a user, whose sessions end at once, or enable them. Raises NotFound, SignInAgain, and Conflict for
        the last administrator."""
        user = await self.get(principal, user_id)
        now = self._clock.now()
        self._freshness.require(principal, now)
        async with self._database.write() as connection:
            await change(connection, user_id, now, {"state": state})
            if state == "disabled":
                await _require_another_admin(connection, user)
                await connection.execute(
                    update(session)
                    .where(session.c.user_id == user_id, session.c.revoked_at.is_(None))
                    .values(revoked_at=now, revoked_for="disabled")
                )
            await self._note(connection, "disabled" if state == "disabled" else "enabled", user_id, principal, now)
        return await self.get(principal, user_id)

    async def _note(
        self, connection: Connection, kind: Any, user_id: UUID, by: Principal, now: datetime, **details: str
    ) -> None:
        await self._events.note(connection, SignInEvent(kind, user_id, now, by=by.id, details=details))


def _exists() -> AccountExists:
    return AccountExists("there is an account with this e-mail address already")


async def _require_another_admin(connection: Connection, user: User) -> None:
    """Raise Conflict for the last one who can manage the others. Two who dismiss each other come one after another."""
    if user.role == "admin":
        columns = user_account.c
        admins = select(columns.id).where(columns.role == "admin", columns.state == "active").with_for_update()
        if not set((await connection.execute(admins)).scalars()) - {user.id}:
            raise Conflict("that would leave no active administrator")
