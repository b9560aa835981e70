"""Importing resources of other systems: each once, whatever is sent again.

A Patient becomes a subject, found again by the identifiers that name their system. Every other resource becomes an
entry of the subject that it is about. What was imported before is told by its name and a digest of its contents: the
same again changes nothing, even where the entry was corrected since, and what has changed becomes a new revision.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from carelog.db import Connection, Database, among, insert_all
from carelog.identity import CATALOGUE, Principal
from carelog.kit.clock import Clock
from carelog.kit.errors import CarelogError, PreconditionFailed
from carelog.kit.ids import new_id
from carelog.record import subjects
from carelog.record.adding import add
from carelog.record.ahead import lies_ahead
from carelog.record.appending import overwrite
from carelog.record.editing import write_plan
from carelog.record.entries import Entry, NewEntry
from carelog.record.fhir.dates import NOT_KNOWN, TIMELESS
from carelog.record.fhir.elements import uuid_in
from carelog.record.fhir.mappings import mapping_of
from carelog.record.fhir.people import identifiers_in, name_of, subject_named_in
from carelog.record.fhir.reception import Incoming, Issue, entry_named, linked, read_now
from carelog.record.fhir.settling import admitted, depth, renamed
from carelog.record.fhir.step import Step, changed
from carelog.record.fhir.tables import fhir_source
from carelog.record.plan import Decided, Plan
from carelog.record.rules import LastContact
from carelog.record.selecting import current_entries, entry_of
from carelog.record.subjects import Identifier, Subject
from carelog.record.surroundings import lock_records, look
from carelog.record.tables import entry
from carelog.record.types.profile import Profile

_NOTHING: Final = Profile()


class RefusedWhole(Exception):
    """A transaction that holds something that cannot be done; nothing of it was."""


class Importer:
    """Writes what comes in, for a principal who may change the records that it is about."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def take(self, principal: Principal, items: Sequence[Incoming], *, whole: bool) -> None:
        """Do what can be done with each item, and leave in it what became of it. With `whole` all of it or nothing:
        raises RefusedWhole; kinds that are not kept here are no reason for that."""
        before = [(item.verdict, len(item.issues), item.said) for item in items]
        try:
            await self._take(principal, items, whole)
        except IntegrityError:
            # Somebody imported the same at the same moment: now it is there.
            for item, (verdict, issues, said) in zip(items, before, strict=True):
                item.verdict, item.said, item.location = verdict, said, None
                del item.issues[issues:]
            await self._take(principal, items, whole)

    async def _take(self, principal: Principal, items: Sequence[Incoming], whole: bool) -> None:
        async with self._database.write(at_leisure=True) as connection:
            hand = _Hand(connection, principal, self._clock.now(), whole=whole)
            await hand.take(items)
            if whole and any(item.verdict == "refused" for item in items):
                raise RefusedWhole


