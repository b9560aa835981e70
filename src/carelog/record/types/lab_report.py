"""Laboratory reports: the results that one laboratory reported together."""

from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field

from carelog.record.payload import Payload
from carelog.record.registry import entry_type
from carelog.record.types.lab_result import Status
from carelog.record.values import Codes, Moment, Notes, Text, joined


@entry_type("lab_report", prefix="lab_report", fhir="DiagnosticReport", path="lab-reports")
class LabReport(Payload):
    """One report. Its results are entries of their own."""

    has_been: ClassVar = True
    filters: ClassVar = ("name", "status")

    name: Text = Field(description="What was examined", examples=["Lipid panel"])
    codes: Codes | None = Field(default=None, description="Its codes: LOINC")
    status: Status | None = Field(default=None, description="How far the laboratory is with it")
    results: Annotated[tuple[UUID, ...], Field(min_length=1, max_length=500)] | None = Field(
        default=None, description="The entries of its results"
    )
    reported_at: Moment | None = Field(default=None, description="When the laboratory reported it")
    laboratory: Text | None = Field(default=None, description="Who reported it")
    conclusion: Notes | None = Field(default=None, description="What the laboratory concludes")

    def headline(self) -> str:
        count = len(self.results or ())
        return joined(self.name, f"{count} results" if count > 1 else None, self.laboratory)
