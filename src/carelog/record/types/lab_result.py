"""Laboratory results, as the laboratory reported them."""

from datetime import datetime
from typing import ClassVar, Literal, Self

from pydantic import Field, model_validator

from carelog.record.payload import Payload, Quantity
from carelog.record.registry import entry_type
from carelog.record.values import Codes, Interval, Loinc, Moment, Notes, Text, joined

Status = Literal["registered", "preliminary", "final", "amended", "corrected", "cancelled"]
Flag = Literal["normal", "low", "high", "critical_low", "critical_high", "abnormal"]


@entry_type("lab_result", prefix="lab_result", fhir="Observation", path="lab-results")
class LabResult(Payload):
    """One test of one specimen. Reference ranges differ between laboratories: only the reported one stands here."""

    has_been: ClassVar = True
    filters: ClassVar = ("status", "flag", "loinc", "test", "panel")

    test: Text = Field(description="The test in words", examples=["Hemoglobin A1c"])
    loinc: Loinc | None = Field(default=None, description="The test's LOINC code")
    codes: Codes | None = Field(default=None, description="Its codes in other terminologies")
    value: Quantity | None = Field(default=None, description="A measured value with its UCUM unit")
    text: Text | None = Field(default=None, description="A result in words", examples=["negative"])
    comparator: Literal["<", "<=", ">=", ">"] | None = Field(
        default=None, description="Set where the value is only a bound, as in '< 0.5 mg/L'"
    )
    reference: Interval | None = Field(
        default=None, description="The laboratory's reference range, in the value's unit"
    )
    reference_text: Text | None = Field(default=None, description="The reference range where it is told in words")
    flag: Flag | None = Field(default=None, description="The laboratory's own verdict, as reported")
    status: Status | None = Field(default=None, description="How far the laboratory is with it")
    panel: Text | None = Field(default=None, description="The panel that it is part of", examples=["Lipid panel"])
    specimen: Text | None = Field(default=None, description="What was examined", examples=["venous blood"])
    collected_at: Moment | None = Field(default=None, description="When the specimen was taken")
    reported_at: Moment | None = Field(default=None, description="When the laboratory reported it")
    laboratory: Text | None = Field(default=None, description="Who examined it")
    notes: Notes | None = Field(default=None, description="The laboratory's or the subject's remark")

    @model_validator(mode="after")
    def _measured_where_bounded(self) -> Self:
        if self.value is None and (self.comparator or self.reference):
            raise ValueError("a comparator and a reference range belong to a measured value")
        return self

    def happens_at(self) -> datetime | None:
        return self.collected_at or self.reported_at

    def headline(self) -> str:
        measured = f"{self.comparator or ''}{self.value}" if self.value else None
        told = joined(measured, self.text, self.flag and self.flag.replace("_", " "))
        return f"{self.test}: {told}" if told else self.test
