"""Erasure: a record that is erased is gone for good, with whoever it was about.

That it is to be done is written down first, in the database of sign-in data; then it is done in small transactions,
each of which may be repeated. Whoever finds an erasure that was begun and not finished goes on with it. It is finished
a while after all was deleted: what was on its way then, from a worker or in a request, is deleted too.
"""

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import delete, select, update

from carelog.db import Connection, Database, among, insert_new
from carelog.identity import CATALOGUE, Principal, grants
from carelog.identity.audit import AuditEvent, AuditTrail
from carelog.identity.freshness import Freshness
from carelog.identity.tables import api_key, erasure, subject_claim
from carelog.identity.users import erase_users_of
from carelog.kit.clock import Clock
from carelog.kit.errors import Forbidden, NotFound
from carelog.kit.ids import new_id
from carelog.kit.place import kind_of, place_of
from carelog.pipeline.erasers import Eraser, anything_on_its_way
from carelog.record import subjects

log = logging.getLogger(__name__)

_SETTLED: Final = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class _Named:
    """By what the erased are named elsewhere: records that were joined into theirs, and principals that are nobody
    else."""

    subjects: frozenset[UUID]
    principals: frozenset[str]

    def as_json(self) -> dict[str, list[str]]:
        return {"subjects": sorted(map(str, self.subjects)), "principals": sorted(self.principals)}

    @classmethod
    def of_json(cls, value: Mapping[str, Sequence[str]]) -> "_Named":
        return cls(frozenset(map(UUID, value["subjects"])), frozenset(value["principals"]))


