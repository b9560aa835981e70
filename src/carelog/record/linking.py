"""Which record is a user's: their own, and what was known of them by an identifier before they signed up.

Sign-in data and health data are in two databases, which no transaction spans. The sign-in data says what is to be:
which identifiers a user has shown to be theirs, and which records they have a claim to. `settle` makes the health data
agree, as often as it takes: killed at any moment, it goes on at the next sign-in.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final
from uuid import UUID

from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from carelog.conversations.parties import normal
from carelog.db import Connection, Database, among, anew_if_taken, insert_new
from carelog.identity import grants, users
from carelog.identity.events import SignInEvent, SignInEvents
from carelog.identity.records import System
from carelog.identity.refusals import IdentifierTaken
from carelog.identity.tables import record_grant, subject_claim, user_account, user_identifier
from carelog.identity.users import User
from carelog.kit.clock import Clock
from carelog.record import joining, subjects
from carelog.record.appending import set_due_again
from carelog.record.subjects import Identifier
from carelog.record.tables import subject, subject_identifier

log = logging.getLogger(__name__)

_ROUNDS: Final = 3


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What the sign-in data says of one user: the record that is theirs, those to become a part of it, and the
    identifiers that lead to it."""

    user: User
    own: UUID
    others: Sequence[UUID]
    identifiers: Sequence[Identifier]


