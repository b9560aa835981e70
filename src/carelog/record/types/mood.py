"""Mood and energy, in the speaker's own words."""

from typing import ClassVar, Literal

from pydantic import Field

from carelog.record.payload import Payload
from carelog.record.registry import entry_type
from carelog.record.values import Notes, Said

Level = Literal["very_low", "low", "neutral", "good", "very_good"]


@entry_type("mood", prefix="mood", fhir="Observation")
class Mood(Payload):
    """How the subject feels in mind; `energy` only when energy was spoken of."""

    has_been: ClassVar = True
    filters: ClassVar = ("level", "energy")

    level: Level | None = Field(default=None, description="How good the mood is, in five steps")
    feeling: Said | None = Field(default=None, description="As said: 'down', 'cheerful'")
    energy: Level | None = Field(default=None, description="How much energy there is, in five steps")
    energy_score: int | None = Field(default=None, ge=1, le=10, description="Energy from 1 to 10, where it was told so")
    notes: Notes | None = Field(default=None, description="What it came from, how the day was")

    def headline(self) -> str:
        energy = self.energy or (self.energy_score and f"{self.energy_score}/10")
        parts = [self.feeling or self.level, energy and f"energy {energy}"]
        return "mood: " + (", ".join(p.replace("_", " ") for p in parts if p) or "mentioned")
