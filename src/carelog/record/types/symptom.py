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
        lasting = self.duration if (self.duration or "").startswith(("since ", "for ")) else f"for {self.duration}"
        site = self.body_site if self.body_site and self.body_site.rstrip("s") not in self.name else None
        said = [self.severity, site, self.trend, lasting if self.duration else None]
        return ", ".join([f"{self.name}: {self.polarity}", *(s for s in said if s)])
