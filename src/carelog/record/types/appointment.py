"""Appointments with the people who treat the subject."""

from datetime import datetime, timedelta, tzinfo
from typing import ClassVar, Literal, Self

from pydantic import Field, model_validator

from carelog.record.payload import Payload
from carelog.record.registry import entry_type
from carelog.record.sameness import Sameness
from carelog.record.values import HttpsUrl, Moment, Notes, Text, joined, shown

Status = Literal["proposed", "scheduled", "confirmed", "completed", "cancelled", "missed"]
Kind = Literal["consultation", "follow_up", "checkup", "test", "procedure", "therapy", "vaccination", "other"]

_TO_COME = ("scheduled", "confirmed")


@entry_type("appointment", prefix="appointment", fhir="Appointment", path="appointments")
class Appointment(Payload):
    """One appointment. A day that was named without an hour stands in `when`, and no hour is made up for it."""

    filters: ClassVar = ("status", "kind", "virtual", "doctor", "location")
    by_the_clock: ClassVar = False
    sameness: ClassVar = Sameness(
        {"scheduled_at": 3.0, "title": 2.0, "location": 1.5, "doctor": 1.5}, within=timedelta(minutes=30)
    )

    title: Text = Field(description="What it is about", examples=["Annual check-up"])
    scheduled_at: Moment | None = Field(default=None, description="When it begins, with the offset from UTC")
    when: Text | None = Field(default=None, description="When, as it was said", examples=["in two weeks"])
    minutes: int | None = Field(default=None, gt=0, le=1440, description="How long it takes, in minutes")
    kind: Kind | None = Field(default=None, description="What is done")
    status: Status | None = Field(default=None, description="Where it stands")
    doctor: Text | None = Field(default=None, description="Who sees the subject")
    specialty: Text | None = Field(default=None, description="The branch of medicine", examples=["cardiology"])
    location: Text | None = Field(default=None, description="Where")
    virtual: bool | None = Field(default=None, description="Whether it is held by video or telephone")
    url: HttpsUrl | None = Field(default=None, description="Where to join it, https")
    reason: Text | None = Field(default=None, description="Why it was made")
    notes: Notes | None = Field(default=None, description="What to bring or to keep in mind")
    reminder_minutes_before: int | None = Field(
        default=None, ge=0, le=40320, description="Minutes before it at which to remind; without it nobody is reminded"
    )

    @model_validator(mode="after")
    def _reminds_of_an_hour(self) -> Self:
        if self.reminder_minutes_before is not None and self.scheduled_at is None:
            raise ValueError("a reminder needs scheduled_at")
        return self

    def happens_at(self) -> datetime | None:
        return self.scheduled_at

    def next_due(self, after: datetime, zone: tzinfo) -> datetime | None:
        if self.scheduled_at is None or self.reminder_minutes_before is None:
            return None
        due = self.scheduled_at - timedelta(minutes=self.reminder_minutes_before)
        return due if due > after and self.status in {None, *_TO_COME} else None

    def headline(self) -> str:
        line = joined(self.title, self.scheduled_at and shown(self.scheduled_at), self.doctor, self.location)
        line = line if self.scheduled_at else joined(line, self.when)
        return f"{line}: {self.status}" if self.status else line
