"""What conversations and other systems add to records, within the caller's transaction; and what goes with a
conversation that is deleted."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import and_, delete, insert, literal, or_, select, update

from carelog.db import Connection, among, insert_new
from carelog.kit import jsontext
from carelog.kit.ids import new_id
from carelog.record.appending import Change, Placed, append, insert_entries
from carelog.record.conflicts import CONTRADICTIONS, Compared
from carelog.record.contradicting import link_contradictions
from carelog.record.entries import Entry, NewEntry
from carelog.record.merging import payload_json
from carelog.record.plan import Plan
from carelog.record.review import adding as reviews
from carelog.record.rules import looks_around
from carelog.record.selecting import any_entries, entry_of, is_newest
from carelog.record.surroundings import around, lock_records, look
from carelog.record.tables import entry, entry_mention, entry_revision


async def add(connection: Connection, placed: Sequence[Placed], recorded_at: datetime) -> list[UUID]:
    """Write new entries, and return their ids. What a conversation tells that the record has already becomes a revision
    of the entry there is, and that one's id is returned; what others send in is written as it is."""
    looking = [n for n, p in enumerate(placed) if p.entry.source == "conversation" and looks_around(p.entry.type)]
    compared = {p.subject_id for p in placed if p.entry.type in CONTRADICTIONS}
    # SQLite has one writer at a time: there, nobody writes beside this one anyway.
    if looking or (compared and connection.dialect.name == "postgresql"):
        await lock_records(connection, {placed[n].subject_id for n in looking} | compared)
    if not looking:
        ids = [new_id() for _ in placed]
        new = list(zip(ids, placed, strict=True))
        await insert_entries(connection, new, recorded_at)
        await link_contradictions(connection, _compared(new), recorded_at)
        return ids
    plan = Plan(await _around(connection, [placed[n] for n in looking]), None, recorded_at)
    told = {n: plan.said(placed[n]).id for n in looking}
    ids = [told.get(n) or new_id() for n in range(len(placed))]
    plain = [(ids[n], item) for n, item in enumerate(placed) if n not in told]
    new = [*plain, *plan.created.items()]
    changes = plan.changes()
    await _note_first_tellings(connection, {id_ for id_, _ in plan.tellings} - plan.created.keys())
    await insert_entries(connection, new, recorded_at)
    await append(connection, changes, recorded_at)
    written = [*_compared(new), *(Compared.of(change.wanted) for change in changes)]
    await link_contradictions(connection, written, recorded_at, changed=[change.stored.id for change in changes])
    tellings = [
        {"entry_id": id_, "conversation_id": by, "chain": telling.chain, "said": payload_json(telling.payload)}
        for (id_, by), telling in plan.tellings.items()
    ]
    await insert_new(connection, entry_mention, tellings)
    await reviews.add(connection, plan.disputed, {}, recorded_at)
    return ids


async def _note_first_tellings(connection: Connection, entries: Collection[UUID]) -> None:
    """What the one conversation says that tells these entries, before another one tells them too."""
    if not entries:
        return
    told_by_one = (
        select(entry.c.id, entry.c.conversation_id, entry.c.chain, entry_revision.c.payload)
        .select_from(entry.join(entry_revision, is_newest()))
        .where(
            among(connection, entry.c.id, entries),
            entry.c.conversation_id.is_not(None),
            entry.c.id.not_in(
                select(entry_mention.c.entry_id).where(among(connection, entry_mention.c.entry_id, entries))
            ),
        )
    )
    columns = ("entry_id", "conversation_id", "chain", "said")
    await connection.execute(insert(entry_mention).from_select(columns, told_by_one))


