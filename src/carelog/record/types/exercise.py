"""Exercise that was done."""

from datetime import datetime
from typing import ClassVar, Literal, Self

from pydantic import Field, model_validator

from carelog.record.payload import Payload, Quantity
from carelog.record.registry import entry_type
from carelog.record.values import Moment, Notes, Said

Intensity = Literal["low", "moderate", "high", "vigorous"]


@entry_type("exercise", prefix="exercise", fhir="Observation")
class Exercise(Payload):
    """One activity; minutes, distance, steps and energy only when said or measured."""

    has_been: ClassVar = True
    filters: ClassVar = ("activity", "intensity")

    activity: str = Field(min_length=1, max_length=80, description="What was done", examples=["walking"])
    minutes: float | None = Field(default=None, gt=0, le=1440, description="How long, in minutes")
    distance: Quantity | None = Field(default=None, description="How far, in km")
    steps: int | None = Field(default=None, gt=0, le=200000, description="How many steps")
    intensity: Intensity | None = Field(default=None, description="How hard it was")
    frequency: Said | None = Field(default=None, description="How often, as said: 'three times a week'")
    energy_kcal: float | None = Field(default=None, ge=0, le=20000, description="Energy that was burned, in kcal")
    estimated: bool | None = Field(default=None, description="Whether the energy was worked out and not measured")
    started_at: Moment | None = Field(default=None, description="When it began")
    notes: Notes | None = Field(default=None, description="How it was")

    @model_validator(mode="after")
    def _far_in_km(self) -> Self:
        if self.distance and (self.distance.unit != "km" or not 0 < self.distance.value <= 1000):
            raise ValueError("distance is in km, above 0 and up to 1000")
        return self

    def happens_at(self) -> datetime | None:
        return self.started_at

    def headline(self) -> str:
        parts = [
            f"{self.minutes:g} min" if self.minutes else None,
            str(self.distance) if self.distance else None,
            f"{self.steps} steps" if self.steps else None,
            self.intensity,
            self.frequency,
        ]
        return ", ".join([self.activity, *(p for p in parts if p)])
