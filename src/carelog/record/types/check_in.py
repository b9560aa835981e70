"""Check-ins: what a conversation was about, for the clinician who reviews it."""

from datetime import datetime
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from carelog.record.payload import Payload
from carelog.record.registry import entry_type
from carelog.record.values import Moment, Notes, Text

Kind = Literal["call", "voice", "message", "form", "visit"]
Sentiment = Literal["positive", "neutral", "negative", "mixed"]
Urgency = Literal["routine", "follow_up", "urgent"]
Status = Literal["pending", "reviewed", "flagged", "archived"]


@entry_type("check_in", prefix="check_in", fhir="Communication", path="check-ins")
class CheckIn(Payload):
    """One check-in and its review: `pending` until somebody looks at it. Who did, and when, the record itself notes."""

    filters: ClassVar = ("status", "urgency", "sentiment", "kind", "reviewed_by")

    kind: Kind | None = Field(default=None, description="How it came in")
    summary: Notes | None = Field(default=None, description="What was said, in two or three sentences")
    topics: Annotated[tuple[Text, ...], Field(min_length=1, max_length=20)] | None = Field(
        default=None, description="The main topics"
    )
    sentiment: Sentiment | None = Field(default=None, description="The tone; absent where it was not told")
    mood: Text | None = Field(default=None, description="Mood in the subject's own words")
    energy: int | None = Field(default=None, ge=1, le=10, description="Energy from 1 (none) to 10, as it was said")
    urgency: Urgency | None = Field(default=None, description="How soon somebody is to look at it")
    timestamp: Moment | None = Field(default=None, description="When it took place")
    status: Status = Field(default="pending", description="Where its review stands")
    reviewed_by: Text | None = Field(default=None, description="Who reviewed or flagged it")
    reviewed_at: Moment | None = Field(default=None, description="When it was reviewed or flagged")
    review_notes: Notes | None = Field(default=None, description="What the reviewer noted")

    def happens_at(self) -> datetime | None:
        return self.timestamp

    def headline(self) -> str:
        told = self.summary or ", ".join(self.topics or ()) or self.mood or "check-in"
        line = told if len(told) <= 120 else told[:117].rstrip() + "..."
        urgency = f"{self.urgency.replace('_', '-')}, " if self.urgency and self.urgency != "routine" else ""
        return f"{line} ({urgency}{self.status})"
