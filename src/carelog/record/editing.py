"""Writing by hand: entries that people and programs add, change, retract and bring back."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from carelog.db import Connection, Database, among
from carelog.identity import CATALOGUE, Principal
from carelog.kit.clock import Clock
from carelog.kit.errors import CarelogError, Conflict, Forbidden, InvalidInput, NotFound, PreconditionFailed
from carelog.kit.ids import new_id
from carelog.kit.zones import offset_name
from carelog.record import requests
from carelog.record.ahead import require_past
from carelog.record.appending import Placed, append, insert_entries, link
from carelog.record.conflicts import Compared
from carelog.record.contradicting import link_contradictions
from carelog.record.entries import Entry, NewEntry, Source
from carelog.record.evidence import Evidence
from carelog.record.merging import merge_patch, patched, payload_json
from carelog.record.payload import Payload
from carelog.record.plan import Decided, Duplicate, OnDuplicate, Plan, Verdict
from carelog.record.registry import entry_types, parse_payload
from carelog.record.rejections import Rejection, Rejections, explain, refusal_for
from carelog.record.requests import Answer, Request
from carelog.record.review import adding as reviews
from carelog.record.selecting import current_entries, entry_of, read_entry
from carelog.record.surroundings import around, lock_records, look
from carelog.record.tables import entry


@dataclass(frozen=True, slots=True)
class Draft:
    """An entry that somebody writes. When it happens is what the payload says, or else `occurred_at`, or else now; what
    is not yet a payload is checked to be one of the type."""

    type: str
    payload: Payload | Mapping[str, Any]
    occurred_at: datetime | None = None
    source: Source = "manual"
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Written:
    """What became of a draft. `verdict` is `merged` where it went into an entry that there was; `notes` say what has
    changed besides. One that was `replayed` was written by the same request before."""

    verdict: Verdict
    entry: Entry
    notes: tuple[str, ...] = ()
    replayed: bool = False


class BatchRefused(InvalidInput):
    """Nothing of a batch was written, since not all of it could be; `details["items"]` says which, and why."""

    code = "batch.refused"

    @classmethod
    def of(cls, refused: Mapping[int, CarelogError]) -> "BatchRefused":
        """For these errors, by the places of their entries in the batch."""
        items = [
            {"index": n, "code": error.code, "message": error.message, "details": error.details}
            for n, error in refused.items()
        ]
        return cls("nothing was written, since not all of it can be", details={"items": items})


class RecordEditor:
    """Writes to records, each only for a principal who may change it."""

    def __init__(self, database: Database, clock: Clock, rejections: Rejections) -> None:
        self._database = database
        self._clock = clock
        self._rejections = rejections

    async def create(
        self,
        principal: Principal,
        subject_id: UUID,
        draft: Draft,
        *,
        on_duplicate: OnDuplicate = "refuse",
        request: Request | None = None,
    ) -> Written:
        """Write one entry. Raises NotFound, Forbidden, InvalidInput, Duplicate, and what its rules raise."""
        [written] = await self.create_all(principal, subject_id, [draft], on_duplicate=on_duplicate, request=request)
        if isinstance(written, CarelogError):
            raise written
        return written

    async def create_all(
        self,
        principal: Principal,
        subject_id: UUID,
        drafts: Sequence[Draft],
        *,
        atomic: bool = False,
        on_duplicate: OnDuplicate = "refuse",
        request: Request | None = None,
    ) -> list[Written | CarelogError]:
        """Write these entries into one record: each that can be written, or with `atomic` all or none. A later one sees
        those before it: of two that are alike the second is the duplicate.

        What a request has written, it does not write again when it comes a second time; what was refused is tried
        again. Raises NotFound and Forbidden for a record that is not theirs to change, BatchRefused, and
        RequestNameReused.
        """
        now = self._clock.now()
        rejected = await self._rejections.screen(principal, subject_id, [(d.type, d.payload) for d in drafts])
        async with self._database.write() as connection:
            clock = await record_to_change(connection, principal, subject_id)
            before = await requests.answered(connection, principal.id, request) if request else {}
            new = {n: draft for n, draft in enumerate(drafts) if n not in before}
            placed = {n: place_draft(principal, subject_id, draft, clock, now) for n, draft in new.items()}
            placed |= {n: _explained(placed[n], found) for n, found in rejected.items() if n in placed}
            good = [p for p in placed.values() if isinstance(p, Placed)]
            sought = [around(subject_id, p.entry.type, p.entry.payload, p.entry.occurred_at) for p in good]
            plan = Plan(await look(connection, sought), principal, now)
            decided = {n: _decided(plan, p, on_duplicate) if isinstance(p, Placed) else p for n, p in placed.items()}
            refused = {n: d for n, d in decided.items() if isinstance(d, CarelogError)}
            if any(isinstance(error, Duplicate) for error in refused.values()):
                principal.looks.note("read", "entry", subject_id)  # candidates are shown
            if atomic and refused:
                raise BatchRefused.of(refused)
            await write_plan(connection, plan)
            done = {n: d for n, d in decided.items() if isinstance(d, Decided)}
            answers = before | {n: Answer(d.verdict, d.id) for n, d in done.items()}
            if request and done:
                await requests.remember(connection, principal.id, request, answers, now)
            entries = await read_back(connection, principal, [answer.entry_id for answer in answers.values()])
        principal.looks.note("change" if done else "read", "entry", subject_id)

        def become(n: int) -> Written | CarelogError:
            if n in refused:
                return refused[n]
            found = entries.get(answers[n].entry_id)
            if found is None:  # it was erased since the request came first
                return NotFound("no such entry")
            return Written(answers[n].verdict, found, done[n].notes if n in done else (), replayed=n in before)

        return [become(n) for n in range(len(drafts))]

    async def merge_into_one(
        self,
        principal: Principal,
        subject_id: UUID,
        type_name: str,
        payload: Mapping[str, Any],
        *,
        revision: int | None = None,
        occurred_at: datetime | None = None,
        reason: str | None = None,
    ) -> Written:
        """Merge `payload` into the one entry that the record has of a type, or begin it. Raises as `revise` and
        `create` do."""
        async with self._database.read() as connection:
            query = current_entries(principal).where(
                entry.c.subject_id == subject_id, entry.c.type == type_name, entry.c.state == "active"
            )
            row = (await connection.execute(query.limit(1))).one_or_none()
        if row is not None:
            return await self.revise(
                principal, row.id, payload, revision=revision, occurred_at=occurred_at, reason=reason
            )
        if revision is not None:
            raise PreconditionFailed("there is no such entry yet")
        return await self.create(principal, subject_id, Draft(type_name, merge_patch({}, payload), occurred_at))

    async def revise(
        self,
        principal: Principal,
        entry_id: UUID,
        payload: Mapping[str, Any],
        *,
        revision: int | None,
        occurred_at: datetime | None = None,
        reason: str | None = None,
    ) -> Written:
        """Merge `payload` into the entry as a new revision, as RFC 7396 has it: null removes, what is left out stays.
        Its evidence stays too.

        `revision` is the one that the caller saw, None for whichever there is. What changes nothing makes no revision.
        Raises NotFound, Forbidden, InvalidInput, PreconditionFailed when the entry has moved on, Conflict when it is
        retracted, and what its rules raise.
        """

        def merged(old: Entry) -> Entry:
            _require(old.state == "active", "the entry is retracted")
            new = patched(old.type, old.payload, payload)
            _require_text(new)
            moment = _moment_of(new, occurred_at) or old.occurred_at
            if moment != old.occurred_at:
                require_past(new, moment, self._clock.now())
            said = old.occurred_said if moment == old.occurred_at and not occurred_at else None
            return replace(old, payload=new, occurred_at=moment, occurred_said=said)

        return await self._change(principal, entry_id, revision, merged, reason)

    async def retract(
        self, principal: Principal, entry_id: UUID, *, revision: int | None, reason: str | None = None
    ) -> Written:
        """Take the entry out of every list, as a new revision. Raises as `revise` does."""

        def gone(old: Entry) -> Entry:
            _require(old.state == "active", "the entry is retracted already")
            return replace(old, state="retracted")

        return await self._change(principal, entry_id, revision, gone, reason)

    async def confirm(
        self, principal: Principal, entry_id: UUID, *, revision: int | None, reason: str | None = None
    ) -> Written:
        """Say that an entry is so, as a new revision; one that is confirmed already stays as it is. No engine and no
        conversation changes it from then on. Raises as `revise` does."""

        def confirmed(old: Entry) -> Entry:
            _require(old.state == "active", "the entry is retracted")
            return replace(old, confidence="confirmed")

        return await self._change(principal, entry_id, revision, confirmed, reason)

    async def restore(
        self, principal: Principal, entry_id: UUID, *, revision: int | None, reason: str | None = None
    ) -> Written:
        """Bring a retracted entry back, as a new revision. Raises as `revise` does; Conflict for one that is not
        retracted, or when the record has another one of a type of which it has one."""

        def back(old: Entry) -> Entry:
            _require(old.state == "retracted", "the entry is not retracted")
            return replace(old, state="active")

        return await self._change(principal, entry_id, revision, back, reason)

    async def _change(
        self,
        principal: Principal,
        entry_id: UUID,
        revision: int | None,
        wanted_of: Callable[[Entry], Entry],
        reason: str | None,
    ) -> Written:
        now = self._clock.now()
        async with self._database.write() as connection:
            old = await read_entry(connection, principal, entry_id)
            await record_to_change(connection, principal, old.subject_id)
            # Read again, now that nobody else writes to the record.
            old = await read_entry(connection, principal, entry_id)
            if revision is not None and revision != old.revision:
                raise PreconditionFailed("the entry has changed since it was read", details={"revision": old.revision})
            wanted = wanted_of(old)
            await self._rejections.check_change(connection, old.subject_id, old.type, old.payload, wanted.payload)
            if wanted == old:
                principal.looks.note("read", "entry", old.subject_id)
                return Written("merged", old)
            seen = await look(connection, [around(old.subject_id, old.type, wanted.payload, wanted.occurred_at)])
            if wanted.state != old.state:
                require_only(old, seen)
            plan = Plan([old, *seen], principal, now)
            decided = plan.revised(old, wanted, reason)
            await write_plan(connection, plan)
            entries = await read_back(connection, principal, [entry_id])
        principal.looks.note("change", "entry", old.subject_id)
        return Written(decided.verdict, entries[entry_id], decided.notes)


async def record_to_change(connection: Connection, principal: Principal, subject_id: UUID) -> str | None:
    """The record's zone; nobody else writes to it until the transaction ends. Raises NotFound and Forbidden."""
    if not (subject_id == CATALOGUE or principal.may_see(subject_id)):
        raise NotFound("no such subject")
    if not principal.may_change(subject_id):
        raise Forbidden("this record may be read, and not changed")
    zones = await lock_records(connection, [subject_id])
    if subject_id not in zones:
        raise NotFound("no such subject")
    return zones[subject_id]


