"""`/api/review`: readings that a person has to judge before they are believed, and what they make of them."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field

from carelog.api.access import ReadsEntries, WritesEntries
from carelog.api.entry_writing import Reason
from carelog.api.errors import refusals
from carelog.api.parameters import CursorText, Given, Limit, Moment, Text, cursor_of
from carelog.api.record_of import RecordRead
from carelog.api.services import ServicesOf
from carelog.api.shapes import EntryOut, PageOut
from carelog.record import Evidence
from carelog.record.review.items import Doubt, Review, Status
from carelog.record.review.store import Decision, ReviewQuery

router = APIRouter(prefix="/api", tags=["review"])

_DECIDED: Final = refusals(404, 409)


class ReadingOut(BaseModel):
    """One engine's reading, with its words. It need not be a valid payload of its type."""

    engine: str = Field(description="Its name and version; or who confirmed what was read before")
    payload: dict[str, Any]
    evidence: list[Evidence]


class ReviewOut(BaseModel):
    """What waits for a person's judgement, or has had it."""

    id: UUID
    subject_id: UUID
    conversation_id: UUID
    type: str = Field(description="The entry type; see /api/entry-types")
    doubt: Doubt = Field(
        description="implausible: nobody alive can have this value; disputed: it was read in two ways; ungrounded: a "
        "model claims what the words that it quotes do not say"
    )
    status: Status
    fields: list[str] = Field(description="Those of the payload that are in doubt, where that is known")
    readings: list[ReadingOut]
    occurred_at: datetime = Field(description="When it happened, on the subject's clock of then")
    entry_id: UUID | None = Field(description="The entry that stands in the record meanwhile, or came of the decision")
    recorded_at: datetime
    decided_at: datetime | None
    decided_by: str | None

    @classmethod
    def of(cls, item: Review) -> "ReviewOut":
        return cls.model_validate(replace(item, occurred_at=item.occurred_local), from_attributes=True)


class DecisionOut(BaseModel):
    """An item that is decided, and the entry that stands in the record for it now, if any does."""

    review: ReviewOut
    entry: EntryOut | None

    @classmethod
    def of(cls, decision: Decision, now: datetime) -> "DecisionOut":
        entry = decision.entry
        return cls(review=ReviewOut.of(decision.review), entry=EntryOut.of(entry, now) if entry else None)


class _Because(BaseModel):
    model_config = ConfigDict(extra="forbid")

    reason: Reason | None = Field(default=None, description="Why, for the entry's history")


class ConfirmIn(_Because):
    """Which reading is right."""

    reading: Annotated[int, Field(ge=0)] | Text | None = Field(
        default=None,
        description="Its place among the readings, from 0, or its engine, with its version or without; it may be left "
        "out where there is only one",
    )


class CorrectIn(_Because):
    """What was said instead."""

    payload: dict[str, Any] = Field(description="Of the item's type: it becomes the entry")
    occurred_at: Moment | None = Field(default=None, description="When it happened, with a zone; as it was read")


class RejectIn(_Because):
    """No reading is right."""


def _query(
    status: Annotated[Status | Literal["any"], Query(description="What has become of them")] = Status.OPEN,
    type: Annotated[Given[Text], Query(description="Only this entry type")] = None,  # noqa: A002
    doubt: Annotated[Given[Doubt], Query(description="Only what is doubted for this")] = None,
    conversation_id: Annotated[Given[UUID], Query(description="Only what was read of this conversation")] = None,
    entry_id: Annotated[Given[UUID], Query(description="Only what is about this entry")] = None,
) -> ReviewQuery:
    return ReviewQuery(None if status == "any" else Status(status), type, doubt, conversation_id, entry_id)


Which = Annotated[ReviewQuery, Depends(_query)]


@router.get("/review", summary="List what waits for a person's judgement")
async def list_reviews(
    services: ServicesOf, who: ReadsEntries, query: Which, limit: Limit = 50, cursor: CursorText = None
) -> PageOut[ReviewOut]:
    """Of all records that you may see, the newest first; what is decided already when you ask for its status."""
    page = await services.reviews.page(who, query, limit=limit, cursor=cursor_of(cursor))
    return PageOut.of(page, map(ReviewOut.of, page.items))


@router.get(
    "/subjects/{subject_id}/review", summary="List what of a record waits for judgement", responses=refusals(404)
)
async def list_reviews_of_record(
    services: ServicesOf, record: RecordRead, query: Which, limit: Limit = 50, cursor: CursorText = None
) -> PageOut[ReviewOut]:
    page = await services.reviews.page(
        record.who, query, subject_id=record.subject_id, limit=limit, cursor=cursor_of(cursor)
    )
    return PageOut.of(page, map(ReviewOut.of, page.items))


@router.get("/review/{review_id}", summary="Read one item with its readings", responses=refusals(404))
async def read_review(review_id: UUID, services: ServicesOf, who: ReadsEntries) -> ReviewOut:
    return ReviewOut.of(await services.reviews.get(who, review_id))


@router.post("/review/{review_id}/confirm", summary="Say which reading is right", responses=_DECIDED)
async def confirm_review(
    review_id: UUID, services: ServicesOf, who: WritesEntries, said: ConfirmIn = ConfirmIn()
) -> DecisionOut:
    """It becomes the entry, which no engine and no conversation changes any more. A reading that no entry can be is
    refused: it wants correcting. What is decided already is refused with 409, `review.decided`."""
    decision = await services.reviews.confirm(who, review_id, reading=said.reading, reason=said.reason)
    return DecisionOut.of(decision, services.clock.now())


@router.post("/review/{review_id}/correct", summary="Say what was meant", responses=_DECIDED)
async def correct_review(review_id: UUID, services: ServicesOf, who: WritesEntries, said: CorrectIn) -> DecisionOut:
    """It becomes the entry, with the words of all readings, which no engine and no conversation changes any more."""
    decision = await services.reviews.correct(
        who, review_id, said.payload, occurred_at=said.occurred_at, reason=said.reason
    )
    return DecisionOut.of(decision, services.clock.now())


@router.post("/review/{review_id}/reject", summary="Say that no reading is right", responses=_DECIDED)
async def reject_review(
    review_id: UUID, services: ServicesOf, who: WritesEntries, said: RejectIn = RejectIn()
) -> DecisionOut:
    """The entry that stood in the record meanwhile is retracted, and no engine brings it back."""
    decision = await services.reviews.reject(who, review_id, reason=said.reason)
    return DecisionOut.of(decision, services.clock.now())
