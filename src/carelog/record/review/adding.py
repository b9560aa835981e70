"""Writing doubts down, within the transaction that writes the entries of the same batch."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, update

from carelog.db import Connection, among, among_texts, insert_new
from carelog.kit.ids import new_id
from carelog.record.appending import Change
from carelog.record.review.items import Doubt, Placed, Reading, Review, Status
from carelog.record.review.tables import review
from carelog.telemetry import metrics


async def add(
    connection: Connection, placed: Sequence[Placed], entries: Mapping[str, UUID], at: datetime
) -> Counter[str]:
    """Write new items, but for those that a person was asked about before, and return how many there were of each
    doubt. `entries` are the ids of entries by their origins; what is about an entry that was not written is none."""
    wanted = {one.digest: one for one in placed if not isinstance(one.about, str) or one.about in entries}
    if not wanted:
        return Counter()
    asked = select(review.c.digest).where(among_texts(connection, review.c.digest, wanted.keys()))
    known = await connection.execute(asked)
    new = {digest: wanted[digest] for digest in wanted.keys() - set(known.scalars())}
    await insert_new(connection, review, [_row(digest, one, entries, at) for digest, one in sorted(new.items())])
    return Counter(str(one.review.doubt) for one in new.values())


async def decide_with_entries(connection: Connection, changes: Sequence[Change], *, by: str, at: datetime) -> None:
    """Whoever confirms, changes or retracts an entry that open items are about has decided these too."""
    for change in changes:
        if change.stored.confidence not in ("disputed", "confirmed"):
            continue
        same = (change.stored.payload, change.stored.evidence) == (change.wanted.payload, change.wanted.evidence)
        status = Status.CONFIRMED if same else Status.CORRECTED
        if change.wanted.state == "retracted":
            status = Status.REJECTED
        about = update(review).where(review.c.entry_id == change.stored.id, review.c.status == Status.OPEN)
        decided = about.values(status=status, decided_at=at, decided_by=by).returning(review.c.doubt)
        for doubt in (await connection.execute(decided)).scalars():
            metrics.review_decided(doubt, str(status))


async def open_items(connection: Connection, conversations: Collection[UUID]) -> list[Review]:
    """What of these conversations waits to be decided."""
    waiting = select(review).where(
        among(connection, review.c.conversation_id, conversations), review.c.status == Status.OPEN
    )
    return [review_of(row) for row in await connection.execute(waiting)]


async def withdraw(connection: Connection, ids: Collection[UUID]) -> None:
    """Take back items that nobody has decided, since what they ask is not in question any more."""
    if ids:
        await connection.execute(
            delete(review).where(among(connection, review.c.id, ids), review.c.status == Status.OPEN)
        )


def review_of(row: Any) -> Review:
    """From a row of the table."""
    return Review(
        id=row.id,
        subject_id=row.subject_id,
        conversation_id=row.conversation_id,
        chain=row.chain,
        type=row.type,
        doubt=Doubt(row.doubt),
        status=Status(row.status),
        fields=tuple(row.fields),
        readings=tuple(Reading.of(one) for one in row.readings),
        occurred_at=row.occurred_at,
        occurred_zone=row.occurred_zone,
        entry_id=row.entry_id,
        digest=row.digest,
        recorded_at=row.recorded_at,
        decided_at=row.decided_at,
        decided_by=row.decided_by,
    )


def _row(digest: str, placed: Placed, entries: Mapping[str, UUID], at: datetime) -> dict[str, Any]:
    new = placed.review
    return {
        "id": new_id(),
        "subject_id": placed.subject_id,
        "conversation_id": placed.conversation_id,
        "chain": placed.chain,
        "type": new.type,
        "doubt": str(new.doubt),
        "status": str(Status.OPEN),
        "fields": list(new.fields),
        "readings": [one.as_json() for one in new.readings],
        "occurred_at": new.occurred_at,
        "occurred_zone": new.occurred_zone,
        "entry_id": entries[placed.about] if isinstance(placed.about, str) else placed.about,
        "digest": digest,
        "recorded_at": at,
        "decided_at": None,
        "decided_by": None,
    }
