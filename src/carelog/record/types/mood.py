"""Mood and energy, in the speaker's own words."""

from typing import Literal

from pydantic import Field

from carelog.record.payload import Payload
from carelog.record.registry import entry_type

Level = Literal["very_low", "low", "neutral", "good", "very_good"]


@entry_type("mood", prefix="mood", fhir="Observation")
class Mood(Payload):
    """How the subject feels in mind; `energy` only when energy was spoken of."""

    level: Level | None = None
    feeling: str | None = Field(default=None, max_length=80, description="As said: 'down', 'cheerful'")
    energy: Level | None = None

    def headline(self) -> str:
        parts = [self.feeling or self.level, self.energy and f"energy {self.energy}"]
        return "mood: " + ", ".join(p.replace("_", " ") for p in parts if p)
