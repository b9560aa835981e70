"""Biomarkers: values that are followed over time against what is optimal and what is critical."""

from datetime import datetime
from typing import ClassVar, Literal

from pydantic import Field, ValidationInfo, field_validator

from carelog.record.payload import Payload, Quantity
from carelog.record.registry import entry_type
from carelog.record.values import Interval, Loinc, Moment, Notes, Text

Standing = Literal["optimal", "warning", "critical"]


def standing(value: float, optimal: Interval | None, safe: Interval | None) -> Standing | None:
    """Where a value stands; None where the ranges that are known do not tell.

    >>> standing(118, Interval(low=70, high=99), Interval(low=54, high=250))
    'warning'
    """
    if safe and not safe.holds(value):
        return "critical"
    if optimal is None:
        return None
    return "optimal" if optimal.holds(value) else "warning"


@entry_type("biomarker", prefix="biomarker", fhir="Observation", path="biomarkers")
class Biomarker(Payload):
    """One reading of one biomarker, with the ranges that hold for this subject."""

    has_been: ClassVar = True
    filters: ClassVar = ("code", "status", "category", "loinc")

    code: str = Field(
        max_length=60,
        pattern=r"^[a-z0-9][a-z0-9_.-]*$",
        description="Its short name, the same for all readings",
        examples=["ldl_cholesterol"],
    )
    name: Text | None = Field(default=None, description="Its name for people", examples=["LDL cholesterol"])
    loinc: Loinc | None = Field(default=None, description="Its LOINC code")
    category: Text | None = Field(default=None, description="The group it is shown in", examples=["Cardiovascular"])
    value: Quantity = Field(description="The value with its UCUM unit")
    optimal: Interval | None = Field(default=None, description="The optimal range, in the value's unit")
    safe: Interval | None = Field(default=None, description="The range beyond which a value is critical, in its unit")
    ranges_from: Text | None = Field(default=None, description="Who says so: the laboratory, a guideline, a clinician")
    status: Standing | None = Field(
        default=None,
        validate_default=True,
        json_schema_extra={"readOnly": True},
        description="Worked out from the value and the ranges: what is sent here is not read",
    )
    measured_at: Moment | None = Field(default=None, description="When it was measured")
    notes: Notes | None = Field(default=None, description="Anything else that was said of it")

    @field_validator("status", mode="before")
    @classmethod
    def _worked_out(cls, _sent: object, info: ValidationInfo) -> Standing | None:
        value = info.data.get("value")
        return standing(value.value, info.data.get("optimal"), info.data.get("safe")) if value else None

    def happens_at(self) -> datetime | None:
        return self.measured_at

    def headline(self) -> str:
        line = f"{self.name or self.code.replace('_', ' ')}: {self.value}"
        return f"{line} ({self.status})" if self.status else line
