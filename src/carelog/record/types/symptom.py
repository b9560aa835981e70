"""Symptoms: what the subject feels or, just as important, said not to feel."""

from typing import Literal

from pydantic import Field

from carelog.record.payload import Payload
from carelog.record.registry import entry_type

Polarity = Literal["present", "absent"]
Severity = Literal["mild", "moderate", "severe"]
Trend = Literal["improving", "worsening", "stable"]


@entry_type("symptom", prefix="symptom", fhir="Observation")
class Symptom(Payload):
    """One symptom. None means that it was not said, never that it is normal."""

    name: str = Field(min_length=1, max_length=120)
    polarity: Polarity
    severity: Severity | None = None
    trend: Trend | None = None
    body_site: str | None = Field(default=None, max_length=80)
    duration: str | None = Field(default=None, max_length=80, description="As said: 'three days'")

    def headline(self) -> str:
        said = [self.severity, self.body_site, self.trend, self.duration and f"for {self.duration}"]
        return ", ".join([f"{self.name}: {self.polarity}", *(s for s in said if s)])