class Erasure:
    """Erases records. `erasers` do it in the database of health data, in their order."""

    def __init__(
        self,
        health: Database,
        auth: Database,
        clock: Clock,
        trail: AuditTrail,
        erasers: Mapping[str, Eraser],
        wake: Callable[[], None],
        freshness: Freshness = Freshness(),
    ) -> None:
        self._health = health
        self._auth = auth
        self._clock = clock
        self._trail = trail
        self._erasers = erasers
        self._wake = wake
        self._freshness = freshness

    async def erase(self, principal: Principal, subject: UUID) -> None:
        """Erase this record; copies in storages are deleted soon after. Its owner may, and whoever has the
        scope; users shortly after signing in.

        Raises NotFound, Forbidden and SignInAgain. When it returns, or after it was begun, nothing brings it back.
        """
        self._require(principal, subject)
        async with self._health.read() as connection:
            there = await subjects.existing(connection, [subject])
            parts = await subjects.parts_of(connection, subject)
        # A user who has just registered has no record yet, and may leave all the same.
        if subject == CATALOGUE or not (there or subject == principal.own):
            raise NotFound("no such subject")
        now = self._clock.now()
        async with self._auth.write() as connection:
            named = await _named(connection, subject, parts)
            begun = {"id": new_id(), "subject_id": subject, "named": named.as_json(), "asked_at": now}
            await insert_new(connection, erasure, [begun])
            await self._trail.append(connection, [AuditEvent.by(principal, "erase", subject=subject)])
        await self._carry_out(subject)

    async def is_under_way(self, subject: UUID) -> bool:
        """Whether this record is being erased, and whatever comes of it meanwhile."""
        return bool(await self._auth.rows(select(erasure.c.id).where(erasure.c.subject_id == subject)))

    async def resume(self) -> None:
        """Go on with what was begun, and finish what is settled. One that fails waits for the next time."""
        unfinished = select(erasure.c.subject_id).where(erasure.c.finished_at.is_(None)).order_by(erasure.c.id)
        for row in await self._auth.rows(unfinished):
            try:
                await self._carry_out(row.subject_id)
            except Exception as error:  # noqa: BLE001  the others do not wait for it
                log.error("erasure failed", extra={"error": kind_of(error), "place": place_of(error)})

    async def _carry_out(self, subject: UUID) -> None:
        async with self._auth.write() as connection:
            row = (await connection.execute(select(erasure).where(erasure.c.subject_id == subject))).one_or_none()
            if row is None:
                return  # another process has finished it
            named = await self._erase_sign_in_data(connection, subject, _Named.of_json(row.named))
        for one in sorted(named.subjects):
            await self._empty(one)
        self._wake()
        await self._trail.bring_in()
        async with self._auth.write() as connection:
            await self._trail.erase(connection, named.subjects, named.principals)
        await self._note_progress(row, named)

    async def _erase_sign_in_data(self, connection: Connection, subject: UUID, before: _Named) -> _Named:
        users = [id_ for one in sorted(before.subjects) for id_ in await erase_users_of(connection, one)]
        keys = await _take_from_keys(connection, before.subjects)
        for one in sorted(before.subjects):
            await grants.erase(connection, one, users)
        principals = {*(f"user:{id_}" for id_ in users), *(f"key:{id_}" for id_ in keys)}
        named = _Named(before.subjects, before.principals | principals)
        this = erasure.c.subject_id == subject
        await connection.execute(update(erasure).where(this).values(named=named.as_json()))
        return named

    async def _empty(self, subject: UUID) -> None:
        for eraser in self._erasers.values():
            erased = 1
            while erased:
                async with self._health.write() as connection:
                    erased = await eraser(connection, subject, self._clock.now())

    async def _note_progress(self, row: Any, named: _Named) -> None:
        """Everything was deleted. If that was so a while ago too, and neither a storage nor the log of a database has
        anything left, it is finished."""
        now = self._clock.now()
        if row.emptied_at is None:
            values: dict[str, Any] = {"emptied_at": now}
        elif row.emptied_at > now - _SETTLED or await self._waits_for_storages(named.subjects):
            return
        elif await self._health.empty_log() and await self._auth.empty_log():
            values = {"subject_id": None, "named": None, "finished_at": now}
        else:
            log.warning("an erasure waits for the log of a database, which others read all the time")
            return
        async with self._auth.write() as connection:
            await connection.execute(update(erasure).where(erasure.c.id == row.id).values(values))

    async def _waits_for_storages(self, those: Collection[UUID]) -> bool:
        async with self._health.read() as connection:
            return any([await anything_on_its_way(connection, subject) for subject in those])

    def _require(self, principal: Principal, subject: UUID) -> None:
        if not principal.may_see(subject):
            raise NotFound("no such subject")
        if principal.own != subject:
            principal.require("records:erase")
            if not principal.may_change(subject):
                raise Forbidden("this record is theirs to read only")
        self._freshness.require(principal, self._clock.now())


async def _named(connection: Connection, subject: UUID, parts: Collection[UUID]) -> _Named:
    """The record with those that were joined into it, or are to be."""
    owner = select(subject_claim.c.user_id).where(subject_claim.c.subject_id == subject)
    joined = await connection.execute(select(subject_claim.c.subject_id).where(subject_claim.c.user_id.in_(owner)))
    return _Named(frozenset({subject, *parts, *joined.scalars()}), frozenset())


async def _take_from_keys(connection: Connection, those: Collection[UUID]) -> list[UUID]:
    """Delete the keys that are limited to these records, and take these from those that are limited to others too.
    Returns the keys that were deleted."""
    gone = set(map(str, those))
    deleted: list[UUID] = []
    limited = select(api_key.c.id, api_key.c.subjects).where(api_key.c.subjects.is_not(None))
    for row in (await connection.execute(limited)).all():
        left = [one for one in row.subjects if one not in gone]
        if left and left != row.subjects:
            await connection.execute(update(api_key).where(api_key.c.id == row.id).values(subjects=left))
        elif not left and row.subjects:
            deleted.append(row.id)
    await connection.execute(delete(api_key).where(among(connection, api_key.c.id, deleted)))
    return deleted
