"""Protocols: treatments that are assigned to the subject, and how far they are."""

from datetime import datetime
from typing import ClassVar, Literal, Self
from uuid import UUID

from pydantic import Field, ValidationInfo, field_validator, model_validator

from carelog.record.payload import Payload
from carelog.record.registry import entry_type
from carelog.record.values import Day, Moment, Notes, Text, joined

Status = Literal["requested", "active", "paused", "completed", "cancelled"]


@entry_type("protocol", prefix="protocol", fhir="CarePlan", path="protocols")
class Protocol(Payload):
    """One assignment, of a treatment of the catalogue or of one that is only named."""

    filters: ClassVar = ("status", "treatment_id", "category")

    treatment_id: UUID | None = Field(default=None, description="The treatment of the catalogue")
    name: Text | None = Field(default=None, description="What is to be done, where it is not of the catalogue")
    category: Text | None = Field(default=None, description="What kind of treatment it is", examples=["Therapy"])
    assigned_by: Text | None = Field(default=None, description="Who assigned it")
    assigned_at: Moment | None = Field(default=None, description="When it was assigned")
    status: Status | None = Field(default=None, description="Where it stands")
    dosage: Text | None = Field(default=None, description="How much at a time")
    frequency: Text | None = Field(default=None, description="How often", examples=["twice a week"])
    instructions: Notes | None = Field(default=None, description="What the subject is to do")
    sessions_done: int | None = Field(default=None, ge=0, le=10000, description="Sessions that took place")
    sessions_total: int | None = Field(default=None, gt=0, le=10000, description="Sessions that were planned")
    adherence: float | None = Field(
        default=None,
        ge=0,
        le=100,
        validate_default=True,
        json_schema_extra={"readOnly": True},
        description="Percent of the planned sessions that took place, worked out: what is sent here is not read",
    )
    starts_on: Day | None = Field(default=None, description="The first day")
    ends_on: Day | None = Field(default=None, description="The last day")
    notes: Notes | None = Field(default=None, description="Anything else, such as what was asked for")

    @field_validator("adherence", mode="before")
    @classmethod
    def _worked_out(cls, _sent: object, info: ValidationInfo) -> float | None:
        done, total = info.data.get("sessions_done"), info.data.get("sessions_total")
        return None if done is None or not total else min(100.0, round(100 * done / total, 1))

    @model_validator(mode="after")
    def _of_something_and_in_order(self) -> Self:
        if self.treatment_id is None and self.name is None:
            raise ValueError("a protocol has a treatment_id or a name")
        if self.starts_on and self.ends_on and self.ends_on < self.starts_on:
            raise ValueError("ends_on lies before starts_on")
        return self

    def happens_at(self) -> datetime | None:
        return self.assigned_at

    def headline(self) -> str:
        done = f"{self.sessions_done}/{self.sessions_total} sessions" if self.adherence is not None else None
        line = joined(self.name or "protocol", self.dosage, self.frequency, done)
        return f"{line}: {self.status}" if self.status else line
