"""Procedures: what was done to the subject, or is planned."""

from typing import ClassVar, Literal

from pydantic import Field

from carelog.record.payload import Payload
from carelog.record.registry import entry_type
from carelog.record.values import Codes, Moment, Notes, Text, joined

Status = Literal["planned", "in_progress", "not_done", "on_hold", "stopped", "completed"]


@entry_type("procedure", prefix="procedure", fhir="Procedure", path="procedures")
class Procedure(Payload):
    """One procedure."""

    filters: ClassVar = ("name", "status")

    name: Text = Field(description="What is done", examples=["appendectomy"])
    codes: Codes | None = Field(default=None, description="Its codes: SNOMED CT, CPT")
    status: Status | None = Field(default=None, description="How far it is")
    ended_at: Moment | None = Field(default=None, description="When it ended")
    body_site: Text | None = Field(default=None, description="The part of the body")
    reason: Text | None = Field(default=None, description="Why it is done")
    outcome: Text | None = Field(default=None, description="What came of it")
    performer: Text | None = Field(default=None, description="Who does it")
    location: Text | None = Field(default=None, description="Where")
    notes: Notes | None = Field(default=None, description="Anything else that was said of it")

    def headline(self) -> str:
        line = joined(self.name, self.body_site)
        return f"{line}: {self.status.replace('_', ' ')}" if self.status else line