class _Hand:
    """One import, within its transaction."""

    def __init__(self, connection: Connection, principal: Principal, now: datetime, *, whole: bool) -> None:
        self._connection = connection
        self._whole = whole
        self._principal = principal
        self._now = now
        self._people: dict[str, UUID] = {}
        self._new_people: set[UUID] = set()
        self._made: dict[str, str] = {}
        self._ids: dict[str, str] = {}
        self._known: dict[tuple[str, UUID], Any] = {}
        self._entries: dict[UUID, Entry] = {}

    async def take(self, items: Sequence[Incoming]) -> None:
        open_items = [item for item in items if item.verdict is None]
        await self._meet([item for item in open_items if item.kind == "Patient"])
        placed = [(item, owner) for item in open_items if (owner := await self._owner(item)) is not None]
        await lock_records(self._connection, {owner for _, owner in placed})
        await self._look_up(placed)
        # What others name is written before them, so that they can name it as it is called here.
        for behind in sorted({depth(item.kind) for item, _ in placed}):
            await self._write([(item, owner) for item, owner in placed if depth(item.kind) == behind])

    async def _meet(self, items: Sequence[Incoming]) -> None:
        """Find the subjects that Patients are, or make them."""
        if not items:
            return
        identifiers = {i for item in items for i in identifiers_in(item.resource)}
        known = await subjects.known(self._connection, identifiers)
        named = [subject_named_in(item.resource) or uuid_in(item.target) for item in items]
        here = await subjects.existing(self._connection, {*filter(None, named), *known.values()})
        people: list[Subject] = []
        new: dict[Identifier, UUID] = {}
        for item in items:
            self._met(item, known, here, people, new)
        await subjects.add(self._connection, people, list(new.items()), self._now)

    def _met(
        self,
        item: Incoming,
        everyone: dict[Identifier, UUID],
        here: set[UUID],
        people: list[Subject],
        new: dict[Identifier, UUID],
    ) -> None:
        """Whom the principal may not see is to them as if not known here: else they learn whom others know by a name,
        and which names are one person's."""
        may_see = self._principal.may_see
        identifiers = identifiers_in(item.resource)
        known = {i: owner for i in identifiers if (owner := everyone.get(i)) and may_see(owner)}
        if len(set(known.values())) > 1:
            item.refuse("multiple-matches", "its identifiers name several people")
            return
        owner = subject_named_in(item.resource) or next(iter(known.values()), None) or uuid_in(item.target)
        if owner is not None and may_see(owner) and owner in here:
            if not self._may_write(item, owner):
                return
            # Whoever is limited to some subjects cannot make other people's data come to them by a name.
            added = {i: owner for i in identifiers if i not in known} if self._principal.subjects is None else {}
            if item.once:
                item.verdict = "unchanged"
        elif self._principal.subjects is not None or item.target is not None:
            item.refuse(
                "forbidden" if item.target is None else "not-found", "no record that you may write is this one's"
            )
            return
        else:
            owner = new_id()
            people.append(Subject(owner, name_of(item.resource), None, self._now))
            self._new_people.add(owner)
            here.add(owner)
            added = dict.fromkeys(identifiers, owner)
        everyone |= added
        new |= added
        self._call(item, owner)

    def _call(self, item: Incoming, owner: UUID) -> None:
        item.location = f"Patient/{owner}"
        for name in item.known_as:
            self._people[name] = owner

    async def _owner(self, item: Incoming) -> UUID | None:
        if item.verdict is not None:
            return None
        meant = item.subject
        if item.kind == "Patient":
            owner = uuid_in((item.location or "").rpartition("/")[2])
        elif meant is None:
            item.refuse("required", "it does not say whom it is about")
            return None
        else:
            owner = self._people.get(meant) or uuid_in(meant.rpartition("/")[2])
            if owner and meant not in self._people:
                if await subjects.existing(self._connection, [owner]):
                    self._people[meant] = owner
                else:
                    owner = None
        if owner is None:
            item.refuse("not-found", "whom it is about is not known here")
            return None
        return owner if self._may_write(item, owner) else None

    def _may_write(self, item: Incoming, owner: UUID) -> bool:
        if owner == CATALOGUE or not self._principal.may_see(owner):
            item.refuse("not-found", "whom it is about is not known here")
            return False
        if not self._principal.may_change(owner):
            item.refuse("forbidden", "this record may be read, and not changed")
            return False
        self._principal.looks.note("change", "entry", owner)
        return True

    async def _look_up(self, placed: Sequence[tuple[Incoming, UUID]]) -> None:
        """What was imported before of these, and the entries there are of it."""
        keys = {item.key for item, _ in placed}
        owners = {owner for _, owner in placed}
        rows = await self._connection.execute(
            select(fhir_source)
            .where(fhir_source.c.key.in_(keys), among(self._connection, fhir_source.c.subject_id, owners))
            .order_by(fhir_source.c.id.desc())
        )
        self._known = {(row.key, row.subject_id): row for row in rows}
        named = {uuid_in(entry_named(item)) or uuid_in(item.target) for item, _ in placed} - {None}
        ids = {row.entry_id for row in self._known.values()} | {id_ for id_ in named if id_}
        stored = await self._connection.execute(
            current_entries(self._principal).where(among(self._connection, entry.c.id, ids))
        )
        self._entries = {row.id: entry_of(row) for row in stored}
        profiles = await self._connection.execute(
            current_entries(self._principal).where(
                among(self._connection, entry.c.subject_id, owners),
                entry.c.type == "profile",
                entry.c.state == "active",
            )
        )
        self._profiles = {row.subject_id: entry_of(row) for row in profiles}

    async def _write(self, placed: Sequence[tuple[Incoming, UUID]]) -> None:
        steps = [step for item, owner in self._each_once(placed) if (step := self._step(item, owner)) is not None]
        plain = [step for step in steps if step.is_plain]
        ids = await add(self._connection, [step.placed() for step in plain], self._now)
        for step, id_ in zip(plain, ids, strict=True):
            self._done(step.item, id_, 1, "created")
        again = [step for step in steps if step.stored is not None and step.stored.state == "retracted"]
        for step in again:
            await self._overwrite(step)
        looking = [step for step in steps if not step.is_plain and step not in again]
        kept = await self._settle(looking)
        await self._remember(
            [*zip(plain, ids, strict=True), *((step, step.stored.id) for step in again if step.stored), *kept]
        )

    def _each_once(self, placed: Sequence[tuple[Incoming, UUID]]) -> Iterator[tuple[Incoming, UUID]]:
        seen: dict[tuple[str, UUID], str] = {}
        for item, owner in placed:
            if (item.key, owner) not in seen:
                seen[item.key, owner] = item.digest
                yield item, owner
            elif seen[item.key, owner] == item.digest:
                item.verdict = "unchanged"
            else:
                item.refuse("duplicate", "another version of this resource stands before it")

    def _step(self, item: Incoming, owner: UUID) -> Step | None:
        """What is to be done for it; None when nothing is."""
        source = self._known.get((item.key, owner))
        stored = self._stored(item, owner, source)
        if source is not None and source.digest == item.digest and item.target is None and stored is not None:
            self._done(item, stored.id, stored.revision, "unchanged")
            return None
        if item.target is not None and item.kind != "Patient" and stored is None:
            item.refuse("not-found", "there is nothing of that id here, and ids are given out here: POST it")
            return None
        if stored is not None and item.once:
            self._done(item, stored.id, stored.revision, "unchanged")
            return None
        if stored is not None and item.seen not in (None, stored.revision):
            self._stale(item, stored.revision)
            return None
        if item.withdrawn:
            return self._withdrawal(item, owner, stored, source)
        if item.links:
            read_now(item, linked(item, self._made))
        if item.verdict is not None or item.said is None:
            return None
        if stored is not None and stored.type != item.said.type:
            item.refuse("conflict", f"it was kept as {stored.type}, and is now one of another type")
            return None
        if stored is None and item.said.payload == _NOTHING:
            # Who it is, is the subject's own; there is nothing for a profile to say.
            item.verdict = "created" if owner in self._new_people else "unchanged"
            return None
        new = self._entry(item)
        if lies_ahead(new.payload, new.occurred_at, self._now):
            item.refuse("business-rule", "its date lies more than a day in the future, and it is of what has been")
            return None
        return Step(item, owner, source, stored, new if stored is None else changed(item, stored, new, source))

    def _stale(self, item: Incoming, revision: int) -> None:
        told = "the resource has changed since it was read"
        if self._whole:
            raise PreconditionFailed(told, details={"revision": revision})
        item.refuse("conflict", told)
        item.verdict = "stale"

    def _withdrawal(self, item: Incoming, owner: UUID, stored: Entry | None, source: Any) -> Step | None:
        if stored is not None and stored.state == "active":
            return Step(item, owner, source, stored, None)
        if stored is not None:
            self._done(item, stored.id, stored.revision, "unchanged")
        else:
            item.verdict = "unchanged"
            item.issues.append(Issue("information", "informational", "entered in error, and not here"))
        return None

    async def _overwrite(self, step: Step) -> None:
        """What was retracted here stays so, whatever it says now."""
        assert step.stored is not None and step.new is not None
        by, revision = self._principal.id, step.stored.revision
        if not step.changes_nothing:
            revision = await overwrite(self._connection, step.stored.id, step.new, by=by, at=self._now, reason=step.why)
        self._done(step.item, step.stored.id, revision, "unchanged" if step.changes_nothing else "updated")

    async def _settle(self, steps: Sequence[Step]) -> list[tuple[Step, UUID]]:
        """Write what changes, and what is new and has rules, with regard to what else the record holds."""
        sought = [step.surroundings for step in steps if step.looks_around]
        # What was imported before is not compared: the system that it comes from keeps its own order.
        plan = Plan(await look(self._connection, sought), self._principal, self._now, admitted, "import")
        decided = [(step, found) for step in steps if (found := self._decided(plan, step)) is not None]
        likely = dict(plan.duplicates)
        for step, found in decided:
            step.item.issues += [Issue("warning", "business-rule", note) for note in found.notes]
            if (other := likely.get(found.id)) is not None:
                there = f"{step.item.kind}/{other}"
                step.item.issues.append(Issue("warning", "duplicate", f"the record seems to have this, as {there}"))
        await write_plan(self._connection, plan)
        return [(step, found.id) for step, found in decided]

    def _decided(self, plan: Plan, step: Step) -> Decided | None:
        item, stored = step.item, step.stored
        if stored is not None and step.changes_nothing:
            self._done(item, stored.id, stored.revision, "unchanged")
            return Decided(stored.id, "merged")
        try:
            found = (
                plan.entering(step.placed(), "keep")
                if stored is None
                else plan.revised(stored, step.wanted(stored), step.why)
            )
        except LastContact as refused:
            assert stored is not None
            self._done(item, stored.id, stored.revision, "unchanged")
            item.issues.append(Issue("warning", "business-rule", refused.message))
            return None
        except CarelogError as refused:
            item.leave(refused.message)
            return None
        revision = 1 if stored is None else stored.revision + 1
        self._done(item, found.id, revision, "created" if found.verdict == "created" else "updated")
        return found

    def _stored(self, item: Incoming, owner: UUID, source: Any) -> Entry | None:
        if item.kind == "Patient":
            return self._profiles.get(owner)
        named = uuid_in(entry_named(item)) or uuid_in(item.target)
        found = self._entries.get(named) if named else None
        if found is None and source is not None:
            found = self._entries.get(source.entry_id)
        fitting = found is not None and found.subject_id == owner and mapping_of(found.type).resource == item.kind
        return found if fitting else None

    def _entry(self, item: Incoming) -> NewEntry:
        said = item.said
        assert said is not None
        happened = said.occurred_at or said.payload.happens_at()
        unknown = happened is None and item.kind not in TIMELESS
        if unknown:
            item.issues.append(Issue("information", "informational", "it has no date: kept as of a date not known"))
        return NewEntry(
            type=said.type,
            payload=renamed(said.payload, self._ids),
            evidence=(),
            occurred_at=happened or self._now,
            occurred_zone=said.occurred_zone,
            recorded_by=self._principal.id,
            source="import",
            occurred_said=(said.occurred_said or NOT_KNOWN) if unknown else None,
        )

    def _done(self, item: Incoming, id_: UUID, revision: int, verdict: Any) -> None:
        item.verdict = verdict
        if item.kind != "Patient":
            item.location = f"{item.kind}/{id_}/_history/{revision}"
            for name in item.known_as:
                self._made[name] = str(id_)
            self._ids[str(item.resource.get("id"))] = str(id_)

    async def _remember(self, made: Sequence[tuple[Step, UUID]]) -> None:
        rows = [
            {
                "id": new_id(),
                "subject_id": step.owner,
                "key": step.item.key,
                "digest": step.item.digest,
                "entry_id": id_,
                "imported_at": self._now,
                "said_date": step.said_date,
            }
            for step, id_ in made
            if step.source is None and not step.item.withdrawn
        ]
        await insert_all(self._connection, fhir_source, rows)
        for step, _ in made:
            if step.source is not None and not step.item.withdrawn:
                again = update(fhir_source).where(fhir_source.c.id == step.source.id)
                await self._connection.execute(
                    again.values(digest=step.item.digest, imported_at=self._now, said_date=step.said_date)
                )
