"""Guided meditations of the catalogue, the same for everyone."""

from typing import ClassVar

from pydantic import Field

from carelog.record.payload import Payload
from carelog.record.registry import entry_type
from carelog.record.sameness import Sameness
from carelog.record.values import HttpsUrl, Language, Notes, Text, joined


@entry_type(
    "meditation_session",
    prefix="meditation_session",
    fhir="ActivityDefinition",
    path="meditation-sessions",
    shared=True,
)
class MeditationSession(Payload):
    """One recording."""

    filters: ClassVar = ("category", "language")
    sameness: ClassVar = Sameness({"title": 2.0, "audio_url": 2.0, "minutes": 1.0})

    title: Text = Field(description="Its title", examples=["Morning calm"])
    description: Notes | None = Field(default=None, description="What it is and whom it helps")
    audio_url: HttpsUrl | None = Field(default=None, description="Where the recording is, https")
    minutes: float | None = Field(default=None, gt=0, le=1440, description="How long it is, in minutes")
    category: Text | None = Field(default=None, description="The shelf it stands on", examples=["sleep"])
    language: Language | None = Field(default=None, description="The language that is spoken, as BCP 47")

    def headline(self) -> str:
        return joined(self.title, self.minutes and f"{self.minutes:g} min", self.category)