def require_only(old: Entry, seen: Iterable[Entry]) -> None:
    """Raises Conflict for a retracted entry that is to come back, where what is `seen` around it has another one of a
    type of which a record has one."""
    if old.state == "retracted" and entry_types()[old.type].one:
        _require(not any(e.type == old.type for e in seen), "the record has another one now")


async def write_plan(connection: Connection, plan: Plan) -> None:
    """Write all that was decided."""
    changes = plan.changes()
    await insert_entries(connection, list(plan.created.items()), plan.at)
    await append(connection, changes, plan.at)
    by = plan.by.id if plan.by else "rules"
    await link(connection, [(one, "duplicates", other) for one, other in plan.duplicates], by=by, at=plan.at)
    if plan.by:
        await reviews.decide_with_entries(connection, changes, by=plan.by.id, at=plan.at)
    written = [Compared.placed(*one) for one in plan.created.items()]
    written += [Compared.of(change.wanted) for change in changes if change.wanted.state == "active"]
    await link_contradictions(connection, written, plan.at, changed=[change.stored.id for change in changes])


async def read_back(connection: Connection, principal: Principal, ids: Sequence[UUID]) -> dict[UUID, Entry]:
    """Entries as they are now, by their ids."""
    rows = await connection.execute(current_entries(principal).where(among(connection, entry.c.id, ids)))
    return {row.id: entry_of(row) for row in rows}


