"""Conditions: what the subject has, or had."""

from typing import ClassVar, Literal

from pydantic import Field

from carelog.record.payload import Payload
from carelog.record.registry import entry_type
from carelog.record.sameness import Sameness
from carelog.record.values import Codes, Notes, PartialDate, Text, joined

ICD_10_CM = "http://hl7.org/fhir/sid/icd-10-cm"

Status = Literal["active", "managed", "resolved"]
Certainty = Literal["suspected", "confirmed", "refuted"]
Severity = Literal["mild", "moderate", "severe"]


@entry_type("condition", prefix="condition", fhir="Condition", path="conditions")
class Condition(Payload):
    """One condition. `managed` is active and kept in check by treatment."""

    filters: ClassVar = ("status", "severity", "certainty")
    sameness: ClassVar = Sameness({"name": 1.0}, threshold=1.0)  # type 1 diabetes is not type 2

    name: Text = Field(description="The condition in words", examples=["type 2 diabetes"])
    codes: Codes | None = Field(default=None, description="Its codes: ICD-10-CM, SNOMED CT")
    status: Status | None = Field(default=None, description="Whether the subject has it at present")
    certainty: Certainty | None = Field(default=None, description="How far the diagnosis is settled")
    severity: Severity | None = Field(default=None, description="How bad it is")
    onset: PartialDate | None = Field(default=None, description="Since when: YYYY, YYYY-MM or a day")
    resolved: PartialDate | None = Field(default=None, description="Until when: YYYY, YYYY-MM or a day")
    body_site: Text | None = Field(default=None, description="The part of the body")
    diagnosed_by: Text | None = Field(default=None, description="Who made the diagnosis")
    notes: Notes | None = Field(default=None, description="Anything else that was said of it")

    @property
    def icd10(self) -> str | None:
        """Its ICD-10-CM code."""
        return next((code.code for code in self.codes or () if code.system == ICD_10_CM), None)

    def headline(self) -> str:
        code = self.icd10
        name = f"{self.name} ({code})" if code else self.name
        return joined(f"{name}: {self.status}" if self.status else name, self.severity, self.certainty)
