"""Prescriptions: medications that somebody ordered for the subject. Whether they are taken is told by `medication`."""

from typing import ClassVar, Literal

from pydantic import Field

from carelog.record.payload import Payload, Quantity
from carelog.record.registry import entry_type
from carelog.record.values import Codes, Notes, Text, joined

Status = Literal["draft", "active", "on_hold", "completed", "stopped", "cancelled"]


@entry_type("prescription", prefix="prescription", fhir="MedicationRequest", path="prescriptions")
class Prescription(Payload):
    """One order of one medication."""

    filters: ClassVar = ("medication", "status")

    medication: Text = Field(description="The medication", examples=["metformin 500 mg oral tablet"])
    codes: Codes | None = Field(default=None, description="Its codes: RxNorm")
    status: Status | None = Field(default=None, description="Where the order stands")
    dose: Quantity | None = Field(default=None, description="How much at a time, with its UCUM unit")
    frequency: Text | None = Field(default=None, description="How often", examples=["twice a day"])
    instructions: Notes | None = Field(default=None, description="How to take it", examples=["after meals"])
    as_needed: bool | None = Field(default=None, description="Whether it is taken only when needed")
    repeats: int | None = Field(default=None, ge=0, le=100, description="How often it may be dispensed again")
    prescriber: Text | None = Field(default=None, description="Who ordered it")
    reason: Text | None = Field(default=None, description="Why it was ordered")
    notes: Notes | None = Field(default=None, description="Anything else that was said of it")

    def headline(self) -> str:
        line = joined(self.medication, self.dose, self.frequency)
        return f"{line}: {self.status.replace('_', ' ')}" if self.status else line
