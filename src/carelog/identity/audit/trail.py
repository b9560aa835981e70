"""The audit trail in the database: appended to in batches, read in pages; erasing deletes details alone.

Events that need no commit of their own wait in the spool; readers of the trail bring these in first.
"""

import asyncio
import logging
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, bindparam, or_, select, update

from carelog.db import Combiner, Connection, Database, among, among_texts, insert_all
from carelog.identity.audit.chain import START, Actor, ChainedEvent, Coverage, Head, Object, Row, link, new_salts
from carelog.identity.audit.event import ACTIONS, AuditEvent, Noted, Recorded
from carelog.identity.audit.spool import Spool
from carelog.identity.audit.strangers import Strangers
from carelog.identity.audit.tables import audit_detail, audit_event, audit_head
from carelog.identity.audit.verification import Kept, Verification
from carelog.kit.clock import Clock
from carelog.kit.errors import InvalidInput
from carelog.kit.ids import new_id
from carelog.kit.paging import Cursor, Page
from carelog.kit.wakeup import Wakeup
from carelog.telemetry import metrics

log = logging.getLogger(__name__)

_COLUMNS: Final = tuple(field.name for field in fields(Row))
_AT_ONCE: Final = 1000
_BROUGHT_IN_AT_ONCE: Final = 250
# Requests wait while these are chained: a millisecond at most.
_CHAINED_AT_ONCE: Final = 16
_HEAD: Final = select(audit_head.c.seq, audit_head.c.mac)
_MOVE: Final = (
    update(audit_head)
    .where(audit_head.c.seq == bindparam("old_seq"), audit_head.c.mac == bindparam("old_mac"))
    .values(seq=bindparam("new_seq"), mac=bindparam("new_mac"))
)


@dataclass(frozen=True, slots=True)
class AuditQuery:
    """Which events. All that is given must hold; `since` and `until` bound the moment: from, up to."""

    seq: int | None = None
    principal: str | None = None
    subject: UUID | None = None
    actions: tuple[str, ...] = ()
    refused: bool | None = None
    not_by: str | None = None
    since: datetime | None = None
    until: datetime | None = None


