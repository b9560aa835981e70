"""Medication schedules: when doses are to be taken."""

from datetime import datetime, tzinfo
from typing import ClassVar, Self
from uuid import UUID

from pydantic import Field, model_validator

from carelog.record.payload import Payload, Quantity
from carelog.record.recurrence import Recurrence, next_occurrence
from carelog.record.registry import entry_type
from carelog.record.values import Day, Days, LocalTimes, Notes, Text, joined


@entry_type("medication_schedule", prefix="med_schedule", fhir="MedicationRequest", path="medication-schedules")
class MedicationSchedule(Payload):
    """Doses of one medication, at clock times on some days: days of the week, or every so many days.

    Adherence is worked out from the doses that this asks for and the `medication_log` entries that name it.
    """

    filters: ClassVar = ("medication_id", "name", "active")

    medication_id: UUID | None = Field(default=None, description="The medication's entry")
    name: Text | None = Field(default=None, description="The medication's name", examples=["metformin"])
    times: LocalTimes = Field(description="When doses are due, on the subject's clock: HH:MM", examples=[["08:00"]])
    days: Days | None = Field(default=None, description="On which days of the week; absent: every day")
    every_days: int | None = Field(
        default=None, ge=2, le=366, description="Every so many days, counted from starts_on: 2 is every other day"
    )
    dose: Quantity | None = Field(default=None, description="How much at a time, with its UCUM unit")
    instructions: Notes | None = Field(default=None, description="How to take it", examples=["after meals"])
    starts_on: Day | None = Field(default=None, description="The first day")
    ends_on: Day | None = Field(default=None, description="The last day")
    active: bool = Field(default=True, description="Whether doses are due")

    @model_validator(mode="after")
    def _of_something_and_in_order(self) -> Self:
        if self.medication_id is None and self.name is None:
            raise ValueError("a schedule has a medication_id or a name")
        if self.every_days and (self.days or self.starts_on is None):
            raise ValueError("every_days is counted from starts_on, and does without days")
        if self.starts_on and self.ends_on and self.ends_on < self.starts_on:
            raise ValueError("ends_on lies before starts_on")
        return self

    @property
    def recurrence(self) -> Recurrence:
        return Recurrence.of(self.times, self.days, first=self.starts_on, last=self.ends_on, every=self.every_days)

    def next_due(self, after: datetime, zone: tzinfo) -> datetime | None:
        return next_occurrence(self.recurrence, after, zone) if self.active else None

    def headline(self) -> str:
        days = f"every {self.every_days} days" if self.every_days else " ".join(self.days or ()) or "daily"
        what = " ".join(str(part) for part in (self.name or "medication", self.dose) if part)
        return f"{joined(what, *self.times)} {days}" + ("" if self.active else " (ended)")
