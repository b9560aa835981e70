"""The queue of what waits for a person's judgement, and their decisions."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, TypeAlias
from uuid import UUID

from sqlalchemy import Select, select, update

from carelog.conversations import store as conversations
from carelog.db import Connection, Database
from carelog.identity import Principal
from carelog.kit.clock import Clock
from carelog.kit.errors import CarelogError, Conflict, InvalidInput, NotFound
from carelog.kit.paging import Cursor, Page
from carelog.record.appending import Placed
from carelog.record.editing import Draft, place_draft, read_back, record_to_change, write_plan
from carelog.record.entries import Entry
from carelog.record.merging import with_evidence
from carelog.record.plan import Plan
from carelog.record.rejections import Content, Rejections
from carelog.record.review.adding import review_of
from carelog.record.review.items import Doubt, Reading, Review, Status
from carelog.record.review.tables import review
from carelog.record.selecting import any_entries, entry_of
from carelog.record.surroundings import around, look
from carelog.record.tables import entry, subject_merge
from carelog.telemetry import metrics

Wanted: TypeAlias = Callable[[Review], Draft]
"""What of an item becomes the entry, with the words that it rests on."""

_CONFIRMED: Final = "confirmed in review"
_CORRECTED: Final = "corrected in review"
_REJECTED: Final = "rejected in review"


class AlreadyDecided(Conflict):
    """Somebody has decided this item; `details["status"]` says how."""

    code = "review.decided"


@dataclass(frozen=True, slots=True)
class ReviewQuery:
    """Which items. All that is given must hold; `status` None is for all."""

    status: Status | None = Status.OPEN
    type: str | None = None
    doubt: Doubt | None = None
    conversation_id: UUID | None = None
    entry_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """An item that is decided, and the entry that stands in the record for it now, if any does."""

    review: Review
    entry: Entry | None


class ReviewStore:
    """Shows items and decides them, each only for a principal who may see, or change, the record."""

    def __init__(self, database: Database, clock: Clock, rejections: Rejections) -> None:
        self._database = database
        self._clock = clock
        self._rejections = rejections

    async def page(
        self,
        principal: Principal,
        query: ReviewQuery | None = None,
        *,
        subject_id: UUID | None = None,
        limit: int = 50,
        cursor: Cursor | None = None,
    ) -> Page[Review]:
        """Items of one record, or of all that this principal may see, the newest first. Raises NotFound for a record
        that is not theirs to see."""
        if subject_id is not None and not principal.may_see(subject_id):
            raise NotFound("no such subject")
        statement = _narrowed(_seen_by(principal), query or ReviewQuery())
        if subject_id is not None:
            statement = statement.where(review.c.subject_id == subject_id)
        if cursor:
            statement = statement.where(cursor.before(review.c.recorded_at, review.c.id))
        statement = statement.order_by(review.c.recorded_at.desc(), review.c.id.desc()).limit(limit + 1)
        found = [review_of(row) for row in await self._database.rows(statement)]
        page = Page.cut(found, limit, lambda item: Cursor(item.recorded_at, item.id))
        principal.looks.note_each("read", "review", page.items)
        return page

    async def get(self, principal: Principal, review_id: UUID) -> Review:
        """Raises NotFound, also for one that is not theirs to see."""
        async with self._database.read() as connection:
            item = await _one(connection, principal, review_id)
        principal.looks.note("read", "review", item.subject_id)
        return item

    async def confirm(
        self, principal: Principal, review_id: UUID, *, reading: int | str | None = None, reason: str | None = None
    ) -> Decision:
        """A reading is right: it becomes the entry. Which one is said by its place or its engine, where there are
        several.

        Raises NotFound, Forbidden, AlreadyDecided, and InvalidInput for a reading that there is not, and for one that
        no entry can be: that wants correcting.
        """

        def right(item: Review) -> Draft:
            chosen = chosen_of(item, reading)
            return Draft(item.type, chosen.payload, source="conversation", evidence=chosen.evidence)

        return await self._decide(principal, review_id, Status.CONFIRMED, right, reason or _CONFIRMED)

    async def correct(
        self,
        principal: Principal,
        review_id: UUID,
        payload: Mapping[str, Any],
        *,
        occurred_at: datetime | None = None,
        reason: str | None = None,
    ) -> Decision:
        """It was this that was said: it becomes the entry, with the words of all readings. Raises as `confirm` does."""

        def corrected(item: Review) -> Draft:
            quotes = tuple(dict.fromkeys(quote for one in item.readings for quote in one.evidence))
            return Draft(item.type, payload, occurred_at, source="conversation", evidence=quotes)

        return await self._decide(principal, review_id, Status.CORRECTED, corrected, reason or _CORRECTED)

    async def reject(self, principal: Principal, review_id: UUID, *, reason: str | None = None) -> Decision:
        """No reading is right: the entry that stood meanwhile is retracted. Raises as `confirm` does."""
        return await self._decide(principal, review_id, Status.REJECTED, None, reason or _REJECTED)

    async def _decide(
        self,
        principal: Principal,
        review_id: UUID,
        status: Status,
        wanted_of: Wanted | None,
        reason: str,
    ) -> Decision:
        now = self._clock.now()
        async with self._database.write() as connection:
            item = await _one(connection, principal, review_id)
            # As who deletes a conversation does: what is decided of it must not outlive it.
            await conversations.lock(connection, [item.conversation_id])
            await record_to_change(connection, principal, item.subject_id)
            # Read again, now that nobody else writes to the record.
            item = await _one(connection, principal, review_id)
            if item.status is not Status.OPEN:
                raise AlreadyDecided("this was decided already", details={"status": str(item.status)})
            plan, entry_id = await self._planned(connection, principal, item, wanted_of, reason, now)
            decided = replace(item, status=status, decided_at=now, decided_by=principal.id, entry_id=entry_id)
            this = update(review).where(review.c.id == item.id)
            # Before the entry is changed, which decides what else is open about it.
            await connection.execute(this.values(status=status, decided_at=now, decided_by=principal.id))
            await write_plan(connection, plan)
            await connection.execute(this.values(entry_id=entry_id))
            entries = await read_back(connection, principal, [entry_id] if entry_id else [])
        principal.looks.note("change", "review", item.subject_id)
        metrics.review_decided(str(item.doubt), str(status))
        return Decision(decided, entries.get(entry_id) if entry_id else None)

    async def _planned(
        self,
        connection: Connection,
        principal: Principal,
        item: Review,
        wanted_of: Wanted | None,
        reason: str,
        now: datetime,
    ) -> tuple[Plan, UUID | None]:
        """What a decision makes of the record, and the entry that the item is about from then on."""
        standing = await _standing(connection, item)
        if wanted_of is None:
            plan = Plan([standing] if standing else [], principal, now)
            if standing and standing.state == "active":
                plan.revised(standing, replace(standing, state="retracted"), reason)
            return plan, item.entry_id
        draft = wanted_of(item)
        placed = place_draft(principal, item.subject_id, draft, None, now)
        if isinstance(placed, CarelogError):
            raise placed
        payload = placed.entry.payload
        before: Content = standing.payload if standing else {}
        await self._rejections.check_change(connection, item.subject_id, item.type, before, payload)
        moment = placed.entry.occurred_at
        if not (payload.happens_at() or draft.occurred_at):
            moment = standing.occurred_at if standing else item.occurred_at
        seen = await look(connection, [around(item.subject_id, item.type, payload, moment)])
        plan = Plan([*([standing] if standing else []), *seen], principal, now)
        if standing:
            quotes = with_evidence(draft.evidence, standing.evidence)
            wanted = replace(standing, state="active", payload=payload, evidence=quotes, occurred_at=moment)
            return plan, plan.revised(standing, wanted, reason).id
        new = replace(placed.entry, occurred_at=moment, occurred_zone=item.occurred_zone, confidence="confirmed")
        origin = f"review:{item.id}"
        return plan, plan.entering(Placed(item.subject_id, item.conversation_id, origin, new, item.chain), "merge").id


def chosen_of(item: Review, which: int | str | None) -> Reading:
    """One of an item's readings, by its place or by its engine, with its version or without. Raises InvalidInput."""
    found = [
        reading
        for n, reading in enumerate(item.readings)
        if which is None or which == n or which in (reading.engine, reading.engine.partition("/")[0])
    ]
    if len(found) == 1:
        return found[0]
    engines = [reading.engine for reading in item.readings]
    problem = "say which reading is right" if which is None else "there is no such reading"
    raise InvalidInput(problem, details={"problems": [{"place": "/reading", "problem": problem}], "engines": engines})


def _seen_by(principal: Principal) -> Select[Any]:
    # What is still on its way from a record that was merged into another is not shown under the old name.
    merged = select(subject_merge.c.source_id).where(subject_merge.c.source_id == review.c.subject_id).exists()
    return principal.seen_of(select(review).where(~merged), review.c.subject_id)


def _narrowed(statement: Select[Any], query: ReviewQuery) -> Select[Any]:
    for name in ("status", "type", "doubt", "conversation_id", "entry_id"):
        wanted = getattr(query, name)
        if wanted is not None:
            statement = statement.where(review.c[name] == wanted)
    return statement


async def _one(connection: Connection, principal: Principal, review_id: UUID) -> Review:
    row = (await connection.execute(_seen_by(principal).where(review.c.id == review_id))).one_or_none()
    if row is None:
        raise NotFound("no such review item")
    return review_of(row)


async def _standing(connection: Connection, item: Review) -> Entry | None:
    """The entry that the item is about, be it active or not."""
    if item.entry_id is None:
        return None
    row = (await connection.execute(any_entries().where(entry.c.id == item.entry_id))).one_or_none()
    return entry_of(row) if row else None