class AuditTrail:
    """Keeps events for good. Events of several callers are chained and committed together. `folder` holds the spool,
    which all processes on one machine share."""

    def __init__(self, database: Database, clock: Clock, key: Callable[[], bytes], folder: Path) -> None:
        self._database = database
        self._clock = clock
        self._derive_key = key
        self._appending = Combiner(self._append_all, most=256)
        # The end of the chain when last seen; another process may have appended since.
        self._head = START
        self._spool = Spool(folder)
        self._strangers = Strangers()
        self._bringing_in = asyncio.Lock()
        self.kept = Wakeup()
        """Wakes whoever is to bring in what was kept."""

    @cached_property
    def _key(self) -> bytes:
        """Derived when first needed: many commands leave nothing in the trail."""
        return self._derive_key()

    def keep(self, events: Sequence[AuditEvent]) -> None:
        """Keep these events: from now on they survive this process, and are on disk and in the chain soon. Raises
        OSError when they cannot be kept, as on a full disk."""
        if events:
            now = self._clock.now()
            self._spool.write([Noted(event, now, new_id()) for event in events])
            self.kept.wake()

    def keep_refusal_of_stranger(self, event: AuditEvent) -> None:
        """Keep a refusal of an unknown caller; many that are alike are counted."""
        self.keep(self._strangers.refused(event, self._clock.now()))

    def keep_counted(self, *, all_of_it: bool = False) -> None:
        """Keep the counts of minutes that are over, or `all_of_it`."""
        self.keep(self._strangers.counted() if all_of_it else self._strangers.over(self._clock.now()))

    async def bring_in(self, *, of_all: bool = True) -> None:
        """Chain what this process and others on this machine have kept so far: it is on disk when this returns. Not
        `of_all`, but of this process and those that are gone: the others bring in theirs themselves."""
        async with self._bringing_in:
            self._spool.let_go()
            for file in self._spool.waiting():
                with file:
                    if not (of_all or file.whole):
                        continue
                    for noted in file.batches(_BROUGHT_IN_AT_ONCE):
                        await self._append_new(noted)
                    if file.whole:
                        file.delete()
                        _tell_torn(file.torn)

    async def record(self, events: Sequence[AuditEvent]) -> None:
        """Keep these events: they are on disk when this returns."""
        if events:
            now = self._clock.now()
            await self._appending.submit([Noted(event, now) for event in events])

    async def append(self, connection: Connection, events: Sequence[AuditEvent]) -> None:
        """Keep these events if the caller's transaction on the same database is committed."""
        now = self._clock.now()
        await self._append(connection, [Noted(event, now) for event in events], await _locked(connection))

    async def head(self) -> Head:
        """Where the chain ends now."""
        await self.bring_in()
        return await self._end()

    async def _end(self) -> Head:
        [row] = await self._database.rows(_HEAD)
        return Head(row.seq, row.mac)

    async def page(
        self, query: AuditQuery | None = None, *, limit: int = 50, cursor: Cursor | None = None
    ) -> Page[Recorded]:
        """Events, the newest first. The caller checks that the asker may see them. Raises InvalidInput for an unknown
        action."""
        query = query or AuditQuery()
        if not set(query.actions) <= set(ACTIONS):
            raise InvalidInput("there is no such action", details={"actions": list(ACTIONS)})
        await self.bring_in()
        statement = (
            select(audit_event, audit_detail)
            .join(audit_detail, audit_detail.c.seq == audit_event.c.seq)
            .where(*_conditions(query))
            .order_by(audit_event.c.seq.desc())
            .limit(limit + 1)
        )
        if cursor:
            # On both tables, so that whichever the planner begins with has an index for it.
            statement = statement.where(audit_event.c.seq < cursor.id.int, audit_detail.c.seq < cursor.id.int)
        found = [_recorded(row) for row in await self._database.rows(statement)]
        return Page.cut(found, limit, lambda event: Cursor(event.at, UUID(int=event.seq)))

    async def verify(self, expected: Head | None = None) -> Verification:
        """Check every row, in batches. Events that are appended meanwhile are left for the next time."""
        head = await self.head()
        verification = Verification(self._key, expected)
        while kept := await self._kept(verification.end.seq, head.seq):
            verification.take(kept)
        beyond = await self._kept(verification.end.seq)
        # Rows behind the end were inserted by somebody, unless the trail has grown since.
        if await self._end() == head:
            verification.take(beyond)
        verification.finish(head)
        return verification

    async def _kept(self, after: int, up_to: int | None = None) -> list[Kept]:
        """Some of the rows that follow this one, in their order."""
        statement = (
            select(audit_event, audit_detail)
            .outerjoin(audit_detail, audit_detail.c.seq == audit_event.c.seq)
            .where(audit_event.c.seq > after)
            .order_by(audit_event.c.seq)
            .limit(_AT_ONCE)
        )
        if up_to is not None:
            statement = statement.where(audit_event.c.seq <= up_to)
        return [_kept(row) for row in await self._database.rows(statement)]

    async def erase(self, connection: Connection, subjects: Collection[UUID], principals: Collection[str]) -> int:
        """Delete the details of what was done to these subjects, whoever did it, and of these principals in what they
        did to others. One event, which names nobody, records the erasure. Returns the number of rows.

        Runs in the caller's transaction; the caller has called `bring_in` before.
        """
        head = await _locked(connection)
        to_them = (
            among(connection, audit_detail.c.subject_id, subjects),
            among_texts(connection, audit_detail.c.target, principals),
        )
        by_them = among_texts(connection, audit_detail.c.principal, principals)
        found = await connection.execute(
            select(audit_detail.c.seq, audit_detail.c.principal, audit_detail.c.subject_id, audit_detail.c.target,
                   audit_detail.c.actor_erased, audit_detail.c.object_erased)
            .where(or_(*to_them, by_them)).order_by(audit_detail.c.seq)
        )  # fmt: skip
        named = set(principals)
        actors, objects, coverage = [], [], Coverage()
        for row in found:
            if row.actor_erased is None and (row.principal in named or row.subject_id in subjects):
                actors.append(row.seq)
                coverage.add(row.seq, actor=True)
            if row.object_erased is None and (row.subject_id in subjects or row.target in named):
                objects.append(row.seq)
                coverage.add(row.seq, actor=False)
        if not actors and not objects:
            return 0
        event = Noted(AuditEvent("erase"), self._clock.now())
        added = await self._append(connection, [event], head, covers=str(coverage))
        gone = {
            "actor": (actors, ("actor_salt", "principal", "address")),
            "object": (objects, ("object_salt", "subject_id", "target")),
        }
        for part, (seqs, columns) in gone.items():
            values = {**dict.fromkeys(columns), f"{part}_erased": added.seq}
            if seqs:
                erasing = update(audit_detail).where(audit_detail.c.seq == bindparam("_seq")).values(values)
                await connection.execute(erasing, [{"_seq": seq} for seq in seqs])
        return len({*actors, *objects})

    async def _append_all(self, batch: Sequence[Sequence[Noted]]) -> list[None]:
        events = [event for item in batch for event in item]
        async with self._database.write() as connection:
            head = await self._append(connection, events, self._head)
        self._head = head
        return [None] * len(batch)

    async def _append_new(self, events: Sequence[Noted]) -> None:
        """Append those of these events that are not there yet."""
        if not events:
            return
        async with self._database.write() as connection:
            head = await _locked(connection)
            ids = [event.id for event in events if event.id]
            known = await connection.scalars(select(audit_event.c.id).where(among(connection, audit_event.c.id, ids)))
            there = set(known)
            if new := [event for event in events if event.id not in there]:
                head = await self._append(connection, new, head)
        self._head = head

    async def _append(
        self, connection: Connection, events: Iterable[Noted], head: Head, covers: str | None = None
    ) -> Head:
        """Append to a chain that should end in `head`, and return its new end."""
        links = await self._chained(events, head, covers)
        if not await _moved(connection, head, links):
            head = await _locked(connection)
            links = await self._chained(events, head, covers)
            await _moved(connection, head, links)
        await insert_all(
            connection, audit_event, [{name: getattr(one.row, name) for name in _COLUMNS} for one in links]
        )
        await insert_all(connection, audit_detail, [_details(one) for one in links])
        return Head(links[-1].row.seq, links[-1].row.mac)

    async def _chained(self, events: Iterable[Noted], head: Head, covers: str | None) -> list[ChainedEvent]:
        links: list[ChainedEvent] = []
        noted = list(events)
        for event, salts in zip(noted, new_salts(len(noted)), strict=True):
            if links and len(links) % _CHAINED_AT_ONCE == 0:
                await asyncio.sleep(0)
            one = link(self._key, head, event, salts, covers)
            links.append(one)
            head = Head(one.row.seq, one.row.mac)
        return links