def place_draft(
    principal: Principal, subject_id: UUID, draft: Draft, clock: str | None, now: datetime
) -> Placed | CarelogError:
    """A draft as it is to be written, at its place in time; or why it cannot be."""
    try:
        payload = draft.payload if isinstance(draft.payload, Payload) else parse_payload(draft.type, draft.payload)
        _require_text(payload)
        if entry_types()[draft.type].shared != (subject_id == CATALOGUE):
            place = "in the catalogue, which all records share" if subject_id != CATALOGUE else "in records"
            raise InvalidInput(f"entries of this type stand {place}")
        moment = _moment_of(payload, draft.occurred_at) or now
        require_past(payload, moment, now)
        new = NewEntry(
            type=draft.type,
            payload=payload,
            evidence=draft.evidence,
            occurred_at=moment,
            occurred_zone=clock or _zone_of(payload.happens_at() or draft.occurred_at),
            recorded_by=principal.id,
            source=draft.source,
        )
    except CarelogError as error:
        return error
    return Placed(subject_id, None, f"hand:{new_id()}", new)


def _explained(placed: Placed | CarelogError, rejected: Sequence[Rejection]) -> Placed | CarelogError:
    """A draft with values that were rejected before: not to be written, or not valid again."""
    if isinstance(placed, InvalidInput):
        return explain(placed, rejected)
    return refusal_for(rejected) or placed


