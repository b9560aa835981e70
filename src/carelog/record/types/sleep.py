"""Sleep: how long and how well."""

from typing import Literal

from pydantic import Field

from carelog.record.payload import Payload
from carelog.record.registry import entry_type

Quality = Literal["poor", "fair", "good", "excellent"]


@entry_type("sleep", prefix="sleep", fhir="Observation")
class Sleep(Payload):
    """One night or nap, or how nights are at present."""

    hours: float | None = Field(default=None, gt=0, le=24)
    quality: Quality | None = None
    started: str | None = Field(default=None, max_length=40, description="As said: 'eleven'")
    ended: str | None = Field(default=None, max_length=40, description="As said: 'six thirty'")

    def headline(self) -> str:
        parts = [
            f"{self.hours:g} h" if self.hours else None,
            self.quality,
            f"from {self.started}" if self.started else None,
            f"to {self.ended}" if self.ended else None,
        ]
        return "sleep: " + (", ".join(p for p in parts if p) or "mentioned")