def _tell_torn(lines: int) -> None:
    if lines:
        metrics.audit_lines_torn(lines)
        log.warning("lines of the audit trail's spool cannot be read", extra={"lines": lines})


async def _moved(connection: Connection, head: Head, links: Sequence[ChainedEvent]) -> bool:
    """Move the end of the chain, unless it has moved already. Nobody else can then move it until the transaction
    ends."""
    last = links[-1].row
    ends = {"old_seq": head.seq, "old_mac": head.mac, "new_seq": last.seq, "new_mac": last.mac}
    return (await connection.execute(_MOVE, ends)).rowcount == 1


async def _locked(connection: Connection) -> Head:
    row = (await connection.execute(_HEAD.with_for_update())).one()
    return Head(row.seq, row.mac)


def _conditions(query: AuditQuery) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if query.seq is not None:
        conditions.append(audit_event.c.seq == query.seq)
    if query.principal is not None:
        conditions.append(audit_detail.c.principal == query.principal)
    if query.subject is not None:
        conditions.append(audit_detail.c.subject_id == query.subject)
    if query.not_by is not None:
        conditions.append(audit_detail.c.principal.is_distinct_from(query.not_by))
    if query.actions:
        conditions.append(audit_event.c.action.in_(query.actions))
    if query.refused is not None:
        conditions.append(audit_event.c.outcome == ("refused" if query.refused else "done"))
    if query.since is not None:
        conditions.append(audit_event.c.at >= query.since)
    if query.until is not None:
        conditions.append(audit_event.c.at < query.until)
    return conditions


def _details(one: ChainedEvent) -> dict[str, Any]:
    object_ = one.object
    return {
        "seq": one.row.seq,
        "actor_salt": one.actor.salt,
        "principal": one.actor.principal,
        "address": one.actor.address,
        "object_salt": object_.salt if object_ else None,
        "subject_id": object_.subject if object_ else None,
        "target": object_.target if object_ else None,
    }


def _recorded(row: Any) -> Recorded:
    return Recorded(
        seq=row.seq,
        at=row.at,
        event=AuditEvent(
            action=row.action,
            outcome=row.outcome,
            principal=row.principal,
            role=row.role,
            address=row.address,
            subject=row.subject_id,
            target=row.target,
            operation=row.operation,
            request_id=row.request_id,
            times=row.times or 1,
        ),
        erased=row.actor_erased is not None or row.object_erased is not None,
    )


def _kept(row: Any) -> Kept:
    actor = Actor(row.actor_salt, row.principal, row.address) if row.actor_salt is not None else None
    object_ = Object(row.object_salt, row.subject_id, row.target) if row.object_salt is not None else None
    fields_ = {name: getattr(row, name) for name in _COLUMNS}
    return Kept(Row(**fields_), actor, object_, row.actor_erased, row.object_erased)
