"""Alarms: the subject is to be reminded at a time on their own clock, once or on days of the week."""

from datetime import datetime, tzinfo
from typing import ClassVar, Literal, Self
from uuid import UUID

from pydantic import Field, model_validator

from carelog.record.payload import Payload
from carelog.record.recurrence import Recurrence, next_occurrence
from carelog.record.registry import entry_type
from carelog.record.values import Day, Days, LocalTime, Notes, Text

Kind = Literal["medication", "water", "meal", "meditation", "appointment", "exercise", "sleep", "other"]


@entry_type("alarm", prefix="alarm", fhir="CommunicationRequest", path="alarms")
class Alarm(Payload):
    """One alarm. Without `days` and `on` it goes off every day."""

    filters: ClassVar = ("kind", "active", "reference_id")

    kind: Kind = Field(description="What it reminds of")
    title: Text = Field(description="What is shown", examples=["Take metformin"])
    message: Notes | None = Field(default=None, description="What is told beside the title")
    time: LocalTime = Field(description="When, on the subject's clock: HH:MM")
    days: Days | None = Field(default=None, description="On which days of the week; absent: every day")
    on: Day | None = Field(default=None, description="On this one day only")
    active: bool = Field(default=True, description="Whether it goes off")
    reference_id: UUID | None = Field(default=None, description="The entry that it is about")

    @model_validator(mode="after")
    def _once_or_again(self) -> Self:
        if self.on and self.days:
            raise ValueError("an alarm has days or one day, not both")
        return self

    @property
    def recurrence(self) -> Recurrence:
        return Recurrence.of([self.time], self.days, first=self.on, last=self.on)

    def next_due(self, after: datetime, zone: tzinfo) -> datetime | None:
        return next_occurrence(self.recurrence, after, zone) if self.active else None

    def headline(self) -> str:
        when = self.on.isoformat() if self.on else " ".join(self.days) if self.days else "daily"
        return f"{self.title}: {self.time} {when}" + ("" if self.active else " (off)")
