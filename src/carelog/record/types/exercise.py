"""Exercise that was done."""

from typing import Literal

from pydantic import Field

from carelog.record.payload import Payload, Quantity
from carelog.record.registry import entry_type

Intensity = Literal["low", "moderate", "high", "vigorous"]


@entry_type("exercise", prefix="exercise", fhir="Observation")
class Exercise(Payload):
    """One activity; minutes, distance and steps only when said."""

    activity: str = Field(min_length=1, max_length=80)
    minutes: float | None = Field(default=None, gt=0, le=1440)
    distance: Quantity | None = Field(default=None, description="In km")
    steps: int | None = Field(default=None, gt=0, le=200000)
    intensity: Intensity | None = None
    frequency: str | None = Field(default=None, max_length=80, description="As said: 'three times a week'")

    def headline(self) -> str:
        parts = [
            f"{self.minutes:g} min" if self.minutes else None,
            str(self.distance) if self.distance else None,
            f"{self.steps} steps" if self.steps else None,
            self.intensity,
            self.frequency,
        ]
        return ", ".join([self.activity, *(p for p in parts if p)])
