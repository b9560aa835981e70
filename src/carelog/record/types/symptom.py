"""Symptoms: what the subject feels or, just as important, said not to feel."""

from typing import Literal

from pydantic import Field

from carelog.record.payload import Payload
from carelog.record.registry import entry_type

Polarity = Literal["present", "absent"]
Severity = Literal["mild", "moderate", "severe"]
Trend = Literal["improving", "worsening", "stable"]

_PLURALS = {"feet": "foot", "teeth": "tooth", "calves": "calf"}


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
        said = [self.severity, self._site_apart(), self.trend, self._lasting()]
        return ", ".join([f"{self.name}: {self.polarity}", *(s for s in said if s)])

    def _site_apart(self) -> str | None:
        """The part of the body, unless the name holds it: "knee pain" says it for "knees"."""
        site = self.body_site or ""
        return site if site and _PLURALS.get(site, site.rstrip("s")) not in self.name else None

    def _lasting(self) -> str | None:
        if self.duration is None:
            return None
        said = self.duration[0].lower() + self.duration[1:]
        whole = said.startswith(("since ", "for ")) or said.endswith((" se", " से"))  # Hindi puts its "since" last
        return said if whole else f"for {said}"
