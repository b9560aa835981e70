"""Importing resources of other systems: each once, whatever is sent again.

A Patient becomes a subject, found again by the identifiers that name their system. Every other resource becomes an
entry of the subject that it is about. What was imported before is told by its name and a digest of its contents: the
same again changes nothing, even where the entry was corrected since, and what has changed becomes a new revision.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from carelog.db import Connection, Database, among, insert_all
from carelog.identity import CATALOGUE, Principal
from carelog.kit.clock import Clock
from carelog.kit.errors import PreconditionFailed
from carelog.kit.ids import new_id
from carelog.record import subjects
from carelog.record.adding import add
from carelog.record.appending import Change, Placed, append, overwrite
from carelog.record.entries import Entry, NewEntry
from carelog.record.fhir.mappings import mapping_of
from carelog.record.fhir.people import identifiers_in, name_of, subject_named_in
from carelog.record.fhir.reception import Incoming, Issue, entry_named, linked, read_now
from carelog.record.fhir.tables import fhir_source
from carelog.record.merging import payload_json
from carelog.record.registry import parse_payload
from carelog.record.selecting import current_entries, entry_of
from carelog.record.subjects import Subject
from carelog.record.surroundings import lock_records
from carelog.record.tables import entry

_REASON: Final = "imported again"


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
        async with self._database.write() as connection:
            hand = _Hand(connection, principal, self._clock.now())
            await hand.take(items)
            if whole and any(item.verdict == "refused" for item in items):
                raise RefusedWhole


class _Hand:
    """One import, within its transaction."""

    def __init__(self, connection: Connection, principal: Principal, now: datetime) -> None:
        self._connection = connection
        self._principal = principal
        self._now = now
        self._people: dict[str, UUID] = {}
        self._made: dict[str, str] = {}
        self._known: dict[tuple[str, UUID], Any] = {}
        self._entries: dict[UUID, Entry] = {}

    async def take(self, items: Sequence[Incoming]) -> None:
        open_items = [item for item in items if item.verdict is None]
        for item in open_items:
            if item.kind == "Patient":
                await self._meet(item)
        placed = [(item, owner) for item in open_items if (owner := await self._owner(item)) is not None]
        await lock_records(self._connection, {owner for _, owner in placed})
        await self._look_up(placed)
        first = [pair for pair in placed if not pair[0].links]
        await self._write(first)
        await self._write([pair for pair in placed if pair[0].links])

    async def _meet(self, item: Incoming) -> None:
        """Find the subject that a Patient is, or make them."""
        named = subject_named_in(item.resource)
        identifiers = identifiers_in(item.resource)
        known = await subjects.known(self._connection, identifiers)
        if len(set(known.values())) > 1:
            item.refuse("multiple-matches", "its identifiers name several people")
            return
        owner = named or next(iter(known.values()), None) or _uuid(item.target)
        if owner is not None and await subjects.existing(self._connection, [owner]):
            if self._may_write(item, owner):
                new = [(i, owner) for i in identifiers if i not in known]
                # Whoever is limited to some subjects cannot make other people's data come to them by a name.
                if self._principal.subjects is None:
                    await subjects.add(self._connection, [], new)
                self._call(item, owner)
            return
        if self._principal.subjects is not None or item.target is not None:
            item.refuse(
                "forbidden" if item.target is None else "not-found", "no record that you may write is this one's"
            )
            return
        owner = new_id()
        person = Subject(owner, name_of(item.resource), None, self._now)
        await subjects.add(self._connection, [person], [(i, owner) for i in identifiers])
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
            owner = _uuid((item.location or "").rpartition("/")[2])
        elif meant is None:
            item.refuse("required", "it does not say whom it is about")
            return None
        else:
            owner = self._people.get(meant) or _uuid(meant.rpartition("/")[2])
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
        named = {_uuid(entry_named(item)) or _uuid(item.target) for item, _ in placed} - {None}
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
        new: list[tuple[Incoming, UUID]] = []
        seen: dict[tuple[str, UUID], str] = {}
        for item, owner in placed:
            before = seen.get((item.key, owner))
            if before == item.digest:
                item.verdict = "unchanged"
                continue
            if before is not None:
                item.refuse("duplicate", "another version of this resource stands before it")
                continue
            seen[item.key, owner] = item.digest
            if await self._is_new(item, owner):
                new.append((item, owner))
        ids = await add(
            self._connection, [Placed(owner, None, _origin(item, owner), self._entry(item)) for item, owner in new],
            self._now,
        )  # fmt: skip
        for (item, _), id_ in zip(new, ids, strict=True):
            self._done(item, id_, 1, "created")
        await self._remember([(item, owner, id_) for (item, owner), id_ in zip(new, ids, strict=True)])

    async def _is_new(self, item: Incoming, owner: UUID) -> bool:
        """Whether there is to be a new entry; else what there is has been brought up to date."""
        source = self._known.get((item.key, owner))
        stored = self._stored(item, owner, source)
        if source is not None and source.digest == item.digest and item.target is None and stored is not None:
            self._done(item, stored.id, stored.revision, "unchanged")
            return False
        if item.target is not None and item.kind != "Patient" and stored is None:
            item.refuse("not-found", "there is nothing of that id here, and ids are given out here: POST it")
            return False
        if stored is not None and item.seen not in (None, stored.revision):
            raise PreconditionFailed(
                "the resource has changed since it was read", details={"revision": stored.revision}
            )
        if item.links:
            read_now(item, linked(item, self._made))
        if item.withdrawn:
            await self._withdraw(item, stored)
        if item.verdict is not None or item.said is None:
            return False
        if stored is None:
            return item.verdict is None
        await self._change(item, owner, stored, source)
        return False

    def _stored(self, item: Incoming, owner: UUID, source: Any) -> Entry | None:
        if item.kind == "Patient":
            return self._profiles.get(owner)
        named = _uuid(entry_named(item)) or _uuid(item.target)
        found = self._entries.get(named) if named else None
        if found is None and source is not None:
            found = self._entries.get(source.entry_id)
        fitting = found is not None and found.subject_id == owner and mapping_of(found.type).resource == item.kind
        return found if fitting else None

    async def _change(self, item: Incoming, owner: UUID, stored: Entry, source: Any) -> None:
        wanted = self._entry(item)
        if item.kind == "Patient":
            told, known = payload_json(wanted.payload), payload_json(stored.payload)
            # What another system says of a person never takes the place of what the record says itself.
            both = known | told if source is not None else told | known
            wanted = replace(
                wanted,
                payload=parse_payload("profile", both),
                occurred_at=stored.occurred_at,
                occurred_zone=stored.occurred_zone,
                source=stored.source,
            )
        elif entry_named(item) or source is None:
            wanted = replace(wanted, evidence=stored.evidence, source=stored.source)
        same = (
            stored.type == wanted.type
            and stored.payload == wanted.payload
            and (stored.occurred_at, stored.occurred_zone) == (wanted.occurred_at, wanted.occurred_zone)
        )
        if stored.type != wanted.type:
            item.refuse("conflict", f"it was kept as {stored.type}, and is now one of another type")
            return
        revision = stored.revision
        if not same:
            by = self._principal.id
            revision = await overwrite(self._connection, stored.id, wanted, by=by, at=self._now, reason=_REASON)
        self._done(item, stored.id, revision, "unchanged" if same else "updated")
        if source is None:
            await self._remember([(item, owner, stored.id)])
        else:
            await self._connection.execute(
                update(fhir_source)
                .where(fhir_source.c.id == source.id)
                .values(digest=item.digest, imported_at=self._now)
            )

    async def _withdraw(self, item: Incoming, stored: Entry | None) -> None:
        if stored is None:
            item.verdict = "unchanged"
            item.issues.append(Issue("information", "informational", "entered in error, and not here"))
            return
        if stored.state == "active":
            wanted = replace(stored, state="retracted")
            change = Change(stored, wanted, self._principal.id, "entered in error, says the system it came from")
            await append(self._connection, [change], self._now)
            self._done(item, stored.id, stored.revision + 1, "updated")
        else:
            self._done(item, stored.id, stored.revision, "unchanged")

    def _entry(self, item: Incoming) -> NewEntry:
        said = item.said
        assert said is not None
        happened = said.occurred_at or said.payload.happens_at()
        if happened is None:
            if item.kind != "Patient":
                item.issues.append(Issue("information", "informational", "it has no date: kept as of now"))
            happened = self._now
        return NewEntry(
            type=said.type,
            payload=said.payload,
            evidence=(),
            occurred_at=happened,
            occurred_zone=said.occurred_zone,
            recorded_by=self._principal.id,
            source="import",
        )

    def _done(self, item: Incoming, id_: UUID, revision: int, verdict: Any) -> None:
        item.verdict = verdict
        if item.kind != "Patient":
            item.location = f"{item.kind}/{id_}/_history/{revision}"
            for name in item.known_as:
                self._made[name] = str(id_)

    async def _remember(self, made: Sequence[tuple[Incoming, UUID, UUID]]) -> None:
        rows = [
            {
                "id": new_id(),
                "subject_id": owner,
                "key": item.key,
                "digest": item.digest,
                "entry_id": id_,
                "imported_at": self._now,
            }
            for item, owner, id_ in made
        ]
        await insert_all(self._connection, fhir_source, rows)


def _origin(item: Incoming, owner: UUID) -> str:
    return f"fhir:{owner.hex}:{item.key}"


def _uuid(text: Any) -> UUID | None:
    try:
        return UUID(text)
    except (ValueError, TypeError, AttributeError):
        return None
