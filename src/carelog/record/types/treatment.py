"""Treatments that a clinic offers: the catalogue, the same for everyone."""

from typing import ClassVar, Literal

from pydantic import Field

from carelog.record.payload import Payload
from carelog.record.registry import entry_type
from carelog.record.sameness import Sameness
from carelog.record.values import Codes, Money, Notes, Text, joined

Status = Literal["draft", "active", "retired"]


@entry_type("treatment", prefix="treatment", fhir="ActivityDefinition", path="treatments", shared=True)
class Treatment(Payload):
    """One treatment. Assigned to a subject it becomes a `protocol`."""

    filters: ClassVar = ("category", "status")
    sameness: ClassVar = Sameness({"name": 2.0, "category": 1.0}, threshold=1.0)  # vitamin B6 is not B12

    name: Text = Field(description="Its name", examples=["Red light therapy"])
    description: Notes | None = Field(default=None, description="What it is and whom it helps")
    category: Text | None = Field(default=None, description="The shelf it stands on", examples=["Medications"])
    codes: Codes | None = Field(default=None, description="Its codes: SNOMED CT, RxNorm, CPT")
    duration: Text | None = Field(default=None, description="How long it goes on", examples=["8 weeks"])
    minutes: int | None = Field(default=None, gt=0, le=1440, description="How long one session takes, in minutes")
    frequency: Text | None = Field(default=None, description="How often", examples=["twice a week"])
    sessions: int | None = Field(default=None, gt=0, le=10000, description="Of how many sessions it is made")
    cost: Money | None = Field(default=None, description="What it costs")
    status: Status | None = Field(default=None, description="Whether it is offered at present")

    def headline(self) -> str:
        line = joined(self.name, self.category, self.duration, self.frequency)
        return f"{line}: {self.status}" if self.status else line
