"""Sleep: how long and how well."""

from datetime import datetime, timedelta
from typing import ClassVar, Literal, Self

from pydantic import Field, model_validator

from carelog.record.payload import Payload
from carelog.record.registry import entry_type
from carelog.record.values import Moment, Notes

Quality = Literal["poor", "fair", "good", "excellent"]

_LONGEST = timedelta(hours=48)


@entry_type("sleep", prefix="sleep", fhir="Observation")
class Sleep(Payload):
    """One night or nap, or how nights are at present.

    `started` and `ended` are what was said; the moments stand beside them where they are known. `hours` are those
    that were slept, so they may be fewer than lie between.
    """

    has_been: ClassVar = True
    filters: ClassVar = ("quality",)

    hours: float | None = Field(default=None, gt=0, le=24, description="How long the subject slept, in hours")
    quality: Quality | None = Field(default=None, description="How well")
    started: str | None = Field(default=None, min_length=1, max_length=40, description="As said: 'eleven'")
    ended: str | None = Field(default=None, min_length=1, max_length=40, description="As said: 'six thirty'")
    started_at: Moment | None = Field(default=None, description="When the subject went to sleep")
    ended_at: Moment | None = Field(default=None, description="When the subject woke up")
    score: int | None = Field(default=None, ge=1, le=10, description="How well, from 1 to 10, where it was told so")
    awakenings: int | None = Field(default=None, ge=0, le=100, description="How often the subject woke up in between")
    notes: Notes | None = Field(default=None, description="How it was")

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        lain = self._between()
        if lain is not None:
            if not timedelta(0) < lain <= _LONGEST:
                raise ValueError("ended_at lies after started_at, by 48 hours at most")
            if self.hours and timedelta(hours=self.hours) > lain + timedelta(minutes=30):
                raise ValueError("hours are more than lie between started_at and ended_at")
        return self

    def _between(self) -> timedelta | None:
        return self.ended_at - self.started_at if self.started_at and self.ended_at else None

    def happens_at(self) -> datetime | None:
        return self.ended_at or self.started_at

    def headline(self) -> str:
        lain = self._between()
        hours = self.hours or (lain and round(lain / timedelta(hours=1), 1))
        parts = [
            f"{hours:g} h" if hours else None,
            self.quality,
            f"from {self.started}" if self.started else None,
            f"to {self.ended}" if self.ended else None,
        ]
        return "sleep: " + (", ".join(p for p in parts if p) or "mentioned")
