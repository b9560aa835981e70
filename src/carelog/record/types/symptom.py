"""Symptoms: what the subject feels or, just as important, said not to feel."""

from datetime import datetime
from typing import ClassVar, Literal

from pydantic import Field

from carelog.record.payload import Payload
from carelog.record.registry import entry_type
from carelog.record.values import Codes, Moment, Notes, PartialDate, Said

Polarity = Literal["present", "absent"]
Severity = Literal["mild", "moderate", "severe"]
Trend = Literal["improving", "worsening", "stable"]
Status = Literal["active", "recurrent", "resolved"]

_PLURALS = {"feet": "foot", "teeth": "tooth", "calves": "calf"}


@entry_type("symptom", prefix="symptom", fhir="Observation", path="symptoms")
class Symptom(Payload):
    """One symptom. None means that it was not said, never that it is normal."""

    has_been: ClassVar = True
    filters: ClassVar = ("name", "polarity", "severity", "trend", "status", "body_site")

    name: str = Field(min_length=1, max_length=120, description="The symptom", examples=["chest pain"])
    polarity: Polarity = Field(description="Whether the subject has it, or said not to have it")
    severity: Severity | None = Field(default=None, description="How bad it is")
    trend: Trend | None = Field(default=None, description="Where it is going")
    body_site: Said | None = Field(default=None, description="The part of the body")
    duration: Said | None = Field(default=None, description="As said: 'three days'")
    onset: PartialDate | None = Field(default=None, description="Since when: YYYY, YYYY-MM or a day")
    frequency: Said | None = Field(default=None, description="How often, as said: 'every morning'")
    status: Status | None = Field(default=None, description="Whether the subject has it at present")
    score: float | None = Field(default=None, ge=0, le=10, description="How bad, from 0 to 10, where it was told so")
    trigger: Said | None = Field(default=None, description="What brings it on or makes it worse")
    relief: Said | None = Field(default=None, description="What makes it better")
    codes: Codes | None = Field(default=None, description="Its codes: SNOMED CT, ICD-10-CM")
    observed_at: Moment | None = Field(default=None, description="When it was felt")
    notes: Notes | None = Field(default=None, description="Anything else that was said of it")

    def happens_at(self) -> datetime | None:
        return self.observed_at

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
