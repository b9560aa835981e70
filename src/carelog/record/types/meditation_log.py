"""Meditation that was done."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from carelog.record.payload import Payload
from carelog.record.registry import entry_type
from carelog.record.values import Moment, Notes, Text, joined


@entry_type("meditation_log", prefix="meditation_log", fhir="Observation", path="meditation-logs")
class MeditationLog(Payload):
    """One sitting, with a session of the catalogue or without."""

    has_been: ClassVar = True
    filters: ClassVar = ("session_id", "completed")

    session_id: UUID | None = Field(default=None, description="The session of the catalogue that was listened to")
    title: Text | None = Field(default=None, description="What was done, where it is no session of the catalogue")
    minutes: float | None = Field(default=None, gt=0, le=1440, description="How long, in minutes")
    completed: bool | None = Field(default=None, description="Whether it was done to its end")
    started_at: Moment | None = Field(default=None, description="When it began")
    notes: Notes | None = Field(default=None, description="How it was")

    def happens_at(self) -> datetime | None:
        return self.started_at

    def headline(self) -> str:
        ended = {True: "completed", False: "not completed", None: None}[self.completed]
        return joined(self.title or "meditation", self.minutes and f"{self.minutes:g} min", ended)