class Linking:
    """Gives users their records."""

    def __init__(self, auth: Database, health: Database, clock: Clock, events: SignInEvents) -> None:
        self._auth = auth
        self._health = health
        self._clock = clock
        self._events = events

    async def verified(self, user_id: UUID, system: System, value: str, *, by: str | None = None) -> None:
        """The user has shown that this e-mail address ('mailto') or phone number ('tel', in E.164) is theirs: the
        record that is known by it becomes theirs, and what comes from there will be a part of it.

        A user's record that is still empty gives way to the one that is found; otherwise that becomes a part of it.
        Raises IdentifierTaken, with nothing linked, when another user has shown the same, or owns the record.
        """
        try:
            await anew_if_taken(partial(self._claimed, user_id, system, value, by))
        except IntegrityError:
            raise _taken(system) from None
        await self.settle(user_id)

    async def released(self, user_id: UUID, system: System, value: str) -> None:
        """The user gives an identifier up: what comes from there is a part of their record no more. To be told before
        the sign-in data says so."""
        own = await self._own(user_id)
        columns, identifier = subject_identifier.c, _identifier(system, value)
        async with self._health.write() as connection:
            await connection.execute(
                delete(subject_identifier).where(
                    columns.system == identifier.system, columns.value == identifier.value, columns.subject_id == own
                )
            )
            await subjects.touch(connection, [own] if own else [], self._clock.now())

    async def described(self, user_id: UUID, name: str, zone: str | None) -> None:
        """The user says what they are called and on which clock they live."""
        own, now = await self._own(user_id), self._clock.now()
        async with self._health.write() as connection:
            called = {"name": name, "name_key": normal("name", name), "zone": zone, "updated_at": now}
            changed = await connection.execute(update(subject).where(subject.c.id == own).values(called))
            if own and changed.rowcount:
                await set_due_again(connection, own, zone, now)

    async def settle(self, user_id: UUID) -> None:
        """Make the health data agree with what the sign-in data says of this user."""
        for _ in range(_ROUNDS):
            wanted = await self._wanted(user_id)
            if wanted is None or await self._is_settled(wanted):
                return
            strays = await self._write(wanted)
            await self._note_merged(wanted)
            if not strays:
                return
            for stray in strays:
                await self._claim_stray(user_id, stray)

    async def _own(self, user_id: UUID) -> UUID | None:
        rows = await self._auth.rows(select(user_account.c.subject_id).where(user_account.c.id == user_id))
        return rows[0].subject_id if rows else None

    async def _claimed(self, user_id: UUID, system: System, value: str, by: str | None) -> None:
        """Look in the health data whose record the identifier leads to, and claim that. Raises IdentifierTaken."""
        identifier = _identifier(system, value)
        async with self._health.read() as connection:
            found = (await subjects.known(connection, [identifier])).get(identifier)
        own = await self._own(user_id)
        gives_way = False
        if found and own and found != own:
            async with self._health.read() as connection:
                gives_way = await joining.is_empty(connection, own)
        async with self._auth.write() as connection:
            await self._claim(connection, user_id, system, value, found, gives_way=gives_way, by=by)

    async def _claim(
        self,
        connection: Connection,
        user_id: UUID,
        system: System,
        value: str,
        found: UUID | None,
        *,
        gives_way: bool,
        by: str | None,
    ) -> None:
        """Write down what the user has shown, and their claim to the record. Raises IdentifierTaken."""
        now, shown = self._clock.now(), user_identifier.c
        holder = await connection.scalar(select(shown.user_id).where(shown.system == system, shown.value == value))
        claimant = await connection.scalar(select(subject_claim.c.user_id).where(subject_claim.c.subject_id == found))
        if {holder, claimant} - {None, user_id}:
            raise _taken(system)
        if holder is None:
            await connection.execute(
                insert(user_identifier).values(system=system, value=value, user_id=user_id, verified_at=now)
            )
        own = await connection.scalar(select(user_account.c.subject_id).where(user_account.c.id == user_id))
        if found and own and claimant is None:
            await users.claim(connection, found, user_id, now)
            if gives_way:
                mine = update(user_account).where(user_account.c.id == user_id)
                await connection.execute(mine.values(subject_id=found, updated_at=now))
        if system == "mailto":
            await grants.bind(connection, value, user_id)
        await self._events.note(connection, SignInEvent("verified", user_id, now, by=by, details={"system": system}))

    async def _claim_stray(self, user_id: UUID, stray: UUID) -> None:
        """A record that came to be under the user's identifier before it led to theirs."""
        try:
            async with self._auth.write() as connection:
                await users.claim(connection, stray, user_id, self._clock.now())
        except IntegrityError:
            log.warning("a verified identifier leads to the record of another user", extra={"user_id": str(user_id)})

    async def _wanted(self, user_id: UUID) -> _Wanted | None:
        async with self._auth.read() as connection:
            user = (await users.by_ids(connection, [user_id])).get(user_id)
            if user is None or user.subject_id is None:
                return None
            claims = await connection.execute(
                select(subject_claim.c.subject_id).where(
                    subject_claim.c.user_id == user_id,
                    subject_claim.c.subject_id != user.subject_id,
                    subject_claim.c.merged_at.is_(None),
                )
            )
            others = list(claims.scalars())
            shown = await connection.execute(
                select(user_identifier.c.system, user_identifier.c.value).where(user_identifier.c.user_id == user_id)
            )
            return _Wanted(user, user.subject_id, others, [_identifier(*row) for row in shown])

    async def _is_settled(self, wanted: _Wanted) -> bool:
        async with self._health.read() as connection:
            there = await subjects.existing(connection, [wanted.own])
            owners = await subjects.known(connection, wanted.identifiers)
        return bool(there) and not wanted.others and all(owners.get(i) == wanted.own for i in wanted.identifiers)

    async def _write(self, wanted: _Wanted) -> set[UUID]:
        """Make the record, let the others become a part of it, and let the identifiers lead to it; returns the records
        that one of these leads to instead."""
        now, user = self._clock.now(), wanted.user
        new = {
            "id": wanted.own,
            "name": user.name,
            "name_key": normal("name", user.name),
            "zone": user.zone,
            "recorded_at": now,
        }
        leading = [{"system": i.system, "value": i.value, "subject_id": wanted.own} for i in wanted.identifiers]
        async with self._health.write() as connection:
            await insert_new(connection, subject, [new])
            for other in wanted.others:
                await joining.join(connection, other, wanted.own, now, by=_by(user))
            await insert_new(connection, subject_identifier, leading)
            await subjects.touch(connection, [wanted.own], now)
            owners = await subjects.known(connection, wanted.identifiers)
        return set(owners.values()) - {wanted.own}

    async def _note_merged(self, wanted: _Wanted) -> None:
        """Whom the user let see their record before may see what it is now; what others granted ends."""
        if wanted.others:
            async with self._auth.write() as connection:
                of_others = among(connection, record_grant.c.subject_id, wanted.others)
                theirs = update(record_grant).where(of_others, record_grant.c.given_by == _by(wanted.user))
                await connection.execute(theirs.values(subject_id=wanted.own))
                merged = update(subject_claim).where(among(connection, subject_claim.c.subject_id, wanted.others))
                await connection.execute(merged.values(merged_at=self._clock.now()))


def _by(user: User) -> str:
    return f"user:{user.id}"


def _identifier(system: System, value: str) -> Identifier:
    """As it was shown, and not read once more: what it would become could be somebody else's."""
    return Identifier(system, value)


def _taken(system: System) -> IdentifierTaken:
    what = {"mailto": "e-mail address", "tel": "phone number"}[system]
    return IdentifierTaken(
        f"another account has shown that this {what} is theirs, or owns the record that is known by it: nothing was "
        "linked, and an administrator can say whose it is",
        details={"system": system},
    )
