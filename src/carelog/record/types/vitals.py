"""Vitals: one measured thing an entry, in one canonical unit, with what was said kept beside it."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Literal, Self

from pydantic import Field, model_validator

from carelog.record.payload import Payload, Quantity
from carelog.record.registry import entry_type
from carelog.record.units import spoken
from carelog.record.values import Moment, Notes, Said, Text

Kind = Literal["blood_pressure", "heart_rate", "temperature", "glucose", "spo2", "weight", "height",
               "respiratory_rate", "waist", "bmi", "body_fat"]  # fmt: skip
Context = Literal["fasting", "post_meal", "resting", "after_exercise", "pre_meal", "bedtime"]


@dataclass(frozen=True, slots=True)
class Range:
    """Values that a living person can have, in the canonical UCUM unit; outside it is a slip, not a fact."""

    unit: str
    low: float
    high: float
    loinc: str


# LOINC codes (https://loinc.org): the FHIR R4 vital-signs profile,
# https://hl7.org/fhir/R4/observation-vitalsigns.html; glucose 2339-0 (mass/volume in blood), waist circumference
# 8280-0, percentage of body fat 41982-0.
# Bounds hold records of survival: they keep out slips of the tongue and of transcription, not illness.
SYSTOLIC = Range("mm[Hg]", 40, 300, "8480-6")
DIASTOLIC = Range("mm[Hg]", 20, 200, "8462-4")
RANGES: dict[str, Range] = {
    "heart_rate": Range("/min", 20, 300, "8867-4"),
    "temperature": Range("Cel", 25, 45, "8310-5"),
    "glucose": Range("mg/dL", 10, 1500, "2339-0"),
    "spo2": Range("%", 40, 100, "2708-6"),
    "weight": Range("kg", 0.3, 650, "29463-7"),
    "height": Range("cm", 20, 280, "8302-2"),
    "respiratory_rate": Range("/min", 3, 100, "9279-1"),
    "waist": Range("cm", 20, 400, "8280-0"),
    "bmi": Range("kg/m2", 5, 250, "39156-5"),
    "body_fat": Range("%", 1, 80, "41982-0"),
}


@entry_type("vitals", prefix="vitals", fhir="Observation")
class Vitals(Payload):
    """One reading. Blood pressure has `systolic` and `diastolic` (mm[Hg]); every other kind has `value`."""

    has_been: ClassVar = True
    filters: ClassVar = ("kind", "context")

    kind: Kind = Field(description="What was measured")
    value: Quantity | None = Field(default=None, description="The reading, in the one unit of its kind")
    systolic: Quantity | None = Field(default=None, description="Systolic blood pressure, in mm[Hg]")
    diastolic: Quantity | None = Field(default=None, description="Diastolic blood pressure, in mm[Hg]")
    said: Said | None = Field(default=None, description="The reading in the speaker's words")
    context: Context | None = Field(default=None, description="In which state the subject was measured")
    measured_at: Moment | None = Field(default=None, description="When it was measured")
    device: Text | None = Field(default=None, description="What it was measured with")
    notes: Notes | None = Field(default=None, description="Anything else that was said of it")

    @model_validator(mode="after")
    def _whole_and_possible(self) -> Self:
        if self.kind == "blood_pressure":
            if self.systolic is None or self.diastolic is None or self.value is not None:
                raise ValueError("blood pressure has systolic and diastolic, and no value")
            parts = [(self.systolic, SYSTOLIC), (self.diastolic, DIASTOLIC)]
            if self.systolic.value <= self.diastolic.value:
                raise ValueError("systolic must be above diastolic")
        else:
            if self.value is None or self.systolic or self.diastolic:
                raise ValueError(f"{self.kind} has a value, and neither systolic nor diastolic")
            parts = [(self.value, RANGES[self.kind])]
        for quantity, allowed in parts:
            if quantity.unit != allowed.unit:
                raise ValueError(f"the unit of {self.kind} is {allowed.unit}, in UCUM")
            if not allowed.low <= quantity.value <= allowed.high:
                bounds = f"{allowed.low:g} and {allowed.high:g} {spoken(allowed.unit)}"
                raise ValueError(f"{self.kind} lies between {bounds}")
        return self

    def happens_at(self) -> datetime | None:
        return self.measured_at

    def headline(self) -> str:
        name = self.kind.replace("_", " ")
        if self.systolic and self.diastolic:
            return f"{name} {self.systolic.value:g}/{self.diastolic.value:g} mmHg"
        return f"{name} {self.value}" + (f", {self.context.replace('_', ' ')}" if self.context else "")
