"""Doses: taken, or skipped."""

from datetime import datetime, timedelta
from typing import ClassVar, Literal, Self
from uuid import UUID

from pydantic import Field, model_validator

from carelog.record.payload import Payload, Quantity
from carelog.record.registry import entry_type
from carelog.record.sameness import Sameness
from carelog.record.values import Moment, Notes, Text, joined, shown

Status = Literal["taken", "skipped"]


@entry_type("medication_log", prefix="med_log", fhir="MedicationAdministration", path="medication-logs")
class MedicationLog(Payload):
    """One dose. What was neither taken nor skipped as far as anybody said is no entry."""

    has_been: ClassVar = True
    filters: ClassVar = ("status", "medication_id", "schedule_id", "name")
    sameness: ClassVar = Sameness(
        {"name": 3.0, "schedule_id": 3.0, "status": 2.0, "dose": 1.0}, within=timedelta(minutes=30)
    )

    medication_id: UUID | None = Field(default=None, description="The medication's entry")
    schedule_id: UUID | None = Field(default=None, description="The schedule that asked for this dose")
    name: Text | None = Field(default=None, description="The medication's name", examples=["metformin"])
    status: Status = Field(default="taken", description="Whether the dose was taken")
    dose: Quantity | None = Field(default=None, description="How much, with its UCUM unit")
    taken_at: Moment | None = Field(default=None, description="When it was taken")
    scheduled_for: Moment | None = Field(default=None, description="When it was due by its schedule")
    reason: Text | None = Field(default=None, description="Why it was skipped, or taken as needed")
    notes: Notes | None = Field(default=None, description="Anything else that was said of it")

    @model_validator(mode="after")
    def _of_something(self) -> Self:
        if self.medication_id is None and self.schedule_id is None and self.name is None:
            raise ValueError("a dose has a medication_id, a schedule_id or a name")
        if self.status == "skipped" and self.taken_at is not None:
            raise ValueError("a skipped dose was not taken at any time")
        return self

    def happens_at(self) -> datetime | None:
        return self.taken_at or self.scheduled_for

    def headline(self) -> str:
        what = " ".join(str(part) for part in (self.name or "dose", self.dose) if part)
        when = self.happens_at()
        return f"{joined(what, when and shown(when))}: {self.status}"