def _decided(plan: Plan, placed: Placed, on_duplicate: OnDuplicate) -> Decided | CarelogError:
    try:
        return plan.entering(placed, on_duplicate)
    except CarelogError as error:
        return error


def _require(condition: bool, problem: str) -> None:
    if not condition:
        raise Conflict(problem)


def _require_text(payload: Payload) -> None:
    """Raises InvalidInput for text that holds U+0000, which no database looks for and no table shows."""
    waiting: list[Any] = [payload_json(payload)]
    while waiting:
        match waiting.pop():
            case dict() as members:
                waiting += members.values()
            case list() as items:
                waiting += items
            case str() as text if "\x00" in text:
                raise InvalidInput("the payload holds the character U+0000, which is no text")


def _moment_of(payload: Payload, given: datetime | None) -> datetime | None:
    """When an entry happens: what its payload says, or else what is given beside it, in UTC. Raises InvalidInput where
    the two differ, and for a moment that UTC does not have."""
    says = payload.happens_at()
    if says and given and says != given:
        raise InvalidInput("the payload says when this happens, and occurred_at says something else")
    moment = says or given
    return _in_time(moment) if moment else None


def _in_time(moment: datetime) -> datetime:
    """Raises InvalidInput for a moment that UTC does not have: in the first and last hours of time."""
    with suppress(OverflowError):
        return moment.astimezone(UTC)
    raise InvalidInput("occurred_at lies outside of time as UTC has it")


def _zone_of(moment: datetime | None) -> str:
    """The offset that a moment was given with; UTC without one."""
    offset = moment.utcoffset() if moment else None
    return offset_name(offset) if offset else "UTC"
