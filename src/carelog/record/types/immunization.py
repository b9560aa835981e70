"""Immunizations that the subject was given, or was not."""

from typing import ClassVar, Literal

from pydantic import Field

from carelog.record.payload import Payload, Quantity
from carelog.record.registry import entry_type
from carelog.record.values import Codes, Day, Notes, Text, joined

Status = Literal["given", "not_given"]


@entry_type("immunization", prefix="immunization", fhir="Immunization", path="immunizations")
class Immunization(Payload):
    """One dose of one vaccine."""

    filters: ClassVar = ("vaccine", "status")

    vaccine: Text = Field(description="The vaccine", examples=["influenza, seasonal"])
    codes: Codes | None = Field(default=None, description="Its codes: CVX")
    status: Status = Field(default="given", description="Whether it was given")
    dose: Quantity | None = Field(default=None, description="How much, with its UCUM unit")
    lot: Text | None = Field(default=None, description="The lot number")
    manufacturer: Text | None = Field(default=None, description="Who makes it")
    expires_on: Day | None = Field(default=None, description="The last day on which the lot may be given")
    site: Text | None = Field(default=None, description="Where in the body", examples=["left arm"])
    given_by: Text | None = Field(default=None, description="Who gave it")
    reason: Text | None = Field(default=None, description="Why it was given, or was not")
    notes: Notes | None = Field(default=None, description="Anything else that was said of it")

    def headline(self) -> str:
        return joined(self.vaccine, self.dose) + (": not given" if self.status == "not_given" else "")