async def without_repeats(connection: Connection, placed: Sequence[Placed]) -> list[Placed]:
    """Those that no entry of the same conversation has ever said, in the same words: what was corrected or retracted
    since does not come back."""
    conversations = {item.conversation_id for item in placed if item.conversation_id}
    if not conversations:
        return []
    revisions = select(entry.c.type, entry_revision.c.payload, entry_revision.c.evidence)
    own = await connection.execute(
        revisions.add_columns(entry.c.conversation_id)
        .join(entry_revision, entry.c.id == entry_revision.c.entry_id)
        .where(among(connection, entry.c.conversation_id, conversations))
    )
    said = {(row.conversation_id, row.type, jsontext.canonical([row.payload, row.evidence])) for row in own}
    again = await connection.execute(
        revisions.add_columns(entry_mention.c.conversation_id)
        .join(entry_revision, entry.c.id == entry_revision.c.entry_id)
        .join(entry_mention, entry.c.id == entry_mention.c.entry_id)
        .where(among(connection, entry_mention.c.conversation_id, conversations))
    )
    quoted = {(row.conversation_id, row.type, jsontext.canonical(quote)) for row in again for quote in row.evidence}

    def is_new(item: Placed) -> bool:
        place = item.conversation_id, item.entry.type
        quotes = _evidence_json(item.entry)
        if (*place, jsontext.canonical([payload_json(item.entry.payload), quotes])) in said:
            return False
        return not quotes or not all((*place, jsontext.canonical(quote)) in quoted for quote in quotes)

    return [item for item in placed if is_new(item)]


async def retract_said_in(connection: Connection, conversations: Collection[UUID], *, by: str, at: datetime) -> None:
    """Retract every active entry of these conversations, as a new revision each. One that other conversations tell too
    stays, without the quotes that go."""
    await _leave_to_others(connection, conversations, by=by, at=at)
    said_there = and_(among(connection, entry.c.conversation_id, conversations), entry.c.state == "active")
    kept = ("payload", "evidence", "occurred_at", "occurred_zone", "source", "confidence", "occurred_said")
    retraction = select(
        entry.c.id,
        entry.c.revision + 1,
        *(entry_revision.c[name] for name in kept),
        *(literal(value, entry_revision.c[name].type) for name, value in (("state", "retracted"), ("recorded_at", at),
          ("recorded_by", by), ("reason", DELETED))),
    ).select_from(entry.join(entry_revision, is_newest())).where(said_there)  # fmt: skip
    columns = ("entry_id", "revision", *kept, "state", "recorded_at", "recorded_by", "reason")
    await connection.execute(insert(entry_revision).from_select(columns, retraction))
    await connection.execute(
        update(entry)
        .where(said_there)
        .values(state="retracted", revision=entry.c.revision + 1, updated_at=at, due_at=None)
    )


DELETED: Final = "the conversation was deleted"


async def _leave_to_others(connection: Connection, conversations: Collection[UUID], *, by: str, at: datetime) -> None:
    owned = among(connection, entry.c.conversation_id, conversations)
    mentioned = select(entry_mention.c.entry_id)
    told_there = entry.c.id.in_(mentioned.where(among(connection, entry_mention.c.conversation_id, conversations)))
    owners = await connection.execute(select(entry.c.subject_id).where(or_(owned, told_there)).distinct())
    await lock_records(connection, set(owners.scalars()))
    told_twice = any_entries().where(entry.c.state == "active", or_(told_there, and_(owned, entry.c.id.in_(mentioned))))
    for stored in [entry_of(row) for row in await connection.execute(told_twice)]:
        left = tuple(e for e in stored.evidence if e.conversation not in conversations)
        if not left and stored.source == "conversation":
            continue
        await append(connection, [Change(stored, replace(stored, evidence=left), by, DELETED)], at)
        if left:
            heir = update(entry).where(entry.c.id == stored.id, owned)
            await connection.execute(heir.values(conversation_id=left[0].conversation))
    await connection.execute(
        delete(entry_mention).where(among(connection, entry_mention.c.conversation_id, conversations))
    )


async def _around(connection: Connection, placed: Sequence[Placed]) -> list[Entry]:
    sought = [around(p.subject_id, p.entry.type, p.entry.payload, p.entry.occurred_at) for p in placed]
    return await look(connection, sought)


def _compared(new: Sequence[tuple[UUID, Placed]]) -> list[Compared]:
    return [Compared.placed(id_, item) for id_, item in new if item.entry.type in CONTRADICTIONS]


def _evidence_json(new: NewEntry) -> list[dict[str, object]]:
    return [e.model_dump(mode="json", exclude_none=True) for e in new.evidence]
