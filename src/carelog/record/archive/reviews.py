"""What waits for a person's judgement, or has had it."""

from collections.abc import AsyncIterator, Sequence
from typing import Any, ClassVar, Final
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from sqlalchemy import select

from carelog.conversations.tables import conversation
from carelog.db import Connection, among, insert_new
from carelog.record.archive.entries import owners_of
from carelog.record.archive.lines import AT_ONCE, PlainText, by_id, read_as, written
from carelog.record.archive.part import Bringing, Part, Piece, Taking
from carelog.record.evidence import Evidence
from carelog.record.review.adding import review_of
from carelog.record.review.items import Doubt, NewReview, Placed, Reading, Review, Status
from carelog.record.review.tables import review

_MEMBER: Final = "reviews.ndjson"


class ReadingLine(BaseModel):
    model_config = ConfigDict(extra="forbid")

    engine: PlainText = Field(max_length=80)
    payload: dict[str, Any]
    evidence: list[Evidence]


class ReviewLine(BaseModel):
    model_config = ConfigDict(extra="forbid")

    id: UUID
    conversation: UUID
    chain: PlainText | None = Field(max_length=80)
    type: PlainText = Field(max_length=40)
    doubt: Doubt
    status: Status
    fields: list[PlainText]
    readings: list[ReadingLine] = Field(min_length=1)
    occurred_at: AwareDatetime
    occurred_zone: PlainText = Field(max_length=64)
    entry: UUID | None
    recorded_at: AwareDatetime
    decided_at: AwareDatetime | None
    decided_by: PlainText | None = Field(max_length=80)


class ReviewsPart(Part):
    name: ClassVar = "reviews"

    async def take(self, taking: Taking) -> AsyncIterator[Piece]:
        owned = select(review).where(review.c.subject_id == taking.subject_id)
        async for rows in by_id(taking.connection, owned, review.c.id):
            yield _MEMBER, written(_line(review_of(row)) for row in rows)

    async def bring(self, bringing: Bringing) -> None:
        """Those whose conversations are here, and that nobody was asked about here."""
        async for values in bringing.archive.lines(_MEMBER, AT_ONCE):
            lines = [read_as(ReviewLine, value, _MEMBER) for value in values]
            talks = await _owners(bringing.connection, [bringing.id_of(line.conversation) for line in lines])
            entries = await owners_of(bringing.connection, [bringing.id_of(line.entry) for line in lines if line.entry])
            here = [line for line in lines if talks.get(bringing.id_of(line.conversation)) == bringing.subject_id]
            bringing.count("reviews", "left_out", len(lines) - len(here))
            rows = [_row(bringing, line) for line in here]
            for row in rows:
                if entries.get(row["entry_id"]) != bringing.subject_id:
                    row["entry_id"] = None
            await insert_new(bringing.connection, review, rows)


def _line(item: Review) -> dict[str, Any]:
    line = ReviewLine(
        id=item.id,
        conversation=item.conversation_id,
        chain=item.chain,
        type=item.type,
        doubt=item.doubt,
        status=item.status,
        fields=list(item.fields),
        readings=[ReadingLine.model_validate(one.as_json()) for one in item.readings],
        occurred_at=item.occurred_at,
        occurred_zone=item.occurred_zone,
        entry=item.entry_id,
        recorded_at=item.recorded_at,
        decided_at=item.decided_at,
        decided_by=item.decided_by,
    )
    return line.model_dump(mode="json")


def _row(bringing: Bringing, line: ReviewLine) -> dict[str, Any]:
    readings = tuple(Reading.of(bringing.renamed(one.model_dump(mode="json"))) for one in line.readings)
    new = NewReview(line.type, line.doubt, readings, line.occurred_at, line.occurred_zone, tuple(line.fields))
    conversation_id = bringing.id_of(line.conversation)
    return {
        "id": line.id,
        "subject_id": bringing.subject_id,
        "conversation_id": conversation_id,
        "chain": line.chain,
        "type": line.type,
        "doubt": str(line.doubt),
        "status": str(line.status),
        "fields": line.fields,
        "readings": [one.as_json() for one in readings],
        "occurred_at": line.occurred_at,
        "occurred_zone": line.occurred_zone,
        "entry_id": bringing.id_of(line.entry) if line.entry else None,
        "digest": Placed(bringing.subject_id, conversation_id, line.chain, new).digest,
        "recorded_at": line.recorded_at,
        "decided_at": line.decided_at,
        "decided_by": line.decided_by,
    }


async def _owners(connection: Connection, conversations: Sequence[UUID]) -> dict[UUID, UUID]:
    """Whose each of these conversations is, of those that there are."""
    owned = select(conversation.c.id, conversation.c.subject_id)
    rows = await connection.execute(owned.where(among(connection, conversation.c.id, conversations)))
    return {row.id: row.subject_id for row in rows}
