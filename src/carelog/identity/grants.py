"""Grants: the owner of a record lets another user see it, read-only or in full, until it ends or is taken back.

A grant may name an e-mail address that nobody has registered. It then waits for whoever shows that the address is
theirs. The giver is never told whether anyone has.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

from sqlalchemy import ColumnElement, delete, false, insert, or_, select, update

from carelog.db import Connection, Database, among
from carelog.identity.audit.event import AuditEvent
from carelog.identity.audit.trail import AuditTrail
from carelog.identity.freshness import Freshness
from carelog.identity.principal import CATALOGUE, Principal
from carelog.identity.tables import record_grant, user_identifier
from carelog.identity.users import email_key, email_of
from carelog.kit.clock import Clock
from carelog.kit.errors import Forbidden, InvalidInput, NotFound
from carelog.kit.ids import new_id
from carelog.kit.paging import Cursor, Page

Access = Literal["full", "read_only"]


@dataclass(frozen=True, slots=True)
class Grant:
    """Somebody may see a subject's record. It is for the user with `user_id`, or was given by an `email` address.
    `given_by` and `revoked_by` are the ids of principals."""

    id: UUID
    subject_id: UUID
    email: str | None
    user_id: UUID | None
    access: Access
    given_by: str
    given_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    revoked_by: str | None

    def in_force(self, now: datetime) -> bool:
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)

    def as_given(self) -> "Grant":
        """As shown to everyone but its receiver: with the address that was named, and not with who has it, if
        anyone."""
        return self if self.email is None else replace(self, user_id=None)


_COLUMNS: Final = tuple(field.name for field in fields(Grant))


async def of_users(connection: Connection, users: Collection[UUID]) -> Mapping[UUID, Sequence[Grant]]:
    """The grants that were given to each of these users and not taken back; some of them may have ended."""
    if not users:
        return {}
    found = await connection.execute(
        select(record_grant).where(
            among(connection, record_grant.c.user_id, users), record_grant.c.revoked_at.is_(None)
        )
    )
    grants: dict[UUID, list[Grant]] = defaultdict(list)
    for row in found:
        grants[row.user_id].append(_grant(row))
    return grants


async def bind(connection: Connection, email: str, user: UUID) -> None:
    """Give the grants that wait for this address, in the form it is compared by, to the user who has just shown that it
    is theirs."""
    waiting = update(record_grant).where(record_grant.c.email == email, record_grant.c.user_id.is_(None))
    await connection.execute(waiting.values(user_id=user))


async def end_given(connection: Connection, giver: str, now: datetime, *, by: str) -> None:
    """Take back all that this principal has granted."""
    given = update(record_grant).where(record_grant.c.given_by == giver, record_grant.c.revoked_at.is_(None))
    await connection.execute(given.values(revoked_at=now, revoked_by=by))


async def end_of(connection: Connection, subject: UUID, now: datetime, *, by: str) -> None:
    """Take back all grants of this record."""
    of_it = update(record_grant).where(record_grant.c.subject_id == subject, record_grant.c.revoked_at.is_(None))
    await connection.execute(of_it.values(revoked_at=now, revoked_by=by))


async def erase(connection: Connection, subject: UUID, users: Collection[UUID]) -> None:
    """Delete the grants of this record, and those that were given to these users."""
    theirs = among(connection, record_grant.c.user_id, users)
    await connection.execute(delete(record_grant).where(or_(record_grant.c.subject_id == subject, theirs)))


class GrantStore:
    """Gives grants, shows them and takes them back. All of it is for the owner of the record and for who manages users;
    the receiver of a grant may see it and give it up."""

    def __init__(self, database: Database, clock: Clock, trail: AuditTrail, freshness: Freshness = Freshness()) -> None:
        self._database = database
        self._clock = clock
        self._trail = trail
        self._freshness = freshness

    async def give(
        self,
        principal: Principal,
        subject: UUID,
        *,
        email: str | None = None,
        user: UUID | None = None,
        access: Access,
        expires_at: datetime | None = None,
    ) -> Grant:
        """Let the user with this id, or whoever has this address, see the record. If there is nobody, the answer is the
        same. A user must have signed in recently. Raises NotFound, Forbidden, SignInAgain and InvalidInput."""
        may_share(principal, subject)
        now = self._clock.now()
        self._freshness.require(principal, now)
        if (email is None) == (user is None):
            raise InvalidInput("a grant is for an e-mail address or for a user: give one of the two")
        if expires_at is not None and expires_at <= now:
            raise InvalidInput("a grant ends in the future", details={"key": "expires_at"})
        address = None if email is None else email_key(email_of(email))
        grant = Grant(
            id=new_id(),
            subject_id=subject,
            email=address,
            user_id=user,
            access=access,
            given_by=principal.id,
            given_at=now,
            expires_at=expires_at,
            revoked_at=None,
            revoked_by=None,
        )
        values = {name: getattr(grant, name) for name in _COLUMNS}
        verified = select(user_identifier.c.user_id).where(
            user_identifier.c.system == "mailto", user_identifier.c.value == address
        )
        async with self._database.write() as connection:
            if user is None:
                values["user_id"] = (await connection.execute(verified)).scalar_one_or_none()
            await connection.execute(insert(record_grant).values(values))
            await self._trail.append(connection, [_audited("grant.add", principal, grant)])
        return grant

    async def of_subject(
        self, principal: Principal, subject: UUID, *, limit: int = 50, cursor: Cursor | None = None
    ) -> Page[Grant]:
        """The grants of a record, those that ended too, the newest first. Raises NotFound and Forbidden."""
        may_share(principal, subject)
        principal.looks.note("read", "grant", subject)
        page = await self._page([record_grant.c.subject_id == subject], limit, cursor)
        return replace(page, items=[grant.as_given() for grant in page.items])

    async def get(self, principal: Principal, grant_id: UUID) -> Grant:
        """One grant; for the owner of the record, who manages users, and its receiver. Raises NotFound."""
        rows = await self._database.rows(select(record_grant).where(record_grant.c.id == grant_id))
        grant = _grant(rows[0]) if rows else None
        if grant is None or not _is_shown(principal, grant):
            raise NotFound("no such grant")
        principal.looks.note("read", "grant", grant.subject_id)
        return grant if principal.user_id == grant.user_id else grant.as_given()

    async def given_to(self, principal: Principal, *, limit: int = 50, cursor: Cursor | None = None) -> Page[Grant]:
        """What the principal may see by grants that are in force, the newest first."""
        now = self._clock.now()
        mine = [
            _given_to(principal),
            record_grant.c.revoked_at.is_(None),
            or_(record_grant.c.expires_at.is_(None), record_grant.c.expires_at > now),
        ]
        return await self._page(mine, limit, cursor)

    async def revoke(self, principal: Principal, grant_id: UUID, subject: UUID | None = None) -> None:
        """Take a grant back, of this subject if one is named. Raises NotFound if it does not exist, was taken back
        already, or is neither of the principal's own record nor given to them."""
        shown = [record_grant.c.id == grant_id, record_grant.c.revoked_at.is_(None)]
        if subject is not None:
            may_share(principal, subject)
            shown.append(record_grant.c.subject_id == subject)
        else:
            shown.append(_given_to(principal))
        taking = (
            update(record_grant)
            .where(*shown)
            .values(revoked_at=self._clock.now(), revoked_by=principal.id)
            .returning(record_grant)
        )
        async with self._database.write() as connection:
            row = (await connection.execute(taking)).one_or_none()
            if row is None:
                raise NotFound("no such grant")
            await self._trail.append(connection, [_audited("grant.revoke", principal, _grant(row))])

    async def _page(self, conditions: Sequence[ColumnElement[bool]], limit: int, cursor: Cursor | None) -> Page[Grant]:
        statement = select(record_grant).where(*conditions).order_by(record_grant.c.id.desc()).limit(limit + 1)
        if cursor:
            statement = statement.where(record_grant.c.id < cursor.id)
        found = [_grant(row) for row in await self._database.rows(statement)]
        return Page.cut(found, limit, lambda grant: Cursor(grant.given_at, grant.id))


def _given_to(principal: Principal) -> ColumnElement[bool]:
    """An API key is not a user: nothing is given to it."""
    return false() if principal.user_id is None else record_grant.c.user_id == principal.user_id


def may_share(principal: Principal, subject: UUID) -> None:
    """Raises NotFound for a record that is not theirs to see, and Forbidden for one that they only see."""
    if principal.own == subject and subject != CATALOGUE:
        return
    if "users:manage" in principal.scopes and principal.may_see(subject):
        return
    if not principal.may_see(subject):
        raise NotFound("no such subject")
    raise Forbidden("only whose record it is may say who sees it", details={"scope": "users:manage"})


def _is_shown(principal: Principal, grant: Grant) -> bool:
    if principal.user_id is not None and grant.user_id == principal.user_id:
        return True
    try:
        may_share(principal, grant.subject_id)
    except (Forbidden, NotFound):
        return False
    return True


def _audited(action: str, principal: Principal, grant: Grant) -> AuditEvent:
    return AuditEvent.by(principal, action, subject=grant.subject_id, target=f"grant:{grant.id}")


def _grant(row: Any) -> Grant:
    return Grant(**{name: getattr(row, name) for name in _COLUMNS})
