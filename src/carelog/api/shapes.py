"""What the API answers with."""

from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import Any, Generic, Literal, TypeVar
from uuid import UUID

from pydantic import BaseModel, Field

from carelog.api.entry_view import entry_view
from carelog.conversations.store import Listed, Stored
from carelog.kit.paging import Page
from carelog.pipeline.dead_letters import DeadLetter
from carelog.pipeline.intake import Receipt
from carelog.pipeline.run import Run
from carelog.pipeline.storage_copy import StorageCopy
from carelog.record import Entry, Evidence
from carelog.record.entries import Confidence, Source
from carelog.record.likely_same import Alike, LikelySame, Sign
from carelog.record.subjects import Subject

T = TypeVar("T")


class ErrorBody(BaseModel):
    code: str
    message: str
    details: dict[str, Any]


class ErrorOut(BaseModel):
    """The one error envelope."""

    status: Literal["error"]
    error: ErrorBody


class PageOut(BaseModel, Generic[T]):
    """Some items; `next` is the cursor of the page that follows, null on the last one."""

    items: list[T]
    next: str | None

    @classmethod
    def of(cls, page: Page[Any], items: Iterable[T]) -> "PageOut[T]":
        """`items` as they are shown, with the cursor of the page that they come from."""
        return cls(items=list(items), next=str(page.next) if page.next else None)


class ReceiptOut(BaseModel):
    """What became of a conversation that was handed in. `runs` are the passages that it began."""

    status: Literal["accepted", "duplicate"]
    id: UUID
    subject_id: UUID | None
    runs: list[UUID]

    @classmethod
    def of(cls, receipt: Receipt) -> "ReceiptOut":
        return cls(
            status="accepted" if receipt.verdict == "accepted" else "duplicate",
            id=receipt.conversation_id,
            subject_id=receipt.subject_id,
            runs=list(receipt.runs),
        )


class ConversationOut(BaseModel):
    id: UUID
    channel: str
    external_id: str
    subject_id: UUID
    title: str | None
    started_at: datetime
    recorded_at: datetime
    needs: Literal["transcript"] | None = Field(description="What its runs wait for, if they do")

    @classmethod
    def of(cls, found: Listed | Stored, waiting: Collection[UUID]) -> "ConversationOut":
        """`waiting` has the ids of those that wait for a transcript."""
        return cls(
            needs="transcript" if found.id in waiting else None,
            id=found.id,
            channel=found.channel,
            external_id=found.external_id,
            subject_id=found.subject_id,
            title=found.title,
            started_at=found.started_at,
            recorded_at=found.recorded_at,
        )


class SubjectOut(BaseModel):
    id: UUID
    name: str | None
    zone: str | None = Field(description="An IANA name, or a fixed offset such as +05:30")
    recorded_at: datetime

    @classmethod
    def of(cls, subject: Subject) -> "SubjectOut":
        return cls(id=subject.id, name=subject.name, zone=subject.zone, recorded_at=subject.recorded_at)


class LikelyOut(BaseModel):
    subject: SubjectOut
    because: list[Sign] = Field(description="What is the same")

    @classmethod
    def of(cls, likely: LikelySame) -> "LikelyOut":
        return cls(subject=SubjectOut.of(likely.subject), because=list(likely.because))


class LikelyListOut(BaseModel):
    items: list[LikelyOut]


class AlikeOut(BaseModel):
    subject: SubjectOut
    likely: list[LikelyOut] = Field(description="Those known before, the first first")

    @classmethod
    def of(cls, alike: Alike) -> "AlikeOut":
        return cls(subject=SubjectOut.of(alike.subject), likely=[LikelyOut.of(one) for one in alike.likely])


class LocalOut(BaseModel):
    """A moment on the clock and calendar that the subject has now."""

    date: date
    time: str
    day_of_week: Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
    is_today: bool
    zone: str


class EntryOut(BaseModel):
    """One fact of the record, with the words that it came from."""

    context_id: str
    id: UUID
    subject_id: UUID
    type: str
    revision: int
    state: Literal["active", "retracted"]
    source: Source
    confidence: Confidence | None = Field(
        description="Of what engines read: two read the same, one did, two read it in two ways and a person is asked "
        "(see /api/review), or a person has confirmed or corrected it"
    )
    headline: str
    payload: dict[str, Any] = Field(description="By type; see /api/entry-types")
    evidence: list[Evidence]
    occurred_at: datetime = Field(description="When it happened, on the subject's clock of then")
    occurred_said: str | None = Field(
        description="Where nobody knows the date: when it happened in words, or `unknown`; `occurred_at` is then when "
        "it was written down"
    )
    local: LocalOut
    due_at: datetime | None = Field(description="When the subject is next to be reminded of it")
    contradicts: list[str] = Field(description="Context ids of entries that cannot be true together with this one")
    recorded_at: datetime = Field(description="When this was learnt")
    recorded_by: str
    reason: str | None = Field(description="Why this revision was made")

    @classmethod
    def of(cls, entry: Entry, now: datetime) -> "EntryOut":
        return cls.model_validate(entry_view(entry, now))


class DayOut(BaseModel):
    """One day of the timeline, on the subject's clock."""

    date: date
    entries: list[EntryOut]


class RunOut(BaseModel):
    id: UUID
    conversation_id: UUID
    subject_id: UUID
    chain: str
    chain_version: str
    state: str
    lane: str
    position: int = Field(description="The link to run next, counted from 0")
    tries: int
    due_at: datetime
    stopped: bool = Field(description="Whether a link ended the run early")
    error: dict[str, Any] | None
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, run: Run) -> "RunOut":
        return cls(
            id=run.id,
            conversation_id=run.conversation_id,
            subject_id=run.subject_id,
            chain=run.chain,
            chain_version=run.chain_version,
            state=run.state,
            lane=run.lane.name.lower(),
            position=run.position,
            tries=run.tries,
            due_at=run.due_at,
            stopped=run.stopped,
            error=dict(run.error) if run.error else None,
            created_at=run.created_at,
            updated_at=run.updated_at,
        )


class CopyOut(BaseModel):
    """A conversation's way to a storage, or out of it."""

    id: UUID
    storage: str
    action: Literal["save", "delete"]
    conversation_id: UUID
    subject_id: UUID
    run_id: UUID | None
    chain: str | None
    revision: int | None = Field(description="Of the document that is stored")
    state: Literal["queued", "stored", "dead", "discarded"]
    tries: int
    due_at: datetime
    error: dict[str, Any] | None
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, copy: StorageCopy) -> "CopyOut":
        return cls.model_validate(copy, from_attributes=True)


class DeadLetterOut(BaseModel):
    """A run that failed at a link, or a copy that a storage did not take."""

    kind: Literal["run", "copy"]
    id: UUID
    conversation_id: UUID
    subject_id: UUID
    chain: str | None = Field(description="Null for a deletion from a storage")
    link: str | None
    storage: str | None
    state: str = Field(description='"dead", until it is driven again or discarded')
    tries: int
    error: dict[str, Any]
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, letter: DeadLetter) -> "DeadLetterOut":
        return cls.model_validate(letter, from_attributes=True)


class PoppedOut(BaseModel):
    conversations: list[UUID]


class CountOut(BaseModel):
    count: int


class Check(BaseModel):
    name: str
    ok: bool
    detail: str | None = None


class HealthOut(BaseModel):
    status: Literal["ok", "failing"]
    version: str
    checks: list[Check] = []
