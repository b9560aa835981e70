"""Two records become one because somebody says that they are of one person.

The sign-in data is written first: who said so, and whose account it is. Killed after that, it is done by saying it
again, or where the record that stays is a user's, by their next sign-in.
"""

from typing import ClassVar, Final
from uuid import UUID

from sqlalchemy import select, update

from carelog.db import Connection, Database, among
from carelog.identity import CATALOGUE, Principal, grants, users
from carelog.identity.audit import AuditEvent, AuditTrail
from carelog.identity.freshness import Freshness
from carelog.identity.tables import erasure, subject_claim, user_account
from carelog.kit.clock import Clock
from carelog.kit.errors import Conflict, InvalidInput, NotFound
from carelog.record import joining, subjects
from carelog.record.surroundings import lock_records

_NO_SUCH: Final = "no such subject"


class SubjectOwned(Conflict):
    """The record that was to become a part of another one is that of a user's account."""

    code: ClassVar[str] = "subject.owned"


class Joins:
    """Joins records."""

    def __init__(
        self, health: Database, auth: Database, clock: Clock, trail: AuditTrail, freshness: Freshness = Freshness()
    ) -> None:
        self._health = health
        self._auth = auth
        self._clock = clock
        self._trail = trail
        self._freshness = freshness

    async def join(self, principal: Principal, keep: UUID, other: UUID) -> None:
        """Make the record `other` a part of `keep`: all that it holds, and all that it is known by. What was granted of
        it ends. Nothing takes it apart again; to do it again changes nothing.

        For who may change both, and users shortly after signing in. Raises NotFound, Forbidden, SignInAgain,
        InvalidInput for a record and itself, SubjectOwned, and Conflict while one of them is being erased.
        """
        self._require(principal, keep, other)
        if await self._is_done(keep, other):
            return
        owner = await self._write_down(principal, keep, other)
        await self._move(principal, keep, other)
        if owner:
            await self._note_merged(other)

    def _require(self, principal: Principal, keep: UUID, other: UUID) -> None:
        principal.require("entries:write")
        if CATALOGUE in (keep, other) or not (principal.may_see(keep) and principal.may_see(other)):
            raise NotFound(_NO_SUCH)
        for one in (keep, other):
            principal.require_change(one)
        if keep == other:
            problem = "must be another record than the one that is kept"
            raise InvalidInput(f"/other {problem}", details={"problems": [{"place": "/other", "problem": problem}]})
        self._freshness.require(principal, self._clock.now())

    async def _is_done(self, keep: UUID, other: UUID) -> bool:
        async with self._health.read() as connection:
            return await _is_joined(connection, keep, other)

    async def _write_down(self, principal: Principal, keep: UUID, other: UUID) -> UUID | None:
        """Returns the user whose record `keep` is, to whom `other` belongs from now on."""
        now, claims = self._clock.now(), subject_claim.c
        async with self._auth.write() as connection:
            erased = select(erasure.c.id).where(among(connection, erasure.c.subject_id, [keep, other]))
            if (await connection.execute(erased)).first():
                raise Conflict("one of the two records is being erased")
            claimed = select(claims.subject_id, claims.user_id)
            claimed = claimed.where(among(connection, claims.subject_id, [keep, other]))
            holders = {row.subject_id: row.user_id for row in await connection.execute(claimed)}
            accounts = select(user_account.c.subject_id, user_account.c.id)
            accounts = accounts.where(among(connection, user_account.c.subject_id, [keep, other]))
            own = {row.subject_id: row.id for row in await connection.execute(accounts)}
            owner, holder = (own.get(one, holders.get(one)) for one in (keep, other))
            if other in own or holder not in (None, owner):
                raise _owned(other, both=owner is not None)
            if owner and holder is None:
                await users.claim(connection, other, owner, now)
            await grants.end_of(connection, other, now, by=principal.id)
            events = [AuditEvent.by(principal, "record.join", subject=one) for one in (keep, other)]
            await self._trail.append(connection, events)
        return owner

    async def _move(self, principal: Principal, keep: UUID, other: UUID) -> None:
        async with self._health.write() as connection:
            await lock_records(connection, [keep, other])
            if not await _is_joined(connection, keep, other):
                await joining.join(connection, other, keep, self._clock.now(), by=principal.id)

    async def _note_merged(self, other: UUID) -> None:
        merged = update(subject_claim).where(subject_claim.c.subject_id == other)
        async with self._auth.write() as connection:
            await connection.execute(merged.values(merged_at=self._clock.now()))


async def _is_joined(connection: Connection, keep: UUID, other: UUID) -> bool:
    """Raises NotFound where `keep` is no record, or `other` neither one nor a part of `keep`."""
    there = await subjects.existing(connection, [keep, other])
    joined = (await subjects.joined_into(connection, [other])).get(other) == keep
    if keep not in there or not (joined or other in there):
        raise NotFound(_NO_SUCH)
    return joined


def _owned(other: UUID, *, both: bool) -> SubjectOwned:
    message = (
        "each of the two records is that of a user's account"
        if both
        else "the record that is to become a part of the other is that of a user's account: keep that one"
    )
    return SubjectOwned(message, details={"subject": str(other)})
